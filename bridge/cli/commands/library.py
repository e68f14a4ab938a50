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
    from bridge.library.opening import open_library, store_of

    state = shell.config.state_folder
    opened = open_library(state, shell.config.library.folder, kept=())
    try:
        told = rebuild(store_of(state, opened.id), opened)
    finally:
        opened.close()
    if as_json:
        say.as_json({"told": told})
    else:
        say.line(told)


@library.command()
@as_json_option
@pass_shell
def new(shell: Shell, as_json: bool) -> None:
    """Begin a new library where the old one is gone for good.

    Without this the bridge takes the old one to be away (a drive that is not connected), and waits for it.
    """
    from bridge.errors import RequestError
    from bridge.library.folder import Library
    from bridge.library.opening import forget, is_away

    state, folder = shell.config.state_folder, shell.config.library.folder
    if not is_away(state, folder):
        raise RequestError(
            f"No library is missed in {folder}.", "Choose another folder in the config: oneshot config edit"
        )
    Library.open(folder, kept=()).close()
    forget(state, folder)
    if as_json:
        say.as_json({"library": str(folder)})
    else:
        say.line(f"A new library was made: {folder}")
