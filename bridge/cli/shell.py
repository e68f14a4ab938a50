"""Holds what every command needs: the configuration, read when it is first asked for, and a way to the bridge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.errors import RequestError
from bridge.units import MidiNote, note_name, parse_note

if TYPE_CHECKING:
    from bridge.cli.session import Session
    from bridge.config.load import Source
    from bridge.config.schema import Config


@dataclass
class Shell:
    """Is handed to every command. `chosen` is the configuration file that the user named, if they did; `options` are
    their settings from beside it."""

    chosen: Path | None = None
    options: tuple[str, ...] = ()

    @cached_property
    def path(self) -> Path:
        """The configuration file: the one named, else the usual one."""
        from bridge.config.places import config_path

        return self.chosen or config_path()

    @cached_property
    def config(self) -> Config:
        """The configuration. Before the first `oneshot run` there is no file: then what it would hold counts."""
        return self.source(written=self.chosen is not None).load()

    def reread(self) -> None:
        """Has the configuration read again: a command just wrote it."""
        self.__dict__.pop("config", None)

    def source(self, *, written: bool = True) -> Source:
        """Returns all that the configuration is made of; `written` demands the file."""
        from bridge.config.load import Source

        return Source(path=self.path, options=self.options, environment=os.environ, written=written)

    @contextmanager
    def session(self, *, on: str | None = None) -> Iterator[Session]:
        """Asks the daemon where one runs, else opens the bridge in this process until the end of the block.

        `on` is the cluster that this command wants its sounds computed on. A daemon that computes elsewhere is not
        asked: RequestError.
        """
        from bridge.cli.client import find_daemon
        from bridge.cli.session import LocalSession, RemoteSession

        client = find_daemon(self.config.state_folder)
        if client is not None:
            if on is not None and on != self.config.jobs.on:
                raise RequestError(f"A daemon runs, and it computes {self.config.jobs.on or 'on this computer'}.",
                                   f'Stop it first, or start it again with: oneshot -o jobs.on={on} run')  # fmt: skip
            yield RemoteSession(client)
        else:
            wanted = self if on is None else replace(self, options=(*self.options, f"jobs.on={on}"))
            with LocalSession(wanted.config) as session:
                yield session

    def note(self, text: str | None) -> MidiNote | None:
        """Reads a note of the command line in the user's octave convention; None where none was said."""
        if text is None:
            return None
        try:
            return parse_note(text, self.config.library.middle_c_octave)
        except ValueError as problem:
            raise click.BadParameter(str(problem)) from problem

    def name_of(self, note: int | None) -> str:
        """Returns a note as people read it: name and number, or nothing."""
        return "" if note is None else f"{note_name(note, self.config.library.middle_c_octave)} ({note})"


pass_shell = click.make_pass_decorator(Shell)
as_json_option = click.option("--json", "as_json", is_flag=True, help="Answer in one line of JSON.")
"""For every command that a script may call: with it, one line of JSON is all that comes on the standard output."""
