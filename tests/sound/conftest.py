"""Sounds whose truth is known exactly: their pitch by formula, their onset by construction."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.units import hz_of

RATE = 44_100


class Sounds:
    """Makes test sounds, peak 0.5; notes may be fractional, `seed` decides everything random."""

    rate = RATE

    def time(self, seconds, rate=RATE):
        return np.arange(round(seconds * rate)) / rate

    def audio(self, wave, rate=RATE, peak=0.5):
        wave = np.asarray(wave, dtype=np.float64)
        return Audio.of(wave * (peak / np.abs(wave).max()), rate)

    def noise(self, seconds=0.5, seed=1, decay=0.0, channels=1, rate=RATE):
        t = self.time(seconds, rate)
        wave = np.random.default_rng(seed).standard_normal((len(t), channels))
        return self.audio(wave * np.exp(-decay * t)[:, None], rate)

    def sine(self, note, seconds=1.0, decay=3.0, rate=RATE):
        t = self.time(seconds, rate)
        return self.audio(np.sin(2 * np.pi * hz_of(note) * t) * np.exp(-decay * t), rate)

    def saw(self, note, seconds=0.6, seed=1, rate=RATE):
        t, f = self.time(seconds, rate), hz_of(note)
        phase = np.random.default_rng(seed).uniform(0, 2 * np.pi)
        wave = sum(np.sin(k * (2 * np.pi * f * t + phase)) / k for k in range(1, min(50, int(0.4 * rate / f)) + 1))
        return self.audio(wave * np.minimum(1, t / 0.01) * np.exp(-2 * t), rate)

    def pluck(self, note, seconds=0.6, seed=1):
        random = np.random.default_rng(seed)
        t, f, place = self.time(seconds), hz_of(note), random.uniform(0.1, 0.4)
        wave = sum(
            np.sin(np.pi * k * place) / k * np.sin(2 * np.pi * k * f * t + random.uniform(0, 6)) * np.exp(-t * (2 + k))
            for k in range(1, min(30, int(18_000 / f)) + 1)
        )
        return self.audio(wave)

    def bell(self, note, seconds=1.0, seed=1):
        """A struck bar: partials at 1, 2.756, 5.404 and 8.933 times the pitch, the high ones dying first."""
        random = np.random.default_rng(seed)
        t, f = self.time(seconds), hz_of(note)
        bars = ((1, 1, 1.5), (2.756, 0.5, 4), (5.404, 0.25, 9), (8.933, 0.12, 16))
        return self.audio(
            sum(
                loud * np.sin(2 * np.pi * ratio * f * t + random.uniform(0, 6)) * np.exp(-decay * t)
                for ratio, loud, decay in bars
                if ratio * f < 20_000
            )
        )

    def boom(self, note, seconds=1.0, seed=1):
        """An 808: a driven sine that glides down from up to three octaves above, with a click of noise."""
        random = np.random.default_rng(seed)
        t, f = self.time(seconds), hz_of(note)
        ratio, settle, drive = 2 ** random.uniform(0.5, 3), random.uniform(0.01, 0.04), random.uniform(0.5, 5)
        phase = 2 * np.pi * f * (t + (ratio - 1) * settle * (1 - np.exp(-t / settle)))
        wave = np.tanh(drive * np.sin(phase) * np.exp(-t / random.uniform(0.3, 0.9)))
        wave[:90] += 0.3 * random.standard_normal(90)
        return self.audio(wave)

    def kick(self, seconds=0.4):
        t = self.time(seconds)
        return self.audio(np.sin(2 * np.pi * 50 * (t + 0.24 * (1 - np.exp(-t / 0.06)))) * np.exp(-9 * t))

    def snare(self, seconds=0.3, seed=1):
        t = self.time(seconds)
        noise = np.random.default_rng(seed).standard_normal(len(t))
        return self.audio(0.5 * np.sin(2 * np.pi * 180 * t) * np.exp(-20 * t) + 0.5 * noise * np.exp(-15 * t))

    def late(self, audio, lead_in, noise_dbfs=None, after=0.3, seed=1):
        """Puts a sound after a lead-in and before silence, all of it in noise of that RMS."""
        before = np.zeros((round(lead_in * audio.sample_rate), audio.channels))
        behind = np.zeros((round(after * audio.sample_rate), audio.channels))
        samples = np.concatenate([before, audio.samples, behind])
        if noise_dbfs is not None:
            noise = np.random.default_rng(seed).standard_normal(samples.shape)
            samples = samples + 10 ** (noise_dbfs / 20) * noise
        return Audio.of(samples, audio.sample_rate)


@pytest.fixture(scope="session")
def sounds():
    return Sounds()
