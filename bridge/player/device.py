"""The side of the player that has the device: tasks of a process of its own, called there by name.

A device can be pulled out, and its driver or server can die. PortAudio may then hang for ever in whatever is asked of
it (its JACK side does, in every call that closes), or end the whole process. Here that costs a process that nobody
misses. What this one remembers between two tasks is the one device that it has opened.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from bridge.audio import Audio
from bridge.errors import BridgeError, SoundError
from bridge.player.mixer import Block, Mixer, spread
from bridge.player.outputs import LIST, Output, absent, choose
from bridge.sound.audition import prepared
from bridge.units import Decibels, Seconds

log = logging.getLogger(__name__)

LARGEST_FILE_BYTES = 1_000_000_000
FADING_SECONDS = 0.05
"""How long what rings may take to fade before the device is let go."""

_speaker: Speaker | None = None


class Speaker:
    """Plays on an open device, from the output `channel` on (from 1)."""

    def __init__(self, output: Output, channel: int) -> None:
        """Opens the device; raises BridgeError where it can't be opened."""
        self.output = output
        self.mixer = Mixer()
        self.beats = 0
        """How many blocks the device has asked for."""
        self._first = channel - 1
        self._pair = np.zeros((4_096, 2), dtype=np.float32)
        self._stream = self._open(dict.fromkeys((min(channel + 1, output.channels), output.channels)))

    @property
    def alive(self) -> bool:
        return bool(self._stream.active)

    def close(self) -> None:
        """Fades what rings and lets go of the device."""
        if not self.mixer.silent:
            self.mixer.stop()
            time.sleep(FADING_SECONDS)
        self._stream.stop()
        self._stream.close()

    def _open(self, counts: dict[int, None]) -> Any:
        """Returns a running stream: with the fewest channels that do, or all of them where a system takes no fewer."""
        sounddevice = _sounddevice()
        problem: Exception | None = None
        for channels in counts:
            try:
                stream = sounddevice.OutputStream(
                    samplerate=self.output.rate, device=self.output.index, channels=channels, dtype="float32",
                    latency="high", callback=self._called,
                )
                stream.start()
                return stream
            except (sounddevice.PortAudioError, ValueError) as reason:
                problem = problem or reason
        raise BridgeError(f"{self.output.name} can't be opened: {problem}.", LIST) from problem

    def _called(self, out: Block, frames: int, _time: Any, _status: Any) -> None:
        """Fills the device's next block, in PortAudio's own thread: it copies, and neither waits nor throws."""
        if len(self._pair) < frames:
            self._pair = np.zeros((frames, 2), dtype=np.float32)
        pair = self._pair[:frames]
        self.mixer.fill(pair)
        spread(pair, out, self._first)
        self.beats += 1


def play(key: str, file: str, level: Decibels, device: str, channel: int) -> tuple[Seconds, str] | None:
    """Plays a sound file and returns how long it is and on which device it is heard; None where that device is gone.

    The device is opened by the first call, and every later call must name the same. Raises SoundError for a file that
    can't be played, BridgeError or NotFoundError where there is no PortAudio, no such device, or it can't be opened.
    """
    global _speaker
    content = _read(Path(file))
    if _speaker is None:
        _speaker = Speaker(choose(outputs(), device, channel), channel)
    if not _speaker.alive:
        return None
    rate = _speaker.output.rate
    samples = np.frombuffer(prepared(content, rate, level), dtype="<f4").reshape(-1, 2)
    _speaker.mixer.play(key, samples)
    return Audio(samples, rate).seconds, _speaker.output.name


def silence() -> None:
    """Lets everything fade away."""
    if _speaker is not None:
        _speaker.mixer.stop()


def state() -> tuple[bool, bool, int]:
    """Returns whether the device is alive, whether anything rings, and how many blocks the device has asked for."""
    if _speaker is None:
        return True, False, 0
    return _speaker.alive, not _speaker.mixer.silent, _speaker.beats


def leave() -> None:
    """Lets go of the device and of PortAudio, as a client of a sound server should before it ends."""
    global _speaker
    if _speaker is not None:
        _speaker.close()
        _speaker = None
        _sounddevice()._terminate()


def outputs() -> list[Output]:
    """Returns the devices that sound, as PortAudio found them when this process began; BridgeError where it is not."""
    sounddevice = _sounddevice()
    systems = [str(system["name"]) for system in sounddevice.query_hostapis()]
    try:
        own = sounddevice.query_devices(kind="output")["index"]
    except (sounddevice.PortAudioError, ValueError):  # a computer without any
        own = -1
    return [
        Output(
            index=int(found["index"]), name=str(found["name"]), system=systems[found["hostapi"]],
            channels=int(found["max_output_channels"]), rate=round(found["default_samplerate"]),
            default=found["index"] == own,
        )
        for found in sounddevice.query_devices() if found["max_output_channels"] > 0
    ]


def _read(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise SoundError(f"{file} is no sound file.")
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise SoundError(f"{file} is too large to be played.", "Play a shorter file.")
        return file.read_bytes()
    except OSError as problem:
        raise SoundError(f"{file} can't be read: {problem.strerror}.") from problem


def _sounddevice() -> Any:
    # PortAudio's JACK side would start a JACK server on its own, with settings that nobody chose.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        import sounddevice  # comes late: PortAudio is optional
    except (ImportError, OSError) as problem:
        raise absent(problem) from problem
    return sounddevice
