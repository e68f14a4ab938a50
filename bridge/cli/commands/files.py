"""Commands about the files of the bridge: the configuration, and where everything lies."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.completing import kits, names_of, pads, samples
from bridge.cli.exits import code_of
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import ConfigError, NotFoundError

if TYPE_CHECKING:
    from bridge.cli.proof import Proof


@click.group()
def config() -> None:
    """Look at the configuration file or change it."""


@config.command(name="path")
@as_json_option
@pass_shell
def config_path(shell: Shell, as_json: bool) -> None:
    """Print where the configuration file lies."""
    _say_path(shell.path, as_json=as_json)


@config.command()
@as_json_option
@pass_shell
def check(shell: Shell, as_json: bool) -> None:
    """Say what is wrong with the configuration, all at once.

    Every pad is pressed dry: what its model would refuse is a mistake too. Ends with 5 if there is one; a notice alone
    is no reason.
    """
    from bridge.cli.proof import proof

    found = proof(shell.source())
    if as_json:
        told = {"problems": found.problems, "notices": found.notices}
        say.as_json({"path": shell.path, "right": not found.problems, **told})
        raise click.exceptions.Exit(code_of(ConfigError(found.problems)) if found.problems else 0)
    _tell(shell, found)


@config.command()
@pass_shell
def edit(shell: Shell) -> None:
    """Open the configuration file in your editor, then check it."""
    from bridge.cli.proof import proof
    from bridge.config.load import ensure_config

    ensure_config(shell.path)
    click.edit(filename=str(shell.path))
    _tell(shell, proof(shell.source()))
    say.aside("A running daemon takes it up by itself.")


def _tell(shell: Shell, found: Proof) -> None:
    for notice in found.notices:
        say.aside(f"notice  {notice}")
    if found.problems or found.config is None:
        raise ConfigError(found.problems, "Edit the file with: oneshot config edit")
    pads, kits, hosts = len(found.config.pads), len(found.config.kits), len(found.config.hosts)
    say.line(f"{shell.path} is right: {pads} pads, {kits} kits, {hosts} hosts.")


@config.command(name="show")
@click.option("--all", "whole", is_flag=True, help="The settings that are as they come, too.")
@as_json_option
@pass_shell
def show_config(shell: Shell, whole: bool, as_json: bool) -> None:
    """Show every setting that you changed, and where it was said."""
    from bridge.config.shown import settings_of
    from bridge.config.template import toml_value

    found, origin = shell.source(written=shell.chosen is not None).read()
    shown = [row for row in settings_of(found, origin) if whole or row.origin]
    if as_json:
        say.as_json({"settings": [{"place": row.place, "value": row.value, "origin": row.origin} for row in shown]})
        return
    rows = [(row.place, toml_value(row.value), row.origin or "default") for row in shown]
    say.table(("setting", "value", "said by"), rows, "Every setting is as it comes. See: oneshot config show --all")


@config.command(name="show-default")
def show_default() -> None:
    """Print the default configuration file, with every setting explained."""
    from bridge.config.template import default_config_text

    for line in default_config_text().splitlines():
        say.line(line)


@click.group(invoke_without_command=True)
@as_json_option
@click.pass_context
def path(context: click.Context, as_json: bool) -> None:
    """Print where things lie."""
    if context.invoked_subcommand is None:
        shell = context.ensure_object(Shell)
        places = {"library": shell.config.library.folder, "state": shell.config.state_folder, "config": shell.path}
        say.as_json(places) if as_json else say.table(("what", "where"), list(places.items()))


@path.command(name="library")
@as_json_option
@pass_shell
def path_library(shell: Shell, as_json: bool) -> None:
    """The folder of finished sounds."""
    _say_path(shell.config.library.folder, as_json=as_json)


@path.command(name="state")
@as_json_option
@pass_shell
def path_state(shell: Shell, as_json: bool) -> None:
    """The folder of the bridge's own memory."""
    _say_path(shell.config.state_folder, as_json=as_json)


@path.command(name="config")
@as_json_option
@pass_shell
def path_config(shell: Shell, as_json: bool) -> None:
    """The configuration file."""
    _say_path(shell.path, as_json=as_json)


@path.command(name="instrument")
@click.argument("pad", shell_complete=names_of(pads))
@as_json_option
@pass_shell
def path_instrument(shell: Shell, pad: str, as_json: bool) -> None:
    """The instrument of a PAD, for a sampler to load once."""
    _preset(shell.config.library.folder, "instruments", known("pad", pad, shell.config.pads), as_json=as_json)


@path.command(name="kit")
@click.argument("name", shell_complete=names_of(kits))
@as_json_option
@pass_shell
def path_kit(shell: Shell, name: str, as_json: bool) -> None:
    """The kit NAME, for a sampler to load once."""
    _preset(shell.config.library.folder, "kits", known("kit", name, shell.config.kits), as_json=as_json)


@path.command(name="sample")
@click.argument("target", shell_complete=names_of(pads, samples))
@as_json_option
@pass_shell
def path_sample(shell: Shell, target: str, as_json: bool) -> None:
    """The WAV file of a sample, or of a pad's current one."""
    with shell.session() as session:
        _say_path(Path(session.ask("sample", target)["sample"]["file"]), as_json=as_json)


def sfz_of(library: Path, folder: str, name: str) -> Path:
    """Returns where the SFZ of a pad (`instruments`) or a kit (`kits`) lies."""
    from bridge.instruments.formats import file_stem

    return library / folder / f"{file_stem(name)}.sfz"


def _say_path(path: Path, *, as_json: bool) -> None:
    say.as_json({"path": path}) if as_json else say.line(str(path))


def _preset(library: Path, folder: str, name: str, *, as_json: bool) -> None:
    file = sfz_of(library, folder, name)
    _say_path(file, as_json=as_json)
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
