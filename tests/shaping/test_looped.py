"""A sound that sustains is looped where nobody hears the seam, and everything that says so says the same."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.recipe import parse_recipe
from bridge.shaping.tasks import shape_set
from bridge.sound.chain import shape, take_steps
from bridge.sound.codec import encode_float

RATE = 44_100


def held(seconds: float = 2.0) -> Audio:
    """A steady tone with a few partials, held and let go."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 220 * k * time) / k for k in (1, 2, 3))
    return Audio.of(0.4 * tone * np.clip(time / 0.01, 0, 1) * np.clip((seconds - time) / 0.3, 0, 1), RATE)


def brief(family: str) -> Brief:
    return Brief(prompt="held", model="synth", seed=1, family=family, mapping="keys", note=57)


def test_a_held_lead_is_looped_within_its_sound_and_a_pluck_never() -> None:
    audio, analysis, _ = shape(held(), brief("lead"), RATE)
    assert analysis.loop is not None
    first, last = analysis.loop
    assert 0 < first < last < audio.frames
    assert [type(point) for point in analysis.loop] == [int, int]
    dying = Audio.of(held().samples[:, 0] * np.exp(-1.5 * np.arange(held().frames) / RATE), RATE)
    assert shape(dying, brief("pluck"), RATE)[1].loop is None


def test_going_round_the_loop_stays_on_the_note() -> None:
    audio, analysis, _ = shape(held(), brief("lead"), RATE)
    first, last = analysis.loop
    wave = audio.samples[:, 0]
    played = np.concatenate([wave[:first], np.tile(wave[first : last + 1], 8)])[first:]
    spectrum = np.abs(np.fft.rfft(played * np.hanning(len(played)), 4 * len(played)))
    found = np.argmax(spectrum) * RATE / (4 * len(played))
    assert 1200 * abs(np.log2(found / 220)) < 1
    steps = np.abs(np.diff(played))
    assert steps.max() <= 1.1 * np.abs(np.diff(wave)).max(), "the seam clicks"


def test_a_step_that_moves_frames_takes_the_loop_away() -> None:
    ((_, analysis, _),) = take_steps(
        [held()], parse_recipe(["trim", "tune", "fade", "loop", "trim", "level -1 dBTP"]), family="lead", note=None,
        sample_rate=RATE,
    )
    assert analysis.loop is None


@pytest.mark.parametrize("family", ["lead", "bass", "pad-synth"])
def test_the_loop_comes_through_the_workers_side(family: str) -> None:
    (shaped,) = shape_set([encode_float(held())], brief(family), RATE)
    assert shaped.analysis.loop is not None
    assert shaped.analysis.loop[1] < shaped.frames
    assert soundfile.info(io.BytesIO(encode_float(held()))).frames > shaped.analysis.loop[1]
