"""What the knobs say about the pads that are pressed afterwards: length, brightness, energy and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.config.midi import Parameter
from bridge.domain.brief import Request
from bridge.domain.family import FAMILIES
from bridge.domain.text import LONGEST_PROMPT
from bridge.ports import PadView
from bridge.units import Seconds

MIDDLE = range(56, 73)
"""Where a knob for brightness or length says nothing: nobody finds 64 exactly."""
BRIGHTNESS: tuple[tuple[int, str], ...] = (
    (15, "very dark"), (39, "dark"), (55, "slightly dark"), (72, ""), (88, "slightly bright"), (112, "bright"),
    (127, "very bright"),
)  # fmt: skip
"""Up to which value of the knob which words are added to the prompt."""
OCTAVES_OF_LENGTH = 2.0
"""A knob for the length goes from a quarter of the usual length to four times as much."""


class Knobs:
    """Remembers where the knobs stand; one that was never turned says nothing."""

    def __init__(self, models: Sequence[str] = ()) -> None:
        self._models = tuple(models)
        self._at: dict[Parameter, int] = {}

    def turn(self, parameter: Parameter, value: int) -> None:
        self._at[parameter] = value

    @property
    def needs_pad(self) -> bool:
        """Tells whether something is said that depends on the pad itself."""
        return any(self._at.get(parameter, 64) not in MIDDLE for parameter in ("length", "brightness"))

    def applied(self, request: Request, pad: PadView | None, ranges: Mapping[str, tuple[float, float]]) -> Request:
        """Returns a request for a pad as the knobs want it; `ranges` are the seconds that each model makes."""
        if energy := self._at.get("energy", 0):
            request = replace(request, energy=energy / 127)
        if model := model_at(self._at.get("model"), self._models):
            request = replace(request, model=model)
        if pad is None:
            return request
        if words := words_at(self._at.get("brightness", 64)):
            prompt = f"{pad.prompt}, {words}"
            if len(prompt) <= LONGEST_PROMPT:
                # Words that come with a request may name another family; the pad's stays.
                request = replace(request, prompt=prompt, family=request.family or pad.family)
        factor = factor_at(self._at.get("length", 64))
        if factor != 1.0:
            made = ranges.get(request.model or pad.model, (0.05, 30.0))
            request = replace(request, seconds=_seconds(pad, factor, made))
        return request


def words_at(value: int) -> str:
    """Returns the words for a brightness of 0–127; none in the middle."""
    return next(words for highest, words in BRIGHTNESS if value <= highest)


def factor_at(value: int) -> float:
    """Returns how many times the usual length a value of 0–127 means; 1 in the middle."""
    if value in MIDDLE:
        return 1.0
    return float(2.0 ** (OCTAVES_OF_LENGTH * (value - 63.5) / 63.5))


def model_at(value: int | None, models: Sequence[str]) -> str | None:
    """Returns the model in whose part of the knob's way a value of 0–127 lies."""
    return models[value * len(models) // 128] if value is not None and models else None


def describe(parameter: Parameter, value: int, models: Sequence[str]) -> str:
    """Returns in words what a knob at a value asks for."""
    if parameter == "energy":
        return f"energy {value / 127:.2f}" if value else "energy as hard as the pad is hit"
    if parameter == "model":
        return f"model {model_at(value, models) or 'as the pad says (name some under midi.models)'}"
    if parameter == "length":
        factor = factor_at(value)
        return "length as the pad says" if factor == 1.0 else f"{factor:.2g} times the length"
    return f"brightness {words_at(value) or 'as the pad says'}"


def _seconds(pad: PadView, factor: float, made: tuple[float, float]) -> Seconds:
    """Returns the length asked for, within what the family and the model allow; a pad's own length may lie outside."""
    family = FAMILIES[pad.family]
    usual = pad.seconds if pad.seconds is not None else family.usual
    low = max(min(family.shortest, usual), made[0])
    high = min(max(family.longest, usual), made[1])
    return Seconds(round(min(max(usual * factor, low), high), 3))
