"""`oneshot instrument`: files from anywhere, joined into one instrument that players play."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.units import hz_of

RATE = 48_000
PLAYED = 44_100


def tone(path, note, *, seconds=1.0, falls=4.0, partials=4, gain=0.4, lead_in=0.05):
    """Writes a note of harmonics, `note` a fraction; the fewer partials the duller."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * k * hz_of(note) * t + k) / k for k in range(1, partials + 1))
    wave = wave * np.exp(-falls * t) * np.minimum(1, t / 0.003)
    if not falls:
        wave = wave * np.clip((seconds - t) / 0.05, 0, 1)
    soundfile.write(path, np.concatenate([np.zeros(round(lead_in * RATE)), gain * wave / 2]), RATE, subtype="PCM_24")
    return path


def noise(path, *, seconds=0.4, seed=1):
    t = np.arange(round(seconds * RATE)) / RATE
    soundfile.write(path, 0.3 * np.random.default_rng(seed).standard_normal(len(t)) * np.exp(-12 * t), RATE)
    return path


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def play(peer):
    pysfizz = peer.module("pysfizz")

    def opened(file):
        synth = pysfizz.Synth(sample_rate=PLAYED, block_size=256)
        assert synth.load_sfz_file(file)
        return lambda key, velocity=127, held=0.5, seconds=0.7: synth.render_note(
            key, velocity, held, seconds
        ).mean(axis=0)

    return opened


def frequency(sound, low=0.05, high=0.45):
    """The strongest frequency in Hz between two moments in seconds, refined by a parabola."""
    steady = sound[round(low * PLAYED):round(high * PLAYED)]
    spectrum = np.log(np.abs(np.fft.rfft(steady * np.hanning(len(steady)), 1 << 19)) + 1e-30)
    peak = int(spectrum.argmax())
    left, middle, right = spectrum[peak - 1:peak + 2]
    return (peak + (left - right) / (2 * (left - 2 * middle + right))) * PLAYED / (1 << 19)


def brightness(sound):
    power = np.square(np.abs(np.fft.rfft(sound)))
    return (power * np.arange(len(power))).sum() / power.sum()


def test_files_of_two_roots_play_in_tune_on_the_keys_of_both(home, play):
    low, high = tone(home.folder / "pluck a.wav", 57.31), tone(home.folder / "pluck b.wav", 63.62)
    before = low.read_bytes(), high.read_bytes()
    out = home.folder / "out" / "Twofold.sfz"
    answer = home.json("instrument", str(high), str(low), "-o", str(out))
    assert (answer["family"], answer["mapping"]) == ("pluck", "keys")
    assert [(zone["root"], zone["keys"], zone["sound"]) for zone in answer["zones"]] == [
        (57, [51, 60], str(low)), (64, [61, 70], str(high)),
    ]  # fmt: skip
    assert files_of(out.parent) == [
        "Twofold-samples/057-layer1-turn1.wav", "Twofold-samples/064-layer1-turn1.wav", "Twofold.sfz",
    ]  # fmt: skip
    note = play(out)
    for key in (51, 57, 60, 61, 64, 70):
        assert abs(1_200 * np.log2(frequency(note(key)) / hz_of(key))) < 10
    assert np.abs(note(50)).max() == np.abs(note(71)).max() == 0.0
    assert (low.read_bytes(), high.read_bytes()) == before
    assert not home.library.exists()


def test_the_sounds_are_24_bits_and_say_where_they_lie(home, peer):
    wavinfo = peer.module("wavinfo")
    out = home.folder / "b.sfz"
    answer = home.json("instrument", str(tone(home.folder / "bass.wav", 40.4)), "-o", str(out))
    (zone,) = answer["zones"]
    info = soundfile.info(zone["file"])
    assert (info.subtype, info.samplerate) == ("PCM_24", 44_100)
    # In `smpl` a pitch just under its key is the key below and a fraction.
    assert wavinfo.WavInfoReader(zone["file"]).smpl.midi_note in (39, 40)
    content = Path(zone["file"]).read_bytes()
    at = content.index(b"inst") + 8
    assert (content[at], content[at + 3], content[at + 4]) == (40, 33, 47)


