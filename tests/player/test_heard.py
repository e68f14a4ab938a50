"""What really comes out of a device: PortAudio plays into a real JACK server, another program records it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from support.jack import connect, jack, jack_server  # noqa: F401 - fixtures
from support.patience import wait_until

RATE = 48_000
RECORDER = """
import sys, time, numpy as np, sounddevice as sd
blocks = []
with sd.InputStream(samplerate=48000, channels=2, device="system", dtype="float32",
                    callback=lambda data, *_: blocks.append(data.copy())):
    print("ready", flush=True)
    sys.stdin.readline()
np.save(sys.argv[1], np.concatenate(blocks))
"""


@pytest.fixture
def portaudio(jack):  # noqa: F811
    """Says that PortAudio has JACK in it; asked in another process, because it must not outlive this server in ours."""
    said = subprocess.run(
        [sys.executable, "-c", "import sounddevice; print(sounddevice.query_hostapis())"], capture_output=True,
        text=True, check=False, timeout=60,
    ).stdout  # fmt: skip
    if "JACK" not in said:
        pytest.skip("this PortAudio has no JACK")


def ports(peer) -> list[str]:
    listed = subprocess.run([peer("jack_lsp", "jackd2")], capture_output=True, text=True, timeout=30, check=False)
    return listed.stdout.split()


@pytest.fixture
def oneshot(portaudio, tmp_path):
    """Runs `oneshot play` in a process of its own: PortAudio's JACK must not outlive its server in ours."""
    config = tmp_path / "config.toml"
    config.write_text(f'state_folder = "{tmp_path.as_posix()}/s"\n[library]\nfolder = "{tmp_path.as_posix()}/l"\n')
    return [sys.executable, "-m", "bridge", "--config", str(config), "play"]


def test_a_file_is_heard_as_it_is_by_another_program(oneshot, peer, connect, tmp_path):  # noqa: F811
    time_line = np.arange(RATE) / RATE
    wave = 0.4 * np.sin(2 * np.pi * 440 * time_line) * np.exp(-3 * time_line)
    file, heard = tmp_path / "tone.wav", tmp_path / "heard.npy"
    soundfile.write(file, np.concatenate([np.zeros(RATE), wave]), RATE)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", RECORDER, str(heard)], **pipes) as recorder:
        assert recorder.stdout.readline() == "ready\n"
        before = set(ports(peer))
        with subprocess.Popen([*oneshot, str(file), "--device", "system", "--level", "0"], **pipes) as player:
            wait_until(lambda: len([port for port in set(ports(peer)) - before if ":out_" in port]) >= 2)
            out = sorted(port for port in set(ports(peer)) - before if ":out_" in port)
            for source, target in zip(out, sorted(port for port in before if ":in_" in port), strict=False):
                connect(source, target)
            assert player.wait(60) == 0, player.stderr.read()
        recorder.communicate("\n", timeout=60)
    samples = np.load(heard)[:, 0].astype(float)
    lag = int(np.argmax(np.correlate(samples, wave[: RATE // 4], "valid")))
    found = samples[lag : lag + len(wave)]
    assert np.abs(found[480:40_000] - wave[480:40_000]).max() < 2e-3


@pytest.mark.parametrize(("options", "words"), [
    (["--device", "nowhere"], ["no sound device 'nowhere'", "system"]),
    (["--device", "system", "--channel", "99"], ["no output 99"]),
])  # fmt: skip
def test_what_the_computer_does_not_have_is_named_with_what_it_has(oneshot, tmp_path, options, words):
    soundfile.write(tmp_path / "a.wav", np.zeros(100), RATE)
    result = subprocess.run([*oneshot, str(tmp_path / "a.wav"), *options], capture_output=True, text=True, timeout=60,
                            check=False)
    assert result.returncode == 1
    assert all(word in result.stderr for word in words), result.stderr


def test_the_devices_are_listed(oneshot):
    assert "system" in subprocess.run([*oneshot, "--devices"], capture_output=True, text=True, timeout=60,
                                      check=True).stdout
