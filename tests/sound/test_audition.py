"""A sound made ready for a loudspeaker."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from bridge.errors import SoundError
from bridge.sound.audition import prepared
from bridge.units import Decibels


def ready(samples, rate: int, out: int, level: float = 0.0) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="FLOAT")
    content = prepared(file.getvalue(), out, Decibels(level))
    return np.frombuffer(content, dtype="<f4").reshape(-1, 2)


def test_mono_is_heard_on_both_sides_at_the_pitch_and_level_it_has():
    wave = 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(44_100) / 44_100)
    out = ready(wave, 44_100, 48_000, -6.0206)
    assert len(out) == pytest.approx(48_000, abs=2)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    spectrum = np.abs(np.fft.rfft(out[:48_000, 0] * np.hanning(len(out[:48_000]))))
    assert int(spectrum.argmax()) == pytest.approx(1_000, abs=1)
    assert np.abs(out[1_000:-1_000]).max() == pytest.approx(0.25, abs=0.003)


def test_it_begins_and_ends_without_a_click_and_never_passes_full_scale():
    out = ready(np.full((4_410, 2), 3.0), 44_100, 44_100)
    assert np.abs(out).max() <= 1.0
    assert 0 < abs(out[0]).max() < 0.03
    assert 0 < abs(out[-1]).max() < 0.03
    assert np.abs(np.diff(out[:, 0])).max() < 0.03


def test_the_stroke_of_a_drum_is_left_to_it():
    stroke = np.exp(-np.arange(4_410) / 40) * np.random.default_rng(1).uniform(-0.9, 0.9, 4_410)
    heard = ready(stroke, 44_100, 44_100)[:, 0]
    np.testing.assert_allclose(heard[44:4_000], stroke[44:4_000], atol=1e-6)


def test_of_a_long_file_the_first_minute_is_heard():
    assert len(ready(np.full(8_000 * 61, 0.5), 8_000, 8_000)) == 8_000 * 60


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
def test_any_number_of_channels_is_heard_as_two(channels):
    assert ready(np.zeros((100, channels)), 22_050, 48_000).shape[1] == 2


def test_what_is_no_number_is_silence():
    assert np.isfinite(ready(np.array([np.nan, np.inf, 0.5, -np.inf] * 50), 44_100, 44_100)).all()


def test_what_is_no_sound_is_refused():
    with pytest.raises(SoundError):
        prepared(b"text", 48_000, Decibels(0.0))
