"""The commands about MIDI: what there is, what is heard, and which note a pad has."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.commands.files import known
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell

PATIENCE_SECONDS = 60.0
port_option = click.option("--port", default="", metavar="NAME", help="Only the ports with this in their name.")


@click.group()
def midi() -> None:
    """See and hear MIDI, and give a pad its note."""


@midi.command()
@as_json_option
@pass_shell
def ports(shell: Shell, as_json: bool) -> None:
    """List the MIDI ports, and which of them are open.

    Open are those that the daemon listens to or lights; where none runs, those that it would open.
    """
    from bridge.cli.client import find_daemon
    from bridge.cli.hearing import look

    seen = look(shell.config, find_daemon(shell.config.state_folder))
    if as_json:
        say.as_json(seen)
        return
    mark = "open" if seen["live"] else "would be opened"
    own = [name for name in seen["open_inputs"] if name not in seen["inputs"]]
    rows = [("in", name, f"{mark}, the bridge's own") for name in own]
    for way, names, opened in (("in", seen["inputs"], seen["open_inputs"]), ("out", seen["outputs"],
                                                                              seen["open_outputs"])):  # fmt: skip
        rows += [(way, name, mark if name in opened else "") for name in names]
    say.table(("", "port", "daemon"), rows, "There are no MIDI ports.")
    for notice in seen["notices"]:
        say.aside(notice)


@midi.command()
@port_option
@click.option("--seconds", type=click.FloatRange(min=0), metavar="N", help="Stop after so many; else with Ctrl-C.")
@as_json_option
@pass_shell
def monitor(shell: Shell, port: str, seconds: float | None, as_json: bool) -> None:
    """Print what is heard, and what the bridge does about it.

    Listens to every input, also those that the daemon does not. With --json each message is a line of JSON.
    """
    from bridge.cli.client import find_daemon
    from bridge.cli.hearing import Hearing

    with Hearing(shell.config, find_daemon(shell.config.state_folder), port) as hearing:
        say.aside(f"Listening to {', '.join(hearing.inputs)}.")
        try:
            for heard in hearing.messages(seconds):
                if as_json:
                    say.as_json(heard)
                else:
                    say.line(f"{heard['text']}: {heard['does'] or 'nothing'}")
        except KeyboardInterrupt:
            return


@midi.command()
@click.argument("pad")
@port_option
@click.option("--seconds", type=click.FloatRange(min=0), default=PATIENCE_SECONDS, show_default=True, metavar="N",
              help="How long to wait for the note.")  # fmt: skip
@as_json_option
@pass_shell
def learn(shell: Shell, pad: str, port: str, seconds: float, as_json: bool) -> None:
    """Give PAD the note that you play next.

    It is written into the configuration file as the pad's `pad_note`; everything else there stays as it is.
    """
    from bridge.cli.client import find_daemon
    from bridge.cli.editing import set_in_file
    from bridge.cli.hearing import Hearing
    from bridge.config.load import ensure_config

    ensure_config(shell.path)
    known("pad", pad, shell.config.pads)
    with Hearing(shell.config, find_daemon(shell.config.state_folder), port) as hearing:
        say.aside(f"Play the note of {pad} on {' or '.join(hearing.inputs)}.")
        heard = next((heard for heard in hearing.messages(seconds) if heard["kind"] == "note"), None)
        if heard is None:
            say.error(f"No note came within {seconds:g} seconds.", "See what comes at all: oneshot midi monitor")
            raise click.exceptions.Exit(FAILED)
        listens = heard["port"] in hearing.daemons
    note = heard["number"]
    set_in_file(shell.path, ("pads", pad, "pad_note"), note)
    if as_json:
        say.as_json({"pad": pad, "pad_note": note, "port": heard["port"], "config": str(shell.path)})
        return
    say.line(f"{pad} is on note {shell.name_of(note)} now: {shell.path}")
    if not listens:
        say.aside(f'The daemon does not listen to that port yet: add "{heard["port"]}" to ports under [midi].')
