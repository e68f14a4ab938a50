"""What the gate lets through, and what it says of the rest."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.audio import Audio
from bridge.domain.family import FAMILIES
from bridge.sound.clip import clipped_share, mend
from bridge.sound.gate import Wanted, judge, prepare


def wanted(family="pluck", **changes):
    return Wanted(family=FAMILIES[family], **changes)


def rules(audio, family="pluck", **changes):
    return {verdict.name: verdict.rule for verdict in judge(audio, wanted(family, **changes)).verdicts}


def stop(audio, family="pluck", **changes):
    verdict = judge(audio, wanted(family, **changes)).stop
    return (verdict.name, verdict.rule) if verdict else None


def doubt(audio, family="pluck", **changes):
    verdict = judge(audio, wanted(family, **changes)).doubt
    return verdict.name if verdict else None


def figure(audio, name, family="pluck"):
    return next(verdict.figure for verdict in judge(audio, wanted(family)).verdicts if verdict.name == name)


def again(audio, times, every=0.5):
    """The same sound several times, `every` so many seconds."""
    step = round(every * audio.sample_rate)
    out = np.zeros((step * (times - 1) + audio.frames, audio.channels))
    for place in range(times):
        out[place * step : place * step + audio.frames] += audio.samples
    return Audio.of(out, audio.sample_rate)


def hat(sounds, seconds=0.3, decay=20.0, rate=44_100):
    """White noise with its lows taken off, dying fast."""
    noise = sounds.noise(seconds, decay=decay, rate=rate).samples
    return Audio.of(np.diff(np.diff(noise, axis=0), axis=0), rate)


def spoken(sounds):
    """Four syllables: a buzz through changing formants, and a hiss between."""
    parts, t = [], sounds.time(0.16)
    for place, formant in enumerate((300, 900, 500, 1_600)):
        buzz = sum(np.exp(-(((k * 120 - formant) / 250) ** 2)) * np.sin(2 * np.pi * k * 120 * t) for k in range(1, 40))
        hiss = np.diff(sounds.noise(0.08, seed=place).samples[:, 0], prepend=0)
        shape = np.hanning(len(t))
        parts += [buzz / np.abs(buzz).max() * shape, np.zeros(2_000), hiss * np.hanning(len(hiss)), np.zeros(3_000)]
    return sounds.audio(np.concatenate(parts))


def test_a_good_take_passes_every_rule(sounds):
    assert set(rules(sounds.pluck(60)).values()) == {"pass"}
    assert stop(sounds.kick(), "kick") is None
    assert set(rules(hat(sounds), "hat").values()) == {"pass"}


@pytest.mark.parametrize("channels", [3, 6, 8])
def test_more_than_two_channels_fail_by_name(channels):
    assert rules(Audio.of(np.ones((100, channels)) * 0.1, 44_100)) == {"channels": "fail"}


def test_a_take_without_frames_is_worth_another_seed():
    assert rules(Audio.of(np.zeros((0, 2)), 44_100)) == {"empty": "retry"}


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e30])
def test_values_that_are_no_sound_are_counted(sounds, poison):
    samples = sounds.saw(48).samples.copy()
    samples[[5, 900]] = poison
    (verdict,) = judge(Audio.of(samples, 44_100), wanted()).verdicts
    assert (verdict.name, verdict.rule, verdict.figure) == ("finite", "retry", 2)


@pytest.mark.parametrize(("peak", "rule"), [(-49.0, "pass"), (-51.0, "retry"), (-300.0, "retry")])
def test_a_peak_under_50_db_is_silence(sounds, peak, rule):
    audio = sounds.saw(48)
    quiet = audio.with_samples(audio.samples * (10 ** (peak / 20) / 0.5))
    assert rules(quiet)["silence"] == rule


@pytest.mark.parametrize("value", [0.0, 0.5, -1.0])
def test_a_constant_is_silence_however_loud(value):
    assert stop(Audio.of(np.full((44_100, 2), value), 44_100)) == ("silence", "retry")


def test_a_single_click_is_too_little_sound():
    click = np.zeros(44_100)
    click[20_000] = 1.0
    assert stop(Audio.of(click, 44_100)) == ("active", "retry")
    assert stop(Audio.of([0.7, 0.0], 44_100)) == ("active", "retry")


@pytest.mark.parametrize(("seconds", "rule"), [(0.09, "retry"), (0.11, "pass")])
def test_less_than_half_of_the_usual_length_broke_off(sounds, seconds, rule):
    held = sounds.sine(60, seconds, decay=0)
    assert rules(sounds.late(held, 0.5))["length"] == rule


def test_a_drum_that_goes_on_for_ever_is_too_long_and_a_tone_is_not(sounds):
    held = sounds.sine(33, 6.0, decay=0)
    assert stop(held, "kick") == ("length", "retry")
    assert stop(held, "bass") is None
    assert stop(held, "kick", seconds=6.0) != ("length", "retry")


@pytest.mark.parametrize(("offset", "rule"), [(0.00005, "pass"), (0.002, "repair"), (-0.3, "repair")])
def test_an_offset_from_60_db_under_the_peak_on_is_repaired(sounds, offset, rule):
    audio = sounds.sine(57, 1.0)
    assert rules(audio.with_samples(audio.samples + np.float32(offset)))["dc"] == rule


def test_a_little_clipping_is_repaired_and_much_of_it_refused(sounds):
    audio = sounds.pluck(45)
    top = np.abs(audio.samples)
    levels = np.quantile(top, [0.997, 0.8])
    little, much = (audio.with_samples(np.clip(audio.samples, -level, level)) for level in levels)
    assert rules(audio)["clipping"] == "pass"
    assert rules(little)["clipping"] == "repair"
    assert stop(much) == ("clipping", "retry")
    assert stop(much, distorted=True) is None


@pytest.mark.parametrize("note", [24, 40, 69, 100])
def test_the_top_of_a_sine_is_not_clipped(sounds, note):
    assert clipped_share(sounds.sine(note, 1.0, decay=0)) == 0
    assert clipped_share(sounds.boom(note)) < 0.2


def test_mended_clipping_is_gone_and_nothing_else_is_touched(sounds):
    audio = sounds.sine(50, 1.0, decay=2)
    clipped = audio.with_samples(np.clip(audio.samples, -0.35, 0.35))
    mended = mend(clipped)
    assert clipped_share(clipped) > 0.01
    assert clipped_share(mended) == 0
    untouched = np.abs(clipped.samples) < 0.34
    assert np.array_equal(mended.samples[untouched], clipped.samples[untouched])
    assert np.abs(mended.samples - audio.samples).max() < 0.5 * np.abs(clipped.samples - audio.samples).max()


def test_of_several_hits_one_is_chosen_and_the_rest_is_gone(sounds):
    hits = again(sounds.snare(), 3)
    judgement = judge(hits, wanted("snare"))
    assert [(v.rule, v.figure) for v in judgement.verdicts if v.name == "hits"] == [("choose", 3)]
    one = prepare(hits, judgement)
    assert 0.25 <= one.seconds <= 0.81
    assert figure(one, "hits", "snare") == 1


@pytest.mark.parametrize("family", ["loop", "fx"])
def test_a_loop_and_an_effect_may_have_as_many_hits_as_they_like(sounds, family):
    judgement = judge(again(sounds.snare(), 4), wanted(family))
    assert judgement.stop is judgement.keep is None
    assert not {"hits", "bed", "speech"} & {verdict.name for verdict in judgement.verdicts}


def test_hits_over_a_held_chord_are_a_bed(sounds):
    drums = again(sounds.snare(), 6, every=0.4)
    t = np.arange(drums.frames) / 44_100
    chord = sum(np.sin(2 * np.pi * f * t) + 0.5 * np.sin(6 * np.pi * f * t) for f in (220, 277, 330, 440))
    assert stop(drums.with_samples(drums.samples + 0.08 * chord[:, None]), "snare") == ("bed", "retry")


def test_a_voice_is_speech(sounds):
    assert stop(spoken(sounds), "pluck") == ("speech", "retry")
    assert stop(spoken(sounds), "snare") == ("speech", "retry")


@pytest.mark.parametrize("family", ["808", "bass", "pluck", "mallet", "bell", "lead", "pad-synth"])
def test_noise_is_refused_where_a_tone_was_asked(sounds, family):
    assert stop(sounds.noise(2.0), family) == ("noise", "retry")
    assert stop(sounds.noise(2.0, decay=2), family) == ("noise", "retry")


def test_a_steady_hiss_is_no_drum_but_may_be_an_effect(sounds):
    assert stop(sounds.noise(1.2), "perc") == ("noise", "retry")
    assert stop(sounds.noise(1.2), "fx") is None


def test_a_low_rate_makes_no_hat(sounds):
    assert stop(hat(sounds, rate=16_000), "hat") == ("bandwidth", "fail")
    blunt = np.convolve(hat(sounds).samples[:, 0], np.hanning(26))
    dull = sounds.audio(np.convolve(blunt, np.hanning(26)))
    assert stop(dull, "hat") == ("bandwidth", "retry")
    assert stop(hat(sounds), "hat") is None


def test_a_kick_is_no_hat_and_a_hat_no_kick(sounds):
    assert doubt(sounds.kick(), "snare") == "family"
    assert doubt(hat(sounds), "kick") == "family"
    assert doubt(hat(sounds), "perc") is None


@pytest.mark.parametrize(("asked", "outcome"), [(60, None), (66, None), (75, "asked-note")])
def test_a_note_too_far_from_the_asked_one_is_in_doubt(sounds, asked, outcome):
    assert stop(sounds.pluck(60), note=asked) is None
    assert doubt(sounds.pluck(60), note=asked) == outcome


@settings(max_examples=60, deadline=None)
@given(
    frames=st.integers(1, 9_000),
    rate=st.sampled_from([4_000, 8_000, 44_100, 192_000]),
    kind=st.sampled_from(["noise", "steps", "sparse", "sine", "constant"]),
    family=st.sampled_from(sorted(FAMILIES)),
    scale=st.sampled_from([1e-6, 1.0, 1e5]),
    seed=st.integers(0, 1_000),
)
def test_whatever_comes_the_answer_is_numbers_and_a_range_inside_the_take(frames, rate, kind, family, scale, seed):
    random = np.random.default_rng(seed)
    samples = {
        "noise": lambda: random.uniform(-1, 1, frames),
        "steps": lambda: np.sign(random.uniform(-1, 1, frames)),
        "sparse": lambda: random.uniform(-1, 1, frames) * (random.uniform(0, 1, frames) > 0.999),
        "sine": lambda: np.sin(np.arange(frames) * random.uniform(0.001, 3)),
        "constant": lambda: np.ones(frames),
    }[kind]()
    take = Audio.of(samples * scale, rate)
    judgement = judge(take, wanted(family))
    json.dumps([asdict(verdict) for verdict in judgement.verdicts], allow_nan=False)
    assert prepare(take, judgement).frames >= 1
    if judgement.keep:
        assert 0 <= judgement.keep[0] < judgement.keep[1] <= frames


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(-35, 30), family=st.sampled_from(["kick", "snare", "pluck", "hat"]))
def test_the_level_changes_no_verdict(sounds, gain, family):
    take = again(sounds.snare(), 2)
    louder = take.with_samples(take.samples * 10 ** (gain / 20))
    assert rules(louder, family) == rules(take, family)


@pytest.mark.parametrize("frequency", [40, 60, 110])
@pytest.mark.parametrize("share", [0.9, 0.97])
def test_a_clipped_low_tone_is_found_and_its_top_is_round_again(sounds, frequency, share):
    wave = np.sin(2 * np.pi * frequency * sounds.time(0.5)) * np.exp(-20 * sounds.time(0.5))
    clipped = sounds.audio(np.clip(wave, -share * wave.max(), share * wave.max()))
    assert clipped_share(clipped) > 0
    mended = mend(clipped).samples[:, 0]
    top = np.abs(mended) >= 0.999 * np.abs(mended).max()
    still = np.abs(np.diff(mended)) == 0
    assert not (still[1:] & still[:-1] & top[2:]).any()


def test_a_jagged_wave_that_was_clipped_has_no_flat_run_left(sounds):
    noise = sounds.noise(0.3, decay=10).samples
    clipped = sounds.audio(np.clip(noise, -0.2, 0.2))
    mended = mend(clipped).samples[:, 0]
    still = np.diff(mended) == 0
    assert not (still[1:] & still[:-1] & (np.abs(mended[2:]) > 0.999 * np.abs(mended).max())).any()


def test_a_chord_that_is_held_is_no_pluck_and_may_be_a_lead(sounds):
    t = sounds.time(2.5)
    chord = sounds.audio(sum(np.sin(2 * np.pi * 220 * ratio * t) for ratio in (1, 1.26, 1.5)))
    assert stop(chord, "pluck") == ("bed", "retry")
    assert stop(chord, "lead") is None


@pytest.mark.parametrize("share", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("family", ["snare", "bell", "pluck"])
def test_what_dies_away_in_the_time_that_was_asked_for_is_long_enough(sounds, family, share):
    length = seconds = share * FAMILIES[family].shortest
    dying = sounds.sine(69, length, decay=np.log(1_000) / length)
    assert rules(dying, family, seconds=seconds)["length"] == "pass"
    shorter = sounds.sine(69, length, decay=2.5 * np.log(1_000) / length)
    assert rules(shorter, family, seconds=seconds)["length"] == "retry"


@pytest.mark.parametrize(("seconds", "outcome"), [(None, ("bed", "retry")), (8.0, None)])
def test_a_bass_that_is_asked_for_longer_may_beat_more_often(sounds, seconds, outcome):
    t = sounds.time(8.0)
    louder = 10 ** (-2.5 / 20 * (0.9 * t % 1))
    wave = louder * sum(np.sin(2 * np.pi * 55 * k * t) / k for k in range(1, 30))
    assert stop(sounds.audio(wave / np.abs(wave).max()), "bass", seconds=seconds) == outcome
