"""Names the files of packs: as vendors of sample packs want them, or by the prompt; safe on every file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from bridge.domain.family import NAMES
from bridge.library.names import slug
from bridge.packs.plan import Naming
from bridge.units import PITCH_CLASSES

SCALES = ("cfg_scale", "guidance_scale", "classifier_free_guidance")
"""What models call how closely they keep to the words."""
LONGEST_STEM = 80
"""Characters of a name without its ending: a path through a few folders stays within what Windows opens."""
LONGEST_SOURCE = 24
"""Characters of the name of a file that a sound went by, where more stands in a name."""
MOST_WORDS = 4
"""Words of a prompt that a vendor's name keeps: it is read in a list."""

FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

STROKES: dict[int, tuple[str, ...]] = {
    2: ("soft", "hard"), 3: ("soft", "medium", "hard"), 4: ("soft", "medium", "strong", "hard"),
}  # fmt: skip
"""What the velocities of one sound are called. Vendors keep figures for the tempo."""
TELLING = (
    "amber", "arrow", "ash", "atlas", "aura", "birch", "blaze", "bloom", "brook", "cedar", "cinder", "cloud", "cobalt",
    "coral", "crest", "dawn", "delta", "drift", "dune", "dusk", "echo", "ember", "fern", "flint", "frost", "glade",
    "glow", "grain", "grove", "harbor", "haze", "indigo", "iris", "ivory", "jade", "lagoon", "lark", "lava", "linen",
    "lunar", "maple", "mesa", "mist", "moss", "night", "north", "nova", "oak", "onyx", "opal", "orbit", "pearl",
    "pine", "prism", "quartz", "raven", "reef", "ridge", "river", "rust", "sable", "sage", "sand", "shade", "slate",
    "smoke", "solar", "spark", "stone", "storm", "tide", "topaz", "vale", "velvet", "violet", "wave", "willow", "zinc",
)  # fmt: skip
"""Words that tell two sounds apart that would have one name."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_SMALL = frozenset({"a", "an", "and", "the", "of", "with", "in", "on", "for", "to", "very", "one", "shot", "sound"})


def stem_of(naming: Naming, pack: str, fields: Mapping[str, Any], sample: Mapping[str, Any], stroke: str) -> str:
    """Returns the name of a sample's file without its ending; several may still share it.

    `fields` are those that it was asked for with, `sample` shows it as the bridge does, `stroke` is a word for how
    hard it is played among its velocities, empty where it has only one.
    """
    if naming == "vendor":
        return _vendor(pack, fields, sample, stroke)
    prompt = fields.get("prompt") or sample["family"]
    inputs = fields.get("inputs") or {}
    audio = PurePath(fields.get("audio") or inputs.get("audio_prompt") or "").stem
    if naming == "prompt":
        return _safe([prompt])
    if naming == "audio_prompt":
        return _safe([audio or prompt])
    scale = next((inputs[name] for name in SCALES if name in inputs), None)
    said = {"cfg": scale, "seed": fields["seed"], "note": fields.get("note"),
            "start": inputs.get("seconds_start"), "seconds": fields.get("seconds")}  # fmt: skip
    marks = [f"{name}{value:g}" if isinstance(value, float) else f"{name}{value}"
             for name, value in said.items() if value is not None]  # fmt: skip
    negative = ["neg"] if fields.get("negative") else []
    return _safe([prompt], ending=[*marks, stroke, *negative, audio[:LONGEST_SOURCE]])


def distinct(stem: str, taken: Collection[str], sample_id: str) -> str:
    """Returns a name that no file in the folder has, in whatever case; `taken` are theirs, in lower case.

    What would share a name gets a word that follows from the sample's id, and if that is taken the id itself: the same
    sound has the same name in the next run.
    """
    return next(name for name in _tries(stem, sample_id) if name.casefold() not in taken)


def key_of(sample: Mapping[str, Any]) -> str:
    """Returns the key of a sample (`F#`), empty where it has none."""
    root = sample["analysis"]["root"]
    return "" if root is None else PITCH_CLASSES[root % 12]


def key_in_name(sample: Mapping[str, Any]) -> str:
    """Returns the key as it stands in a name, with flats (`Gb`): a `#` ends a path in URLs and begins a word in SFZ."""
    root = sample["analysis"]["root"]
    return "" if root is None else FLATS[root % 12]


def folder_name(text: str) -> str:
    """Returns a text as the name of a folder or of a pack in a name: letters, figures and `_`."""
    return slug(text).replace("-", "_")


def _vendor(pack: str, fields: Mapping[str, Any], sample: Mapping[str, Any], stroke: str) -> str:
    """Returns `<pack>_<tempo of a loop>_<family>_<words>_<key>`, in letters, figures, `_` and `-`."""
    family = sample["family"]
    tempo = f"{fields['bpm']:g}".replace(".", "-") if family == "loop" and fields.get("bpm") else ""
    known = {family, *(word for name, said in NAMES.items() if said.family == family for word in slug(name).split("-"))}
    words = [word for word in slug(fields.get("prompt") or "").split("-")
             if word and word not in known and word not in _SMALL and not word.isdecimal()]  # fmt: skip
    parts = [folder_name(pack)[:24], tempo, family, *(word[:12] for word in words[:MOST_WORDS]), stroke]
    return "_".join(part for part in (*parts, key_in_name(sample)) if part)


def _safe(parts: list[str], ending: Sequence[str] = ()) -> str:
    """Returns parts as one name that every file system takes: no separators, no device, no dot or blank at its ends.

    Where it is too long, the parts are cut and the `ending` stays: it says what tells the sound from its neighbours.
    """
    tidy, end = _tidy("_".join(filter(None, parts))), _tidy("".join(f"_{part}" for part in ending if part))
    while tidy and (len((tidy + end).encode()) > 2 * LONGEST_STEM or len(tidy + end) > LONGEST_STEM):
        tidy = tidy[:-1]
    tidy = (tidy.rstrip(" .") + end).strip(" .")
    return f"_{tidy}" if not tidy or _DEVICE.match(tidy) else tidy


def _tidy(text: str) -> str:
    return " ".join(_FORBIDDEN.sub(" ", unicodedata.normalize("NFC", text)).split())


def _tries(stem: str, sample_id: str) -> Iterator[str]:
    yield stem
    head, _, key = stem.rpartition("_")
    before, after = (head, f"_{key}") if head and key in FLATS else (stem, "")
    letters = sample_id.removeprefix("s-")
    yield f"{before}_{TELLING[sum(map(ord, letters)) % len(TELLING)]}{after}"
    yield f"{before}_{letters}{after}"
