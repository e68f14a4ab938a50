"""The command about OSC."""

from __future__ import annotations

import click

from bridge.cli import say


@click.group()
def osc() -> None:
    """Look up how to talk to the bridge by OSC."""


@osc.command()
def reference() -> None:
    """Print every address with its arguments, as a page in Markdown."""
    from bridge.osc import addresses

    for line in addresses.reference().splitlines():
        say.line(line)
