"""`oneshot slice`: a loop from anywhere becomes its hits, and a loop of whole bars."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

RATE = 44_100
BPM = 120.0
BEAT = round(60 / BPM * RATE)


def burst(seed, *, low):
    """Returns a kick for `low`, else a burst of noise."""
    t = np.arange(round(0.25 * RATE)) / RATE
    if low:
        return 0.8 * np.sin(2 * np.pi * np.cumsum(50 + 150 * np.exp(-40 * t)) / RATE) * np.exp(-14 * t)
    return 0.5 * np.random.default_rng(seed).uniform(-1, 1, len(t)) * np.exp(-30 * t)


def loop(path, *, beats=8, lead_in=0, gain=1.0, channels=1, subtype="PCM_24"):
    """Writes kicks and bursts of noise in turn, one a beat, and returns the frames at which they begin."""
    wave = np.zeros(lead_in + beats * BEAT)
    starts = [lead_in + beat * BEAT for beat in range(beats)]
    for beat, start in enumerate(starts):
        hit = burst(beat, low=beat % 2 == 0)
        wave[start : start + len(hit)] = hit
    soundfile.write(path, np.repeat(gain * wave[:, None], channels, axis=1), RATE, subtype)
    return starts


@pytest.fixture
def beat(home):
    loop(home.folder / "Beat 1.wav", lead_in=1_000)
    return home.folder / "Beat 1.wav"


def test_every_hit_is_a_file_that_begins_where_it_was_struck(home):
    sound, out = home.folder / "Beat 1.wav", home.folder / "deep" / "out"
    starts = loop(sound, lead_in=1_000, channels=2)
    before = sound.read_bytes()
    answer = home.json("slice", str(sound), "-o", str(out))
    assert (answer["sound"], answer["gain"], answer["loop"], len(answer["hits"])) == (str(sound), 0.0, None, 8)
    for hit, start in zip(answer["hits"], starts, strict=True):
        assert hit["start"] * RATE == pytest.approx(start, abs=0.003 * RATE)
        info = soundfile.info(hit["file"])
        assert (info.format, info.subtype, info.samplerate, info.channels) == ("WAV", "PCM_24", RATE, 2)
        assert info.duration == pytest.approx(hit["seconds"], abs=1e-5)
        held, whole = soundfile.read(hit["file"])[0], soundfile.read(sound)[0]
        first = round(hit["start"] * RATE)
        assert np.allclose(held[200:-300], whole[first + 200 : first + len(held) - 300], atol=1e-6)
    assert sorted(file.name for file in out.iterdir()) == [
        f"Beat 1_{number:02}_{hit['family'] or 'hit'}.wav" for number, hit in enumerate(answer["hits"], start=1)
    ]
    assert {hit["family"] for hit in answer["hits"][::2]} == {"kick"}
    assert "kick" not in {hit["family"] for hit in answer["hits"][1::2]}
    assert sound.read_bytes() == before
    assert not home.library.exists()
    assert not home.state.exists()


def test_with_a_tempo_the_loop_is_kept_as_whole_bars(home, beat):
    answer = home.json("slice", str(beat), "-o", str(home.folder / "out"), "--bpm", "120")
    kept = answer["loop"]
    assert kept["file"] == str(home.folder / "out" / "Beat 1_120bpm_2bars.wav")
    assert (kept["bars"], kept["bpm"], kept["seconds"], kept["on_grid"]) == (2, 120, 4.0, 1.0)
    assert soundfile.info(kept["file"]).frames == 8 * BEAT
    assert len(list((home.folder / "out").iterdir())) == 9


@pytest.mark.parametrize(
    ("tempo", "code", "said"),
    [("19", 2, "--bpm"), ("500", 2, "--bpm"), ("nan", 1, "no tempo"), ("20", 1, "a bar at 20 beats a minute lasts")],
)
def test_a_tempo_that_does_not_fit_writes_nothing(home, beat, tempo, code, said):
    result = home.run("slice", str(beat), "-o", str(home.folder / "out"), "--bpm", tempo)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert not (home.folder / "out").exists()


@pytest.mark.parametrize("more", [[], ["--bpm", "120"], ["--json"]])
def test_where_nothing_is_found_nothing_is_written(home, more):
    soundfile.write(home.folder / "silent.wav", np.zeros(3 * RATE), RATE)
    result = home.run("slice", str(home.folder / "silent.wav"), "-o", str(home.folder / "out"), *more)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no hits were found, so nothing is written" in result.stderr
    assert not (home.folder / "out").exists()


def test_no_file_is_written_over_unless_that_is_said(home, beat):
    out = home.folder / "out"
    names = [hit["file"] for hit in home.json("slice", str(beat), "-o", str(out))["hits"]]
    for name in names[:-1]:
        (out / name).unlink()
    (out / names[-1]).write_text("mine")
    result = home.run("slice", str(beat), "-o", str(out))
    assert result.exit_code == 1
    assert "--overwrite" in result.stderr
    assert [(file.name, file.read_text()) for file in out.iterdir()] == [((out / names[-1]).name, "mine")]
    assert home.run("slice", str(beat), "-o", str(out), "--overwrite").exit_code == 0
    assert len(list(out.iterdir())) == 8
    assert soundfile.info(names[-1]).frames > 0


def test_what_goes_over_full_scale_is_turned_down_as_a_whole_and_not_clipped(home):
    sound = home.folder / "hot.wav"
    loop(sound, gain=3.0, subtype="FLOAT")
    answer = home.json("slice", str(sound), "-o", str(home.folder / "out"))
    assert answer["gain"] == pytest.approx(20 * np.log10(1 / 2.4), abs=0.3)
    tops = [np.abs(soundfile.read(hit["file"])[0]).max() for hit in answer["hits"]]
    assert tops[0] == pytest.approx(1.0, abs=1e-3)
    assert tops[1] == pytest.approx(0.5 / 0.8, abs=0.1)
    result = home.run("slice", str(sound), "-o", str(home.folder / "other"))
    assert "turned down by" in result.stdout


def test_a_file_that_can_not_be_cut_is_named(home):
    (home.folder / "text.wav").write_text("no sound")
    soundfile.write(home.folder / "nan.wav", np.full(9_999, np.nan), RATE, "FLOAT")
    soundfile.write(home.folder / "long.wav", np.zeros(121 * 4_000), 4_000)
    out = home.folder / "out"
    for name, said in [("text", "are no sound"), ("nan", "NaN"), ("long", "at most 120 s"), ("missing", "No such")]:
        result = home.run("slice", str(home.folder / f"{name}.wav"), "-o", str(out))
        assert (result.exit_code, result.stdout, out.exists()) == (1, "", False)
        assert f"{name}.wav: " in result.stderr
        assert said in result.stderr


def test_a_folder_that_is_a_file_is_refused(home, beat):
    assert home.run("slice", str(beat), "-o", str(beat)).exit_code == 2
    result = home.run("slice", str(beat), "-o", str(beat / "deep"))
    assert result.exit_code == 1
    assert "can't be written" in result.stderr


def test_people_read_what_was_written(home, beat):
    result = home.run("slice", str(beat), "-o", str(home.folder / "out"), "--bpm", "120")
    assert result.exit_code == 0, result.output
    assert "Beat 1_01_kick.wav: kick, from 0.02" in result.stdout
    assert "2 bars at 120 beats a minute, 4.000 s, 100 % of its hits on the grid" in result.stdout


def test_one_bar_is_a_bar(home, beat):
    answer = home.json("slice", str(beat), "-o", str(home.folder / "out"), "--bpm", "92.5")
    assert (answer["loop"]["file"].endswith("Beat 1_92.5bpm_1bar.wav"), answer["loop"]["bars"]) == (True, 1)
