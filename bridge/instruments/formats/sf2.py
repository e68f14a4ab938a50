"""Writes SF2: one file with the sounds inside, played by FluidSynth, Logic, hardware, and nearly every old sampler.

After the SoundFont 2.04 specification (Creative Labs). Sounds are 16-bit; a loop ends before the frame that it names,
and the pitch correction of a sample is what a player adds, so minus its cents. The format knows layers but no turns:
of those the first is played. The instrument is preset 0 of bank 0.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import Files, Format, Sounds, file_stem
from bridge.instruments.formats.packing import first_turns, pcm16

KEYS_RELEASE_SECONDS = 0.12
DRUM_RELEASE_SECONDS = 100.0
"""About the longest there is: a drum that is let go sounds on to its end."""
SILENT_FRAMES = 46
"""How many the specification wants behind every sample, for players that read ahead."""
NAME_LENGTH = 20
_MONO, _RIGHT, _LEFT = 1, 2, 4
_HARD_LEFT, _HARD_RIGHT = -500, 500


class Generator(IntEnum):
    """The places of a zone's settings in section 8.1.2 of the specification."""

    PAN = 17
    RELEASE_VOLUME_ENVELOPE = 38
    INSTRUMENT = 41
    KEY_RANGE = 43
    VELOCITY_RANGE = 44
    SAMPLE = 53
    SAMPLE_MODES = 54
    SCALE_TUNING = 56
    EXCLUSIVE_CLASS = 57


Settings = list[tuple[Generator, int]]


@dataclass(slots=True)
class _Pool:
    """Collects the frames of the samples, and a header for every pitch and loop in which one is used."""

    sounds: Sounds
    prefix: str
    frames: list[bytes] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)
    length: int = 0
    _places: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    _used: dict[tuple[str, int, int, tuple[int, int] | None], list[int]] = field(default_factory=dict)

    def headers_of(self, zone: Zone) -> list[int]:
        """Returns the numbers of the headers that play a zone: one, or left and right."""
        correction = round(-zone.cents)
        key = (zone.path, zone.root, correction, zone.loop)
        if key not in self._used:
            start, frames, channels, rate = self._place(zone.path)
            first = len(self.headers)
            self._used[key] = list(range(first, first + channels))
            kinds = [(_MONO, 0)] if channels == 1 else [(_LEFT, first + 1), (_RIGHT, first)]
            for channel, (kind, other) in enumerate(kinds):
                begin = start + channel * (frames + SILENT_FRAMES)
                loop = zone.loop or (0, frames - 1)
                name = f"{self.prefix[:8]}-{zone.root}-{first + channel + 1}"
                self.headers.append(
                    _header(
                        name, begin, begin + frames, begin + loop[0], begin + loop[1] + 1, rate, zone.root,
                        correction, other, kind,
                    )
                )  # fmt: skip
        return self._used[key]

    def _place(self, path: str) -> tuple[int, int, int, int]:
        """Returns where the frames of a sound lie, how many and of how many channels they are, and their rate."""
        if path not in self._places:
            audio = self.sounds.audio(path)
            channels = audio.samples.T if audio.channels <= 2 else audio.mono()[np.newaxis]
            self._places[path] = (self.length, audio.frames, len(channels), audio.sample_rate)
            for channel in channels:
                self.frames += [pcm16(audio.with_samples(channel[:, np.newaxis])), bytes(2 * SILENT_FRAMES)]
                self.length += audio.frames + SILENT_FRAMES
        return self._places[path]


