"""What foreign readers find in our WAV files: libsndfile and wavinfo."""

from __future__ import annotations

import io
import struct

import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import SoundError
from bridge.sound.wav import Bext, Inst, Smpl, pcm_sha256, unity_of, wav_bytes

PCM = bytes(range(256)) * 3


def wav(**chunks):
    return wav_bytes(PCM, sample_rate=44_100, channels=2, **chunks)


def chunks_of(sound):
    """Walks a RIFF file strictly: ids, sizes, pad bytes, and not a byte more."""
    name, size, kind = struct.unpack_from("<4sI4s", sound)
    assert (name, kind, size) == (b"RIFF", b"WAVE", len(sound) - 8)
    at, found = 12, []
    while at < len(sound):
        name, size = struct.unpack_from("<4sI", sound, at)
        found.append((name.decode(), sound[at + 8 : at + 8 + size]))
        assert len(found[-1][1]) == size
        if size % 2:
            assert sound[at + 8 + size] == 0
        at += 8 + size + size % 2
    assert at == len(sound)
    return found


@pytest.fixture
def wavinfo(peer, tmp_path):
    reader = peer.module("wavinfo")

    def read(sound):
        path = tmp_path / "sample.wav"
        path.write_bytes(sound)
        return reader.WavInfoReader(str(path), info_encoding="utf-8")

    return read


def test_the_format_comes_first_and_metadata_after_the_samples():
    everything = wav(smpl=Smpl(note=60), inst=Inst(note=60), info={"INAM": "x"}, bext=Bext())
    assert [name for name, _ in chunks_of(everything)] == ["fmt ", "data", "smpl", "inst", "LIST", "bext"]
    assert [name for name, _ in chunks_of(wav())] == ["fmt ", "data"]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_libsndfile_agrees_on_format_and_length(channels, bits, subtype):
    pcm = bytes(5 * channels * bits // 8)
    sound = wav_bytes(pcm, sample_rate=48_000, channels=channels, bits=bits, info={"INAM": "odd"})
    found = soundfile.info(io.BytesIO(sound))
    assert (found.format, found.subtype, found.channels, found.samplerate, found.frames) == (
        "WAV", subtype, channels, 48_000, 5,
    )  # fmt: skip
    assert len(chunks_of(sound)[0][1]) == (18 if bits == 32 else 16)


@pytest.mark.parametrize(
    ("root", "cents", "unity", "fraction"),
    [
        (60, 0.0, 60, 0),
        (36, 50.0, 36, 0x8000_0000),
        (36, 25.0, 36, 0x4000_0000),
        (36, -25.0, 35, 0xC000_0000),
        (36, -10.0, 35, round(0.9 * 2**32)),
        (36, -1e-12, 36, 0),
        (0, -10.0, 0, 0),
        (127, 49.0, 127, round(0.49 * 2**32)),
    ],
)
def test_the_root_is_a_note_plus_a_fraction_upwards(wavinfo, root, cents, unity, fraction):
    smpl = wavinfo(wav(smpl=Smpl(note=root, cents=cents))).smpl
    assert smpl.midi_note == unity
    assert smpl.midi_pitch_detune_cents & 0xFFFF_FFFF == fraction
    assert smpl.sample_period_ns == 22_676
    assert smpl.sample_loops == []


@settings(max_examples=100, deadline=None)
@given(root=st.integers(1, 126), cents=st.floats(-50, 50, exclude_min=True))
def test_note_and_fraction_say_exactly_the_pitch(root, cents):
    body = dict(chunks_of(wav(smpl=Smpl(note=root, cents=cents))))["smpl"]
    unity, fraction = struct.unpack_from("<II", body, 12)
    assert unity + fraction / 2**32 == pytest.approx(root + cents / 100, abs=1e-9)


GET_INSTRUMENT = 0x10D0  # SFC_GET_INSTRUMENT of sndfile.h


def instrument_read_by_libsndfile(sound):
    """Returns (note, cents, loops) as libsndfile hands them to its users; soundfile has no method for it."""
    with soundfile.SoundFile(io.BytesIO(sound)) as file:
        instrument = soundfile._ffi.new("char[]", 272)
        assert soundfile._snd.sf_command(file._file, GET_INSTRUMENT, instrument, 272) == 1
        _, note, cents, *_, loops = struct.unpack_from("<i6bi", bytes(soundfile._ffi.buffer(instrument)))
        return note, cents, loops


@pytest.mark.parametrize(("root", "cents", "read"), [(48, 0, 4800), (48, 20, 4820), (48, 50, 4850), (48, -25, 4775)])
def test_libsndfile_reads_the_same_pitch_and_no_loop(root, cents, read):
    note, detune, loops = instrument_read_by_libsndfile(wav(smpl=Smpl(note=root, cents=cents), inst=Inst(note=root)))
    assert (100 * note + detune, loops) == (read, 0)


def test_a_loop_is_written_with_its_last_frame_inside(wavinfo):
    (loop,) = wavinfo(wav(smpl=Smpl(note=48, loop=(10, 99)))).smpl.sample_loops
    assert (loop.loop_type, loop.start, loop.end, loop.repetition_count) == (0, 10, 99, 0)


@pytest.mark.parametrize(("cents", "correction"), [(0.0, 0), (12.4, -12), (-12.6, 13), (50.0, -50), (-49.9, 50)])
def test_the_fine_tune_of_the_instrument_is_the_correction(cents, correction):
    inst = Inst(note=36, cents=cents, gain=-3.2, low=30, high=40, velocity_low=1, velocity_high=90)
    body = dict(chunks_of(wav(inst=inst)))["inst"]
    assert struct.unpack("<7b", body) == (36, correction, -3, 30, 40, 1, 90)


def test_texts_survive_in_every_language(wavinfo):
    info = {"INAM": "mörk trumma 鼓 🥁", "ICMT": "line one\nline two", "IKEY": "F#", "ICRD": "2026-11-20"}
    read = wavinfo(wav(info=info)).info
    assert (read.title, read.comment, read.created_date) == (info["INAM"], info["ICMT"], info["ICRD"])
    body = dict(chunks_of(wav(info=info)))["LIST"]
    assert "mörk trumma 鼓 🥁".encode() + b"\0" in body


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=80), history=st.text(max_size=80))
def test_no_text_breaks_the_file(text, history):
    bext = Bext(description=text, originator=text, reference=text, date=text, time=text, history=history)
    sound = wav(info={"INAM": text, "ICMT": text}, bext=bext)
    assert [name for name, _ in chunks_of(sound)] == ["fmt ", "data", "LIST", "bext"]
    assert soundfile.info(io.BytesIO(sound)).frames == len(PCM) // 6


