"""Collects what `oneshot doctor --report` packs."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.cli.checking import Check
from bridge.cli.secrets import secrets_of
from bridge.cli.shell import Shell
from bridge.config.places import state_folder
from bridge.errors import BridgeError, ConfigError
from bridge.service.bundle import homeless, without_secrets, write_bundle
from bridge.service.logbook import last_lines, log_file
from bridge.service.redact import Redactor
from bridge.store import events as event_store
from bridge.store import jobs as job_store
from bridge.web.views import plain

LOG_LINES = 3_000
JOBS = 20
EVENTS = 400


def write_report(shell: Shell, checks: Sequence[Check], file: Path) -> None:
    """Writes the bundle. It holds prompts and names of files, and no key, token or password."""
    try:
        state = shell.config.state_folder
    except ConfigError:
        state = state_folder()
    redact = homeless(Redactor(partial(secrets_of, state)), Path.home())

    def as_text(value: Any) -> str:
        return json.dumps(without_secrets(plain(value), redact), indent=2, ensure_ascii=False) + "\n"

    write_bundle(file, {
        "doctor.json": as_text(list(checks)),
        "versions.json": as_text(dict(_versions())),
        "config.toml": redact(_text_of(shell.path)),
        "log.txt": redact("\n".join(last_lines(log_file(state), LOG_LINES)) + "\n"),
        "jobs.json": as_text([_last(store) for store in sorted(state.glob("libraries/*/store.sqlite"))]),
    })  # fmt: skip


def _versions() -> Iterator[tuple[str, str]]:
    yield "oneshot-bridge", __version__
    yield "python", sys.version
    yield "platform", platform.platform()
    yield "machine", platform.machine()
    for requirement in requires("oneshot-bridge") or []:
        name = _name_of(requirement)
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def _name_of(requirement: str) -> str:
    end = next((place for place, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        return f"# {file}: {problem.strerror}\n"


def _last(file: Path) -> dict[str, Any]:
    """Returns the last jobs of a store with their calls, and its last events; reads only, also beside the daemon."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=2)) as store:
            store.row_factory = sqlite3.Row
            jobs = _tried(lambda: job_store.recent_jobs(store, JOBS))
            return {
                "schema": store.execute("PRAGMA user_version").fetchone()[0],
                "jobs": jobs,
                "calls": [_tried(partial(job_store.calls_of, store, job.id)) for job in jobs],
                "events": _tried(lambda: event_store.events_after(
                    store, event_store.newest_event(store) - EVENTS, EVENTS
                )),
            }  # fmt: skip
    except sqlite3.Error as problem:
        return {"problem": str(problem)}


def _tried(look: Callable[[], list[Any]]) -> list[Any]:
    """Returns what a look at a store brings; nothing where that is another version's."""
    try:
        return look()
    except (sqlite3.Error, BridgeError, ValueError, TypeError, KeyError):
        return []
