"""Ways to make sounds and to measure them, independent of the bridge's own measurements."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from bridge.domain.brief import Brief
from bridge.models.synth.finish import finish
from bridge.models.synth.render import plan, sound


def brief(family: str, prompt: str = "", **wishes) -> Brief:
    return Brief(prompt=prompt, model="synth", seed=1, family=family, mapping="drum", **wishes)


def read(wav: bytes) -> np.ndarray:
    """Returns `(frames, channels)` as libsndfile reads it."""
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float64", always_2d=True)
    assert rate == 44_100
    return samples


def made(family: str, prompt: str = "", seed: int = 1, **wishes) -> np.ndarray:
    return read(sound(brief(family, prompt, **wishes), seed))


def played(voice, family: str, seed: int = 1, **wishes) -> tuple[np.ndarray, float]:
    """Returns what one voice plays, and its pitch in Hz."""
    _, part = plan(brief(family, **wishes), seed)
    return finish(voice(part), part).samples.astype(np.float64), part.pitch


def centroid(samples: np.ndarray) -> float:
    """Returns the middle of the power spectrum in Hz."""
    power = np.square(np.abs(np.fft.rfft(samples.mean(axis=1))))
    return float((power * np.fft.rfftfreq(len(samples), 1 / 44_100)).sum() / power.sum())


def lasts(samples: np.ndarray) -> float:
    """Returns the seconds until the sound stays 40 dB below its peak."""
    level = np.abs(samples).max(axis=1)
    return float(np.flatnonzero(level > 0.01 * level.max())[-1] / 44_100)


def early(samples: np.ndarray) -> float:
    """Returns the share of the energy in the first 6 ms."""
    power = np.square(samples).sum(axis=1)
    return float(power[:265].sum() / power.sum())


def cents_off(samples: np.ndarray, pitch: float, settle: float = 0.35) -> float:
    """Returns how far the first partial is from `pitch`: how its phase runs against that of a steady tone.

    Means over 16 periods take away the other partials. The phase is doubled, because players in unison turn the sign
    of their sum when they cancel, which is no change of pitch.
    """
    mono = samples.mean(axis=1)[round(settle * len(samples)) :]
    steady = mono * np.exp(-2j * np.pi * pitch * np.arange(len(mono)) / 44_100)
    block = round(16 * 44_100 / pitch)
    if len(steady) < 4 * block:
        block = round(4 * 44_100 / pitch)
    means = steady[: len(steady) // block * block].reshape(-1, block).mean(axis=1)
    phases = np.unwrap(np.angle(means**2)) / 2
    weights = np.abs(means)
    slope = np.polyfit(np.arange(len(means)) * block / 44_100, phases, 1, w=weights)[0]
    return float(1200 * np.log2(1 + slope / (2 * np.pi * pitch)))


@pytest.fixture(scope="session")
def lab() -> SimpleNamespace:
    return SimpleNamespace(
        brief=brief, read=read, made=made, played=played, centroid=centroid, lasts=lasts, early=early,
        cents_off=cents_off,
    )  # fmt: skip
