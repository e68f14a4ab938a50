"""A finished set that is to be as loud as what it replaces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.sound.chain import shape_set
from bridge.sound.level import true_peak
from bridge.sound.loudness import loudness

RATE = 44_100
TIME = np.arange(RATE) / RATE
BODY = Audio.of(0.7 * np.sin(2 * np.pi * 55 * TIME) * np.exp(-3 * TIME), RATE)
BRIEF = Brief(prompt="808", model="synth", seed=1, family="808", mapping="keys")


def finished(wanted: float | None):
    ((audio, analysis, verdicts),) = shape_set([BODY], replace(BRIEF, loudness=wanted), RATE)
    return audio, analysis, {verdict.name: verdict for verdict in verdicts}


def test_a_louder_sound_is_turned_down_to_the_loudness_of_the_old_one() -> None:
    own = loudness(finished(None)[0])
    audio, analysis, verdicts = finished(own - 6.0)
    assert loudness(audio) == pytest.approx(own - 6.0, abs=0.05)
    assert analysis.peak == pytest.approx(true_peak(audio), abs=0.01)
    assert analysis.peak == pytest.approx(-7.0, abs=0.05)
    assert verdicts["loudness"].figure == 0.0


def test_a_softer_sound_stays_under_its_peak_and_says_by_how_much_it_is_softer() -> None:
    own = loudness(finished(None)[0])
    audio, analysis, verdicts = finished(own + 4.0)
    assert loudness(audio) == pytest.approx(own, abs=0.05)
    assert analysis.peak == pytest.approx(-1.0, abs=0.01)
    assert verdicts["loudness"].figure == pytest.approx(4.0, abs=0.1)
    assert "4.0 dB softer" in verdicts["loudness"].text
