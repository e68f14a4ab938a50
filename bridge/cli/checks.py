"""The checks of `oneshot doctor`: what must be right for sounds to come out, each with its cure."""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.cli import storing, surroundings
from bridge.cli.checking import EDIT, Check, Room, State
from bridge.cli.client import Client, find_daemon
from bridge.cli.commands.files import sfz_of
from bridge.cli.exits import NoDaemonError
from bridge.cli.shell import Shell
from bridge.cli.show import ago
from bridge.config.models import Row
from bridge.config.schema import Config, MidiSettings
from bridge.errors import BridgeError, ConfigError

SCARCE_BYTES = 1_000_000_000
TOO_FEW_BYTES = 50_000_000


def examine(shell: Shell) -> Iterator[Check]:
    """Yields every check, one after the other; none raises."""
    yield surroundings.python()
    from bridge.models.catalogue.rows import rows

    try:
        config = shell.config
        rows(config.models)
    except ConfigError as error:
        yield from (Check(name="config", state="broken", text=text, cure=error.hint) for text in error.problems)
        return
    written = shell.path.exists()
    yield Check(
        name="config", state="ok", text=f"{shell.path}{'' if written else ' is not written yet: the defaults count'}"
    )
    daemon, status, seen = look_for_daemon(config)
    yield seen
    room = Room(config=config, daemon=daemon, status=status)
    broken: set[str] = set()
    for check in CHECKS:
        if check in IN_THE_LIBRARY and "library" in broken:
            continue
        for found in check(room):
            broken |= {found.name} if found.state == "broken" else set()
            yield found


def look_for_daemon(config: Config) -> tuple[Client | None, dict[str, Any], Check]:
    try:
        client = find_daemon(config.state_folder)
        status = client.ask("status") if client else {}
    except (NoDaemonError, BridgeError) as problem:
        return None, {}, Check(name="daemon", state="broken", text=problem.message, cure=problem.hint)
    if client is None:
        return None, {}, Check(name="daemon", state="notice", text="not running", cure="oneshot run")
    version = status.get("version", __version__)
    text = f"runs as process {status.get('pid', '?')}, version {version}"
    if version != __version__:
        cure = "Stop it and start it again: oneshot run"
        return client, status, Check(name="daemon", state="notice", text=f"{text}; this is {__version__}", cure=cure)
    return client, status, Check(name="daemon", state="ok", text=text)


def folders(room: Room) -> Iterator[Check]:
    yield _away(room) or _folder("library", room.config.library.folder, "library.folder")
    yield _folder("state", room.config.state_folder, "state_folder")


def _away(room: Room) -> Check | None:
    from bridge.library.opening import AWAY, is_away

    folder = room.config.library.folder
    try:
        away = storing.within(storing.ANSWER_SECONDS, lambda: is_away(room.config.state_folder, folder))
    except (TimeoutError, BridgeError):  # `_folder` says what it is
        return None
    text = f"{folder} is away: it was there, and nothing of it is now"
    return Check(name="library", state="broken", text=text, cure=AWAY) if away else None


def _folder(name: str, folder: Path, setting: str) -> Check:
    cure = f"Make it writable, or choose another {setting}: {EDIT}"
    try:
        there, free = storing.within(storing.ANSWER_SECONDS, lambda: _probe(folder))
    except TimeoutError:
        return Check(name=name, state="broken", text=f"{folder} does not answer",
                     cure="Look at the disk, or the network that it is on. Nothing is lost meanwhile.")
    except OSError as problem:
        there = Path(problem.filename or folder)
        return Check(name=name, state="broken", text=f"{there} can't be written: {problem.strerror}", cure=cure)
    text = f"{folder}{'' if there == folder else ' will be made'}, {free / 1e9:.1f} GB free"
    if free < SCARCE_BYTES:
        state: State = "broken" if free < TOO_FEW_BYTES else "notice"
        return Check(name=name, state=state, text=text, cure="Make room on that disk.")
    return Check(name=name, state="ok", text=text)


