"""SoundFonts, played by FluidSynth, and read by Polyphone."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import mido
import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats.sf2 import write_sf2
from bridge.units import hz_of

RATE = 44_100
SPACING = 1.0
"""Seconds from one note to the next."""
TICKS = 480


def tone(note, cents=0.0, seconds=1.0, rate=RATE):
    return Audio.of(0.5 * np.sin(2 * np.pi * hz_of(note, cents) * np.arange(round(seconds * rate)) / rate), rate)


@pytest.fixture
def offscreen(tmp_path):
    return {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}


@pytest.fixture
def play(peer, tone_sounds, tmp_path, offscreen):
    """Returns a player of an instrument: it takes sounds by path and (key, velocity, held seconds) and returns what is
    heard of each note."""
    fluidsynth = peer("fluidsynth")

    def played(instrument, sounds, notes):
        ((_, content),) = write_sf2(instrument, "instruments", tone_sounds(sounds))
        (tmp_path / "it.sf2").write_bytes(content)
        track = mido.MidiTrack()  # 120 beats a minute: two beats a second
        for key, velocity, held in notes:
            track.append(mido.Message("note_on", note=key, velocity=velocity, time=0))
            track.append(mido.Message("note_off", note=key, time=round(2 * TICKS * held)))
            track.append(mido.Message("control_change", control=0, time=round(2 * TICKS * (SPACING - held))))
        mido.MidiFile(ticks_per_beat=TICKS, tracks=[track]).save(tmp_path / "keys.mid")
        command = [fluidsynth, "-ni", "-q", "-r", str(RATE), "-g", "0.5", "-R", "0", "-C", "0", "-F", "out.wav"]
        command += ["it.sf2", "keys.mid"]
        subprocess.run(command, cwd=tmp_path, env=offscreen, check=True, capture_output=True, timeout=60)
        wave = soundfile.read(tmp_path / "out.wav", always_2d=True)[0]
        return [wave[round(RATE * SPACING * n):][:round(RATE * SPACING)] for n in range(len(notes))]

    return played


def cents_off(sound, key, low=0.1, high=0.4):
    """How far the strongest frequency between two moments lies from a key, in cents."""
    steady = sound[round(low * RATE):round(high * RATE), 0]
    spectrum = np.log(np.abs(np.fft.rfft(steady * np.hanning(len(steady)), 1 << 19)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    frequency = (peak + (left - right) / (2 * (left - 2 * middle + right))) * RATE / (1 << 19)
    return 1_200 * np.log2(frequency / hz_of(key))


def level(sound, low, high):
    return float(np.sqrt(np.mean(np.square(sound[round(low * RATE):round(high * RATE)]))))


def keys_zone(**changes):
    values = {"path": "samples/k/a.wav", "root": 60, "cents": 0.0, "low": 0, "high": 127}
    return Zone(**{**values, **changes})


def drum(name, key, **changes):
    return Zone(path=f"samples/d/{name}.wav", root=key, cents=0.0, low=key, high=key, follows_keys=False, **changes)


def test_every_key_is_in_tune_whatever_the_roots_and_their_cents(play):
    roots = {40: (-49.0, 22_050), 52: (0.0, 44_100), 64: (12.5, 48_000), 76: (50.0, 44_100)}
    zones = tuple(
        keys_zone(path=f"samples/k/{root}.wav", root=root, cents=cents, low=root - 5, high=root + 6)
        for root, (cents, _) in roots.items()
    )
    sounds = {f"samples/k/{root}.wav": tone(root, cents, rate=rate) for root, (cents, rate) in roots.items()}
    keys = range(35, 83, 3)
    heard = play(Instrument(name="keys", mode="keys", zones=zones), sounds, [(key, 100, 0.5) for key in keys])
    errors = [cents_off(sound, key) for sound, key in zip(heard, keys, strict=True)]
    assert np.abs(errors).max() < 2.0


def test_a_drum_sounds_as_recorded_and_to_its_end_on_a_key_far_from_its_pitch(play):
    kit = Instrument(name="kit", mode="drum", zones=(drum("a", 36), drum("b", 47)))
    sounds = {"samples/d/a.wav": tone(60, seconds=0.6), "samples/d/b.wav": tone(67, seconds=0.6)}
    a, b = play(kit, sounds, [(36, 127, 0.05), (47, 127, 0.05)])
    assert abs(cents_off(a, 60)) < 2.0
    assert abs(cents_off(b, 67)) < 2.0
    assert 20 * np.log10(level(a, 0.5, 0.58) / level(a, 0.1, 0.2)) > -1.0
    assert level(a, 0.7, 0.9) < 1e-4


def test_the_velocity_picks_the_layer(play):
    layers = (keys_zone(velocity_high=80), keys_zone(path="samples/k/b.wav", velocity_low=81))
    sounds = {"samples/k/a.wav": tone(60), "samples/k/b.wav": tone(72)}
    heard = play(Instrument(name="two", mode="keys", zones=layers), sounds,
                 [(60, velocity, 0.5) for velocity in (20, 80, 81, 127)])
    assert [round(cents_off(sound, 60) / 1_200) for sound in heard] == [0, 0, 1, 1]


def test_a_loop_sounds_on_in_tune_beyond_the_end_of_its_sample_and_ends_with_its_key(play):
    # 441 Hz repeats after 100 frames exactly.
    sound = Audio.of(0.5 * np.sin(2 * np.pi * np.arange(5_000) / 100), RATE)
    cents = 1_200 * np.log2(441 / hz_of(69))
    looped = keys_zone(root=69, cents=cents, loop=(1_000, 3_999))
    (heard,) = play(Instrument(name="loop", mode="keys", zones=(looped,)), {looped.path: sound}, [(69, 127, 0.7)])
    assert abs(cents_off(heard, 69, 0.2, 0.65)) < 2.0
    assert abs(20 * np.log10(level(heard, 0.55, 0.65) / level(heard, 0.2, 0.3))) < 0.5
    steady = heard[round(0.2 * RATE):round(0.65 * RATE), 0]
    spectrum = np.abs(np.fft.rfft(steady * np.blackman(len(steady))))
    peak = int(spectrum.argmax())
    loudest = spectrum[peak]
    spectrum[peak - 6:peak + 7] = 0
    assert spectrum[50:2_000].max() < 1e-3 * loudest  # one frame more or less in the loop would buzz
    assert level(heard, 0.9, 1.0) < 0.05 * level(heard, 0.5, 0.6)


def test_hats_cut_each_other_off(play):
    kit = Instrument(name="kit", mode="drum", zones=(drum("open", 46, choke=1), drum("closed", 42, choke=1)))
    sounds = {"samples/d/open.wav": tone(60, seconds=2.0), "samples/d/closed.wav": tone(72, seconds=0.1)}
    _, after = play(kit, sounds, [(46, 127, 0.5), (42, 127, 0.5)])
    assert level(after, 0.3, 0.9) < 0.02


def test_a_stereo_sound_stays_left_and_right(play):
    both = tone(60).samples[:, 0]
    stereo = Audio.of(np.stack([both, 0 * both], axis=1), RATE)
    zone = keys_zone()
    (heard,) = play(Instrument(name="stereo", mode="keys", zones=(zone,)), {zone.path: stereo}, [(60, 127, 0.5)])
    left, right = (np.abs(heard[4_000:20_000, channel]).max() for channel in (0, 1))
    assert right < 0.01 * left
    assert abs(cents_off(heard, 60)) < 2.0


def test_polyphone_reads_the_same_zones(peer, tone_sounds, tmp_path, offscreen):
    polyphone = peer("polyphone")
    zones = (
        keys_zone(root=48, cents=-12.4, low=40, high=53, velocity_high=80),
        keys_zone(path="samples/k/b.wav", root=48, cents=31.0, low=40, high=53, velocity_low=81),
        keys_zone(path="samples/k/c.wav", root=60, low=54, high=66, loop=(1_000, 3_999)),
        replace(drum("d", 30), choke=1),
    )
    ((_, content),) = write_sf2(Instrument(name="it", mode="keys", zones=zones), "instruments", tone_sounds())
    (tmp_path / "it.sf2").write_bytes(content)
    command = [polyphone, "-3", "-i", str(tmp_path / "it.sf2"), "-d", str(tmp_path), "-o", "read"]
    subprocess.run(command, env=offscreen, check=True, capture_output=True, timeout=60)
    (file,) = tmp_path.rglob("*.sfz")
    everywhere, *regions = file.read_text(encoding="utf-8").split("<region>")
    assert "loop_mode=no_loop" in everywhere
    read = sorted((dict(re.findall(r"(\w+)=(\S+)", region)) for region in regions), key=lambda one: int(one["lokey"]))
    read[1:3] = sorted(read[1:3], key=lambda one: int(one["lovel"]))
    told = [
        [int(one.get(key, 0)) for key in ("lokey", "hikey", "lovel", "hivel", "pitch_keycenter", "tune", "group")]
        for one in read
    ]
    assert told == [
        [30, 30, 1, 127, 30, 0, 1], [40, 53, 1, 80, 48, 12, 0], [40, 53, 81, 127, 48, -31, 0],
        [54, 66, 1, 127, 60, 0, 0],
    ]
    assert [one.get("pitch_keytrack") for one in read] == ["0", None, None, None]
    assert [one.get("loop_mode") for one in read] == [None, None, None, "loop_continuous"]
    assert (read[3]["loop_start"], read[3]["loop_end"]) == ("1000", "3999")
