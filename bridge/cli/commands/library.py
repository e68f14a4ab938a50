"""The commands that look after the library and its store."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.shell import Shell, as_json_option, pass_shell


@click.group()
def library() -> None:
    """Look after the library."""


@library.command()
@as_json_option
@pass_shell
def repair(shell: Shell, as_json: bool) -> None:
    """Build the store anew, from what it still holds, from the sounds in the library and from what was paid.

    The daemon must not run. It does this by itself where the store is damaged or gone; by hand it is good for sounds
    that were put into the library by other ways. What was there before is kept beside the new store.
    """
    from bridge.jobs.rebuilding import rebuild
    from bridge.library.folder import Library

    opened = Library.open(shell.config.library.folder, kept=())
    try:
        told = rebuild(shell.config.state_folder / "libraries" / opened.id, opened)
    finally:
        opened.close()
    if as_json:
        say.as_json({"told": told})
    else:
        say.line(told)