def test_files_of_one_root_become_layers_that_the_velocity_picks(home, play):
    soft = tone(home.folder / "pluck soft.wav", 57, partials=1, falls=6)
    hard = tone(home.folder / "pluck hard.wav", 57, partials=20, falls=2)
    out = home.folder / "two.sfz"
    answer = home.json("instrument", str(hard), str(soft), "-o", str(out))
    assert [(zone["sound"], zone["velocities"]) for zone in answer["zones"]] == [
        (str(soft), [1, 80]), (str(hard), [81, 127]),
    ]  # fmt: skip
    note = play(out)
    dull, bright = (brightness(note(57, velocity)) for velocity in (80, 81))
    assert brightness(note(57, 20)) == pytest.approx(dull, rel=0.05)
    assert brightness(note(57, 127)) == pytest.approx(bright, rel=0.05)
    assert bright > 1.3 * dull


def test_files_much_alike_take_turns(home):
    pair = [tone(home.folder / f"pluck {number}.wav", 57 + number / 50) for number in (1, 2)]
    answer = home.json("instrument", *map(str, pair), "-o", str(home.folder / "a.sfz"), "--turns", "4")
    assert [(zone["turn"], zone["velocities"]) for zone in answer["zones"]] == [([1, 2], [1, 127]), ([2, 2], [1, 127])]


def test_one_drum_gets_layers_and_turns_on_its_one_key(home, play):
    out = home.folder / "s.sfz"
    arguments = ("instrument", str(noise(home.folder / "snare.wav")), "--layers", "--turns", "2")
    answer = home.json(*arguments, "-o", str(out))
    assert [(zone["keys"], zone["velocities"], zone["turn"]) for zone in answer["zones"]] == [
        ([38, 38], velocities, [turn, 2]) for velocities in ([1, 50], [51, 95], [96, 127]) for turn in (1, 2)
    ]  # fmt: skip
    note = play(out)
    softest, middle, hardest = (brightness(note(38, velocity)) for velocity in (50, 95, 127))
    assert softest < middle < hardest
    first, second, third, fourth = (note(38) for _ in range(4))
    assert np.abs(first - third).max() < 1e-4 > np.abs(second - fourth).max()
    assert np.abs(first - second).max() > 1e-2
    assert np.abs(note(37)).max() == 0.0
    again = home.json(*arguments, "-o", str(home.folder / "t.sfz"))
    for one, other in zip(answer["zones"], again["zones"], strict=True):
        assert Path(one["file"]).read_bytes() == Path(other["file"]).read_bytes()


