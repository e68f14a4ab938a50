"""Layers, turns, loops and several roots, played by the engine of the sfizz plug-ins."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.instruments.formats.sfz import write_sfz
from bridge.instruments.mapping import instrument_of, instrument_of_roots
from bridge.sound.loop import loop
from bridge.units import hz_of

PLAYED = 44_100
RATE = 8_000
"""Of the samples: a second of them is what sfizz reads before it plays."""


@pytest.fixture
def play(tmp_path, peer):
    """Returns an opener of instruments: sounds by path, an instrument, and what plays its notes one after another."""
    pysfizz = peer.module("pysfizz")

    def opened(sounds, instrument):
        for path, sound in sounds.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            buffer = io.BytesIO()
            soundfile.write(buffer, sound, RATE, subtype="PCM_24", format="WAV")
            file.write_bytes(buffer.getvalue())
        ((path, content),) = write_sfz(instrument, "instruments")
        (tmp_path / "instruments").mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
        synth = pysfizz.Synth(sample_rate=PLAYED, block_size=256)
        assert synth.load_sfz_file(tmp_path / path)

        def note(key, velocity=127, held=0.5, seconds=0.7):
            return synth.render_note(key, velocity, held, seconds).mean(axis=0)

        return note

    return opened


def sine(frequency, seconds=1.0):
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)


def frequency(sound, low=0.05, high=0.45):
    """The strongest frequency in Hz between two moments in seconds, refined by a parabola."""
    steady = sound[round(low * PLAYED):round(high * PLAYED)]
    spectrum = np.log(np.abs(np.fft.rfft(steady * np.hanning(len(steady)), 1 << 19)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    return (peak + (left - right) / (2 * (left - 2 * middle + right))) * PLAYED / (1 << 19)


def share(sound, tone):
    """The share of the power that lies at a frequency."""
    power = np.square(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))
    near = round(tone * len(sound) / PLAYED)
    return power[near - 4:near + 5].sum() / power.sum()


def cents(measured, expected):
    return 1_200 * np.log2(measured / expected)


def path_of(name):
    return f"samples/keys/{name}.wav"


def test_the_velocity_picks_the_layer(play, make_sample):
    layers = [[make_sample(mapping="drum", family="snare", path=path_of(name))] for name in ("soft", "middle", "hard")]
    tones = {"soft": 300.0, "middle": 500.0, "hard": 700.0}
    sounds = {path_of(name): sine(tone, 0.5) for name, tone in tones.items()}
    note = play(sounds, instrument_of_roots("snare", [layers]))
    for velocity, name in ((1, "soft"), (50, "soft"), (51, "middle"), (95, "middle"), (96, "hard"), (127, "hard")):
        assert abs(cents(frequency(note(38, velocity)), tones[name])) < 1.0


def test_a_harder_stroke_is_louder_within_a_layer_and_over_its_border(play, make_sample):
    layers = [[make_sample(mapping="drum", family="snare", path=path_of(n))] for n in range(3)]
    note = play({path_of(n): sine(400.0, 0.5) for n in range(3)}, instrument_of_roots("snare", [layers]))
    levels = {velocity: np.abs(note(38, velocity)[2_000:20_000]).max() for velocity in (20, 50, 51, 95, 96, 127)}
    assert list(levels.values()) == sorted(levels.values())
    assert 20 * np.log10(levels[51] / levels[50]) < 0.3
    assert 20 * np.log10(levels[96] / levels[95]) < 0.3


def test_members_of_a_layer_take_turns_by_themselves(play, make_sample):
    tones = [300.0, 400.0, 500.0]
    hits = [make_sample(mapping="drum", family="clap", path=path_of(n)) for n in range(3)]
    note = play({path_of(n): sine(tone, 0.5) for n, tone in enumerate(tones)}, instrument_of_roots("clap", [[hits]]))
    heard = [frequency(note(39)) for _ in range(7)]
    assert np.abs(cents(np.array(heard), np.array([*tones, *tones, tones[0]]))).max() < 1.0


def test_however_velocities_are_mixed_one_member_of_the_layer_sounds_and_only_one(play, make_sample):
    tones = {"a": 300.0, "b": 400.0, "c": 500.0, "d": 600.0, "e": 700.0}
    hits = {name: make_sample(mapping="drum", family="clap", path=path_of(name)) for name in tones}
    layers = [[hits["a"], hits["b"]], [hits["c"], hits["d"], hits["e"]]]
    note = play({path_of(n): sine(tone, 0.5) for n, tone in tones.items()}, instrument_of_roots("clap", [layers]))
    for velocity in (30, 120, 30, 30, 120, 120, 120, 30, 120):
        sound = note(39, velocity)[2_000:20_000]
        found = [name for name, tone in tones.items() if share(sound, tone) > 0.01]
        assert len(found) == 1
        assert found[0] in ("ab" if velocity == 30 else "cde")


@pytest.mark.parametrize("off", [0.0, -37.4, 49.6])
def test_a_held_key_sounds_on_beyond_the_end_of_its_sample_and_in_tune(play, make_sample, off):
    t = np.arange(RATE) / RATE
    wave = sum(np.sin(2 * np.pi * k * hz_of(57, off) * t + k) / k for k in (1, 2, 3, 4))
    audio = Audio.of(0.3 * wave * np.minimum(1, np.minimum(t / 0.02, (1 - t) / 0.05)), RATE)
    found = loop(audio, frequency=hz_of(57, off), periodicity=0.99)
    sample = make_sample(root=57, cents=off, family="lead")
    plain = instrument_of("lead", sample)
    looped = replace(plain, zones=(replace(plain.zones[0], loop=found.loop),))
    note = play({sample.path: found.audio.samples[:, 0]}, looped)
    for key in (52, 57, 62):
        sound = note(key, held=3.0, seconds=3.4)
        assert abs(cents(frequency(sound, 2.0, 2.9), hz_of(key))) < 2.0
        early, late = (np.sqrt(np.mean(np.square(sound[at * PLAYED // 10:][:PLAYED // 4]))) for at in (4, 26))
        assert abs(20 * np.log10(late / early)) < 1.0
        assert np.abs(sound[round(3.3 * PLAYED):]).max() < 1e-3  # and stops once it is let go


def test_a_loop_ends_with_the_frame_it_names(play, make_sample):
    # 400 Hz repeats after 20 frames exactly: one frame more or less would be heard as a buzz.
    sample = make_sample(root=67, cents=cents(400.0, hz_of(67)), family="lead")
    plain = instrument_of("lead", sample)
    note = play({sample.path: sine(400.0)}, replace(plain, zones=(replace(plain.zones[0], loop=(2_000, 2_399)),)))
    steady = note(67, held=2.0, seconds=2.0)[PLAYED // 2:3 * PLAYED // 2]
    spectrum = np.abs(np.fft.rfft(steady * np.blackman(len(steady))))
    peak = int(spectrum.argmax())
    spectrum[peak - 6:peak + 7] = 0
    assert spectrum[50:3_000].max() < 1e-3 * np.abs(np.fft.rfft(steady * np.blackman(len(steady)))).max()


def test_several_roots_are_one_instrument_in_tune_over_all_its_keys(play, make_sample):
    roots = {31: 22.3, 45: -37.4, 57: 0.0, 64: 49.6, 76: -49.9, 88: 4.4}
    samples = [make_sample(root=root, cents=off, family="bass", path=path_of(root)) for root, off in roots.items()]
    instrument = instrument_of_roots("bass", [[[sample]] for sample in samples])
    note = play({path_of(root): sine(hz_of(root, off)) for root, off in roots.items()}, instrument)
    keys = range(31 - 7, 88 + 7 + 1)
    errors = [abs(cents(frequency(note(key)), hz_of(key))) for key in keys]
    assert np.median(errors) < 1.0
    assert max(errors) < 2.0
    assert np.abs(note(31 - 8)).max() == np.abs(note(88 + 8)).max() == 0.0


@pytest.mark.parametrize(("root", "off"), [(24, -49.9), (24, 50.0), (103, -37.4), (103, 12.5)])
def test_the_lowest_and_highest_roots_are_in_tune(play, make_sample, root, off):
    sample = make_sample(root=root, cents=off, family="lead")
    note = play({sample.path: sine(hz_of(root, off))}, instrument_of("lead", sample))
    for key in (root - 7, root, root + 5):
        assert abs(cents(frequency(note(key, held=0.45), 0.02, 0.43), hz_of(key))) < 2.0
