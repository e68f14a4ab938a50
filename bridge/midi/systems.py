"""The MIDI systems of this computer, and how an absent one shows.

MIDI is optional everywhere: a machine without a MIDI system, a missing library or an unknown port is a notice,
never an error.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

ABSENT = (ImportError, OSError, ValueError, RuntimeError)
"""How an absent MIDI system shows: no python-rtmidi or no library under it; RtMidi's SystemError (an OSError);
mido's "not compiled in"; RtMidi's "unsupported operation" and "invalid use" (both RuntimeErrors)."""

TURN = threading.Lock()
"""Whoever opens, closes or lists ports holds it: libjack crashes at times when two threads of a process do so at the
same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MidiSystem:
    """Describes a MIDI system: its word in the config, RtMidi's name for it, and whether it has virtual ports."""

    name: str
    rtmidi: str
    platform: str
    virtual: bool = True


SYSTEMS: tuple[MidiSystem, ...] = (
    MidiSystem(name="alsa", rtmidi="LINUX_ALSA", platform="linux"),
    MidiSystem(name="jack", rtmidi="UNIX_JACK", platform="linux"),
    MidiSystem(name="coremidi", rtmidi="MACOSX_CORE", platform="darwin"),
    MidiSystem(name="winmm", rtmidi="WINDOWS_MM", platform="win32", virtual=False),
)
"""The MIDI systems in the order in which they are tried on their platform."""


def backend_of(system: MidiSystem) -> Any:
    """Returns mido's way to a system; raises one of ABSENT where there is none."""
    # RtMidi's JACK client would start a JACK server on its own, with settings that nobody chose.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    import mido  # comes late: it and its library are optional

    return mido.Backend(f"mido.backends.rtmidi/{system.rtmidi}")


def port_names(api: str = "") -> tuple[list[str], list[str]]:
    """Returns the names of the inputs and the outputs of the first system that answers; none where none does."""
    try:
        systems = systems_for(api)
    except ValueError:
        return [], []
    for system in systems:
        with contextlib.suppress(*ABSENT), quiet_stderr():
            backend = backend_of(system)
            return list(dict.fromkeys(backend.get_input_names())), list(dict.fromkeys(backend.get_output_names()))
    return [], []


def systems_for(api: str, platform: str = sys.platform) -> tuple[MidiSystem, ...]:
    """Returns the MIDI systems to try; raises ValueError with the known names for one that is not known."""
    if not api:
        return tuple(system for system in SYSTEMS if system.platform == platform)
    found = tuple(system for system in SYSTEMS if api.lower() == system.name)
    if not found:
        raise ValueError(f"{api!r} is no MIDI system; the known ones are {', '.join(row.name for row in SYSTEMS)}")
    return found


def choose_ports(there: Sequence[str], wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the ports to open, in the order of `there`, and the wanted names that fit none.

    A whole name fits only its port; a part of a name fits every port that has it, whatever the case.
    """
    chosen: set[str] = set()
    missing = []
    for word in wanted:
        whole = [name for name in there if name.lower() == word.lower()]
        fitting = whole or [name for name in there if word.lower() in name.lower()]
        chosen.update(fitting)
        if not fitting:
            missing.append(word)
    return [name for name in there if name in chosen], missing


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Turns what C libraries write to stderr into debug lines: ALSA and JACK complain there of every absent server.

    For the moment of probing only, since the stream belongs to the whole process.
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
            for line in noise.read().decode(errors="replace").splitlines():
                log.debug("MIDI system: %s", line)
