"""The command that looks whether all is well."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell


@click.command()
@as_json_option
@pass_shell
def doctor(shell: Shell, as_json: bool) -> None:
    """Look whether all is well, and say how to cure what is not.

    Ends with 1 if something is broken; a notice alone is no reason.
    """
    from bridge.cli.checks import examine

    checks = []
    for check in examine(shell):
        checks.append(check)
        if not as_json:
            cure = f"  →  {check.cure}" if check.cure else ""
            say.judged(check.state, f"{check.name:<8}  {check.text}{cure}")
    broken = any(check.state == "broken" for check in checks)
    if as_json:
        say.as_json({"broken": broken, "checks": checks})
    if broken:
        raise click.exceptions.Exit(FAILED)
