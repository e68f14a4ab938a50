"""`oneshot analyse`: what files from anywhere are like, without library and daemon."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

RATE = 44_100


def note(path, *, midi=57.3, gain=0.5, rate=RATE, channels=1, seconds=0.8):
    """Writes a plucked note with four partials."""
    t = np.arange(round(seconds * rate)) / rate
    hertz = 440 * 2 ** ((midi - 69) / 12)
    wave = sum(np.sin(2 * np.pi * hertz * k * t) / k**2 for k in (1, 2, 3, 4)) * np.exp(-4 * t)
    soundfile.write(path, np.repeat((gain * wave / np.abs(wave).max())[:, None], channels, axis=1), rate, "PCM_24")
    return path


def hiss(path, *, seed=1, gain=0.3, late=0, seconds=0.3, decay=12):
    """Writes noise that dies away, `late` frames after the file's beginning."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = gain * np.random.default_rng(seed).uniform(-1, 1, len(t)) * np.exp(-decay * t)
    soundfile.write(path, np.concatenate([np.zeros(late), wave]), RATE, "PCM_24")
    return path


def test_level_length_and_pitch_are_those_that_were_written(home):
    path = note(home.folder / "a.wav", channels=2, rate=48_000)
    before = path.read_bytes()
    (found,) = home.json("analyse", str(path))
    assert (found["channels"], found["sample_rate"], found["seconds"], found["hits"]) == (2, 48_000, 0.8, 1)
    assert found["peak"] == pytest.approx(-6.02, abs=0.1)
    pitch = found["pitch"]
    assert (pitch["root"], pitch["name"], pitch["kind"]) == (57, "A3 (57)", "note")
    assert pitch["cents"] == pytest.approx(30, abs=2)
    assert pitch["frequency"] == pytest.approx(440 * 2 ** ((57.3 - 69) / 12), rel=0.001)
    assert pitch["confidence"] > 0.75
    assert path.read_bytes() == before
    assert not home.library.exists()
    assert not home.state.exists()


def test_twice_the_amplitude_is_six_decibels_louder(home):
    loud, soft = (note(home.folder / f"{gain}.wav", gain=gain) for gain in (0.8, 0.4))
    one, other = home.json("analyse", str(loud), str(soft))
    assert one["loudness"] - other["loudness"] == pytest.approx(6.02, abs=0.02)


def test_noise_and_chords_have_no_root(home):
    t = np.arange(RATE) / RATE
    hertz = [261.63 * 2 ** (step / 12) for step in (0, 4, 7)]
    wave = sum(np.sin(2 * np.pi * low * k * t) / k for low in hertz for k in range(1, 6)) * np.exp(-2 * t)
    soundfile.write(home.folder / "chord.wav", 0.2 * wave, RATE)
    noise, chord = home.json("analyse", str(hiss(home.folder / "noise.wav")), str(home.folder / "chord.wav"))
    assert [found["pitch"]["kind"] for found in (noise, chord)] == ["noise", "chord"]
    assert {found["pitch"][key] for found in (noise, chord) for key in ("root", "name", "cents", "frequency")} == {None}
    assert noise["figures"]["brightness"] > 4_000 > 1_000 > chord["figures"]["brightness"]


