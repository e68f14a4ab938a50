"""`oneshot export`: files for other samplers, with and without a daemon."""

from __future__ import annotations

import gzip
import json
import zipfile

import numpy as np
import pytest

from bridge.audio import Audio
from bridge.cli.exporting import instrument_in
from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import open_formats
from bridge.sound.codec import to_pcm24
from bridge.sound.wav import wav_bytes
from bridge.web.views import to_json
from support.presets import READERS

WAV = wav_bytes(to_pcm24(Audio.of(0.5 * np.sin(np.arange(4_000) / 9), 44_100)), sample_rate=44_100, channels=1)


@pytest.fixture
def sounds(either, home, engine, monkeypatch):
    """A kick, an 808 and a bell in the library, each with its WAV."""
    monkeypatch.setattr(engine, "absolute", lambda path: str(home.library / path))
    for pad in ("kick", "808", "bell"):
        assert home.run("trigger", pad).exit_code == 0
    for sample in engine.all_samples.values():
        file = home.library / sample.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(WAV)
    return {sample.pad: home.library / sample.path for sample in engine.all_samples.values()}


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", open_formats([]).writers)
def test_every_format_writes_a_kit_that_stands_by_itself(name, sounds, home, tmp_path):
    result = home.run("export", "main", "--format", name, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    files = files_in(tmp_path / "out")
    assert result.stdout.strip() == str(tmp_path / "out" / next(
        path for path in files if not path.lower().endswith(".wav")
    ))
    zones = READERS[name](files)
    assert len(zones) == 3
    assert sum(content == WAV for content in files.values()) == (3 if len(files) == 4 and name != "op-xy" else 0)


def test_the_preset_names_its_own_copies(sounds, home, tmp_path):
    home.run("export", "bell", "--format", "dspreset", "-o", str(tmp_path / "out"))
    files = files_in(tmp_path / "out")
    (zone,) = READERS["dspreset"](files)
    assert files[f"bell/{zone['sound']}"] == WAV
    assert zone["natural"] == pytest.approx(69 - 0.0325)


def test_a_format_that_holds_its_sounds_is_one_file(sounds, home, tmp_path):
    answer = home.json("export", "bell", "--format", "multisample", "-o", str(tmp_path / "out"), "--name", "glass")
    file = str(tmp_path / "out" / "glass.multisample")
    assert answer == {"format": "multisample", "name": "glass", "zones": 1, "files": [file]}
    assert sounds["bell"].name in zipfile.ZipFile(file).namelist()


def test_a_live_preset_lies_as_in_a_user_library(sounds, home, tmp_path):
    home.run("export", "kick", "--format", "live", "-o", str(tmp_path / "out"))
    assert gzip.decompress((tmp_path / "out/Presets/Instruments/Drum Rack/kick.adg").read_bytes()).startswith(b"<?xml")
    assert (tmp_path / "out/Samples/Imported/kick" / sounds["kick"].name).read_bytes() == WAV


def test_several_pads_become_one_kit(sounds, home, tmp_path):
    answer = home.json("export", "kick", "808", "-o", str(tmp_path / "out"))
    assert (answer["name"], answer["zones"]) == ("set", 2)


def test_an_instrument_comes_out_of_json_as_it_went_in():
    zone = Zone(path="samples/a/a.wav", root=60, cents=-1.5, low=0, high=127, loop=(1, 9), sequence=(2, 3), choke=1)
    instrument = Instrument(name="a", mode="keys", zones=(zone,))
    assert instrument_in({"instrument": json.loads(to_json(instrument))}) == instrument


def test_nothing_is_written_over_unless_it_is_said(sounds, home, tmp_path):
    command = ("export", "kick", "--format", "sf2", "-o", str(tmp_path / "out"))
    assert home.run(*command).exit_code == 0
    before = (tmp_path / "out/kick.sf2").read_bytes()
    (tmp_path / "out/kick.sf2").write_bytes(b"mine")
    result = home.run(*command)
    assert result.exit_code != 0
    assert "is there already" in result.stderr
    assert (tmp_path / "out/kick.sf2").read_bytes() == b"mine"
    assert home.run(*command, "--overwrite").exit_code == 0
    assert (tmp_path / "out/kick.sf2").read_bytes() == before


def test_a_sound_that_is_gone_is_named_and_nothing_is_written(sounds, home, tmp_path):
    sounds["kick"].unlink()
    result = home.run("export", "main", "-o", str(tmp_path / "out"))
    assert result.exit_code != 0
    assert sounds["kick"].name in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("arguments", "said"), [
    (("nix",), "There is no sample or pad 'nix'."),
    (("kick", "--format", "multisampel"), "Did you mean multisample?"),
    (("kick", "--name", "../x"), "can't be the name of an instrument"),
    ((), "Name a pad, a kit or samples, or say --list."),
])
def test_what_can_not_be_exported_is_said(arguments, said, sounds, home, tmp_path):
    result = home.run("export", *arguments, "-o", str(tmp_path / "out"))
    assert result.exit_code != 0
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_list_says_of_every_format_who_plays_it_and_needs_no_daemon(home):
    lines = home.run("export", "--list").stdout.splitlines()
    assert len(lines) == 1 + len(open_formats().writers)
    assert any(line.startswith("multisample") and "Bitwig" in line for line in lines)
    told = home.json("export", "--list")["formats"]
    assert {row["name"]: row["sounds"] for row in told}["op-xy"] == "apart"


def test_a_format_that_can_not_be_kept_is_a_mistake_of_the_config(home):
    config = home.config.read_text().replace("[library]\n", "[library]\nformats = ['sfz', 'op-xy', 'multisampel']\n")
    home.config.write_text(config)
    result = home.run("config", "check")
    assert result.exit_code == 5
    assert "library.formats[1]: op-xy is for devices: write it with oneshot export." in result.stderr
    assert "library.formats[2]: There is no format 'multisampel'. Did you mean multisample?" in result.stderr