def _probe(folder: Path) -> tuple[Path, int]:
    """Returns the folder, or what there is of the way to it, and its free bytes; raises OSError if it is read-only."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
        return there, shutil.disk_usage(there).free
    except OSError as problem:
        problem.filename = str(there)
        raise


def network(room: Room) -> Iterator[Check]:
    osc = room.config.osc
    if osc.enabled:
        yield _port(room, "osc", socket.SOCK_DGRAM, osc.host, osc.port)
        if osc.tcp:
            yield _port(room, "osc", socket.SOCK_STREAM, osc.host, osc.port)
        if osc.is_open:
            text = f"listens on {osc.host}: in your network {', '.join(osc.allow)} can make sounds"
            yield Check(name="osc", state="notice", text=text, cure=f"Set osc.host to 127.0.0.1: {EDIT}")
    else:
        yield Check(name="osc", state="ok", text="is switched off")
    yield _port(room, "control", socket.SOCK_STREAM, "127.0.0.1", room.config.control.port)


def _port(room: Room, name: str, kind: socket.SocketKind, host: str, port: int) -> Check:
    if port == 0:
        return Check(name=name, state="ok", text="takes any free port")
    problem = _taken(kind, host, port)
    if problem is None and room.live:
        text = f"port {port} is free, though the daemon runs: it began with another configuration"
        return Check(name=name, state="notice", text=text, cure="Stop it and start it again: oneshot run")
    if problem is None:
        return Check(name=name, state="ok", text=f"port {port} on {host} is free")
    if room.live and problem.errno == errno.EADDRINUSE:
        return Check(name=name, state="ok", text=f"port {port} on {host} is the daemon's")
    cure = f"End the program that has it, or set another {name}.port: {EDIT}"
    return Check(name=name, state="broken", text=f"port {port} on {host}: {problem.strerror}", cure=cure)


def _taken(kind: socket.SocketKind, host: str, port: int) -> OSError | None:
    """Returns why a port can't be opened, or None if it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM and sys.platform != "win32":
            # As the daemon does: connections that have just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            if kind == socket.SOCK_STREAM:
                probe.listen()
        except OSError as problem:
            return problem
    return None


def midi(room: Room) -> Iterator[Check]:
    """Opens MIDI as the daemon would; a daemon that runs has told what it misses already."""
    if not room.config.midi.enabled:
        yield Check(name="midi", state="ok", text="is switched off")
    elif importlib.util.find_spec("rtmidi") is None:
        cure = 'pip install "oneshot-bridge[midi]" (needs a C++ compiler where there is no wheel)'
        yield Check(name="midi", state="notice", text="python-rtmidi is not installed: no MIDI", cure=cure)
    elif not room.live:
        notices, ports = _open_midi(room.config.midi)
        cure = f"Start or connect it, or look at [midi]: {EDIT}"
        yield from (Check(name="midi", state="notice", text=notice, cure=cure) for notice in notices)
        yield from (Check(name="midi", state="ok", text=f"can listen to {port}") for port in ports)
    yield from _midi_devices(room.config.midi)


def _midi_devices(settings: MidiSettings) -> Iterator[Check]:
    from bridge.midi.devices import open_device

    for name in settings.devices.values():
        try:
            open_device(name)
        except BridgeError as problem:
            cure = problem.hint or f"Name another under [midi] devices: {EDIT}"
            yield Check(name="midi", state="notice", text=problem.message, cure=cure)


