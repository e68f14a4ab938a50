"""What is known of a finished sound agrees with how it was made."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.domain.sample import Analysis
from bridge.sound.character import known
from bridge.sound.likeness import SIZE, likeness
from bridge.sound.loudness import loudness
from bridge.units import Cents, Decibels, MidiNote, Seconds


def of(audio, root=None, glide=0.0):
    analysis = Analysis(
        root=root, cents=Cents(0.0), confidence=0.9, seconds=Seconds(audio.seconds), peak=Decibels(-6.0),
        channels=audio.channels, sample_rate=audio.sample_rate, glide=glide,
    )  # fmt: skip
    answer, fingerprint = known(audio, analysis)
    return answer.character, fingerprint


def test_a_bright_sound_is_brighter_and_a_struck_one_harder(sounds):
    hiss, kick = of(sounds.noise(decay=20))[0], of(sounds.kick())[0]
    assert hiss.brightness > 20 * kick.brightness
    saw, click = of(sounds.saw(60))[0], of(sounds.snare())[0]
    assert click.hardness > saw.hardness


def test_brightness_of_a_sine_is_its_frequency(sounds):
    assert of(sounds.sine(69))[0].brightness == pytest.approx(440, rel=0.05)


def test_loudness_is_that_of_the_standards_filters_and_moves_with_the_level(sounds):
    loud, soft = sounds.snare(), sounds.audio(sounds.snare().samples, peak=0.05)
    assert of(loud)[0].loudness == pytest.approx(loudness(loud), abs=0.5)
    assert of(loud)[0].loudness - of(soft)[0].loudness == pytest.approx(20, abs=0.01)


def test_a_kick_is_heard_as_a_kick_and_the_share_says_how_surely(sounds):
    character = of(sounds.kick())[0]
    assert character.family == "kick"
    assert 0.5 <= character.share <= 1


def test_a_low_note_that_glides_is_an_808_and_one_that_does_not_a_bass(sounds):
    low = sounds.saw(36, seconds=1.0)
    families = {of(low, MidiNote(36), glide)[0].family for glide in (0.0, 12.0)}
    assert families == {"bass", "808"}


def test_of_silence_nothing_is_known():
    assert of(Audio.of(np.zeros(4_410), 44_100)) == (None, b"")


@pytest.mark.parametrize("frames", [1, 64, 2_000])
def test_however_short_a_sound_is_its_figures_are_finite(frames):
    samples = np.random.default_rng(1).standard_normal((frames, 2)) * 0.1
    character, fingerprint = of(Audio.of(samples, 44_100))
    assert all(np.isfinite([character.brightness, character.hardness, character.loudness, character.share]))
    assert len(fingerprint) == SIZE


def test_a_sound_is_nearer_to_itself_at_another_level_than_to_another_sound(sounds):
    kick, hat = of(sounds.kick())[1], of(sounds.noise(seconds=0.1, decay=40))[1]
    quiet = of(sounds.audio(sounds.kick().samples, peak=0.1))[1]
    assert likeness(kick, quiet) > 0.99 > likeness(kick, hat)


def test_comparing_fingerprints_brings_no_dsp_library_into_the_daemon():
    program = "import sys, bridge.store.database, bridge.store.samples, bridge.sound.likeness; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"scipy", "soxr", "soundfile"} & set(answer.stdout.split())
