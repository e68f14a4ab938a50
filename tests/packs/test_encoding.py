"""Every kind of file holds the sound: read by libsndfile, and by ffmpeg's own decoders."""

from __future__ import annotations

import io
import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.errors import NotFoundError, RequestError
from bridge.packs import encoding
from bridge.packs.encoding import KINDS, encoded, kind_of
from bridge.sound.codec import decode, encode_float

RATE, SECONDS, HZ = 44_100, 1.0, 440.0
BY_LIBSNDFILE = [name for name, kind in KINDS.items() if not kind.encoder]
BITS = {"mp3 320k": 320_000, "mp3 128k": 128_000}


def tone(rate: int = RATE) -> bytes:
    time = np.arange(int(rate * SECONDS)) / rate
    wave = 0.5 * np.sin(2 * np.pi * HZ * time)
    return encode_float(Audio.of(np.stack([wave, wave], axis=1), rate))


def pitch(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("name", BY_LIBSNDFILE)
def test_the_sound_comes_back_at_its_pitch_length_and_level(name):
    samples, rate = soundfile.read(io.BytesIO(encoded(tone(), kind_of(name))), always_2d=True)
    assert pitch(samples, rate) == pytest.approx(HZ, abs=2)
    assert len(samples) / rate == pytest.approx(SECONDS, abs=0.06)
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.06)  # half a decibel


@pytest.mark.parametrize("name", [name for name in KINDS if "he_v2" not in name])
def test_ffmpeg_finds_the_kind_of_sound_that_the_name_says(name, peer, tmp_path):
    peer("ffmpeg")
    file = tmp_path / f"a.{KINDS[name].ending}"
    file.write_bytes(encoded(tone(), kind_of(name)))
    command = [peer("ffprobe"), "-v", "error", "-show_streams", "-show_format", "-of", "json", str(file)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    codec = found["streams"][0]["codec_name"]
    said = {"wav": "pcm_f32le", "flac": "flac", "ogg": "vorbis", "opus": "opus", "mp3": "mp3", "m4a": "aac"}
    assert codec == said[name.split()[0]]
    assert int(found["streams"][0]["channels"]) == 2
    assert float(found["format"]["duration"]) == pytest.approx(SECONDS, abs=0.1)
    if name in BITS:
        assert int(found["streams"][0]["bit_rate"]) == BITS[name]


def test_aac_of_an_old_ffmpeg_decodes_at_its_pitch(peer, tmp_path):
    file = tmp_path / "a.m4a"
    peer("ffmpeg")
    file.write_bytes(encoded(tone(), kind_of("m4a aac 128k")))
    command = [peer("ffmpeg"), "-loglevel", "error", "-i", str(file), "-f", "wav", "-"]
    samples, rate = soundfile.read(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    assert pitch(samples, rate) == pytest.approx(HZ, abs=2)


@pytest.mark.skipif(shutil.which("fdkaac") is None, reason="there is no fdkaac; it is not free, so CI has none")
@pytest.mark.parametrize(("name", "bits"), [("m4a aac_he_v2 32k", 32_000), ("m4a aac_he_v2 64k", 64_000)])
@pytest.mark.parametrize("channels", [1, 2])
def test_he_aac_of_fdkaac_decodes_at_its_pitch_length_and_rate(name, bits, channels, peer, tmp_path):
    file, seconds = tmp_path / "a.m4a", 4.0
    wave = 0.5 * np.sin(2 * np.pi * HZ * np.arange(int(seconds * RATE)) / RATE)
    file.write_bytes(encoded(encode_float(Audio.of(np.stack([wave] * channels, axis=1), RATE)), kind_of(name)))
    command = [peer("ffprobe"), "-v", "error", "-show_streams", "-of", "json", str(file)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["streams"]
    assert (found["codec_name"], found["profile"]) == ("aac", "HE-AACv2")
    assert int(found["bit_rate"]) == pytest.approx(bits, rel=0.1)
    command = [peer("ffmpeg"), "-loglevel", "error", "-i", str(file), "-f", "wav", "-"]
    samples, rate = soundfile.read(
        io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout), always_2d=True
    )
    assert len(samples) / rate == pytest.approx(seconds, abs=0.1)
    assert pitch(samples, rate) == pytest.approx(HZ, abs=1)
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.06)


def test_a_rate_that_a_kind_does_not_have_is_converted():
    for name, rate in (("opus", 48_000), ("mp3 320k", 48_000)):
        found = soundfile.info(io.BytesIO(encoded(tone(96_000), kind_of(name))))
        assert found.samplerate == rate


def test_a_wav_that_is_short_enough_stays_the_very_file():
    sound = tone()
    assert encoded(sound, kind_of("wav")) == encoded(sound, kind_of("wav"), longest=SECONDS) == sound


@pytest.mark.parametrize("name", ["wav", "flac"])
def test_a_cut_sound_has_its_length_and_ends_in_silence(name):
    cut = decode(encoded(tone(), kind_of(name), longest=0.25))
    assert cut.frames == RATE // 4
    assert np.abs(cut.samples[-1]).max() < 1e-3


def test_an_unknown_kind_is_named_with_the_nearest():
    with pytest.raises(NotFoundError, match="Did you mean mp3 320k"):
        kind_of("mp3 320")


@pytest.mark.parametrize(
    ("found", "name", "said"),
    [(frozenset(), "m4a aac 128k", "needs ffmpeg, and there is none"),
     (frozenset({"aac"}), "m4a aac_he_v2 64k", "needs the program fdkaac.*libfdk_aac.*m4a aac 128k")],
)  # fmt: skip
def test_a_missing_encoder_is_named_with_what_works_without(found, name, said, monkeypatch):
    monkeypatch.setattr(encoding, "_encoders", lambda: found)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RequestError, match=said):
        kind_of(name)
