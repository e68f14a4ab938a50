"""Installs a host's script and takes it away again, and never touches what it did not put there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bridge import __version__
from bridge.cli.scripts import startup
from bridge.cli.scripts.disk import told
from bridge.cli.scripts.places import System
from bridge.cli.scripts.plan import Move, Plan, plan
from bridge.cli.scripts.receipt import Receipt, digest, forget_receipt, read_receipt, write_receipt
from bridge.cli.scripts.shelf import Script
from bridge.errors import BridgeError
from bridge.library import atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Says what is to become of a host's own start-up file: `block` is what shall stand in it, empty for nothing.

    `made` tells whether the file itself is ours; `in_the_way` that the block was changed, `by_user` that the user has
    the line there already.
    """

    path: Path
    before: bytes
    after: bytes
    block: str
    made: bool
    in_the_way: bool = False
    by_user: bool = False

    @property
    def empties(self) -> bool:
        """Tells whether nothing is left of a file that was made for the line."""
        return self.made and not self.after and not self.block


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Holds all that is to be done for one host: nothing has happened yet."""

    host: str
    plan: Plan
    lines: tuple[Line, ...]
    before: Receipt | None
    after: Receipt | None

    @property
    def changes(self) -> tuple[Path, ...]:
        """Returns the files that will be other than they are."""
        files = [move.path for move in self.plan.moves if move.deed != "keep"]
        return (*files, *(line.path for line in self.lines if line.before != line.after))

    @property
    def removed(self) -> tuple[Path, ...]:
        """Returns the files of `changes` that will be gone."""
        files = [move.path for move in self.plan.moves if move.deed == "remove"]
        return (*files, *(line.path for line in self.lines if line.before != line.after and line.empties))

    @property
    def in_the_way(self) -> tuple[Path, ...]:
        return (*self.plan.in_the_way, *(line.path for line in self.lines if line.in_the_way))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Holds what the scripts are told: the library, and the port on which the bridge hears OSC (0: the usual one)."""

    library: Path
    osc_port: int
    pads: tuple[str, ...]

    def text(self) -> bytes:
        """Returns the file of settings: `key<TAB>value` lines."""
        port = f"osc_port\t{self.osc_port}\n" if self.osc_port else ""
        return f"library\t{self.library}\n{port}".encode()


def installation(
    script: Script, system: System, state_folder: Path, setting: Setting, *, folder: Path | None = None,
    force: bool = False,
) -> Work:
    """Plans to install a script: where it was before, else where the host looks for it, or in `folder`.

    Raises BridgeError where no such place is.
    """
    known = read_receipt(state_folder, script.host)
    target = folder or (known.folder if known else None) or system.folder(script)
    if target is None:
        raise BridgeError(f"{script.about.title} has no folder on {system.name}.", "Say where to put it: --folder PATH")
    if not target.is_dir() and not target.parent.is_dir() and not script.about.make_folder:
        raise BridgeError(
            f"{script.about.title} was not found: there is no folder {target.parent}.",
            "Start it once so that it makes its folders, or say where its scripts go: --folder PATH",
        )
    made = known.made_folder if known and known.folder == target else not target.exists()
    with told(script.source):
        inside = script.contents(setting.text(), setting.pads)
    wanted = {target / path: content for path, content in inside.items()}
    digests: dict[Path, tuple[str, ...]] = {path: (digest(content),) for path, content in wanted.items()}
    after = Receipt(version=__version__, folder=target, made_folder=made, files=digests)
    about = script.about.startup
    lines = []
    if about is not None:
        text = startup.block(about.line, Path(about.file).suffix)
        line = _line(target / about.file, text, about.line, known, force=force)
        lines.append(line)
        if not line.by_user:
            after = replace(after, startup=line.path, block=text, made_startup=line.made)
    if known and known.startup and known.startup not in [line.path for line in lines]:
        lines.append(_line(known.startup, "", "", known, force=force))
    return Work(host=script.host, plan=_planned(wanted, known, force=force), lines=tuple(lines), before=known,
                after=after)


