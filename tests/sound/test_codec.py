"""What libsndfile reads and writes is what we mean."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.errors import SoundError
from bridge.sound import codec
from bridge.sound.codec import decode, encode_float, to_pcm24
from bridge.sound.wav import wav_bytes


def file_of(audio, container="WAV", subtype=None):
    buffer = io.BytesIO()
    soundfile.write(buffer, audio.samples, audio.sample_rate, format=container, subtype=subtype)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("container", "subtype", "error"),
    [
        ("WAV", "PCM_16", 2**-15),
        ("WAV", "PCM_24", 2**-23),
        ("WAV", "FLOAT", 0),
        ("AIFF", "PCM_24", 2**-23),
        ("FLAC", "PCM_24", 2**-23),
        ("OGG", "VORBIS", 0.05),
        ("MP3", "MPEG_LAYER_III", 0.05),
    ],
)
def test_every_common_container_decodes_to_the_same_sound(sounds, container, subtype, error):
    audio = sounds.sine(60, 0.2)
    again = decode(file_of(audio, container, subtype))
    assert (again.sample_rate, again.channels, again.frames) == (audio.sample_rate, 1, audio.frames)
    assert np.abs(again.samples - audio.samples).max() <= error


@pytest.mark.parametrize("channels", [1, 2])
def test_a_float_wav_brings_every_bit_back(sounds, channels):
    audio = Audio.of(np.random.default_rng(3).standard_normal((777, channels)).astype(np.float32) * 2, 48_000)
    sound = encode_float(audio)
    samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    assert rate == 48_000
    assert np.array_equal(samples, audio.samples)
    assert np.array_equal(decode(sound).samples, audio.samples)
    assert soundfile.info(io.BytesIO(sound)).subtype == "FLOAT"
    assert encode_float(audio) == sound


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=200))
def test_published_pcm_reads_back_bit_exact(steps):
    audio = Audio.of(np.array(steps) / 2**23, 44_100)
    sound = wav_bytes(to_pcm24(audio), sample_rate=44_100, channels=1)
    read, _ = soundfile.read(io.BytesIO(sound), dtype="int32")
    assert (read >> 8).tolist() == steps


def test_values_between_two_steps_go_to_the_nearer_one_and_values_beyond_full_scale_are_clipped():
    audio = Audio.of(np.array([0.4, 0.6, -0.6, 3 * 2**23, -3 * 2**23, 2**23]) / 2**23, 44_100)
    pcm = to_pcm24(audio)
    steps = [int.from_bytes(pcm[at : at + 3], "little", signed=True) for at in range(0, len(pcm), 3)]
    assert steps == [0, 1, -1, 2**23 - 1, -(2**23), 2**23 - 1]


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_no_number_is_written_for_nan_or_infinity(poison):
    with pytest.raises(SoundError, match="NaN or infinite"):
        to_pcm24(Audio.of(np.array([0.0, poison]), 44_100))


@pytest.mark.parametrize(
    "junk", [b"", b"RIFF", b"not a sound at all", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"ID3\x04" + bytes(40), bytes(5000)]
)
def test_bytes_that_are_no_sound_are_refused_without_naming_our_own_insides(junk):
    with pytest.raises(SoundError) as refusal:
        decode(junk)
    assert refusal.value.verdict == "undecodable"
    assert "BytesIO" not in str(refusal.value)
    assert "0x" not in str(refusal.value)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 200), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_damaged_file_decodes_or_is_refused_by_name(at, value, cut):
    sound = bytearray(encode_float(Audio.of(np.linspace(-1, 1, 100), 44_100)))
    sound[at] = value
    with contextlib.suppress(SoundError):
        decode(bytes(sound[: len(sound) - cut]))


def test_a_small_file_that_claims_an_hour_is_refused_before_it_is_read():
    claim = file_of(Audio.of(np.zeros(8_000 * 700), 8_000), "FLAC", "PCM_16")
    assert len(claim) < 50_000
    with pytest.raises(SoundError, match="lasts 700 s"):
        decode(claim)


def test_a_small_file_of_gigabytes_of_silence_is_refused_before_it_is_read(monkeypatch):
    assert codec.MOST_VALUES * 4 < 1 << 29
    monkeypatch.setattr(codec, "MOST_VALUES", 120_000)
    bomb = file_of(Audio.of(np.zeros((60_000, 8)), 384_000), "FLAC", "PCM_16")
    assert len(bomb) < 5_000
    with pytest.raises(SoundError, match="too much to read"):
        decode(bomb)


def test_nine_channels_are_refused_by_name():
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((10, 9)), 44_100, format="WAV")
    with pytest.raises(SoundError, match="1–8 channels"):
        decode(buffer.getvalue())
