"""Recipes: the steps of shaping in the words of the configuration and the command line, one row each.

`"level -1 dBTP"` is a step. A row says which arguments a step takes, in which units and ranges, and what it does; it
feeds the configuration, the command line, the sidecar and the walk of `bridge.sound.recipe`. An argument that is not
said is the one that the family's own recipe gives that step, else the usual one of the row.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bridge.domain.brief import Brief
from bridge.domain.family import DEFAULT_FAMILY

Value = float | str | None
"""Of an argument: a number in the unit of its row, a word, or None where it is left to the step."""

UNITS: dict[str, dict[str, float]] = {
    "s": {"s": 1.0, "ms": 0.001},
    "Hz": {"hz": 1.0, "khz": 1_000.0},
    "dB": {"db": 1.0},
    "bpm": {"bpm": 1.0},
    "dBTP": {"dbtp": 1.0, "db": 1.0},
}
"""The units that arguments are written in, and what one of each is in the unit that they are kept in."""

LONGEST_RECIPE = 32
"""Steps; a longer recipe is a mistake."""

_TOKEN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([a-zA-Z]*)|[a-zA-Z]+")
_DASHES = str.maketrans({"−": "-", "–": "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """Describes an argument: its unit (empty: only words are taken), its range, its words, and what is usual."""

    name: str
    unit: str = ""
    lowest: float = 0.0
    highest: float = 0.0
    words: Mapping[str, float | str] = field(default_factory=dict)
    usual: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Describes a step: its name, its arguments in their order, and what it does."""

    name: str
    doc: str
    arguments: tuple[Argument, ...] = ()


STEPS: dict[str, Row] = {
    row.name: row
    for row in (
        Row(name="offset", doc="Takes a constant offset (DC) out, where there is one."),
        Row(name="mono", doc="Folds stereo to mono: where the sides are empty, also where they are out of phase, "
                             "or always.",
            arguments=(Argument(name="when", words={"empty": "empty", "phase": "phase", "always": "always"},
                                usual="empty"),)),
        Row(name="lows", doc="Makes what lies under a frequency mono.",
            arguments=(Argument(name="under", unit="Hz", lowest=20, highest=500, usual=120.0),)),
        Row(name="sides", doc="Turns a side round that is out of phase, draws in sides that are louder than the "
                              "middle, takes out empty ones."),
        Row(name="trim", doc="Cuts what comes before the attack and after the end; at most so long. "
                             "Not said: what is usual for the family.",
            arguments=(Argument(name="longest", unit="s", lowest=0.02, highest=60),)),
        Row(name="rate", doc="Converts to another sample rate. Not said: that of the library.",
            arguments=(Argument(name="rate", unit="Hz", lowest=8_000, highest=192_000),)),
        Row(name="tune", doc="Tunes a tonal sound to its semitone or to the note that was asked, by playing it "
                             "faster or slower."),
        Row(name="align", doc="Brings the attacks of the members of a set together."),
        Row(name="match", doc="Makes the members of a set equally loud."),
        Row(name="fade", doc="Fades in and out, so that both ends are silent; out for at most a tenth of the sound.",
            arguments=(Argument(name="in", unit="s", lowest=0, highest=2, usual=0.0002),
                       Argument(name="out", unit="s", lowest=0, highest=10, usual=0.05))),
        Row(name="loop", doc="Finds a loop whose seam nobody hears, for a pitched sound that sustains; any other stays "
                             "a one-shot."),
        Row(name="bars", doc="Keeps a loop of exactly so many whole bars at a tempo, from its first hit; it then loops "
                             "as a whole. Not said: the tempo of the song; without one it stays as long as it is.",
            arguments=(Argument(name="tempo", unit="bpm", lowest=20, highest=400),)),
        Row(name="gain", doc="Makes louder or softer by so much.",
            arguments=(Argument(name="by", unit="dB", lowest=-60, highest=60, usual=0.0),)),
        Row(name="level", doc="Sets the true peak; the loudest member of a matched set meets it. "
                              "headroom is -6 dBTP, hot is -0.3 dBTP.",
            arguments=(Argument(name="peak", unit="dBTP", lowest=-40, highest=0,
                                words={"headroom": -6.0, "hot": -0.3}, usual=-1.0),)),
    )
}  # fmt: skip
AFTER_RATE = frozenset({"tune", "align", "match", "fade", "loop", "bars", "gain", "level"})
"""The steps that want a sound at its final sample rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Holds one step with the values of its arguments, in the units of its row."""

    name: str
    values: tuple[Value, ...] = ()

    def __str__(self) -> str:
        """Returns the step as `parse_step` reads it; arguments behind the last one that was said are left out."""
        said = [value for value in self.values if value is not None]
        shown = (_shown(value, argument) for value, argument in zip(said, STEPS[self.name].arguments, strict=False))
        return " ".join([self.name, *shown])


