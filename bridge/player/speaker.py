"""The loudspeaker: a stream to a device of PortAudio, opened when a sound comes and closed when it is quiet again."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import numpy as np

from bridge.errors import BridgeError
from bridge.player.mixer import Block, Mixer

log = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
"""After so long without a sound the device is free for others."""


class Speaker:
    """Plays on a device: `device` is its name or a part of it (empty: the system's own), `channel` its first output
    that is used, from 1.

    Every method but `play` may take its time and is called in a thread.
    """

    def __init__(self, *, device: str = "", channel: int = 1) -> None:
        self._device = device
        self._channel = channel
        self._mixer = Mixer()
        self._stream: Any = None
        self._pair = np.zeros((0, 2), dtype=np.float32)

    @property
    def silent(self) -> bool:
        return self._mixer.silent

    @property
    def is_open(self) -> bool:
        return self._stream is not None and bool(self._stream.active)

    def open(self) -> int:
        """Opens the device where it is not open; returns its sample rate.

        Raises BridgeError where there is no PortAudio, no such device, or one that can't be opened.
        """
        sounddevice = _sounddevice()
        if self.is_open:
            return int(self._stream.samplerate)
        self.close()  # what was pulled out is no more
        try:
            found = _find(sounddevice, self._device)
            channels = min(self._channel + 1, int(found["max_output_channels"]))
            if self._channel > channels:
                raise BridgeError(
                    f"{found['name']} has {channels} outputs, and no output {self._channel}.", "Choose another channel."
                )
            self._stream = sounddevice.OutputStream(
                samplerate=found["default_samplerate"], device=found["index"], channels=channels, dtype="float32",
                callback=self._called,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as problem:
            self._stream = None
            cure = "See what there is: oneshot play --devices"
            raise BridgeError(f"The sound device can't be opened: {problem}.", cure) from problem
        return int(self._stream.samplerate)

    def play(self, key: str, samples: Block) -> None:
        """Plays stereo samples at the rate that `open` returned; the sound of the same key fades away under it."""
        self._mixer.play(key, samples)

    def stop(self) -> None:
        """Lets everything fade away."""
        self._mixer.stop()

    def close(self) -> None:
        """Lets go of the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except Exception as problem:  # a device that is gone may throw anything
                log.debug("the sound device can't be closed: %s", problem)

    def _called(self, out: Block, frames: int, _time: Any, _status: Any) -> None:
        """Fills the device's next block; runs in PortAudio's thread and must neither wait nor throw."""
        try:
            if len(self._pair) != frames:
                self._pair = np.zeros((frames, 2), dtype=np.float32)
            self._mixer.fill(self._pair)
            out.fill(0.0)
            first = self._channel - 1
            if out.shape[1] - first >= 2:
                out[:, first : first + 2] = self._pair
            else:
                out[:, first] = self._pair.mean(axis=1)
        except Exception:  # a border: PortAudio would end the stream
            out.fill(0.0)


async def close_when_idle(speaker: Speaker, *, every: float = 1.0) -> None:
    """Lets go of the device once nothing was heard for a while; runs until it is cancelled."""
    quiet = 0.0
    while True:
        await asyncio.sleep(every)
        quiet = quiet + every if speaker.silent else 0.0
        if quiet >= IDLE_SECONDS and speaker.is_open:
            await asyncio.to_thread(speaker.close)


def device_names() -> list[str]:
    """Returns the outputs of this computer; raises BridgeError where there is no PortAudio."""
    return [str(device["name"]) for device in _sounddevice().query_devices() if device["max_output_channels"] > 0]


def _find(sounddevice: Any, wanted: str) -> dict[str, Any]:
    if not wanted:
        found: dict[str, Any] = sounddevice.query_devices(kind="output")
        return found
    devices = [device for device in sounddevice.query_devices() if device["max_output_channels"] > 0]
    for fits in (lambda name: name == wanted, lambda name: wanted.lower() in name.lower()):
        for device in devices:
            if fits(str(device["name"])):
                return dict(device)
    names = ", ".join(str(device["name"]) for device in devices) or "none"
    raise BridgeError(f"There is no sound device {wanted!r}.", f"There are: {names}.")


def _sounddevice() -> Any:
    try:
        import sounddevice
    except (ImportError, OSError) as problem:
        raise BridgeError(
            f"Nothing can be heard: {problem}.",
            "On Linux install PortAudio: sudo apt install libportaudio2",
        ) from problem
    return sounddevice
