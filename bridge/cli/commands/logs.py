"""The command that shows what the daemon wrote down."""

from __future__ import annotations

import contextlib
import time

import click

from bridge.cli import say
from bridge.cli.shell import Shell, pass_shell

LOOK_AGAIN_SECONDS = 0.25


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on showing what is written, until Ctrl-C.")
@click.option("--lines", "-n", type=click.IntRange(min=0), default=20, show_default=True,
              help="How many to begin with.")
@pass_shell
def logs(shell: Shell, follow: bool, lines: int) -> None:
    """Show the log of the daemon: a line for every job, and what went wrong."""
    from bridge.service.logbook import Tail, last_lines, log_file

    file = log_file(shell.config.state_folder)
    tail = Tail(file)
    for line in last_lines(file, lines):
        say.line(line)
    if not file.exists():
        say.aside(f"There is no log yet: {file}")
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(LOOK_AGAIN_SECONDS)
            for line in tail.more():
                say.line(line)
