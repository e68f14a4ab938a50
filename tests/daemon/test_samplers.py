"""Samplers without scripts, from a press to the sound that they play: real ones, driven by the real daemon."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from support.patience import PATIENCE_SECONDS

RATE = 44_100


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def frequency(sound: np.ndarray, wanted: float) -> float:
    """Returns the strongest frequency within three semitones, by an interpolated spectrum (no code of ours)."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 19))
    bins = np.fft.rfftfreq(1 << 19, 1 / RATE)
    inside = np.flatnonzero((bins > wanted * 0.84) & (bins < wanted * 1.19))
    peak = int(inside[np.argmax(spectrum[inside])])
    low, middle, high = np.log(spectrum[peak - 1 : peak + 2])
    return float((peak + (low - high) / (2 * (low - 2 * middle + high))) * bins[1])


def cents(measured: float, wanted: float) -> float:
    return 1200 * np.log2(measured / wanted)


class FluidSynth:
    """A FluidSynth that writes what it plays into a file, in its own time."""

    def __init__(self, program: str, folder: Path, port: int, *options: str) -> None:
        self.sound = folder / "played.wav"
        self.port = port
        self._log = (folder / "fluidsynth.txt").open("a")
        self._process = subprocess.Popen(
            [program, "-s", "-a", "file", "-o", f"audio.file.name={self.sound}", "-o", f"shell.port={port}",
             "-o", "synth.default-soundfont=", "-r", str(RATE), "-R", "0", "-C", "0", "-g", "1", *options],
            stdin=subprocess.PIPE, stdout=self._log, stderr=self._log,
        )

    def _line(self):
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)

    def ask(self, command: str) -> str:
        with until(self._line) as line:
            line.sendall(f"{command}\necho over\n".encode())
            answer = b""
            while b"over\n" not in answer:
                answer += line.recv(65_536)
            # Whose side closes first keeps the port for a minute, and FluidSynth is to be started anew on it.
            line.shutdown(socket.SHUT_WR)
            while line.recv(65_536):
                pass
        return answer.decode().removeprefix("> ").partition("over\n")[0]

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE_SECONDS)
            self._log.close()

    def played(self) -> np.ndarray:
        """Ends it, and returns what it played, as one channel; what it has not written, about half a second, is lost.

        It is not asked to go: its sockets would close first, and hold its port for a minute.
        """
        time.sleep(0.9)
        self.kill()
        return soundfile.read(self.sound)[0].mean(axis=1)


def until(found, seconds=PATIENCE_SECONDS):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return value


def states(daemon, host):
    return [(order["pad"], order["state"]) for order in daemon.get("deliveries", host=host)]


@pytest.fixture
def fluidsynth(peer, tmp_path):
    program = peer("fluidsynth")
    running = []

    def start(port, *options):
        running.append(FluidSynth(program, tmp_path, port, *options))
        return running[-1]

    yield start
    for one in running:
        one.kill()


def test_fluidsynth_plays_each_new_sound_in_tune_and_what_waits_when_it_comes_back(daemon, fluidsynth):
    port = free_port()
    daemon.config.write_text(
        daemon.config.read_text(encoding="utf-8")
        + f"[samplers.fluidsynth]\naddress = '127.0.0.1:{port}'\nchannels = {{ bass = 1 }}\n", encoding="utf-8",
    )
    synth = fluidsynth(port)
    synth.ask("fonts")
    listener = daemon.start().listener()
    for times in (1, 2):
        listener.send("/oneshot/pad/bass", 127)
        listener.hear_until("/oneshot/job/ready")
        until(lambda times=times: states(daemon, "fluidsynth").count(("bass", "done")) == times)
        shown = synth.ask("channels -verbose").splitlines()
        assert "bass-1-" in shown[0]
        assert "main-10-" in shown[9]
        # The newer takes the place of the older, and the older file is given back.
        assert sum("deliveries" in line for line in synth.ask("fonts").splitlines()) == 2

    synth.ask("noteon 0 40 127")
    time.sleep(0.6)
    synth.ask("noteoff 0 40")
    time.sleep(0.4)
    synth.ask("noteon 9 48 127")
    time.sleep(0.6)
    played = synth.played()
    loud = np.flatnonzero(np.abs(played) > 0.02)
    begins = [loud[0], *loud[1:][np.diff(loud) > 4_000]]
    assert len(begins) == 2
    # On its own channel the key is what sounds; in the kit the pad sounds as it was made, on the key of the pad.
    for begin, wanted in zip(begins, (82.407, 65.406), strict=True):
        assert abs(cents(frequency(played[begin + 2_000 : begin + 20_000], wanted), wanted)) < 10

    # While it is away a sound waits; one that comes has forgotten everything and is told all of it.
    listener.send("/oneshot/pad/kick", 127)
    listener.hear_until("/oneshot/job/ready")
    assert ("kick", "waiting") in states(daemon, "fluidsynth")
    synth = fluidsynth(port, "-i")  # without a prompt
    until(lambda: ("kick", "done") in states(daemon, "fluidsynth"))
    shown = synth.ask("channels -verbose").splitlines()
    assert "bass-1-" in shown[0]
    assert "main-10-" in shown[9]
