"""What the inputs of one call must agree on: a sentence for each rule that is broken, before anything is sent.

Models check these too, but only after the call has been accepted and has begun to cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bridge.config.models import Row, RuleName
from bridge.errors import RequestError

Values = Mapping[str, Any]
"""A call's inputs by the model's own names."""

VERSION = "model_version"
"""Where models of several sizes and skills name the one to use."""


def obey(row: Row, values: Values) -> None:
    """Raises RequestError for the first of a row's rules that the inputs break."""
    for name in row.rules:
        if broken := RULES[name](row, values):
            raise RequestError(*broken)


def _prompt_or_audio(row: Row, values: Values) -> tuple[str, str] | None:
    if _value(row, "prompt", values) or _value(row, "audio", values):
        return None
    return "There is neither a prompt nor a sound to start from.", "Say a prompt, or give a sound."


def _continuing_needs_audio(row: Row, values: Values) -> tuple[str, str] | None:
    if _value(row, "audio", values):
        return None
    if _value(row, "continue", values):
        return "There is no sound to go on from.", "Give a sound (audio), or leave out audio_use."
    told = [name for name in ("continuation_start", "continuation_end") if values.get(name)]
    return (f"{told[0]} is set, but there is no sound to go on from.", "Give a sound (audio).") if told else None


def _continuing_goes_forward(row: Row, values: Values) -> tuple[str, str] | None:
    start, end = values.get("continuation_start") or 0, values.get("continuation_end")
    if end is None or end == -1 or end > start:
        return None
    return (
        f"continuation_end is {end}, which is not after continuation_start, {start}.",
        "Both are seconds into the sound; leave out the end for all of it.",
    )


def _melody_needs_melody_version(row: Row, values: Values) -> tuple[str, str] | None:
    version = str(values.get(VERSION, ""))
    if not _value(row, "audio", values) or _value(row, "continue", values) or "melody" in version:
        return None
    return f"{VERSION} {version!r} can't follow a melody.", _versions(row, "melody", wanted=True)


def _diffusion_needs_mono_version(row: Row, values: Values) -> tuple[str, str] | None:
    version = str(values.get(VERSION, ""))
    if not values.get("multi_band_diffusion") or "stereo" not in version:
        return None
    return f"multi_band_diffusion does not go with {VERSION} {version!r}.", _versions(row, "stereo", wanted=False)


def _versions(row: Row, word: str, *, wanted: bool) -> str:
    known = row.options[VERSION].values if VERSION in row.options else ()
    return f"Use {VERSION} {' or '.join(one for one in known if (word in one) == wanted)}."


def _value(row: Row, field: Any, values: Values) -> Any:
    return values.get(row.inputs[field].name) if field in row.inputs else None


RULES: dict[RuleName, Callable[[Row, Values], tuple[str, str] | None]] = {
    "prompt-or-audio": _prompt_or_audio,
    "continuing-needs-audio": _continuing_needs_audio,
    "continuing-goes-forward": _continuing_goes_forward,
    "melody-needs-melody-version": _melody_needs_melody_version,
    "diffusion-needs-mono-version": _diffusion_needs_mono_version,
}
