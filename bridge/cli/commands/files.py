"""Commands about the files of the bridge: the configuration, and where everything lies."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.shell import Shell, pass_shell
from bridge.errors import NotFoundError


@click.group()
def config() -> None:
    """Look at the configuration file or change it."""


@config.command(name="path")
@pass_shell
def config_path(shell: Shell) -> None:
    """Print where the configuration file lies."""
    say.line(str(shell.path))


@config.command()
@pass_shell
def check(shell: Shell) -> None:
    """Say what is wrong with the configuration file, all at once."""
    from bridge.config.load import load_config
    from bridge.models.catalogue.rows import rows

    found = load_config(shell.path)
    rows(found.models)
    say.line(f"{shell.path} is right: {len(found.pads)} pads, {len(found.kits)} kits, {len(found.hosts)} hosts.")


@config.command()
@pass_shell
def edit(shell: Shell) -> None:
    """Open the configuration file in your editor, then check it."""
    from bridge.config.load import ensure_config, load_config
    from bridge.models.catalogue.rows import rows

    ensure_config(shell.path)
    click.edit(filename=str(shell.path))
    rows(load_config(shell.path).models)
    say.line(f"{shell.path} is right. Start the daemon again for it to count.")


@config.command(name="show-default")
def show_default() -> None:
    """Print the default configuration file, with every setting explained."""
    from bridge.config.template import default_config_text

    for line in default_config_text().splitlines():
        say.line(line)


@click.group(invoke_without_command=True)
@click.pass_context
def path(context: click.Context) -> None:
    """Print where things lie."""
    if context.invoked_subcommand is None:
        shell = context.ensure_object(Shell)
        say.table(
            ("what", "where"),
            [("library", shell.config.library.folder), ("state", shell.config.state_folder), ("config", shell.path)],
        )


@path.command(name="library")
@pass_shell
def path_library(shell: Shell) -> None:
    """The folder of finished sounds."""
    say.line(str(shell.config.library.folder))


@path.command(name="state")
@pass_shell
def path_state(shell: Shell) -> None:
    """The folder of the bridge's own memory."""
    say.line(str(shell.config.state_folder))


@path.command(name="config")
@pass_shell
def path_config(shell: Shell) -> None:
    """The configuration file."""
    say.line(str(shell.path))


@path.command(name="instrument")
@click.argument("pad")
@pass_shell
def path_instrument(shell: Shell, pad: str) -> None:
    """The instrument of a PAD, for a sampler to load once."""
    _preset(shell.config.library.folder, "instruments", known("pad", pad, shell.config.pads))


@path.command(name="kit")
@click.argument("name")
@pass_shell
def path_kit(shell: Shell, name: str) -> None:
    """The kit NAME, for a sampler to load once."""
    _preset(shell.config.library.folder, "kits", known("kit", name, shell.config.kits))


@path.command(name="sample")
@click.argument("target")
@pass_shell
def path_sample(shell: Shell, target: str) -> None:
    """The WAV file of a sample, or of a pad's current one."""
    with shell.session() as session:
        say.line(session.ask("sample", target)["sample"]["file"])


def sfz_of(library: Path, folder: str, name: str) -> Path:
    """Returns where the SFZ of a pad (`instruments`) or a kit (`kits`) lies."""
    from bridge.instruments.formats import file_stem

    return library / folder / f"{file_stem(name)}.sfz"


def _preset(library: Path, folder: str, name: str) -> None:
    file = sfz_of(library, folder, name)
    say.line(str(file))
    if not file.exists():
        say.aside("It is not there yet: the first sound makes it.")


def known(what: str, name: str, names: Iterable[str]) -> str:
    """Returns the name of a pad or kit; raises NotFoundError with the nearest for one that is not there."""
    there = list(names)
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        raise NotFoundError(
            f"There is no {what} {name!r}.", f"Did you mean {near[0]}?" if near else f"See: oneshot {what}s"
        )
    return name