def test_the_shares_of_the_families_add_up_and_a_kick_is_one(home):
    t = np.arange(round(0.4 * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(50 + 150 * np.exp(-40 * t)) / RATE
    soundfile.write(home.folder / "a.wav", 0.8 * np.sin(phase) * np.exp(-12 * t), RATE)
    (found,) = home.json("analyse", str(home.folder / "a.wav"))
    assert sum(found["shares"].values()) == pytest.approx(1, abs=0.001)
    assert found["family"] == "kick" == next(iter(found["shares"]))


def test_a_copy_is_the_same_and_another_sound_is_not(home):
    first = hiss(home.folder / "first.wav")
    copy = hiss(home.folder / "copy.wav", gain=0.1, late=200)
    sister = hiss(home.folder / "sister.wav", seed=2)
    tone = note(home.folder / "tone.wav")
    found = home.json("analyse", *map(str, (first, copy, sister, tone)))
    assert [answer["same"] for answer in found] == [[str(copy)], [str(first)], [], []]
    assert [other["sound"] for other in found[2]["alike"]] != []
    assert str(tone) not in [other["sound"] for answer in found for other in answer["alike"]]
    assert all(0.97 <= other["likeness"] <= 1 for answer in found for other in answer["alike"])
    assert found[3]["alike"] == []


def test_a_file_named_twice_is_listened_to_once(home):
    path = str(hiss(home.folder / "a.wav"))
    (found,) = home.json("analyse", path, path)
    assert found["same"] == []


def test_a_bad_file_is_a_line_and_the_others_go_on(home):
    good = [note(home.folder / f"{number}.wav", midi=48 + 12 * number) for number in (0, 1)]
    (home.folder / "text.wav").write_text("no sound")
    soundfile.write(home.folder / "nan.wav", np.full(999, np.nan), RATE, "FLOAT")
    soundfile.write(home.folder / "six.wav", np.zeros((999, 6)), RATE)
    soundfile.write(home.folder / "none.wav", np.zeros(0), RATE)
    bad = [home.folder / f"{name}.wav" for name in ("text", "nan", "six", "none", "missing")]
    result = home.run("analyse", str(good[0]), *map(str, bad), str(home.folder), str(good[1]), "--json")
    assert result.exit_code == 1
    assert result.stdout.count("\n") == 1
    assert [answer["sound"] for answer in json.loads(result.stdout)] == list(map(str, good))
    for said in ("text.wav: These 8 bytes", "nan.wav: can't be listened to: 999 values are NaN",
                 "six.wav: can't be listened to: 6 channels", "none.wav: can't", "missing.wav: can't be read: No such"):
        assert said in result.stderr
    assert f"{home.folder}: can't be read" in result.stderr


def test_of_silence_nothing_is_said(home):
    paths = [home.folder / f"{name}.wav" for name in "ab"]
    for path in paths:
        soundfile.write(path, np.zeros(RATE), RATE)
    for found in home.json("analyse", *map(str, paths)):
        assert found["silent"]
        assert (found["family"], found["shares"], found["figures"], found["hits"]) == (None, {}, {}, 0)
        assert found["same"] == found["alike"] == []
    assert "  silent\n" in home.run("analyse", str(paths[0])).stdout


def test_hits_are_counted_as_they_would_be_cut_and_not_in_the_longest_files(home):
    hit = soundfile.read(hiss(home.folder / "a.wav", decay=30))[0]
    soundfile.write(home.folder / "loop.wav", np.concatenate([hit] * 5), RATE)
    soundfile.write(home.folder / "long.wav", np.resize(hit, 121 * 4_000), 4_000)
    found = home.json("analyse", str(home.folder / "loop.wav"), str(home.folder / "long.wav"))
    assert [answer["hits"] for answer in found] == [5, None]
    assert "not counted" in home.run("analyse", str(home.folder / "long.wav")).stdout


def test_the_shortest_and_the_slowest_files_have_a_description(home):
    for rate in (4_000, 384_000):
        for frames in (1, 7, 300):
            path = home.folder / f"{rate}-{frames}.wav"
            soundfile.write(path, np.random.default_rng(frames).uniform(-0.5, 0.5, frames), rate, "FLOAT")
    paths = sorted(map(str, home.folder.glob("*.wav")))
    assert [found["sound"] for found in home.json("analyse", *paths)] == paths


def test_people_read_it_in_lines(home):
    paths = [hiss(home.folder / "a.wav"), hiss(home.folder / "b\x1b.wav"), note(home.folder / "c.wav")]
    result = home.run("analyse", *map(str, paths))
    assert result.exit_code == 0, result.output
    assert "A3 (57) +30" in result.stdout
    assert "  pitch   noise\n" in result.stdout
    assert "a.wav: 0.30 s, mono, 44100 Hz\n" in result.stdout
    assert f"  same    {paths[0]}\n" in result.stdout
    assert "\x1b" not in result.stdout


def test_without_files_it_is_a_usage_error(home):
    assert home.run("analyse").exit_code == 2