Recipe = tuple[Step, ...]


def _usual(mono: str, lows: str, fade: str, *, sustains: bool = False) -> tuple[str, ...]:
    """Returns a family's recipe from what differs between families."""
    before = ("offset", mono, *([lows] if lows else []), "trim", "rate", "tune", fade, "sides", "align", "match")
    # A cut tail and lows made mono change how wide a sound is: the sides are judged when both are done.
    # Alignment would move the points of a loop, and a blended seam can move the peak by a little.
    return (*before, *(["loop"] if sustains else []), "level -1 dBTP")


RECIPES: dict[str, tuple[str, ...]] = {
    "kick": _usual("mono phase", "lows 120 Hz", "fade 0.1 ms 50 ms"),
    "snare": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "clap": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "hat": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "open-hat": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "cymbal": _usual("mono empty", "", "fade 0.2 ms 200 ms"),
    "tom": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "perc": _usual("mono empty", "", "fade 0.2 ms 50 ms"),
    "808": _usual("mono phase", "lows 120 Hz", "fade 0.2 ms 50 ms"),
    "bass": _usual("mono phase", "lows 120 Hz", "fade 1 ms 50 ms", sustains=True),
    "pluck": _usual("mono empty", "", "fade 1 ms 50 ms"),
    "mallet": _usual("mono empty", "", "fade 1 ms 50 ms"),
    "bell": _usual("mono empty", "", "fade 1 ms 100 ms"),
    "lead": _usual("mono empty", "", "fade 1 ms 50 ms", sustains=True),
    "pad-synth": _usual("mono empty", "", "fade 1 ms 200 ms", sustains=True),
    "fx": _usual("mono empty", "", "fade 0.2 ms 100 ms"),
    # Its length is its tempo: nothing is trimmed, tuned or put later.
    "loop": ("offset", "mono empty", "rate", "bars", "sides", "match", "level -1 dBTP"),
}
"""The recipe of every family. A drum keeps its click under a short fade; what rings long goes gently."""


def parse_step(text: str) -> Step:
    """Reads a step, like `level -1 dBTP` or `fade 1ms 50 ms`; raises ValueError with a sentence for the user."""
    words = text.translate(_DASHES).split()
    if not words:
        raise ValueError(f"an empty step; there are {', '.join(STEPS)}")
    name = words[0].lower()
    if name not in STEPS:
        near = difflib.get_close_matches(name, STEPS, n=1)
        cure = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(STEPS)}"
        raise ValueError(f"there is no step {name!r}; {cure}")
    tokens = words[1:]
    values: list[Value] = []
    for argument in STEPS[name].arguments:
        values.append(_value(name, argument, tokens) if tokens else None)
    if tokens:
        raise ValueError(f"{name}: {' '.join(tokens)!r} is too much; write {usage(STEPS[name])}")
    return Step(name=name, values=tuple(values))


