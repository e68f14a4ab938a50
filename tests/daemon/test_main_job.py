"""The main job, end to end: a trigger by OSC, and a real sampler plays the new sound on the right note."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from support.patience import PATIENCE_SECONDS

RATE = 48_000


def play(pysfizz, preset, note: int, seconds: float = 1.0) -> np.ndarray:
    """Loads a preset in a fresh sampler, plays a note and returns what comes out, both channels mixed."""
    synth = pysfizz.Synth(sample_rate=RATE, block_size=256)
    assert synth.load_sfz_file(str(preset))
    return np.asarray(synth.render_note(note, 127, seconds * 0.9, seconds)).mean(axis=0)


def frequency_of(sound: np.ndarray, low: float, high: float) -> float:
    """Returns the strongest frequency between two bounds in Hz, by an interpolated spectrum (no code of ours)."""
    window = sound * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(window, 8 * len(window)))
    bins = np.fft.rfftfreq(8 * len(window), 1 / RATE)
    inside = (bins >= low) & (bins <= high)
    peak = int(np.flatnonzero(inside)[np.argmax(spectrum[inside])])
    a, b, c = np.log(spectrum[peak - 1 : peak + 2])
    return float((peak + (a - c) / (2 * (a - 2 * b + c))) * bins[1])


def trigger(listener, pad: str) -> list:
    """Presses a pad and returns the arguments of `sample/ready`, checking the order of what is heard."""
    listener.send(f"/oneshot/pad/{pad}", 100)
    heard = listener.hear_until("/oneshot/job/ready")
    addresses = [address for address, _ in heard]
    assert addresses.index("/oneshot/job/accepted") < addresses.index("/oneshot/job/progress")
    assert addresses.index("/oneshot/job/progress") < addresses.index("/oneshot/sample/ready")
    return dict(heard)["/oneshot/sample/ready"]


def test_a_pad_pressed_by_osc_sounds_on_its_note_in_sfizz_and_new_after_the_next_press(daemon, peer) -> None:
    pysfizz = peer.module("pysfizz")
    listener = daemon.start().listener()
    kit = daemon.library / "kits" / "main.sfz"

    trigger(listener, "kick")
    first = play(pysfizz, kit, 36)
    assert 0.1 < np.abs(first).max() <= 1.0
    assert np.abs(play(pysfizz, kit, 42)).max() < 1e-4, "nothing was made for that pad yet"

    trigger(listener, "kick")
    second = play(pysfizz, kit, 36)
    assert np.abs(second - first).max() > 0.05, "the second sound is the first"


def test_a_tonal_pad_is_in_tune_over_its_keys(daemon, peer) -> None:
    pysfizz = peer.module("pysfizz")
    listener = daemon.start().listener()
    _, _, root, cents, low, high, pad, _ = trigger(listener, "bass")[:8]
    assert (root, pad) == (36, "bass")
    assert abs(cents) <= 5
    assert low <= 36 <= high
    preset = daemon.library / "instruments" / "bass.sfz"
    for note in (low, 36, high):
        wanted = 440 * 2 ** ((note - 69) / 12)
        found = frequency_of(play(pysfizz, preset, note), wanted * 0.94, wanted * 1.06)
        assert abs(1200 * np.log2(found / wanted)) < 5, f"note {note} sounds at {found:.2f} Hz, not {wanted:.2f}"


def test_the_command_line_asks_the_running_daemon(daemon) -> None:
    daemon.start()
    made = daemon.run("trigger", "kick")
    assert made.returncode == 0, made.stderr
    assert "kick" in made.stdout
    assert len(daemon.get("samples")) == 1


def test_without_a_daemon_the_command_line_does_the_work_itself(daemon) -> None:
    made = daemon.run("generate", "deep 808, long decay", "--note", "36")
    assert made.returncode == 0, made.stderr
    (wav,) = daemon.library.glob("samples/*/*.wav")
    assert "_C_036_" in wav.name
    assert wav.name in made.stdout


def test_the_same_brief_is_the_same_sound_in_another_process(daemon) -> None:
    for _ in range(2):
        made = daemon.run("generate", "bell", "--seed", "7", "--note", "72")
        assert made.returncode == 0, made.stderr
    first, second = sorted(daemon.library.glob("samples/*/*.json"))
    read = [line for path in (first, second) for line in path.read_text().splitlines() if '"sha256"' in line]
    assert read[0] == read[1]


def test_a_second_daemon_on_the_same_library_is_refused_and_harms_nothing(daemon) -> None:
    daemon.start()
    second = daemon.run("run")
    assert second.returncode == 6
    assert "Traceback" not in second.stderr
    trigger(daemon.listener(), "kick")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_and_says_goodbye(daemon, end) -> None:
    daemon.start()
    daemon.process.send_signal(end)
    assert daemon.process.wait(PATIENCE_SECONDS) == 0


def test_garbage_is_answered_and_the_daemon_lives(daemon) -> None:
    listener = daemon.start().listener()
    listener._socket.sendto(b"\xff" * 100, listener._to)
    listener.send("/nonsense", 1)
    listener.send("/oneshot/pad/nobody")
    listener.send("/oneshot/pad/../../etc")
    listener.send("/oneshot/generate", "x" * 3000)
    listener.send("/oneshot/generate", "kick\x01")
    listener.send("/oneshot/generate", "kick", "pad", "../../x")
    listener.send("/oneshot/ping")
    answers = [address for address, _ in listener.hear_until("/oneshot/pong")[:-1]]
    assert len(answers) == 7
    assert set(answers) == {"/oneshot/error", "/oneshot/job/rejected"}
    trigger(listener, "kick")
    assert not list(daemon.folder.glob("../x*"))
