"""Pads with roots, layers and turns, from the press to a real sampler that plays them."""

from __future__ import annotations

import re

import numpy as np

PADS = """
[pads.wide]
prompt = "round synth bass, steady"
family = "bass"
pad_note = 60
roots = ["C1", "C2", "C3"]

[pads.struck]
prompt = "snare drum, dry"
pad_note = 61
layers = "made"
turns = 3
"""
RATE = 48_000


def frequency(sound: np.ndarray, wanted: float) -> float:
    """Returns the strongest frequency within a semitone, by an interpolated spectrum (no code of ours)."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * len(sound)))
    bins = np.fft.rfftfreq(8 * len(sound), 1 / RATE)
    inside = np.flatnonzero((bins >= wanted * 0.945) & (bins <= wanted * 1.058))
    peak = int(inside[np.argmax(spectrum[inside])])
    a, b, c = np.log(spectrum[peak - 1 : peak + 2])
    return float((peak + (a - c) / (2 * (a - 2 * b + c))) * bins[1])


def centre(sound: np.ndarray) -> float:
    power = np.square(np.abs(np.fft.rfft(sound)))
    return float((power * np.fft.rfftfreq(len(sound), 1 / RATE)).sum() / power.sum())


def test_several_roots_play_in_tune_over_all_their_keys_and_layers_and_turns_differ(daemon, peer) -> None:
    pysfizz = peer.module("pysfizz")
    daemon.config.write_text(daemon.config.read_text() + PADS)
    listener = daemon.start().listener()

    listener.send("/oneshot/pad/wide", 100)
    listener.hear_until("/oneshot/job/ready")
    synth = pysfizz.Synth(sample_rate=RATE, block_size=256)
    preset = daemon.library / "instruments" / "wide.sfz"
    assert synth.load_sfz_file(str(preset))
    assert sorted(map(int, re.findall(r"pitch_keycenter=(\d+)", preset.read_text()))) == [24, 36, 48]
    off = []
    for key in range(24, 50, 3):
        wanted = 440 * 2 ** ((key - 69) / 12)
        played = np.asarray(synth.render_note(key, 127, 1.0, 1.2)).mean(axis=0)[4_800:]
        assert np.abs(played).max() > 0.05
        off.append(abs(1200 * np.log2(frequency(played, wanted) / wanted)))
    assert np.median(off) < 5
    assert max(off) < 10

    listener.send("/oneshot/pad/struck", 100)
    listener.hear_until("/oneshot/job/ready")
    synth = pysfizz.Synth(sample_rate=RATE, block_size=256)
    assert synth.load_sfz_file(str(daemon.library / "instruments" / "struck.sfz"))
    strokes = {velocity: [np.asarray(synth.render_note(61, velocity, 0.4, 0.5)).mean(axis=0) for _ in range(4)]
               for velocity in (30, 80, 127)}
    soft, middle, hard = (centre(strokes[velocity][0]) for velocity in (30, 80, 127))
    assert soft < middle < hard, "a softer stroke is duller"
    first, second, third, again = strokes[127]
    assert all(np.abs(one - other).max() > 1e-3 for one, other in ((first, second), (second, third), (first, third)))
    assert np.abs(first - again).max() < 1e-4, "after three turns the first one comes again"

    samples = daemon.get("samples")
    assert len(samples) == 2, "the parts are in no list"
    assert len(list(daemon.library.glob("samples/struck/parts/*.wav"))) == 8
