"""Writes WAV files with what a sampler wants to know: root, cents, loop, zone, and where the sound comes from.

Plain bytes, no audio library, so that the daemon may use it. Formats: RIFF (Microsoft/IBM Multimedia Programming
Interface 1.0; `smpl` and `inst` from its 3.0 update), EBU Tech 3285 version 1 for `bext`. `fmt ` comes first and
metadata after `data`: readers that know only those two are satisfied before anything else begins.

A sampler reads `smpl` as "on this key the file sounds as recorded". An unpitched sample makes no claim of pitch, but
it must sound as recorded on its own key: `unity_of` gives it the key of its pad, or middle C, and no cents.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bridge.errors import SoundError
from bridge.units import Cents, Decibels, MidiNote

LOWEST, MIDDLE_C, HIGHEST = MidiNote(0), MidiNote(60), MidiNote(127)
Bits = Literal[16, 24, 32]
_PCM, _FLOAT = 1, 3
_TAGS: dict[int, int] = {16: _PCM, 24: _PCM, 32: _FLOAT}
_LARGEST = 0xFFFF_FFFF
_SEMITONE = 1 << 32  # the pitch fraction of `smpl` that would be a whole one


@dataclass(frozen=True, slots=True, kw_only=True)
class Smpl:
    """Says on which key a file sounds as recorded: `note` plus `cents` in (−50, 50], sharp positive.

    `loop` is (first frame, last frame), both played; None for a one-shot, and then no loop is written: a loop that
    is written is played by most samplers without being asked.
    """

    note: MidiNote
    cents: Cents = Cents(0.0)
    loop: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inst:
    """Says where a file lies on the keyboard: its key, what it is minus that key, a gain, and its ranges."""

    note: MidiNote
    cents: Cents = Cents(0.0)
    gain: Decibels = Decibels(0.0)
    low: MidiNote = LOWEST
    high: MidiNote = HIGHEST
    velocity_low: int = 1
    velocity_high: int = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Bext:
    """Says where a file comes from, for broadcast tools; what ASCII can't say is spelled as near as it can.

    `date` is `yyyy-mm-dd`, `time` `hh:mm:ss`, `history` lines of coding history (EBU R 98); what is too long for its
    place is cut.
    """

    description: str = ""
    originator: str = ""
    reference: str = ""
    date: str = ""
    time: str = ""
    history: str = ""


def wav_bytes(
    pcm: bytes,
    *,
    sample_rate: int,
    channels: int,
    bits: Bits = 24,
    smpl: Smpl | None = None,
    inst: Inst | None = None,
    info: Mapping[str, str] | None = None,
    bext: Bext | None = None,
) -> bytes:
    """Returns a WAV file around interleaved little-endian samples, with the chunks that were given.

    16 and 24 `bits` are whole numbers (format tag 1, which every reader takes), 32 are floats (format tag 3).
    `info` holds `LIST INFO` texts by their four-letter id (`INAM`, `ICMT`, `ISFT`, `ICRD`, `IPRD`, `ICOP`, `IKEY` …),
    written as UTF-8. Raises SoundError for more than two channels (they would need speaker positions, which a sampler
    does not ask for) and for more than 4 GB; ValueError for half a frame or an id that is none.
    """
    if channels not in (1, 2):
        raise SoundError(f"A sample has 1 or 2 channels; this one has {channels}.", "Mix it down to stereo.")
    frame = channels * bits // 8
    if len(pcm) % frame:
        raise ValueError(f"{len(pcm)} bytes are no whole frames of {frame} bytes")
    tag = _TAGS[bits]
    form = struct.pack("<HHIIHH", tag, channels, sample_rate, sample_rate * frame, frame, bits)
    if tag == _PCM:
        chunks = [_chunk("fmt ", form)]
    else:  # anything but plain PCM has an (empty) extension and states its length in frames
        chunks = [_chunk("fmt ", form + bytes(2)), _chunk("fact", struct.pack("<I", len(pcm) // frame))]
    chunks.append(_chunk("data", pcm))
    if smpl is not None:
        chunks.append(_chunk("smpl", _smpl(smpl, sample_rate)))
    if inst is not None:
        chunks.append(_chunk("inst", _inst(inst)))
    if info:
        chunks.append(_chunk("LIST", _info(info)))
    if bext is not None:
        chunks.append(_chunk("bext", _bext(bext)))
    body = b"WAVE" + b"".join(chunks)
    if len(body) > _LARGEST:
        raise SoundError(f"A WAV file holds at most 4 GB; this sound needs {len(body)} bytes.")
    return _chunk("RIFF", body)


def pcm_sha256(pcm: bytes) -> str:
    """Returns the SHA-256 of the samples alone, in hex: two files with the same one are the same sound."""
    return hashlib.sha256(pcm).hexdigest()


def unity_of(root: MidiNote | None, cents: Cents, pad_note: MidiNote | None) -> tuple[MidiNote, Cents]:
    """Returns the key on which a sample sounds as recorded, and its cents.

    That is the measured root; for an unpitched sample the key that it sits on, or middle C, and no cents.
    """
    if root is not None:
        return root, cents
    return (MIDDLE_C if pad_note is None else pad_note), Cents(0.0)


def _chunk(name: str, body: bytes) -> bytes:
    """Returns a chunk: id, length without padding, body, and a zero byte where the length is odd."""
    return name.encode("ascii") + struct.pack("<I", len(body) & _LARGEST) + body + bytes(len(body) % 2)


def _smpl(smpl: Smpl, sample_rate: int) -> bytes:
    """Packs a `smpl` chunk; its pitch is a note plus a fraction upwards (2³¹ is 50 cents), so −10 cents are the note
    below plus 90."""
    pitch = round((smpl.note + smpl.cents / 100) * _SEMITONE)
    note, fraction = divmod(min(max(pitch, 0), 128 * _SEMITONE - 1), _SEMITONE)
    nanoseconds = round(1e9 / sample_rate)
    loops = [] if smpl.loop is None else [struct.pack("<6I", 0, 0, *smpl.loop, 0, 0)]
    return struct.pack("<9I", 0, 0, nanoseconds, note, fraction, 0, 0, len(loops), 0) + b"".join(loops)


def _inst(inst: Inst) -> bytes:
    """Packs an `inst` chunk; its fine tune is a correction, so it is minus the sample's cents."""
    return struct.pack(
        "<7b",
        inst.note,
        round(min(max(-inst.cents, -50), 50)),
        round(min(max(inst.gain, -64), 64)),
        inst.low,
        inst.high,
        inst.velocity_low,
        inst.velocity_high,
    )


def _info(info: Mapping[str, str]) -> bytes:
    """Packs a `LIST INFO` body; every text ends in a zero byte, and a zero inside would end it early."""
    texts = [b"INFO"]
    for name, text in info.items():
        if len(name) != 4 or not (name.isascii() and name.isalnum()):
            raise ValueError(f"{name!r} is no INFO id: they are four letters or digits")
        texts.append(_chunk(name, text.replace("\0", "").encode("utf-8", "replace") + b"\0"))
    return b"".join(texts)


def _bext(bext: Bext) -> bytes:
    """Packs a `bext` chunk of version 1: 602 bytes and the coding history."""
    return struct.pack(
        "<256s32s32s10s8sQH64s190x",
        _ascii(bext.description),
        _ascii(bext.originator),
        _ascii(bext.reference),
        _ascii(bext.date),
        _ascii(bext.time),
        0,  # frames since midnight: unknown
        1,  # version
        b"",  # UMID: none
    ) + b"".join(_ascii(line) + b"\r\n" for line in bext.history.splitlines())


def _ascii(text: str) -> bytes:
    """Spells a text in printable ASCII: accents fall off, controls become spaces, the rest question marks."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return "".join(letter if letter.isprintable() else " " for letter in plain).encode("ascii", "replace")
