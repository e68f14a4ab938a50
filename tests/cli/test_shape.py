"""`oneshot shape`: files from anywhere, finished beside the library and without the daemon."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

RATE = 48_000


def hit(path, *, lead_in=0.1, gain=0.5, rate=RATE, channels=1, note=45.3):
    t = np.arange(round(0.6 * rate)) / rate
    wave = np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * t) * np.exp(-8 * t)
    wave = np.concatenate([np.zeros(round(lead_in * rate)), gain * wave])
    soundfile.write(path, np.repeat(wave[:, None], channels, axis=1), rate, subtype="PCM_24")
    return path


def test_a_file_becomes_a_finished_sample_of_its_family(home):
    sound, out = hit(home.folder / "my-BASS_01.wav", channels=2), home.folder / "out.wav"
    before = sound.read_bytes()
    (answer,) = home.json("shape", str(sound), "-o", str(out))
    assert (answer["family"], answer["root"], answer["channels"], answer["sample_rate"]) == ("bass", 45, 1, 44_100)
    assert (answer["peak"], answer["file"], answer["bits"]) == (-1.0, str(out), 24)
    assert abs(answer["cents"]) < 5
    assert answer["steps"][-1] == "level -1 dBTP"
    assert {verdict["name"] for verdict in answer["verdicts"]} >= {"silence", "lead-in", "tuned"}
    info = soundfile.info(out)
    assert (info.samplerate, info.channels, info.subtype, info.format) == (44_100, 1, "PCM_24", "WAV")
    assert b"smpl" in out.read_bytes()
    assert sound.read_bytes() == before
    assert not home.library.exists()
    assert not home.state.exists()


def test_people_read_what_was_done(home):
    sound = hit(home.folder / "kick.wav")
    result = home.run("shape", str(sound), "-o", str(home.folder / "out.wav"), "--note", "C#2")
    assert result.exit_code == 0, result.output
    assert "kick, " in result.stdout
    assert "of lead-in cut" in result.stdout


def test_named_steps_are_all_that_is_done(home):
    sound, out = hit(home.folder / "a.wav"), home.folder / "out.wav"
    (answer,) = home.json("shape", str(sound), "-o", str(out), "--steps", "gain -6 dB")
    samples, rate = soundfile.read(out)
    assert rate == RATE
    assert np.allclose(samples, soundfile.read(sound)[0] * 10 ** (-6 / 20), atol=1e-6)
    assert answer["steps"] == ["gain -6 dB"]


def test_several_sounds_go_into_a_folder_and_a_bad_one_stops_none(home):
    good = [hit(home.folder / f"kick{number}.wav", gain=0.1 * number) for number in (1, 2)]
    (home.folder / "bad.wav").write_text("no sound")
    soundfile.write(home.folder / "silent.wav", np.zeros(9_999), RATE)
    out = home.folder / "deep" / "out"
    names = ["kick1", "bad", "silent", "missing", "kick2"]
    result = home.run("shape", *(str(home.folder / f"{name}.wav") for name in names), "-o", str(out), "--bits", "16")
    assert result.exit_code == 1
    assert sorted(file.name for file in out.iterdir()) == [path.name for path in good]
    assert {soundfile.info(file).subtype for file in out.iterdir()} == {"PCM_16"}
    assert "bad.wav: These 8 bytes are no sound" in result.stderr
    assert "silent.wav: This take can't become" in result.stderr
    assert "--steps" in result.stderr
    assert "missing.wav: can't be read: No such file" in result.stderr


def test_a_set_is_equally_loud(home):
    sounds = [hit(home.folder / f"tom{number}.wav", gain=0.15 * number, note=45) for number in (1, 2, 3)]
    alone = home.json("shape", *map(str, sounds), "-o", str(home.folder / "a"))
    together = home.json("shape", *map(str, sounds), "-o", str(home.folder / "b"), "--set")
    assert [answer["peak"] for answer in alone] == [-1.0] * 3
    assert all("matched" in {verdict["name"] for verdict in answer["verdicts"]} for answer in together)


def test_no_file_is_written_over_unless_that_is_said(home):
    sound = hit(home.folder / "kick.wav")
    before = sound.read_bytes()
    for output in (sound, home.folder):
        result = home.run("shape", str(sound), "-o", str(output))
        assert (result.exit_code, sound.read_bytes()) == (1, before)
        assert "--overwrite" in result.stderr
        assert "the sound itself" in result.stderr
    (other := home.folder / "there.wav").write_text("mine")
    assert home.run("shape", str(sound), "-o", str(other)).exit_code == 1
    assert other.read_text() == "mine"
    assert home.run("shape", str(sound), "-o", str(sound), "--overwrite").exit_code == 0
    assert sound.read_bytes() != before
    assert [path.name for path in home.folder.glob(".*")] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--steps", "trim, levl"], 2, 'did you mean "level"?'),
        (["--steps", "level 3 dBTP"], 2, "goes from -40 to 0 dBTP"),
        (["--steps", "gain 30 dB"], 1, "over full scale"),
        (["--family", "kik"], 2, "kik"),
        (["--note", "H9"], 2, "no note"),
    ],
)
def test_what_can_not_be_done_is_said_and_nothing_is_written(home, arguments, code, said):
    sound, out = hit(home.folder / "a.wav"), home.folder / "out.wav"
    result = home.run("shape", str(sound), "-o", str(out), *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert not out.exists()


def test_two_sounds_never_become_one_file_and_only_wav_is_written(home):
    (home.folder / "other").mkdir()
    pair = [hit(home.folder / "kick.wav"), hit(home.folder / "other" / "KICK.wav")]
    result = home.run("shape", *map(str, pair), "-o", str(home.folder / "out"))
    assert (result.exit_code, (home.folder / "out").exists()) == (1, False)
    assert "would both become" in result.stderr
    assert "no WAV file" in home.run("shape", str(pair[0]), "-o", "out.flac").stderr


def test_the_help_explains_every_step(home):
    from bridge.domain.recipe import STEPS, usage

    text = home.run("shape", "--help").stdout
    assert all(usage(row) in text for row in STEPS.values())
