"""Steps one by one and in rows, alone and as a set."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.recipe import STEPS, parse_recipe
from bridge.errors import SoundError
from bridge.sound.chain import shape, shape_set, take_steps
from bridge.sound.level import true_peak
from bridge.sound.loudness import louder, loudness
from bridge.sound.recipe import ALONE, TOGETHER

BRIEF = Brief(prompt="x", model="m", seed=1, family="snare", mapping="drum")


def steps(audio, *words, family="fx", note=None):
    return take_steps([audio], parse_recipe(words), family=family, note=note, sample_rate=44_100)[0]


def test_every_word_has_its_work():
    assert set(ALONE) | set(TOGETHER) == set(STEPS)
    assert not set(ALONE) & set(TOGETHER)


@settings(max_examples=40, deadline=None)
@given(gain=st.floats(-40, 40), seed=st.integers(0, 99), target=st.floats(-20, 0))
def test_level_and_gain_commute(sounds, gain, seed, target):
    audio = sounds.noise(0.05, seed=seed, decay=10)
    level = f"level {target:.3f} dBTP"
    plain = steps(audio, level)[0].samples
    louder_first = steps(louder(audio, gain), level)[0].samples
    assert np.allclose(louder_first, plain, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("words", "peak"), [("level", -1.0), ("level headroom", -6.0), ("level hot", -0.3), ("level 0", 0)]
)
def test_the_level_is_a_true_peak(sounds, words, peak):
    audio, analysis, _ = steps(sounds.snare(), words)
    assert analysis.peak == peak
    assert true_peak(audio) == pytest.approx(peak, abs=1e-3)


def test_a_step_alone_does_nothing_else(sounds):
    audio = sounds.late(sounds.snare(), 0.2)
    trimmed = steps(audio, "trim")[0]
    assert np.isin(trimmed.samples.ravel(), audio.samples.ravel()).all()
    assert steps(audio, "rate 48 kHz")[0].sample_rate == 48_000
    assert steps(audio)[0] is audio
    assert steps(audio, "gain -6 dB")[1].peak == pytest.approx(true_peak(audio) - 6, abs=0.01)
    assert steps(audio, "trim 0.1 s")[0].seconds == pytest.approx(0.1, abs=0.001)


def test_what_would_be_clipped_is_refused_by_name(sounds):
    refusal = steps(sounds.snare(), "gain +12 dB")
    assert isinstance(refusal, SoundError)
    assert refusal.verdict == "overload"
    assert "level" in refusal.hint
    assert not isinstance(steps(sounds.snare(), "gain +12 dB", "level"), SoundError)


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [(np.zeros((0, 1)), "empty"), (np.array([0.1, np.nan] * 99), "finite"), (np.zeros((999, 6)), "channels")],
)
def test_what_no_step_can_work_on_is_refused_by_name(samples, verdict):
    refusal = steps(Audio.of(samples, 44_100), "trim")
    assert isinstance(refusal, SoundError)
    assert refusal.verdict == verdict


@settings(max_examples=60, deadline=None)
@given(
    frames=st.sampled_from([1, 2, 3, 50, 900, 5_000]),
    channels=st.sampled_from([1, 2]),
    rate=st.sampled_from([8_000, 44_100, 192_000]),
    words=st.lists(st.sampled_from([*STEPS, "rate 48 kHz", "mono always", "mono phase"]), max_size=5),
    family=st.sampled_from(sorted(FAMILIES)),
    kind=st.sampled_from(["silence", "noise", "constant", "click"]),
)
def test_any_steps_on_any_sound_give_finite_frames_or_a_named_refusal(frames, channels, rate, words, family, kind):
    random = np.random.default_rng(frames)
    samples = {
        "silence": np.zeros((frames, channels)),
        "noise": random.uniform(-0.5, 0.5, (frames, channels)),
        "constant": np.full((frames, channels), 0.5),
        "click": np.eye(frames, channels),
    }[kind]
    outcome = steps(Audio.of(samples, rate), *words, family=family)
    if isinstance(outcome, SoundError):
        assert outcome.verdict == "overload"
        return
    audio, analysis, _ = outcome
    assert audio.frames > 0
    assert np.isfinite(audio.samples).all()
    assert np.isfinite(analysis.peak)


def test_a_pads_own_recipe_is_walked(sounds):
    take = sounds.late(sounds.saw(60.3), 0.1)
    pad = replace(BRIEF, family="pluck", shape=("trim", "fade 2 ms", "level headroom"))
    audio, analysis, verdicts = shape(take, pad, 44_100)
    assert analysis.peak == -6.0
    assert {verdict.name for verdict in verdicts} >= {"lead-in", "tail"}
    assert "tuned" not in {verdict.name for verdict in verdicts}
    assert (analysis.root, round(analysis.cents)) == (60, 30)  # not moved, but said for the sampler
    assert audio.sample_rate == 44_100


def test_a_recipe_of_a_newer_version_is_a_refusal(sounds):
    with pytest.raises(SoundError, match="no step 'sparkle'"):
        shape(sounds.snare(), replace(BRIEF, shape=("trim", "sparkle")), 44_100)


def variations(sounds):
    return [
        sounds.late(louder(sounds.snare(seed=seed), gain), 0.1 + 0.01 * seed, -80)
        for seed, gain in ((1, 0), (2, -12), (3, -5))
    ]


def test_the_variations_of_a_job_are_equally_loud_and_the_loudest_meets_the_level(sounds):
    outcomes = shape_set(variations(sounds), BRIEF, 44_100)
    audios = [audio for audio, _, _ in outcomes]
    assert np.ptp([loudness(audio) for audio in audios]) < 0.2
    peaks = [analysis.peak for _, analysis, _ in outcomes]
    assert max(peaks) == -1.0
    assert peaks == pytest.approx([true_peak(audio) for audio in audios], abs=0.01)
    for _, _, verdicts in outcomes:
        assert {"aligned", "matched"} <= {verdict.name for verdict in verdicts}


def test_a_set_with_a_bad_take_is_the_set_without_it(sounds):
    takes = variations(sounds)
    silence = Audio.of(np.zeros(44_100), 44_100)
    outcomes = shape_set([takes[0], silence, *takes[1:]], BRIEF, 44_100)
    assert isinstance(outcomes[1], SoundError)
    assert outcomes[1].verdict == "silence"
    without = shape_set(takes, BRIEF, 44_100)
    for (audio, _, _), (same, _, _) in zip([outcomes[0], *outcomes[2:]], without, strict=True):
        assert np.array_equal(audio.samples, same.samples)


def test_a_set_of_one_is_the_sound_alone_and_the_same_set_the_same_bytes(sounds):
    takes = variations(sounds)
    _, analysis, verdicts = shape(takes[0], BRIEF, 44_100)
    assert analysis.peak == -1.0
    assert not {"aligned", "matched"} & {verdict.name for verdict in verdicts}
    digests = [
        [hashlib.sha256(audio.samples.tobytes()).digest() for audio, _, _ in shape_set(takes, BRIEF, 44_100)]
        for _ in range(2)
    ]
    assert digests[0] == digests[1]


def test_sounds_of_different_rates_are_no_set_until_they_have_one(sounds):
    pair = [sounds.noise(0.2), sounds.noise(0.2, rate=48_000)]
    refused = take_steps(pair, parse_recipe(["align"]), family="fx", note=None, sample_rate=44_100)
    assert all(isinstance(outcome, SoundError) for outcome in refused)
    done = take_steps(pair, parse_recipe(["rate", "align"]), family="fx", note=None, sample_rate=44_100)
    assert not any(isinstance(outcome, SoundError) for outcome in done)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_few_frames_at_a_high_rate_have_no_pitch_and_no_loop(frames):
    audio = Audio.of(np.full((frames, 1), 0.3), 192_000)
    shaped, analysis, _ = take_steps([audio], parse_recipe(["loop"]), family="bass", note=None, sample_rate=44_100)[0]
    assert (analysis.root, analysis.loop) == (None, None)
    assert shaped.frames == frames
