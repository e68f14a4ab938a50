"""Writes SFZ: a text file that sfizz, and with it every plug-in host, plays and reads again when it changes.

Regions use only opcodes of SFZ v1 (sfzformat.com/opcodes), so that older players read them too. One hint goes beyond
it, and players that do not know it pass it over: samples are held in memory, because a one-shot is short and a player
that streams it from a busy disk may fall silent in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.domain.instrument import Instrument, Zone
from bridge.errors import LibraryError
from bridge.instruments.formats import Format, beside, file_stem

KEYS_RELEASE_SECONDS = 0.12
"""How long a key's sound fades once it is let go; a drum sounds to its end."""
VELOCITY_PERCENT = 80
"""How much the velocity moves the level; at 127 every sound has the level of its file."""

_HEADER = """\
// Written by Oneshot Bridge. Those of pads and kits are rewritten with every new sound: change a copy.

<control>
hint_ram_based=1
"""
# An opcode's value ends where the next opcode, header, comment or macro begins; what could be one stays out.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def write_sfz(instrument: Instrument, folder: str) -> Iterator[tuple[str, bytes]]:
    """Yields the one file of an instrument; one without zones is a file that plays nothing.

    Raises LibraryError for a sample path that SFZ could read as something else.
    """
    text = _HEADER + "".join(f"\n<region>\n{_region(zone, folder)}" for zone in instrument.zones)
    yield f"{folder}/{file_stem(instrument.name)}.sfz", text.encode("ascii")


def _region(zone: Zone, folder: str) -> str:
    if not _PLAIN_PATH.fullmatch(zone.path):
        raise LibraryError(f"The sample path {zone.path!r} can't stand in an SFZ file.")
    return "".join(f"{opcode}={value}\n" for opcode, value in _opcodes(zone, folder))


def _opcodes(zone: Zone, folder: str) -> Iterator[tuple[str, object]]:
    yield "lokey", zone.low
    yield "hikey", zone.high
    yield "lovel", zone.velocity_low
    yield "hivel", zone.velocity_high
    turn, turns = zone.sequence
    if turns > 1:
        yield "seq_length", turns
        yield "seq_position", turn
    yield "pitch_keycenter", zone.root
    if zone.follows_keys:
        # SFZ v1 counts whole cents: what is left is at most half a cent.
        yield "tune", round(-zone.cents)
        yield "ampeg_release", KEYS_RELEASE_SECONDS
    else:
        yield "pitch_keytrack", 0
    yield from _loop(zone)
    yield "amp_veltrack", VELOCITY_PERCENT
    if zone.choke:
        yield "group", zone.choke
        yield "off_by", zone.choke
    yield "sample", beside(zone.path, folder)


def _loop(zone: Zone) -> Iterator[tuple[str, object]]:
    """Yields how the sample is looped; always said, for a player may believe a loop in the WAV otherwise."""
    if zone.loop is not None:
        start, end = zone.loop
        yield "loop_mode", "loop_continuous"
        yield "loop_start", start
        yield "loop_end", end
    else:
        yield "loop_mode", "no_loop" if zone.follows_keys else "one_shot"


SFZ = Format(
    title="SFZ",
    players="sfizz in any host, ARIA, LinuxSampler, TX16Wx, Renoise",
    sounds="beside",
    write=lambda instrument, folder, sounds: write_sfz(instrument, folder),
)
