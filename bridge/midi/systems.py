"""The MIDI systems of the platforms, and how each of them names its ports."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

ABSENT = (ImportError, OSError, ValueError, RuntimeError)
"""How an absent MIDI system shows: no python-rtmidi or no library under it; RtMidi's SystemError (an OSError); its
"unsupported operation" and "invalid use" (both RuntimeErrors); a system that is not compiled in (our ValueError)."""

_C_LIBRARIES = ("ALSA lib ", "Cannot connect to server ", "Cannot read socket ", "Server is not running",
                "jack server is not running", "JackShm", "JackSocket", "CheckRes error", "JackClient", "Cannot open ",
                "Cannot use real-time", "JackPosix", "Jack server was closed", "Cleanup client ")  # fmt: skip
"""How the lines begin that ALSA's and JACK's libraries write to stderr."""
_SOCKETS = Path("/proc/net/unix")


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiSystem:
    """Describes a MIDI system: its word in the config, RtMidi's name for it, and whether it has virtual ports.

    `number` is what it puts behind the names of ports, and what is another one after a device was plugged in again.
    """

    name: str
    rtmidi: str
    platform: str
    virtual: bool = True
    number: str = ""

    def plain(self, port: str) -> str:
        """Returns the name of a port without its number: by that it is found again."""
        return re.sub(self.number, "", port) if self.number else port


SYSTEMS: tuple[MidiSystem, ...] = (
    MidiSystem(name="alsa", rtmidi="LINUX_ALSA", platform="linux", number=r" \d+:\d+$"),
    MidiSystem(name="jack", rtmidi="UNIX_JACK", platform="linux"),
    MidiSystem(name="coremidi", rtmidi="MACOSX_CORE", platform="darwin"),
    MidiSystem(name="winmm", rtmidi="WINDOWS_MM", platform="win32", virtual=False, number=r" \d+$"),
)
"""The MIDI systems in the order in which they are tried on their platform."""


def systems_for(api: str, platform: str = sys.platform) -> tuple[MidiSystem, ...]:
    """Returns the MIDI systems to try; raises ValueError with the known names for one that is not known."""
    if not api:
        return tuple(system for system in SYSTEMS if system.platform == platform)
    found = tuple(system for system in SYSTEMS if api.lower() == system.name)
    if not found:
        raise ValueError(f"{api!r} is no MIDI system; the known ones are {', '.join(row.name for row in SYSTEMS)}")
    return found


def choose_ports(there: Sequence[str], wanted: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Returns the ports to open, each with the wanted name that fits it, and the wanted names that fit none.

    A whole name fits only its port; a part of a name fits every port that has it, whatever the case; "*" fits all and
    is never missing. Ports keep the order of `there`, and the first name that fits counts.
    """
    chosen: dict[str, str] = {}
    missing = []
    for word in wanted:
        whole = [name for name in there if name.lower() == word.lower()]
        fitting = whole or [name for name in there if word == "*" or word.lower() in name.lower()]
        for name in fitting:
            chosen.setdefault(name, word)
        if not fitting and word != "*":
            missing.append(word)
    return {name: chosen[name] for name in there if name in chosen}, missing


def jack_servers() -> frozenset[str]:
    """Returns the sockets on which the JACK server of this environment listens, each by its number.

    RtMidi does not tell when a server dies: its clients go on as if nothing were. Another answer than before is
    another server, or none. Empty where there is nothing to see (PipeWire, macOS).
    """
    server = os.environ.get("JACK_DEFAULT_SERVER", "default")
    ending = re.compile(rf"/jack_{re.escape(server)}_(\d+_)?\d+$")
    try:
        lines = _SOCKETS.read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    # Num RefCount Protocol Flags Type St Inode Path; only a listening socket has the flag 10000 (proc(5)).
    rows = (line.split(maxsplit=7) for line in lines if "/jack_" in line)
    return frozenset(row[6] for row in rows if len(row) == 8 and row[3] == "00010000" and ending.search(row[7]))


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Turns what ALSA's and JACK's libraries write to stderr into debug lines: they complain of every absent server.

    For the moment of probing only, since the stream belongs to the whole process; what others write meanwhile comes
    through a moment later.
    """
    if sys.platform != "linux":
        yield
        return
    try:
        kept = os.dup(2)
    except OSError:  # a daemon without stderr has nothing to hush
        yield
        return
    with tempfile.TemporaryFile() as noise:
        os.dup2(noise.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            noise.seek(0)
            for line in noise.read().splitlines(keepends=True):
                text = line.decode(errors="replace").rstrip()
                if not text or text.startswith(_C_LIBRARIES):
                    log.debug("MIDI system: %s", text)
                else:
                    os.write(2, line)
