"""What everything is made of, against its formula."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.models.synth import envelopes, filters, oscillators
from bridge.models.synth.dice import Dice

RATE = 44_100


def _stray(wave: np.ndarray, partials: np.ndarray) -> float:
    """Returns the power beside the partials against that in them, in decibels."""
    power = np.square(np.abs(np.fft.rfft(wave * np.kaiser(len(wave), 20))))
    place = np.fft.rfftfreq(len(wave), 1 / RATE)
    near = np.abs(place[:, None] - partials).min(axis=1) < 12
    return 10 * np.log10(power[~near].sum() / power[near].sum())


def test_modes_are_decaying_sines():
    frames, time = 5_000, np.arange(5_000) / RATE
    wave = oscillators.modes([440, 1_000], [0.5, 0.2], [1, 0.5], frames, [0, 0.25])
    fast, slow = np.log(1000) / 0.2, np.log(1000) / 0.5
    exact = np.sin(2 * np.pi * 440 * time) * np.exp(-slow * time)
    exact += 0.5 * np.cos(2 * np.pi * 1_000 * time) * np.exp(-fast * time)
    assert np.abs(wave - exact).max() < 1e-9


def test_modes_above_the_highest_are_left_out():
    assert not oscillators.modes([19_500, 30_000], 1.0, 1.0, 100).any()


@pytest.mark.parametrize("frequency", [55.0, 440.0, 1_233.3, 7_902.1])
def test_a_saw_from_a_table_has_no_aliases(frequency):
    wave = oscillators.play(
        oscillators.table(oscillators.spectrum("saw", frequency)), oscillators.phase(frequency, 44_100)
    )
    assert _stray(wave, frequency * np.arange(1, 1 + 20_000 // frequency)) < -80


def test_a_square_and_a_triangle_have_their_shapes():
    for shape, exact in (("square", np.sign), ("triangle", lambda sine: 2 / np.pi * np.arcsin(sine))):
        cycle = oscillators.table(oscillators.spectrum(shape, 40.0))
        place = np.arange(len(cycle)) / oscillators.TABLE
        inside = np.abs(np.mod(place, 0.5) - 0.25) < 0.22
        assert np.abs(cycle - exact(np.sin(2 * np.pi * place)))[inside].max() < 0.03


def test_a_swept_filter_that_stands_still_is_the_filter():
    frequency, cutoff = 200.0, 1_000.0
    spectrum = oscillators.spectrum("saw", frequency)
    running = oscillators.phase(frequency, 4_410)
    swept = oscillators.swept(spectrum, frequency, np.full(4_410, cutoff), 2.0, [0.7], [running])
    k = np.arange(1, len(spectrum) + 1)
    response = np.abs(oscillators.resonant(frequency * k, cutoff, 2.0))
    still = 0.7 * oscillators.play(oscillators.table(spectrum * response), running)
    assert np.abs(swept - still).max() < 1e-9


def test_driving_a_sine_makes_overtones_and_no_aliases():
    sine = oscillators.sine(oscillators.phase(3_100.0, 44_100)) * envelopes.fall(44_100, 0.2)
    driven = filters.drive(sine, 5.0)[:30_000]
    partials = 3_100 * np.arange(1, 8)
    assert _stray(driven, partials) < -90 < -30 < _stray(np.tanh(5 * sine)[:30_000], partials)
    assert np.abs(driven).max() == pytest.approx(1.0, abs=0.05)


def test_moving_by_gains_of_one_changes_nothing():
    noise = Dice(3).noise("noise", 20_001)
    assert np.abs(filters.moving(noise, np.ones((5, len(filters.bins())))) - noise).max() < 1e-12


def test_a_decay_is_sixty_decibels_in_its_time():
    envelope = envelopes.decay(44_100, 0.5, hold=0.1)
    assert envelope[round(0.1 * RATE)] == pytest.approx(1.0)
    assert envelope[round(0.6 * RATE)] == pytest.approx(0.001, rel=1e-3)


def test_a_fall_ends_at_nothing():
    envelope = envelopes.fall(1_000, 0.01)
    assert envelope[0] == 1.0
    assert envelope[-1] == 0.0


def test_draws_depend_on_their_name_alone():
    first, second = Dice(7), Dice(7)
    first.share("another")
    assert first.between("pitch", 1, 2) == second.between("pitch", 1, 2)
    assert np.array_equal(first.noise("noise", 50), second.noise("noise", 100)[:50])
    assert Dice(8).share("pitch") != first.share("pitch") != first.share("length")


def test_noise_is_white_and_even():
    noise = Dice(5).noise("noise", 1 << 16)
    assert abs(noise.mean()) < 0.01
    assert noise.var() == pytest.approx(1 / 3, rel=0.02)
    power = np.square(np.abs(np.fft.rfft(noise))).reshape(-1)[1:].reshape(8, -1).mean(axis=1)
    assert power.max() / power.min() < 1.2