def removal(host: str, state_folder: Path, *, force: bool = False) -> Work | None:
    """Plans to take away what was installed for a host; None where nothing was."""
    known = read_receipt(state_folder, host)
    if known is None:
        return None
    lines = (_line(known.startup, "", "", known, force=force),) if known.startup else ()
    return Work(host=host, plan=_planned({}, known, force=force), lines=lines, before=known, after=None)


def carry_out(work: Work, state_folder: Path) -> None:
    """Does what was planned; raises BridgeError before anything happened if something is in the way."""
    if work.in_the_way:
        raise _refusal(work)
    if work.after is not None:
        write_receipt(state_folder, work.host, _meanwhile(work.before, work.after))
    for move in work.plan.moves:
        with told(move.path):
            _carry_out(move)
    for line in work.lines:
        with told(line.path):
            _write(line)
    if work.before is not None:
        _tidy((move.path for move in work.plan.moves if move.deed == "remove"), work.before)
    if work.after is not None:
        write_receipt(state_folder, work.host, work.after)
    else:
        forget_receipt(state_folder, work.host)


# --- planning -------------------------------------------------------------------------------------------------


def _planned(wanted: Mapping[Path, bytes], known: Receipt | None, *, force: bool) -> Plan:
    before = known.files if known else {}
    there = {}
    for path in (*wanted, *before):
        with told(path):
            if os.path.lexists(path):
                there[path] = path.read_bytes() if stat.S_ISREG(os.lstat(path).st_mode) else None
    return plan(wanted, before, there, force=force)


def _line(path: Path, text: str, line: str, known: Receipt | None, *, force: bool) -> Line:
    """Plans a block into a start-up file, or out of it where `text` is empty."""
    ending = path.suffix
    with told(path):
        path = path.resolve()  # people keep such files elsewhere, and put a link here
        before = path.read_bytes() if path.exists() else b""
        there = path.exists()
    made = known.made_startup if known and known.startup == path else not there
    present = startup.found_in(before, ending)
    by_user = bool(line) and startup.has_line_of_its_own(before, line, ending)
    if by_user:
        text = ""
    expected = {text, known.block if known else ""}
    after = startup.with_block(before, text, ending) if text else startup.without(before, ending)
    return Line(
        path=path, before=before, after=before if present == text else after, block=text, made=made,
        in_the_way=bool(present) and present not in expected and not force, by_user=by_user,
    )


def _meanwhile(before: Receipt | None, after: Receipt) -> Receipt:
    """Returns a receipt that is true at every moment of the work: what was there, and what will be."""
    if before is None:
        return after
    files = {
        path: (*before.files.get(path, ()), *after.files.get(path, ())) for path in (*before.files, *after.files)
    }
    if before.startup is None:
        return replace(after, files=files)
    return replace(after, files=files, startup=before.startup, block=before.block, made_startup=before.made_startup)


def _refusal(work: Work) -> BridgeError:
    names = "\n".join(str(path) for path in work.in_the_way)
    again = f"oneshot daw {'install' if work.after else 'uninstall'} {work.host} --force"
    what = "overwritten" if work.after else "removed"
    return BridgeError(
        f"Not written by the bridge, or changed since, and so not {what}:\n{names}",
        f"Move away what you want to keep; then: {again}",
    )


# --- doing ----------------------------------------------------------------------------------------------------


def _carry_out(move: Move) -> None:
    if move.deed == "write":
        move.path.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(move.path, move.content)
    elif move.deed == "remove":
        atomic.remove(move.path)


def _write(line: Line) -> None:
    if line.before == line.after:
        return
    if line.empties:
        atomic.remove(line.path)
        return
    mode = stat.S_IMODE(os.stat(line.path).st_mode) if line.path.exists() else None
    atomic.replace(line.path, line.after)
    if mode is not None:
        os.chmod(line.path, mode)


def _tidy(removed: Iterable[Path], known: Receipt) -> None:
    """Removes the folders that are empty now, and what Python made of our own files in them."""
    for path in removed:
        with suppress(OSError):
            for cache in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
                cache.unlink()
            (path.parent / "__pycache__").rmdir()
        for folder in path.parents:
            if folder == known.folder or not folder.is_relative_to(known.folder):
                break
            with suppress(OSError):
                folder.rmdir()
    if known.made_folder:
        with suppress(OSError):
            known.folder.rmdir()
