"""What a mix of sounds is: sums, fades without steps, and never over full scale."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.player.mixer import KNEE, MOST_VOICES, RELEASE_FRAMES, Mixer, spread

RATE = 48_000


def tone(hertz: float, seconds: float = 0.5, level: float = 0.2) -> np.ndarray:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def heard(mixer: Mixer, frames: int, block: int = 256) -> np.ndarray:
    blocks = []
    for _ in range(-(-frames // block)):
        out = np.full((block, 2), 9.0, dtype=np.float32)
        mixer.fill(out)
        blocks.append(out)
    return np.concatenate(blocks)[:frames]


@given(st.integers(1, 5_000), st.integers(1, 1_024))
def test_one_sound_is_heard_as_it_is_whatever_the_blocks_are(frames, block):
    mixer, sound = Mixer(), tone(440)[:frames]
    mixer.play("a", sound)
    out = heard(mixer, frames + 100, block)
    np.testing.assert_array_equal(out[:frames], sound)
    assert not out[frames:].any()
    assert mixer.silent


def test_sounds_of_different_keys_add_up():
    mixer = Mixer()
    mixer.play("a", tone(440))
    mixer.play("b", tone(550))
    np.testing.assert_allclose(heard(mixer, 1_000), (tone(440) + tone(550))[:1_000], atol=1e-6)


def test_a_sound_of_the_same_key_takes_the_place_of_the_old_one_without_a_click():
    mixer = Mixer()
    mixer.play("a", tone(100, level=0.4))
    heard(mixer, 2_560)
    mixer.play("a", np.zeros((RATE, 2), dtype=np.float32))
    out = heard(mixer, 2_560)
    assert np.abs(np.diff(out[:, 0])).max() <= 1.2 * np.abs(np.diff(tone(100, level=0.4)[:, 0])).max()
    assert not out[RELEASE_FRAMES:].any()


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(1, 700), st.integers(0, 3))
def test_whatever_is_played_over_whatever_no_step_is_larger_than_the_waves_and_the_fades_make(keys, block, stops):
    mixer, most = Mixer(), MOST_VOICES + 3
    wave = tone(200, 0.2, level=0.1)
    wave *= np.minimum(1, np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / 240)[:, None]
    steps = np.abs(np.diff(wave[:, 0])).max() + 0.1 * np.pi / 2 / RELEASE_FRAMES
    heard_so_far = []
    for place, key in enumerate(keys):
        mixer.play(key, wave)
        heard_so_far.append(heard(mixer, block, block))
        if place < stops:
            mixer.stop()
    heard_so_far.append(heard(mixer, len(wave) + block, block))
    out = np.concatenate(heard_so_far)
    assert np.abs(np.diff(out, axis=0)).max() <= most * steps
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    assert mixer.silent


def test_silence_fades_everything_and_is_soon_there():
    mixer = Mixer()
    for key in "abc":
        mixer.play(key, tone(300, 5.0))
    heard(mixer, 512)
    mixer.stop()
    out = heard(mixer, 2 * RELEASE_FRAMES)
    assert np.abs(np.diff(out[:, 0])).max() < 0.03
    assert mixer.silent


def test_of_too_many_sounds_the_oldest_go():
    mixer = Mixer()
    for key in range(3 * MOST_VOICES):
        mixer.play(str(key), tone(100, 1.0, level=0.01))
        heard(mixer, 64, 64)
    heard(mixer, 2 * RELEASE_FRAMES)
    assert len(mixer._voices) == MOST_VOICES
    assert {voice.key for voice in mixer._voices} == {str(key) for key in range(2 * MOST_VOICES, 3 * MOST_VOICES)}


def test_a_loud_mix_is_bent_under_full_scale_and_a_soft_one_is_left_alone():
    mixer = Mixer()
    for key in range(4):
        mixer.play(str(key), tone(440, level=0.9))
    out = heard(mixer, 5_000)
    assert KNEE < np.abs(out).max() <= 1.0
    assert np.isfinite(out).all()
    assert np.abs(np.diff(out[:, 0])).max() <= np.abs(np.diff(4 * tone(440, level=0.9)[:, 0])).max() + 1e-6


def test_a_mix_is_made_without_asking_for_memory():
    mixer, out = Mixer(), np.zeros((4_096, 2), dtype=np.float32)
    for key in range(6):
        mixer.play(str(key), tone(440, 2.0, level=0.5))
    mixer.fill(out)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        mixer.stop()
        for _ in range(2):
            mixer.fill(out)
        assert tracemalloc.get_traced_memory()[1] - before < out.nbytes // 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("channels", "first", "there"), [(2, 0, (0, 1)), (4, 2, (2, 3)), (6, 1, (1, 2))])
def test_a_pair_is_heard_on_the_outputs_that_were_chosen_and_on_no_other(channels, first, there):
    out = np.full((64, channels), 9.0, dtype=np.float32)
    pair = np.random.default_rng(1).uniform(-1, 1, (64, 2)).astype(np.float32)
    spread(pair, out, first)
    np.testing.assert_array_equal(out[:, there], pair)
    assert not np.delete(out, there, axis=1).any()


@pytest.mark.parametrize("channels", [1, 3])
def test_the_last_output_alone_hears_both_sides(channels):
    out = np.full((64, channels), 9.0, dtype=np.float32)
    pair = np.random.default_rng(1).uniform(-1, 1, (64, 2)).astype(np.float32)
    spread(pair, out, channels - 1)
    np.testing.assert_allclose(out[:, -1], pair.mean(axis=1), atol=1e-6)
    assert not out[:, :-1].any()


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_the_shortest_sounds_are_heard(frames):
    mixer = Mixer()
    mixer.play("a", tone(440)[:frames])
    heard(mixer, 100)
    assert mixer.silent