def _open_midi(settings: MidiSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from bridge.midi.ports import Patchbay
    from bridge.triggers.midi import wanted_ports

    ports = Patchbay(wanted_ports(settings, settings.devices))
    ports.start()
    seen = ports.view()
    ports.close()
    return seen.notices, seen.open_inputs


def audition(room: Room) -> Iterator[Check]:
    """Looks for the sound device; nothing else than hearing needs it."""
    from bridge.player.outputs import choose
    from bridge.player.player import Player

    settings = room.config.audition
    try:
        output = choose(asyncio.run(Player().outputs()), settings.device, settings.channel)
    except BridgeError as problem:
        yield Check(name="audition", state="notice", text=problem.message, cure=problem.hint)
        return
    text = f"{output.name} ({output.system}), from output {settings.channel} on; new sounds: {settings.play}"
    yield Check(name="audition", state="ok", text=text)


class _Idle:
    """Stands where the worker processes would: models are opened here, not asked."""

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        raise BridgeError("Nothing is made here.")


def models(room: Room) -> Iterator[Check]:
    from bridge.models.catalogue.rows import rows
    from bridge.models.registry import ModelContext, open_models

    found = open_models(ModelContext(workers=_Idle()))
    names = {model.name for model in found.all()}
    for model in found.all():
        yield Check(name="model", state="ok", text=f"{model.name} {model.version}, {model.licence.id}")
    for name, problem in found.problems.items():
        yield Check(name="model", state="notice", text=f"{name}: {problem}", cure="Install or repair its package.")
    known = rows(room.config.models)
    wanted = {"model": room.config.model}
    for name, pad in room.config.pads.items():
        wanted |= {f"pads.{name}.{key}": model for key in ("model", "fallback") if (model := getattr(pad, key))}
    for name in sorted(set(wanted.values()) & known.keys() - names):
        yield _row(name, known[name])
    for setting, name in wanted.items():
        if name not in names | known.keys():
            text = f"{setting} is {name!r}, which can't be used"
            cure = f"Choose one of {', '.join(sorted(names | known.keys()))}: {EDIT}"
            yield Check(name="model", state="broken", text=text, cure=cure)


def _row(name: str, row: Row) -> Check:
    """Checks a model of the table that is wanted: whether its provider needs a key, and there is none."""
    from bridge.cli.locals import judged
    from bridge.config.keys import VARIABLES, key_of
    from bridge.domain.text import without_password
    from bridge.models.catalogue.base import licence_of, version_of

    if row.provider in VARIABLES and not key_of(row.provider):
        text = f"{name} needs a key for {row.provider}, and there is none"
        return Check(name="model", state="broken", text=text, cure=f"oneshot keys set {row.provider}")
    if row.provider == "local":
        return judged(name, row)
    where = version_of(row) if row.provider in VARIABLES else ", ".join(map(without_password, row.servers))
    return Check(name="model", state="ok", text=f"{name} {where}, {licence_of(row.licence).id}")


def hosts(room: Room) -> Iterator[Check]:
    from bridge.library import mailboxes

    library = room.config.library.folder
    try:
        found = mailboxes.hosts(library / "deliveries") if (library / "deliveries").is_dir() else []
    except OSError as problem:
        yield Check(name="host", state="broken", text=f"{library} can't be read: {problem.strerror}")
        return
    for host in found:
        since = ago(mailboxes.last_contact(library / "deliveries", host))
        yield Check(name="host", state="ok", text=f"{host}: last contact {since} ago")
    kit = room.config.kit or next(iter(room.config.kits), "")
    cure = f"Load {sfz_of(library, 'kits', kit)} into sfizz once: it follows every new sound." if kit else ""
    if not found:
        text = "no DAW has subscribed with its script"
        yield Check(name="host", state="notice", text=text, cure=cure or "oneshot daw list")
    elif kit:
        yield Check(name="kit", state="ok", text=f"any sampler that reads SFZ can load {sfz_of(library, 'kits', kit)}")


def notices(room: Room) -> Iterator[Check]:
    """Passes on what the running daemon misses."""
    for notice in room.status.get("notices", ()):
        yield Check(name="daemon", state="notice", text=str(notice))


CHECKS: tuple[Callable[[Room], Iterator[Check]], ...] = (
    folders, storing.stores, surroundings.clock, network, midi, audition, models, surroundings.providers, hosts,
    surroundings.presets, surroundings.service, notices,
)
IN_THE_LIBRARY = frozenset({storing.stores, hosts, surroundings.presets})
"""The checks that look into the library: they would wait for ever where its disk does not answer."""
