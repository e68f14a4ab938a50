"""Builds the files that several formats are made of: XML, archives without a date, 16-bit sounds, names of sounds.

Everything here is a function of what it is given: the same instrument is the same bytes, on every machine and day.
"""

from __future__ import annotations

import io
import re
import struct
import wave
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import LibraryError, SoundError

if TYPE_CHECKING:
    from bridge.audio import Audio

Element = ElementTree.Element

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can hold: an archive says nothing of when it was made."""
_PLAIN_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.wav")
_FULL_SCALE_16 = 1 << 15


def element(name: str, attributes: Mapping[str, object] | None = None, *children: Element, text: str = "") -> Element:
    """Returns an XML element; the values of its attributes are written as `written` says."""
    made = Element(name, {key: written(value) for key, value in (attributes or {}).items()})
    made.text = text or None
    made.extend(children)
    return made


def texts(values: Mapping[str, object]) -> list[Element]:
    """Returns an element with a text for every value."""
    return [element(name, text=written(value)) for name, value in values.items()]


def written(value: object) -> str:
    """Returns a value as every reader of XML takes it: a number with a point and without an exponent, true, false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if round(value, 6) else "0"
    return str(value)


def document(root: Element) -> bytes:
    """Returns an XML file, indented for people who look into it."""
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def stored(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Returns a ZIP of files that are not compressed, so that a player can read sounds without unpacking them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, content in files:
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # else the system that packs would be seen in the bytes
            target.writestr(entry, content)
    return archive.getvalue()


def gzipped(content: bytes) -> bytes:
    """Returns a gzip file that says neither when nor on which system it was made."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(content) + deflate.flush()
    head = b"\x1f\x8b\x08" + bytes(5) + b"\x02\xff"
    return head + packed + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFF_FFFF)


def names_of_sounds(instrument: Instrument) -> dict[str, str]:
    """Returns by their paths the file names under which an instrument's sounds can lie in one folder.

    Two sounds of one name are told apart by a number, also where a system takes capitals for small letters. Raises
    LibraryError for a name that could lead elsewhere or mean something to a reader.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in dict.fromkeys(zone.path for zone in instrument.zones):
        file = PurePosixPath(path)
        if not _PLAIN_FILE.fullmatch(file.name):
            raise LibraryError(f"The sample path {path!r} names no file that can be copied.")
        name, number = file.name, 2
        while name.lower() in taken:
            name, number = f"{file.stem}-{number}.wav", number + 1
        taken.add(name.lower())
        names[path] = name
    return names


def by_keys(zones: Iterable[Zone]) -> list[list[Zone]]:
    """Returns the zones of each range of keys, from low to high; within one from soft to hard, and turn by turn."""
    groups: dict[tuple[int, int], list[Zone]] = {}
    for zone in sorted(zones, key=lambda zone: (zone.low, zone.high, zone.velocity_low, zone.sequence[0])):
        groups.setdefault((zone.low, zone.high), []).append(zone)
    return list(groups.values())


def first_turns(zones: Iterable[Zone]) -> list[Zone]:
    """Returns the zones that a sampler without turns plays."""
    return [zone for zone in zones if zone.sequence[0] == 1]


def hardest(zones: Iterable[Zone]) -> list[Zone]:
    """Returns the zones that a sampler with neither turns nor layers plays: the hardest stroke of each range of keys,
    from low to high."""
    return [max(group, key=lambda zone: zone.velocity_high) for group in by_keys(first_turns(zones))]


def at_most(sample_rate: int, audio: Audio) -> Audio:
    """Returns a sound with a sample rate that is not above one, in Hz."""
    if audio.sample_rate <= sample_rate:
        return audio
    import soxr

    from bridge.audio import Audio

    return Audio.of(soxr.resample(audio.samples, audio.sample_rate, sample_rate, quality="VHQ"), sample_rate)


def pcm16(audio: Audio) -> bytes:
    """Returns interleaved 16-bit little-endian PCM, rounded to the nearest step; SoundError for NaN and infinities."""
    import numpy as np

    if not np.isfinite(audio.samples).all():
        raise SoundError("A sound with NaN or infinite values can't be written.", verdict="finite")
    steps = np.rint(audio.samples.astype(np.float64) * _FULL_SCALE_16)
    pcm: bytes = np.clip(steps, -_FULL_SCALE_16, _FULL_SCALE_16 - 1).astype("<i2").tobytes()
    return pcm


def wav16(audio: Audio) -> bytes:
    """Returns a 16-bit WAV file without anything but the sound."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(audio.channels)
        target.setsampwidth(2)
        target.setframerate(audio.sample_rate)
        target.writeframes(pcm16(audio))
    return file.getvalue()