def parse_recipe(steps: Iterable[str]) -> Recipe:
    """Reads the steps of a recipe; raises ValueError with a sentence for the first that is wrong."""
    recipe = tuple(parse_step(step) for step in steps)
    if len(recipe) > LONGEST_RECIPE:
        raise ValueError(f"has {len(recipe)} steps; at most {LONGEST_RECIPE} are read")
    return recipe


def split_steps(text: str) -> list[str]:
    """Returns the steps of one text, which stand between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def family_recipe(family: str) -> Recipe:
    """Returns the recipe of a family; one that this version does not know is shaped as the default."""
    return parse_recipe(RECIPES.get(family, RECIPES[DEFAULT_FAMILY]))


def filled(recipe: Sequence[Step], family: str) -> Recipe:
    """Returns the recipe with the arguments that were not said: the family's for that step, else the usual ones."""
    own = {step.name: step.values for step in family_recipe(family)}
    return tuple(
        replace(
            step,
            values=tuple(
                said if said is not None else usual if usual is not None else argument.usual
                for said, usual, argument in zip(
                    step.values, own.get(step.name, step.values), STEPS[step.name].arguments, strict=True
                )
            ),
        )
        for step in recipe
    )


def recipe_of(brief: Brief) -> Recipe:
    """Returns the whole recipe of a brief: its own or its family's, every argument said.

    A sample of the library has the library's sample rate and a level: where the recipe names no `rate` it comes
    before the first step that wants it, where it names no `level` it comes last. Raises ValueError for a step that
    this version does not know.
    """
    steps = list(parse_recipe(brief.shape) if brief.shape else family_recipe(brief.family))
    if not any(step.name == "rate" for step in steps):
        place = next((index for index, step in enumerate(steps) if step.name in AFTER_RATE), len(steps))
        steps.insert(place, parse_step("rate"))
    if not any(step.name == "level" for step in steps):
        steps.append(parse_step("level"))
    return filled(steps, brief.family)


def usage(row: Row) -> str:
    """Returns how a step is written: `level [peak dBTP|headroom|hot]`."""
    return " ".join([row.name, *(_usage(argument) for argument in row.arguments)])


def _usage(argument: Argument) -> str:
    number = [f"{argument.name} {argument.unit}"] if argument.unit else []
    return f"[{'|'.join([*number, *argument.words])}]"


def _value(step: str, argument: Argument, tokens: list[str]) -> Value:
    """Takes the first argument off the tokens: a word of the row, or a number with or without its unit."""
    token = tokens.pop(0)
    match = _TOKEN.fullmatch(token)
    if match is None or match.group(1) is None or not argument.unit:
        if token.lower() in argument.words:
            return argument.words[token.lower()]
        near = difflib.get_close_matches(token.lower(), argument.words, n=1)
        cure = f'did you mean "{near[0]}"?' if near else f"write {usage(STEPS[step])}"
        raise ValueError(f"{step}: {token!r} is no {argument.name}; {cure}")
    units = UNITS[argument.unit]
    unit = match.group(2)
    if not unit and tokens and tokens[0].lower() in {known for table in UNITS.values() for known in table}:
        unit = tokens.pop(0)
    if unit and unit.lower() not in units:
        raise ValueError(f"{step}: {unit!r} is no unit of {argument.name}; write {_names(argument.unit)}")
    value = float(match.group(1)) * (units[unit.lower()] if unit else 1.0)
    if not argument.lowest <= value <= argument.highest:
        range_ = f"{argument.lowest:g} to {argument.highest:g} {argument.unit}"
        raise ValueError(f"{step}: {argument.name} goes from {range_}, not {value:g} {argument.unit}")
    return value


def _names(unit: str) -> str:
    return " or ".join({"hz": "Hz", "khz": "kHz", "db": "dB", "dbtp": "dBTP"}.get(name, name) for name in UNITS[unit])


def _shown(value: float | str, argument: Argument) -> str:
    if isinstance(value, str):
        return value
    if argument.unit == "s" and value < 1:
        return f"{round(value * 1_000, 6):g} ms"
    return f"{value:.10g} {argument.unit}"