def test_broadcast_tools_read_where_a_sound_comes_from(wavinfo):
    bext = Bext(
        description="prompt=Größe 鼓; seed=7",
        originator="Oneshot Bridge",
        reference="s-abcdefghijkl",
        date="2026-11-20",
        time="12:34:56",
        history="A=PCM,F=44100,W=24,M=stereo",
    )
    sound = wav(bext=bext)
    read = wavinfo(sound).bext
    assert read.description == "prompt=Gro?e ?; seed=7"
    assert (read.originator, read.originator_ref) == ("Oneshot Bridge", "s-abcdefghijkl")
    assert (read.originator_date, read.originator_time) == ("2026-11-20", "12:34:56")
    assert (read.version, read.coding_history.strip()) == (1, bext.history)
    body = dict(chunks_of(sound))["bext"]
    assert body[602:] == bext.history.encode() + b"\r\n"


def test_an_unpitched_sample_sounds_as_recorded_on_its_own_key():
    assert unity_of(None, 0.0, 38) == (38, 0.0)
    assert unity_of(None, 0.0, None) == (60, 0.0)
    assert unity_of(29, -3.0, 38) == (29, -3.0)


def test_the_same_samples_have_the_same_name_whatever_stands_beside_them():
    assert pcm_sha256(PCM) == pcm_sha256(dict(chunks_of(wav(info={"INAM": "another"})))["data"])


def test_what_no_sampler_asks_for_is_refused():
    with pytest.raises(SoundError, match="1 or 2 channels; this one has 6"):
        wav_bytes(bytes(36), sample_rate=44_100, channels=6)
    with pytest.raises(ValueError, match="whole frames"):
        wav_bytes(bytes(5), sample_rate=44_100, channels=2)
    with pytest.raises(ValueError, match="INFO id"):
        wav(info={"TITLE": "too long"})
