"""The sound devices of a computer, as values: what they are called, and which of them somebody means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.errors import BridgeError, NotFoundError

LIST = "See what there is: oneshot play --devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Describes a device that sounds: `system` is PortAudio's word for what it belongs to (ALSA, JACK, WASAPI …),
    `rate` its own sample rate in Hz, `default` that the computer would take it."""

    index: int
    name: str
    system: str
    channels: int
    rate: int
    default: bool = False


def choose(outputs: Sequence[Output], wanted: str, channel: int) -> Output:
    """Returns the device that has all the words of `wanted` in its name and system; empty: the computer's own.

    Its whole name goes before parts of others, and of several that fit the first of the computer's own system: on
    Windows a device is there once in each. Raises NotFoundError where there is none, or where it has no output
    `channel` (from 1): a sound never goes to an output that nobody chose.
    """
    own = next((output for output in outputs if output.default), None)
    if not wanted:
        if own is None:
            raise NotFoundError("There is no sound device to play on.", LIST)
        return _with_channel(own, channel)
    words = wanted.casefold().split()
    whole = [output for output in outputs if output.name.casefold() == wanted.casefold()]
    parts = [output for output in outputs if all(word in f"{output.name} {output.system}".casefold() for word in words)]
    fitting = sorted(whole or parts, key=lambda output: own is None or output.system != own.system)
    if not fitting:
        names = ", ".join(dict.fromkeys(output.name for output in outputs)) or "none"
        raise NotFoundError(f"There is no sound device {wanted!r}.", f"There are: {names}.")
    return _with_channel(fitting[0], channel)


def _with_channel(output: Output, channel: int) -> Output:
    if channel > output.channels:
        raise NotFoundError(
            f"{output.name} has {output.channels} outputs, and no output {channel}.", "Choose another channel."
        )
    return output


def absent(problem: object) -> BridgeError:
    """Returns the error for a computer without PortAudio."""
    cure = "On Linux install PortAudio: sudo apt install libportaudio2"
    return BridgeError(f"Nothing can be heard: {problem}.", cure)
