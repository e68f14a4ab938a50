"""Commands about MIDI: which ports there are, what comes in, and which note is a pad's."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from bridge.cli import say
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import RequestError, unknown

QUIET = ("clock", "active_sensing", "polytouch", "aftertouch", "quarter_frame", "songpos")
"""What nobody wants to see pass by."""


@click.group()
def midi() -> None:
    """Look at MIDI ports, hear what comes in, teach a pad its note."""


@midi.command(name="ports")
@as_json_option
@pass_shell
def list_ports(shell: Shell, as_json: bool) -> None:
    """List the MIDI ports; those that the daemon has open are marked."""
    from bridge.cli.client import find_daemon
    from bridge.midi.systems import port_names

    client = find_daemon(shell.config.state_folder)
    open_now = " ".join(client.ask("status").get("listening", ())) if client else ""
    inputs, outputs = port_names(shell.config.midi.api)
    found = [("input", name) for name in inputs] + [("output", name) for name in outputs]
    rows = [{"direction": direction, "name": name, "open": name in open_now} for direction, name in found]
    if as_json:
        say.as_json({"ports": rows})
        return
    table = [(row["direction"], row["name"], "open" if row["open"] else "") for row in rows]
    say.table(("", "port", "in the daemon"), table, "There are no MIDI ports. Plug a device in.")


@midi.command()
@click.option("--port", "ports", multiple=True, metavar="NAME", help="Only this input, by name or a part of it.")
@click.option("--seconds", type=click.FloatRange(min=0), help="End after so long, instead of with Ctrl-C.")
@as_json_option
@pass_shell
def monitor(shell: Shell, ports: tuple[str, ...], seconds: float | None, as_json: bool) -> None:
    """Show what comes in and what it would do, until Ctrl-C."""
    pads = _pads_by_note(shell)
    with _heard(shell, ports) as heard:
        for message in _until(heard, seconds):
            if message.type in QUIET:
                continue
            if as_json:
                say.as_json({name: value for name, value in message.dict().items() if name != "time"})
                continue
            pad = pads.get(message.note) if message.type == "note_on" and message.velocity else None
            say.line(f"{message}{f'   presses {pad}' if pad else ''}")


@midi.command()
@click.argument("pad")
@click.option("--port", "ports", multiple=True, metavar="NAME", help="Only this input, by name or a part of it.")
@click.option("--seconds", type=click.FloatRange(min=0), default=30.0, show_default=True, help="How long to wait.")
@pass_shell
def learn(shell: Shell, pad: str, ports: tuple[str, ...], seconds: float) -> None:
    """Press a key: it becomes the note of the PAD, in the config.

    A running daemon takes it up at once. Where only one program may open a port (Windows), stop the daemon first.
    """
    from bridge.config.edit import set_in_file
    from bridge.config.load import ensure_config

    ensure_config(shell.path)
    if pad not in shell.config.pads:
        raise unknown("pad", pad, shell.config.pads)
    with _heard(shell, ports) as heard:
        say.aside(f"Press the key or pad that shall be {pad} …")
        for message in _until(heard, seconds):
            if message.type == "note_on" and message.velocity:
                set_in_file(shell.path, ("pads", pad, "pad_note"), message.note)
                say.line(f"{pad} is on {shell.name_of(message.note)} now: {shell.path}")
                return
    say.error("Nothing was pressed.", "See what comes in with: oneshot midi monitor")
    click.get_current_context().exit(FAILED)


@contextmanager
def _heard(shell: Shell, wanted: Sequence[str]) -> Iterator[queue.SimpleQueue[Any]]:
    """Opens all inputs, or those that are wanted; yields what comes in."""
    from bridge.midi.ports import Ports
    from bridge.midi.systems import port_names

    inputs, _ = port_names(shell.config.midi.api)
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    ports = Ports(
        "input", wanted=wanted or inputs, virtual="", api=shell.config.midi.api,
        open_port=lambda backend, name, _: backend.open_input(name, callback=heard.put),
    )
    notices = ports.open()
    try:
        if not ports.names:
            raise RequestError("; ".join(notices) or "There is no MIDI input.", "Plug a device in: oneshot midi ports")
        say.aside(f"Listening to {', '.join(ports.names)}")
        yield heard
    finally:
        ports.close()


def _until(heard: queue.SimpleQueue[Any], seconds: float | None) -> Iterator[Any]:
    """Yields what comes in, for so many seconds or until Ctrl-C."""
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            try:
                # Short, so that Ctrl-C is heard on every system.
                yield heard.get(timeout=0.2 if end is None else max(0.01, min(0.2, end - time.monotonic())))
            except queue.Empty:
                continue
    except KeyboardInterrupt:
        return


def _pads_by_note(shell: Shell) -> dict[int, str]:
    from bridge.config.schema import pad_note_of

    config = shell.config
    kit = config.kits.get(config.kit or next(iter(config.kits), ""))
    names = kit.pads if kit else ()
    return {int(pad_note_of(name, config.pads[name])): name for name in names}
