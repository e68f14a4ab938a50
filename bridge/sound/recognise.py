"""Recognises what kind of sound something is, from its features: enough to veto, and to label a file nobody named.

A linear discriminant over `features.NAMES`, trained on drum kits and soundfonts (`tests/bench/recognise.py` trains
it and
measures it on kits that it has not heard). What was asked for remains the label: only where next to nothing speaks
for
it, the answer is no. Its weights are statistics of a thousand sounds and hold none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bridge.sound.features import NAMES, Features

Floats = NDArray[np.float64]

WEIGHTS = "recognise.npz"
IMPOSSIBLE = 0.05
"""Probability of a family and its kin together under which the sound is something else."""
SURE = 0.5
"""Probability from which a file nobody named gets the label."""
NOTE = "note"
"""What is played over the keyboard; which of those families it is, its pitch and course say."""
KIN: dict[str, frozenset[str]] = {
    "kick": frozenset({"tom"}),
    "snare": frozenset({"clap", "rim"}),
    "clap": frozenset({"snare"}),
    "hat": frozenset({"open-hat", "cymbal", "shaker"}),
    "open-hat": frozenset({"hat", "cymbal"}),
    "cymbal": frozenset({"open-hat"}),
    "tom": frozenset({"kick"}),
}
"""The families that are vetoed, each with the kinds that it may be mistaken for. `perc` is everything that is
struck."""
KINDS = {
    **dict.fromkeys(("rim", "shaker", "metal", "skin"), "perc"),
    **dict.fromkeys(("bass", "pluck", "mallet", "bell", "lead", "pad-synth"), NOTE),
}
"""The family of each kind that the classifier tells apart; any other kind is a family itself."""

LOW_NOTE = 45
"""MIDI note (110 Hz) up to which a note is a bass."""
GLIDES = 3.0
"""Semitones that an 808 falls."""
SWELLS_MS = 80.0
PLUCKED_SECONDS = 0.5
BRIGHT_BELL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Holds the trained model: `mean` and `scale` of the features `(n,)`, `slopes` `(n, kinds)` and `bias`
    `(kinds,)`, and the
    names of the `kinds`."""

    mean: Floats
    scale: Floats
    slopes: Floats
    bias: Floats
    kinds: tuple[str, ...]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Returns the model that is shipped; raises ValueError where it was trained on other features than today's."""
    with files("bridge.sound").joinpath(WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        if tuple(stored["names"].tolist()) != NAMES:
            raise ValueError(f"{WEIGHTS} was trained on other features; train it anew: python tests/bench/recognise.py")
        numbers = {name: stored[name].astype(np.float64) for name in ("mean", "scale", "slopes", "bias")}
        return Weights(**numbers, kinds=tuple(stored["kinds"].tolist()))


def kinds(heard: Features, model: Weights | None = None) -> dict[str, float]:
    """Returns how probable each kind of sound is; they add up to 1."""
    model = model or weights()
    scores = ((heard.vector - model.mean) / model.scale) @ model.slopes + model.bias
    shares = np.exp(scores - scores.max())
    return dict(zip(model.kinds, (shares / shares.sum()).tolist(), strict=True))


def families(found: dict[str, float]) -> dict[str, float]:
    """Returns how probable each family is, given the kinds, highest first. All notes are one, `NOTE`."""
    shares: dict[str, float] = {}
    for kind, share in found.items():
        family = KINDS.get(kind, kind)
        shares[family] = shares.get(family, 0.0) + share
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def support(family: str, found: dict[str, float]) -> float:
    """Returns how much speaks for a family, given the kinds: its probability and that of its kin; 1 for one that is
    never
    vetoed."""
    kin = KIN.get(family)
    return 1.0 if kin is None else sum(share for kind, share in found.items() if kind == family or kind in kin)


def label(heard: Features, *, note: int | None, glide: float = 0.0) -> str | None:
    """Returns the family of a sound that nobody named, None where nothing is sure.

    `note` is its MIDI note (None: unpitched) and `glide` how many semitones it starts above it, as the pitch detector
    found them: of the sounds that are notes they tell the families apart.
    """
    family, share = next(iter(families(kinds(heard)).items()))
    if share < SURE:
        return None
    if family != NOTE:
        return family
    if note is None:
        return None
    if note <= LOW_NOTE:
        return "808" if glide >= GLIDES else "bass"
    if heard.attack >= SWELLS_MS:
        return "pad-synth"
    if heard.t20 >= PLUCKED_SECONDS:
        return "lead" if heard.sustain > BRIGHT_BELL else "bell"
    return "pluck"
