"""The command about surfaces to touch."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import BridgeError

USUAL = "open-stage-control"


@click.group()
def surface() -> None:
    """Make layouts for programs with buttons to touch."""


@surface.command()
@click.option(
    "--format", "form", default=USUAL, show_default=True, metavar="FORMAT", help="open-stage-control or touchosc."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="The file to write; left out: `oneshot` with the suffix of the format, here.",
)
@click.option(
    "--host", metavar="ADDRESS",
    help="Where the surface finds the bridge; left out: where the bridge listens, or this computer.",
)
@click.option(
    "--port", type=click.IntRange(1, 65_535), metavar="PORT",
    help="The UDP port on which the surface listens; left out: the usual one of its program.",
)
@as_json_option
@pass_shell
def export(
    shell: Shell, form: str, output: Path | None, host: str | None, port: int | None, as_json: bool
) -> None:
    """Write a layout with a page for each of your kits and a button for each pad.

    A button shows how its pad is: queued and asking blink, being made flashes, ready is green, failed is red. Buttons
    for again, keep, discard and cancel mean the pad touched last. Export again when your pads change.
    """
    from bridge.config.schema import family_of_pad
    from bridge.surfaces import Surface, open_format, pages_of

    chosen, config = open_format(form), shell.config
    if not config.osc.enabled or not config.osc.port:
        raise BridgeError(
            "A surface needs a bridge that listens on an OSC port of its own.",
            "Set enabled and port under [osc]: oneshot config edit",
        )
    made = Surface(
        pages=pages_of(
            {name: family_of_pad(name, pad) for name, pad in config.pads.items()},
            {name: kit.pads for name, kit in config.kits.items()},
        ),
        host=host or _reached(config.osc.host), port=config.osc.port, listens=port or chosen.listens,
    )
    file = output or Path(f"oneshot{chosen.suffix}")
    try:
        file.write_bytes(chosen.write(made))
    except OSError as problem:
        raise BridgeError(f"{file} can't be written: {problem.strerror}.") from problem
    if as_json:
        say.as_json({"path": file.absolute(), "host": made.host, "port": made.port, "listens": made.listens})
        return
    say.line(str(file))
    say.aside(chosen.step)
    say.aside(f"It talks to udp {made.host}:{made.port} and listens on udp port {made.listens}.")


def _reached(host: str) -> str:
    """Returns the address under which a door is found that listens on `host`; everywhere is here, too."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host
