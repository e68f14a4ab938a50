"""What the library writes, played by the engine of the sfizz plug-ins: pitch, level, choke, reload."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.instruments.mapping import instrument_of, kit_of
from bridge.library.names import sample_path
from bridge.units import hz_of

RATE = 44_100


@pytest.fixture
def play(library, peer):
    """Returns a player of one note by a fresh synth, as mono of shape `(frames,)`."""
    pysfizz = peer.module("pysfizz")

    def play(path, key, *, velocity=127, held=0.8, seconds=0.8):
        synth = pysfizz.Synth(sample_rate=RATE, block_size=256)
        assert synth.load_sfz_file(library.root / path)
        return synth.render_note(key, velocity, held, seconds).mean(axis=0)

    return play


def pitch(sound):
    """Returns the frequency in Hz of a steady sine: the peak of a padded spectrum, refined by a parabola."""
    steady = sound[2_000:26_000]
    spectrum = np.log(np.abs(np.fft.rfft(steady * np.hanning(len(steady)), 1 << 19)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    offset = (left - right) / (2 * (left - 2 * middle + right))
    return (peak + offset) * RATE / (1 << 19)


def cents_between(measured, expected):
    return 1_200 * np.log2(measured / expected)


def level(sound):
    return 20 * np.log10(np.sqrt(np.mean(np.square(sound[2_000:26_000]))) + 1e-12)


@pytest.mark.parametrize(("root", "cents"), [(60, 0.0), (45, -37.4), (69, 49.5), (52, -49.9), (33, 12.6)])
def test_a_key_sounds_at_its_own_pitch_whatever_the_sample_was(library, tone, make_sample, play, root, cents):
    sample = make_sample(root=root, cents=cents, family="bass")
    library.write_sample(sample.path, tone(hz_of(root, cents)), {})
    library.write_instrument(instrument_of("keys", sample))
    for key in (root - 7, root, root + 7):
        assert abs(cents_between(pitch(play("instruments/keys.sfz", key)), hz_of(key))) < 1.0


def test_keys_outside_the_reach_are_silent(library, tone, make_sample, play):
    sample = make_sample(root=60, family="pluck")
    library.write_sample(sample.path, tone(hz_of(60)), {})
    library.write_instrument(instrument_of("keys", sample))
    for key in (53, 67):
        assert np.abs(play("instruments/keys.sfz", key)).max() == 0.0


def test_a_drum_sounds_as_recorded_and_to_its_end(library, tone, make_sample, play):
    sample = make_sample(root=32, cents=41.0, mapping="drum", family="kick", pad="kick", pad_note=50)
    library.write_sample(sample.path, tone(hz_of(32, 41.0)), {})
    library.write_instrument(instrument_of("kick", sample))
    sound = play("instruments/kick.sfz", 50, held=0.02)
    assert abs(cents_between(pitch(sound), hz_of(32, 41.0))) < 1.0
    assert level(sound[10_000:]) > level(play("instruments/kick.sfz", 50)) - 0.5


def test_a_key_that_is_let_go_fades(library, tone, make_sample, play):
    sample = make_sample(root=60)
    library.write_sample(sample.path, tone(hz_of(60)), {})
    library.write_instrument(instrument_of("keys", sample))
    sound = play("instruments/keys.sfz", 60, held=0.3, seconds=0.9)
    assert np.abs(sound[round(0.2 * RATE):round(0.3 * RATE)]).max() > 0.1
    assert np.abs(sound[round(0.6 * RATE):]).max() < 1e-3


def test_full_velocity_has_the_files_level_and_half_is_softer(library, tone, make_sample, play):
    for family, mapping in (("kick", "drum"), ("pluck", "keys")):
        sample = make_sample(root=60, family=family, mapping=mapping, pad=mapping, pad_note=60)
        library.write_sample(sample.path, tone(hz_of(60)), {})
        library.write_instrument(instrument_of(mapping, sample))
        # How loud the engine plays a file to which nothing is done.
        plain = f"<region> key=60 amp_veltrack=0 loop_mode=one_shot sample=../{sample.path}\n"
        (library.root / "instruments" / "plain.sfz").write_text(plain)
        loud = level(play(f"instruments/{mapping}.sfz", 60))
        assert loud == pytest.approx(level(play("instruments/plain.sfz", 60)), abs=0.1)
        assert -12 < level(play(f"instruments/{mapping}.sfz", 60, velocity=64)) - loud < -3


@pytest.fixture
def kit(library, tone, make_sample):
    """Two hats that choke each other, a kick, and a bell that is made for keys; returns key → frequency."""
    parts = {"hat": (42, 95), "open-hat": (46, 90), "kick": (36, 40), "bell": (53, 84)}
    samples = []
    for family, (_, root) in parts.items():
        mapping = "keys" if family == "bell" else "drum"
        samples.append(make_sample(root=root, cents=10.0, family=family, mapping=mapping, pad=family, prompt=family))
        library.write_sample(samples[-1].path, tone(hz_of(root, 10.0)), {})
    library.write_kit(kit_of("live", samples))
    return {key: hz_of(root, 10.0) for key, root in parts.values()}


def test_in_a_kit_every_sound_sits_on_one_key_as_recorded(library, kit, play):
    for key, frequency in kit.items():
        assert abs(cents_between(pitch(play("kits/live.sfz", key)), frequency)) < 1.0
    for key in set(range(30, 60)) - set(kit):
        assert np.abs(play("kits/live.sfz", key, seconds=0.05)).max() == 0.0


def test_a_closed_hat_cuts_an_open_one_and_a_kick_does_not(library, kit, peer):
    def after(second):
        synth = peer.module("pysfizz").Synth(sample_rate=RATE, block_size=256)
        assert synth.load_sfz_file(library.root / "kits" / "live.sfz")
        synth.render_note(46, 127, 0.1, 0.2)
        sound = synth.render_note(second, 127, 0.1, 0.7).mean(axis=0)
        spectrum = np.abs(np.fft.rfft(sound[2_000:26_000] * np.hanning(24_000)))
        near = round(kit[46] * 24_000 / RATE)
        return spectrum[near - 3:near + 4].max() / spectrum.max()

    assert after(42) < 1e-3
    assert after(36) > 0.5


def test_reloading_the_same_preset_sounds_new(library, tone, make_sample, peer):
    synth = peer.module("pysfizz").Synth(sample_rate=RATE, block_size=256)
    stamps = []
    for letter, root in (("a", 60), ("b", 67), ("c", 53)):
        sample = make_sample(root=root, mapping="drum", pad="kick", family="kick", id=f"s-{letter * 12}")
        library.write_sample(sample.path, tone(hz_of(root)), {})
        library.write_instrument(instrument_of("kick", sample))
        preset = library.root / "instruments" / "kick.sfz"
        stamps.append(int(preset.stat().st_mtime))
        assert synth.load_sfz_file(preset)
        sound = synth.render_note(36, 127, 0.8, 1.2).mean(axis=0)
        assert abs(cents_between(pitch(sound), hz_of(root))) < 1.0
    # What the plug-ins look at to reload by themselves.
    assert stamps == sorted(set(stamps))


def test_a_reader_never_meets_a_partial_preset_or_one_that_names_a_missing_sample(library, tone, make_sample):
    wav, preset = tone(hz_of(60), seconds=0.05), library.root / "instruments" / "kick.sfz"
    template = make_sample(mapping="drum", pad="kick", family="kick")

    def publish(number):
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:012d}")
        path = sample_path(pad="kick", family="kick", prompt="x", root=None, sample_id=f"s-{letters}")
        library.write_sample(path, wav, {"id": number})
        library.write_instrument(instrument_of("kick", replace(template, path=path)))
        return path

    publish(0)
    faults, reads, seen, stop = [], 0, set(), threading.Event()

    def read():
        nonlocal reads
        while not stop.is_set():
            text = preset.read_text()
            reads += 1
            named = re.findall(r"^sample=(.+)\n\Z", text, re.MULTILINE)
            if len(named) != 1 or not Path(preset.parent, named[0]).is_file():
                faults.append(text)
            seen.update(named)

    reader = threading.Thread(target=read)
    reader.start()
    paths = [publish(number) for number in range(1, 301)]
    stop.set()
    reader.join()
    assert faults == []
    assert reads > 100
    assert len(seen) > 10
    assert paths[-1].split("/")[-1] in preset.read_text()