def write_sf2(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields the one file of an instrument; sounds of more than two channels become mono."""
    pool = _Pool(sounds, instrument.name)
    zones = [settings for zone in first_turns(instrument.zones) for settings in _zones(zone, pool)]
    body = _list("INFO", _about(instrument.name)) + _list("sdta", [("smpl", b"".join(pool.frames))])
    body += _list("pdta", _hydra(instrument.name, zones, pool.headers))
    content = _chunk("RIFF", b"sfbk" + body)
    yield f"{folder}/{file_stem(instrument.name)}.sf2", content


def _zones(zone: Zone, pool: _Pool) -> Iterator[Settings]:
    """Yields the settings of a zone, twice for a stereo sound. Ranges come first and the sample last, as they must."""
    headers = pool.headers_of(zone)
    for header, pan in zip(headers, (0,) if len(headers) == 1 else (_HARD_LEFT, _HARD_RIGHT), strict=True):
        settings = [
            (Generator.KEY_RANGE, zone.low | zone.high << 8),
            (Generator.VELOCITY_RANGE, zone.velocity_low | zone.velocity_high << 8),
        ]
        if pan:
            settings.append((Generator.PAN, pan))
        release = KEYS_RELEASE_SECONDS if zone.follows_keys else DRUM_RELEASE_SECONDS
        settings.append((Generator.RELEASE_VOLUME_ENVELOPE, round(1_200 * math.log2(release))))
        if not zone.follows_keys:
            settings.append((Generator.SCALE_TUNING, 0))
        if zone.choke:
            settings.append((Generator.EXCLUSIVE_CLASS, zone.choke))
        settings += [(Generator.SAMPLE_MODES, 1 if zone.loop else 0), (Generator.SAMPLE, header)]
        yield settings


def _about(name: str) -> list[tuple[str, bytes]]:
    texts = [("isng", "EMU8000"), ("INAM", name), ("ISFT", "Oneshot Bridge")]
    return [("ifil", struct.pack("<HH", 2, 1)), *((kind, _text(text)) for kind, text in texts)]


def _hydra(name: str, zones: Iterable[Settings], headers: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Returns the nine tables of presets, instruments and samples; each ends in a record that says where it ends."""
    bags: list[bytes] = []
    generators: list[bytes] = []
    for settings in zones:
        bags.append(struct.pack("<HH", len(generators), 0))
        generators += [struct.pack("<Hh", kind, _signed(amount)) for kind, amount in settings]
    bags.append(struct.pack("<HH", len(generators), 0))
    return [
        ("phdr", _preset(name, 0) + _preset("EOP", 1)),
        ("pbag", struct.pack("<HHHH", 0, 0, 1, 0)),
        ("pmod", bytes(10)),
        ("pgen", struct.pack("<HH", Generator.INSTRUMENT, 0) + bytes(4)),
        ("inst", _named(name) + struct.pack("<H", 0) + _named("EOI") + struct.pack("<H", len(bags) - 1)),
        ("ibag", b"".join(bags)),
        ("imod", bytes(10)),
        ("igen", b"".join(generators) + bytes(4)),
        ("shdr", b"".join(headers) + _header("EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ]


def _preset(name: str, bag: int) -> bytes:
    return _named(name) + struct.pack("<HHHIII", 0, 0, bag, 0, 0, 0)


def _header(
    name: str, start: int, end: int, loop_start: int, loop_end: int, rate: int, root: int, correction: int,
    other: int, kind: int,
) -> bytes:  # fmt: skip
    return _named(name) + struct.pack(
        "<IIIIIBbHH", start, end, loop_start, loop_end, rate, root, correction, other, kind
    )


def _signed(amount: int) -> int:
    """Returns the signed number that has the bits of an amount: ranges fill both bytes."""
    return amount - 0x1_0000 if amount > 0x7FFF else amount


def _named(name: str) -> bytes:
    return name.encode("ascii")[: NAME_LENGTH - 1].ljust(NAME_LENGTH, b"\0")


def _text(text: str) -> bytes:
    """Returns a text with the zero that ends it, of an even length."""
    return text.encode("ascii") + bytes(2 - len(text) % 2)


def _chunk(name: str, body: bytes) -> bytes:
    return name.encode("ascii") + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _list(kind: str, chunks: Iterable[tuple[str, bytes]]) -> bytes:
    return _chunk("LIST", kind.encode("ascii") + b"".join(_chunk(name, body) for name, body in chunks))


SF2 = Format(
    title="SoundFont 2", players="FluidSynth, Logic, LMMS, Polyphone, hardware samplers", sounds="inside",
    write=write_sf2,
)  # fmt: skip
