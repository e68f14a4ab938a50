"""The command that looks whether all is well."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell


@click.command()
@click.option("--report", metavar="FILE.zip", type=click.Path(dir_okay=False, path_type=Path),
              help="Pack all that helps somebody to help you, without keys and passwords.")
@as_json_option
@pass_shell
def doctor(shell: Shell, report: Path | None, as_json: bool) -> None:
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
    if report is not None:
        from bridge.cli.reporting import write_report

        write_report(shell, checks, report)
    if as_json:
        say.as_json({"broken": broken, "checks": checks})
    elif report is not None:
        say.line(f"{report} holds this, your config, the log and the last jobs with their prompts. Look into it first.")
    if broken:
        raise click.exceptions.Exit(FAILED)
