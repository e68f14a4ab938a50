"""Files become takes: split where several lie in a row, cut where they are longer than asked, named where they are
no sound."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError, ModelError, SoundError
from bridge.models.catalogue.base import TAKES, finished
from bridge.models.catalogue.rows import catalogue
from bridge.models.catalogue.takes import takes_of
from bridge.ports import Failed, Finished
from bridge.units import Usd

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def tone(seconds: float, rate: int = 44_100, channels: int = 2, hz: float = 440.0) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


def file(samples: np.ndarray, rate: int = 44_100, kind: str = "WAV", subtype: str | None = "PCM_16") -> bytes:
    written = io.BytesIO()
    soundfile.write(written, samples, rate, format=kind, subtype=subtype)
    return written.getvalue()


def read(take: bytes) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(take), always_2d=True)


@pytest.mark.parametrize(
    ("kind", "subtype", "rate", "channels"),
    [("WAV", "FLOAT", 16_000, 1), ("WAV", "PCM_16", 32_000, 1), ("WAV", "PCM_16", 44_100, 2), ("MP3", None, 44_100, 2),
     ("MP3", None, 32_000, 1), ("FLAC", "PCM_16", 48_000, 2), ("OGG", "VORBIS", 44_100, 2)],
)  # fmt: skip
def test_every_container_that_a_model_answers_with_comes_back_untouched(kind, subtype, rate, channels):
    sound = file(tone(0.5, rate, channels), rate, kind, subtype)
    assert takes_of((sound, sound), 1, 0.0) == (sound, sound)


def test_takes_in_a_row_are_split_and_each_loses_the_second_too_much():
    row = np.concatenate([tone(3.0, hz=hz) for hz in (200.0, 300.0, 400.0)])
    takes = takes_of((file(row),), 3, 1.0)
    assert len(takes) == 3
    for take, hz in zip(takes, (200.0, 300.0, 400.0), strict=True):
        samples, rate = read(take)
        assert (samples.shape, rate) == ((2 * 44_100, 2), 44_100)
        assert np.argmax(np.abs(np.fft.rfft(samples[:, 0]))) / 2 == pytest.approx(hz)


def test_a_single_take_loses_the_second_too_much_in_any_container():
    for sound in (file(tone(3.0)), file(tone(3.0), kind="FLAC"), file(tone(3.0, 16_000, 1), 16_000, subtype="FLOAT")):
        (take,) = takes_of((sound,), 1, 1.0)
        samples, rate = read(take)
        assert len(samples) / rate == pytest.approx(2.0, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 16), st.integers(400, 4_000), st.integers(0, 15))
def test_nothing_is_lost_or_doubled_where_takes_lie_in_a_row(in_a_row, each, spare):
    row = np.linspace(-0.9, 0.9, in_a_row * each + spare % in_a_row)[:, None]
    takes = takes_of((file(row, 8_000, subtype="FLOAT"),), in_a_row, 0.0)
    assert len(takes) == in_a_row
    back = np.concatenate([read(take)[0] for take in takes])
    assert np.allclose(back, row[: in_a_row * each], atol=1e-6)


def test_what_is_cut_never_leaves_nothing():
    (take,) = takes_of((file(tone(0.3)),), 1, 1.0)
    assert read(take)[0].shape[0] == round(0.05 * 44_100)


def test_silence_and_nan_are_for_the_gate_to_judge():
    assert len(takes_of((file(np.zeros((900, 1))), file(np.full((900, 1), np.nan), subtype="FLOAT")), 1, 0.0)) == 2


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (PNG, "a PNG picture"), (b"\xff\xd8\xff\xe0", "a JPEG picture"), (b"", "an empty file"),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway", "an HTML page"), (b"\xef\xbb\xbf\n<HTML>", "an HTML page"),
        (b"<?xml version='1.0'?><Error/>", "an XML text"), (b'{"detail": "gone"}', "a text"),
        ("Zu viele Anfragen für heute".encode(), "a text"), (("ü" * 300).encode()[:400], "a text"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP picture"), (b"PK\x03\x04", "a ZIP archive"),
        (b"\x00\x01\x02" * 400, "1,200 unknown bytes"),
    ],
)  # fmt: skip
def test_what_is_no_sound_is_named(sent, name):
    with pytest.raises(ModelError, match=f"answered with {name} instead of a sound") as caught:
        takes_of((file(tone(0.1)), sent), 1, 0.0)
    assert "oneshot models check" in caught.value.hint


@given(st.binary(max_size=64))
def test_bytes_that_nobody_knows_are_an_error_of_ours(sent):
    with pytest.raises((ModelError, SoundError)):
        takes_of((sent,), 2, 1.0)


def test_a_sound_that_is_too_long_is_still_called_a_sound():
    with pytest.raises(SoundError, match="lasts 601 s"):
        takes_of((file(np.zeros((601 * 4_000, 1)), 4_000),), 1, 0.0)


def test_a_sound_too_short_for_its_takes_is_refused():
    with pytest.raises(SoundError, match="can't hold 4 takes"):
        takes_of((file(np.zeros((3, 1))),), 4, 0.0)


class InProcess:
    """A fake of the workers: runs the task here, after failing as often as it is told."""

    def __init__(self, *fails: BridgeError) -> None:
        self.fails = list(fails)
        self.runs = 0

    async def run(self, task, *arguments, priority=0):
        assert task == TAKES
        self.runs += 1
        if self.fails:
            raise self.fails.pop(0)
        return takes_of(*arguments)


def finish(workers: InProcess, row, brief, sounds):
    return asyncio.run(finished(workers, row, brief, 7, sounds, Usd(0.05)))


def test_a_call_that_brought_a_row_of_takes_is_finished_with_a_seed_each(brief):
    row = catalogue()["stable-audio-open"]
    sound = file(np.concatenate([tone(2.0)] * 3))
    end = finish(InProcess(), row, brief(count=3), [sound])
    assert isinstance(end, Finished)
    assert end.cost == 0.05
    assert len({take.seed for take in end.takes}) == 3
    assert end.takes[0].seed == 7
    assert all(1 <= take.seed < 2**32 for take in end.takes)
    assert [read(take.sound)[0].shape for take in end.takes] == [(44_100, 2)] * 3
    assert end == finish(InProcess(), row, brief(count=3), [sound])


def test_takes_in_files_of_their_own_stay_as_they_are(brief):
    sounds = [file(tone(0.2)), file(tone(0.3))]
    end = finish(InProcess(), catalogue()["musicgen-looper"], brief(count=2), sounds)
    assert [take.sound for take in end.takes] == sounds


def test_a_picture_instead_of_a_sound_fails_with_its_cost_and_is_not_tried_again(brief):
    end = finish(InProcess(), catalogue()["flux-music"], brief(), [PNG])
    assert isinstance(end, Failed)
    assert (end.cost, end.retryable) == (0.05, False)
    assert "PNG" in end.reason


def test_no_sound_at_all_fails_with_its_cost(brief):
    assert finish(InProcess(), catalogue()["musicgen"], brief(), []) == Failed(
        reason="The model answered without a sound.", cost=Usd(0.05)
    )


def test_paid_files_are_not_given_up_because_a_worker_died(brief):
    died = BridgeError("The worker died.", retryable=True)
    workers = InProcess(died, died)
    assert isinstance(finish(workers, catalogue()["musicgen"], brief(), [file(tone(0.2))]), Finished)
    assert workers.runs == 3


def test_a_worker_that_dies_of_these_files_every_time_is_a_failure_that_is_not_paid_again(brief):
    workers = InProcess(*[BridgeError("The worker died.", retryable=True)] * 9)
    end = finish(workers, catalogue()["musicgen"], brief(), [file(tone(0.2))])
    assert isinstance(end, Failed)
    assert (workers.runs, end.retryable, end.cost) == (3, False, 0.05)