def test_what_sustains_goes_round_and_so_do_its_turns(home, play):
    out = home.folder / "l.sfz"
    sound = tone(home.folder / "lead.wav", 57.2, seconds=1.5, falls=0.0)
    answer = home.json("instrument", str(sound), "-o", str(out), "--layers", "--turns", "2")
    assert len(answer["zones"]) == 6
    assert all(zone["loop"] for zone in answer["zones"])
    note = play(out)
    for velocity in (30, 30, 127, 127):
        sound = note(62, velocity, held=3.0, seconds=3.2)
        assert abs(1_200 * np.log2(frequency(sound, 2.2, 2.9) / hz_of(62))) < 10
        early, late = (np.sqrt(np.mean(np.square(sound[at * PLAYED // 10:][:PLAYED // 4]))) for at in (5, 26))
        assert abs(20 * np.log10(late / early)) < 1.0


def test_a_file_without_a_sure_pitch_is_refused_by_name_unless_it_is_alone(home):
    pitched, hiss = tone(home.folder / "a.wav", 57), noise(home.folder / "hiss.wav")
    unpitched = home.folder / "chord.wav"
    notes = [soundfile.read(tone(unpitched, note))[0] for note in (57, 60.5, 63, 66.3)]
    soundfile.write(unpitched, sum(notes) / 4, RATE)
    out = home.folder / "out" / "x.sfz"
    (home.folder / "bad.wav").write_text("no sound")
    result = home.run(
        "instrument", str(pitched), *(str(home.folder / f"{name}.wav") for name in ("chord", "hiss", "bad", "gone")),
        "-o", str(out), "--family", "pluck",
    )  # fmt: skip
    assert result.exit_code == 1
    assert "chord.wav: no pitch is sure in it" in result.stderr
    assert "hiss.wav: This take can't become a pluck: noise" in result.stderr
    assert "bad.wav: These 8 bytes are no sound" in result.stderr
    assert "gone.wav: can't be read: No such file" in result.stderr
    assert "a.wav" not in result.stderr
    assert not out.parent.exists()
    for alone in (unpitched, hiss):
        answer = home.json("instrument", str(alone), "-o", str(out.with_stem(alone.stem)), "--family", "pluck")
        assert [(zone["pitched"], zone["root"], zone["cents"]) for zone in answer["zones"]] == [(False, 50, 0.0)]


@pytest.mark.parametrize(
    ("names", "arguments", "code", "said"),
    [
        (["a"], ["-o", "x.sfz"], 1, "do not say what kind of sound it is"),
        (["kick", "bass"], ["-o", "x.sfz"], 1, "more kinds of sound than one: bass, kick"),
        (["pluck"], ["-o", "x.wav"], 1, "x.sfz"),
        (["pluck"], ["-o", "."], 1, "instrument.sfz"),
        (["pluck"], ["-o", "my pluck.sfz"], 1, "my-pluck.sfz"),
        (["pluck"], ["-o", "Flöte=1.sfz"], 1, "Fl-te-1.sfz"),
        (["pluck"], ["-o", "x.sfz", "--family", "pluk"], 2, "pluk"),
        (["pluck"], ["-o", "x.sfz", "--turns", "0"], 2, "turns"),
    ],
)
def test_what_can_not_be_done_is_said_and_nothing_is_written(home, monkeypatch, names, arguments, code, said):
    monkeypatch.chdir(home.folder)
    sounds = [str(tone(home.folder / f"{name}.wav", 57)) for name in names]
    before = files_of(home.folder)
    result = home.run("instrument", *sounds, *arguments)
    assert (result.exit_code, files_of(home.folder)) == (code, before)
    assert said in result.stderr


@pytest.mark.parametrize("there", ["x.sfz", "x-samples/mine.wav"])
def test_nothing_is_written_over_unless_that_is_said(home, there):
    sound, mine = tone(home.folder / "pluck.wav", 57), home.folder / there
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    before = files_of(home.folder)
    arguments = ("instrument", str(sound), "-o", str(home.folder / "x.sfz"))
    result = home.run(*arguments)
    assert (result.exit_code, files_of(home.folder), mine.read_text()) == (1, before, "mine")
    assert "--overwrite" in result.stderr
    assert home.run(*arguments, "--overwrite").exit_code == 0
    assert "<region>" in (home.folder / "x.sfz").read_text()


def test_the_instrument_comes_last_so_a_disk_that_refuses_leaves_none(home, monkeypatch):
    from bridge.cli import joining
    from bridge.errors import SoundError

    written = []

    def refuse(file, content):
        if len(written) == 1:
            raise SoundError(f"{file} can't be written: No space left on device.")
        written.append(file.name)

    monkeypatch.setattr(joining, "write_whole", refuse)
    sound = tone(home.folder / "pluck.wav", 57)
    result = home.run("instrument", str(sound), "-o", str(home.folder / "x.sfz"))
    assert (result.exit_code, written) == (1, ["057-layer1-turn1.wav"])
    assert "No space left" in result.stderr


def test_people_read_the_keys_of_every_sound(home):
    sound = tone(home.folder / "pluck.wav", 57)
    result = home.run("instrument", str(sound), "-o", str(home.folder / "x.sfz"), "--turns", "2")
    assert result.exit_code == 0, result.output
    head, first, second = result.stdout.splitlines()
    assert head.endswith("x.sfz: pluck, 2 sounds")
    assert "velocity 1-127, turn 1 of 2" in first
    assert "turn 2 of 2" in second
    assert json.dumps(str(sound))[1:-1] in second
