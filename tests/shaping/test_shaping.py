"""Shaping through real worker processes, as the daemon uses it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.errors import SoundError
from bridge.shaping import Shaping, tasks
from bridge.sound.codec import decode, encode_float
from bridge.sound.likeness import SIZE
from bridge.sound.wav import wav_bytes
from bridge.units import hz_of
from bridge.workers import WorkerPool

BRIEF = Brief(prompt="warm pluck", model="m", seed=1, family="pluck", mapping="keys")


def take(note=60.3, channels=1, rate=48_000):
    t = np.arange(rate) / rate
    wave = sum(np.sin(2 * np.pi * k * hz_of(note) * t) / k * np.exp(-t * (3 + k)) for k in range(1, 12))
    return encode_float(Audio.of(np.repeat(0.3 * wave[:, None], channels, axis=1), rate))


def shaped_alone(sound, brief=BRIEF):
    (outcome,) = tasks.shape_set([sound], brief, 44_100)
    if isinstance(outcome, SoundError):
        raise outcome
    return outcome


def shaped_by_workers(story):
    async def run():
        pool = WorkerPool(1, warm=["bridge.shaping.tasks"])
        await pool.start()
        try:
            return await story(Shaping(pool, sample_rate=44_100))
        finally:
            await pool.close()

    return asyncio.run(run())


def test_a_take_goes_through_the_workers_and_comes_back_as_pcm():
    async def story(shaping):
        return await asyncio.gather(
            shaping.check(take(), BRIEF, priority=0),
            shaping.check(b"no sound", BRIEF, priority=0),
            shaping.shape_set([take(), b"no sound"], BRIEF, priority=0),
            return_exceptions=True,
        )

    good, bad, (shaped, refusal) = shaped_by_workers(story)
    assert {verdict.rule for verdict in good} == {"pass"}
    assert [(verdict.name, verdict.rule) for verdict in bad] == [("undecodable", "retry")]
    assert (shaped.analysis.root, shaped.channels, shaped.sample_rate) == (60, 1, 44_100)
    assert len(shaped.pcm) == shaped.frames * shaped.channels * 3
    assert isinstance(refusal, SoundError)
    assert refusal.verdict == "undecodable"
    assert refusal.hint


def test_a_shaped_sound_says_what_is_known_of_it():
    shaped = shaped_alone(take())
    assert shaped.analysis.tone == "note"
    assert shaped.analysis.glide == pytest.approx(0.0, abs=0.5)
    assert shaped.analysis.character.brightness == pytest.approx(hz_of(60), rel=1.0)
    assert len(shaped.fingerprint) == SIZE


def test_the_same_recording_is_found_by_its_wave_whatever_its_level_and_start():
    audio = decode(take())
    later = encode_float(Audio.of(np.pad(0.4 * audio.samples, ((200, 0), (0, 0))), audio.sample_rate))

    async def story(shaping):
        others = [take(64.0), b"no sound", b"", later, take(rate=44_100)]
        return (
            await shaping.same_recording(take(), others, priority=0),
            await shaping.same_recording(take(), others[:3], priority=0),
        )

    found, nothing = shaped_by_workers(story)
    assert found[0] == 3
    assert 0.98 <= found[1] <= 1.001
    assert nothing is None


@pytest.mark.parametrize("channels", [1, 2])
def test_the_published_file_is_the_shaped_sound_to_foreign_readers(channels):
    shaped = shaped_alone(take(channels=channels))
    file = wav_bytes(shaped.pcm, sample_rate=shaped.sample_rate, channels=shaped.channels)
    read, rate = soundfile.read(io.BytesIO(file), dtype="int32", always_2d=True)
    assert (len(read), read.shape[1], rate) == (shaped.frames, shaped.channels, 44_100)
    assert (read >> 8).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes() == shaped.pcm
    assert shaped.analysis.seconds == pytest.approx(shaped.frames / 44_100)


def test_the_same_take_and_brief_give_the_same_bytes():
    once, twice = (shaped_alone(take()) for _ in range(2))
    assert hashlib.sha256(once.pcm).digest() == hashlib.sha256(twice.pcm).digest()
    assert once == twice


def test_where_a_sound_goes_changes_nothing_of_it():
    elsewhere = replace(BRIEF, pad="other", pad_note=40, targets=(("reaper", "track:Keys"),))
    assert shaped_alone(take(), elsewhere) == shaped_alone(take())


def test_a_take_that_does_not_pass_the_gate_is_a_verdict_first_and_a_refusal_then():
    silence = encode_float(Audio.of(np.zeros(48_000), 48_000))
    assert "retry" in {verdict.rule for verdict in tasks.check(silence, BRIEF)}
    with pytest.raises(SoundError) as refusal:
        shaped_alone(silence)
    assert (refusal.value.verdict, refusal.value.retryable) == ("silence", True)


def test_shaping_what_was_shaped_changes_next_to_nothing():
    shaped = shaped_alone(take())
    file = wav_bytes(shaped.pcm, sample_rate=44_100, channels=shaped.channels)
    again = shaped_alone(file)
    assert again.analysis.root == shaped.analysis.root
    assert again.frames == pytest.approx(shaped.frames, abs=0.002 * 44_100)
    first, second = (decode(wav_bytes(one.pcm, sample_rate=44_100, channels=1)).samples for one in (shaped, again))
    common = slice(2_000, 20_000)
    assert np.abs(first[common] - second[common]).max() < 0.01


def test_the_side_of_the_daemon_brings_no_dsp_library_with_it():
    program = "import sys, bridge.shaping, bridge.sound.wav; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"scipy", "soxr", "soundfile"} & set(answer.stdout.split())
