"""The commands about hosts: put the bridge's script into a DAW or sampler, and see how it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import completing, say, show
from bridge.cli.completing import names_of
from bridge.cli.shell import Shell, as_json_option, pass_shell

if TYPE_CHECKING:
    from bridge.cli.scripts.installing import Setting, Work
    from bridge.cli.scripts.places import System
    from bridge.cli.scripts.shelf import Script

host_argument = click.argument("host", shell_complete=names_of(completing.scripts))
force_option = click.option("--force", is_flag=True, help="Files that you changed, too.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")


@click.group()
def daw() -> None:
    """Put the bridge's script into your DAW or sampler, and see how it does."""


@daw.command(name="list")
@as_json_option
@pass_shell
def list_command(shell: Shell, as_json: bool) -> None:
    """List the hosts that have a script, and where it is installed."""
    from bridge.cli.scripts.places import System
    from bridge.cli.scripts.shelf import scripts

    system = System.here()
    found = [_listed(shell, script, system) for script in scripts().values()]
    if as_json:
        say.as_json({"hosts": found})
        return
    rows = [(row["host"], row["title"], row["versions"], row["script"], row["folder"]) for row in found]
    say.table(("host", "", "versions", "script", "folder"), rows, "There are no scripts.")


@daw.command()
@host_argument
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), metavar="PATH",
              help="Put it here, if the host looks for scripts in another place than usual.")
@force_option
@dry_run_option
@as_json_option
@pass_shell
def install(shell: Shell, host: str, folder: Path | None, force: bool, dry_run: bool, as_json: bool) -> None:
    """Install the script of HOST, or a newer version of it.

    Doing it again changes nothing that is right already. A file that you changed stays as it is, and you are told.
    """
    from bridge.cli.scripts.installing import carry_out, installation
    from bridge.cli.scripts.places import System
    from bridge.cli.scripts.shelf import script_of

    script, state = script_of(host), shell.config.state_folder
    place = folder.expanduser().absolute() if folder else None
    work = installation(script, System.here(), state, _setting(shell), folder=place, force=force)
    if not dry_run:
        carry_out(work, state)
    _tell(work, dry_run=dry_run, as_json=as_json, step=script.about.step)


@daw.command()
@host_argument
@force_option
@dry_run_option
@as_json_option
@pass_shell
def uninstall(shell: Shell, host: str, force: bool, dry_run: bool, as_json: bool) -> None:
    """Take away what `install` put there, and nothing else."""
    from bridge.cli.scripts.installing import carry_out, removal
    from bridge.cli.scripts.shelf import script_of

    state = shell.config.state_folder
    work = removal(host, state, force=force)
    if work is None:
        about = script_of(host).about
        if as_json:
            nothing = dict.fromkeys(("changed", "removed", "in_the_way"), ())
            say.as_json({"host": host, "folder": None, **nothing, "dry_run": dry_run, "step": ""})
        else:
            say.aside(f"Nothing is installed for {about.title}.")
        return
    if not dry_run:
        carry_out(work, state)
    _tell(work, dry_run=dry_run, as_json=as_json)


@daw.command()
@as_json_option
@pass_shell
def status(shell: Shell, as_json: bool) -> None:
    """Show every host that is installed or has come: its last contact, and what it has yet to load or could not."""
    from bridge.cli.scripts.places import System
    from bridge.cli.scripts.shelf import scripts

    with shell.session() as session:
        seen = {view["name"]: view for view in session.ask("hosts")["hosts"]}
    system = System.here()
    found = [{**_listed(shell, script, system), **_seen(seen.pop(host, {}))} for host, script in scripts().items()]
    found = [row for row in found if row["script"] or row["seen"]]
    found += [{"host": host, "title": "", "versions": "", "script": "", "folder": "", **_seen(view)}
              for host, view in seen.items()]
    if as_json:
        say.as_json({"hosts": found})
        return
    rows = [
        (row["host"], row["script"] or "not from here", f"{show.ago(row['seen'])} ago" if row["seen"] else "never",
         " ".join(row["waiting"]), " ".join(row["failed"]))
        for row in found
    ]
    empty = "No script is installed, and no host has come. See: oneshot daw list"
    say.table(("host", "script", "last contact", "waiting", "failed"), rows, empty)
    for row in found:
        for pad, reason in row["failed"].items():
            say.aside(f"{row['host']} could not load {pad}: {reason}")


def _setting(shell: Shell) -> Setting:
    from bridge.cli.scripts.installing import Setting

    config = shell.config
    return Setting(library=config.library.folder, osc_port=config.osc.port, pads=tuple(config.pads))


def _listed(shell: Shell, script: Script, system: System) -> dict[str, Any]:
    """Returns what is known of a script on this computer; `script` is empty where it is not installed."""
    from bridge.cli.scripts.installing import installation
    from bridge.cli.scripts.receipt import read_receipt
    from bridge.errors import BridgeError

    about, folder, state = script.about, "", ""
    if known := read_receipt(shell.config.state_folder, script.host):
        folder, state = str(known.folder), known.version
        try:
            work = installation(script, system, shell.config.state_folder, _setting(shell))
            state += ", changed by you" if work.in_the_way else ", not up to date" if work.changes else ""
        except BridgeError:
            state += ", its folder is gone"
    return {"host": script.host, "title": about.title, "versions": about.versions, "script": state, "folder": folder}


def _seen(view: dict[str, Any]) -> dict[str, Any]:
    return {"seen": view.get("seen", 0.0), "waiting": view.get("waiting", []), "failed": view.get("failed", {})}


def _tell(work: Work, *, dry_run: bool, as_json: bool, step: str = "") -> None:
    receipt = work.after or work.before
    folder = receipt.folder if receipt else None
    if as_json:
        say.as_json({
            "host": work.host, "folder": folder, "changed": work.changes, "removed": work.removed,
            "in_the_way": work.in_the_way, "dry_run": dry_run, "step": step,
        })
        return
    for path in work.changes:
        say.line(f"{'removed' if path in work.removed else 'written'}  {path}")
    for path in work.in_the_way:
        say.aside(f"changed by you, or not from the bridge: {path}")
    if not work.changes and not work.in_the_way:
        say.aside(f"All is as it should be in {folder}.")
    for line in work.lines:
        if line.by_user:
            say.aside(f"{line.path} has the line already; it stays yours.")
    if dry_run:
        say.aside("Nothing was done: this was a dry run.")
    elif step:
        say.line(f"Left for you: {step}")
