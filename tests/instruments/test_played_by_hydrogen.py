"""Kits, checked, installed and played by Hydrogen."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio import Audio
from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats.hydrogen import write_h2drumkit, write_hydrogen
from bridge.units import hz_of

RATE = 44_100
TICKS = 48
"""A beat; at 60 beats a minute that is a second."""
SHARE = Path("/usr/share/hydrogen/data")
PATTERN = (
    "<patternList><pattern><name>p</name><category></category><size>192</size><denominator>4</denominator><info></info>"
    "<noteList>{}</noteList></pattern></patternList>"
)
NOTE = (
    "<note><position>{}</position><leadlag>0</leadlag><velocity>{:.6f}</velocity><pan>0</pan><pitch>0</pitch>"
    "<probability>1</probability><key>{}</key><length>-1</length><instrument>{}</instrument>"
    "<note_off>false</note_off></note>"
)


def tone(note, cents=0.0, seconds=0.8):
    t = np.arange(round(seconds * RATE)) / RATE
    return Audio.of(0.5 * np.sin(2 * np.pi * hz_of(note, cents) * t), RATE)


def drum(name, key, **changes):
    return Zone(path=f"samples/d/{name}.wav", root=key, cents=0.0, low=key, high=key, follows_keys=False, **changes)


@pytest.fixture
def shared(peer):
    """Returns the folder of what Hydrogen brings along."""
    peer("h2cli")
    if not SHARE.is_dir():
        peer.missing("Hydrogen's data are not in /usr/share")
    return SHARE


@pytest.fixture
def h2cli(peer, tmp_path):
    """Returns a call of Hydrogen's command; it must end well."""
    program = peer("h2cli")
    home = {
        "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path),
        "JACK_NO_START_SERVER": "1",  # it would try for ten seconds
    }

    def call(*arguments):
        command = [program, *map(str, arguments)]
        subprocess.run(command, env=home, cwd=tmp_path, check=True, capture_output=True, timeout=60)

    return call


@pytest.fixture
def play(h2cli, shared, tone_sounds, tmp_path):
    """Returns a player of a kit: it takes sounds by path and four notes (instrument, note of the piano roll, velocity),
    a second apart, and returns what is heard of each."""

    def played(kit, sounds, notes):
        ((_, content),) = write_h2drumkit(kit, "kits", tone_sounds(sounds))
        (tmp_path / "it.h2drumkit").write_bytes(content)
        h2cli("-i", tmp_path / "it.h2drumkit")
        song = (shared / "demo_songs/GM_kit_demo1.h2song").read_text(encoding="utf-8")
        written = "".join(
            NOTE.format(TICKS * place, velocity / 127, key, number)
            for place, (number, key, velocity) in enumerate(notes)
        )
        song = re.sub(r"<patternList>.*?</patternList>", PATTERN.format(written), song, flags=re.DOTALL)
        sequence = "<patternSequence><group><patternID>p</patternID></group></patternSequence>"
        song = re.sub(r"<patternSequence>.*?</patternSequence>", sequence, song, flags=re.DOTALL)
        song = re.sub(r"<humanize_(time|velocity)>[^<]*", r"<humanize_\1>0", song).replace("<bpm>115<", "<bpm>60<")
        (tmp_path / "it.h2song").write_text(song, encoding="utf-8")
        h2cli("-s", "it.h2song", "-k", kit.name, "-d", "auto", "-r", RATE, "-b", 24, "-o", "out.wav")
        wave = soundfile.read(tmp_path / "out.wav", always_2d=True)[0].mean(axis=1)
        return [wave[RATE * place:][:RATE] for place in range(len(notes))]

    return played


def cents_off(sound, key):
    steady = sound[round(0.1 * RATE):round(0.5 * RATE)]
    spectrum = np.log(np.abs(np.fft.rfft(steady * np.hanning(len(steady)), 1 << 19)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    frequency = (peak + (left - right) / (2 * (left - 2 * middle + right))) * RATE / (1 << 19)
    return 1_200 * np.log2(frequency / hz_of(key))


def test_a_kit_is_right_by_hydrogens_own_schema_and_check(peer, h2cli, shared, tone_sounds, tmp_path):
    zones = (drum("kick", 36), drum("hat", 42, choke=1), drum("soft", 38, velocity_high=80))
    kit = Instrument(name="kit", mode="drum", zones=zones)
    for path, content in write_hydrogen(kit, "", tone_sounds()):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    schema, written = shared / "xsd/drumkit.xsd", tmp_path / "kit/drumkit.xml"
    command = [peer("xmllint"), "--noout", "--nonet", "--schema", str(schema), str(written)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    ((_, packed),) = write_h2drumkit(kit, "kits", tone_sounds())
    (tmp_path / "kit.h2drumkit").write_bytes(packed)
    h2cli("-c", tmp_path / "kit.h2drumkit")


def test_drums_sound_as_recorded_and_velocities_pick_their_layers(play):
    zones = (drum("kick", 36), drum("soft", 38, velocity_high=80), drum("hard", 38, velocity_low=81))
    sounds = {f"samples/d/{name}.wav": tone(note) for name, note in (("kick", 50), ("soft", 60), ("hard", 72))}
    kit = Instrument(name="kit", mode="drum", zones=zones)
    heard = play(kit, sounds, [(0, "C0", 127), (1, "C0", 20), (1, "C0", 80), (1, "C0", 81)])
    assert [round(cents_off(sound, 60) / 100) for sound in heard] == [-10, 0, 0, 12]


def test_a_sound_over_the_keys_is_in_tune_up_and_down_the_piano_roll(play):
    zone = Zone(path="samples/k/a.wav", root=60, cents=-37.25, low=48, high=72)
    keys = Instrument(name="keys", mode="keys", zones=(zone,))
    heard = play(keys, {zone.path: tone(60, -37.25)}, [(0, key, 100) for key in ("C0", "E0", "C1", "A-1")])
    for sound, key in zip(heard, (60, 64, 72, 57), strict=True):
        assert abs(cents_off(sound, key)) < 2.0


def test_strokes_of_one_key_take_turns(play):
    zones = (drum("one", 39, sequence=(1, 2)), drum("two", 39, sequence=(2, 2)))
    sounds = {"samples/d/one.wav": tone(60), "samples/d/two.wav": tone(67)}
    heard = play(Instrument(name="claps", mode="drum", zones=zones), sounds, [(0, "C0", 100)] * 4)
    found = [round(cents_off(sound, 60) / 100) for sound in heard]
    assert set(found) == {0, 7}
    assert found[0] == found[2] != found[1] == found[3]
