"""The command that shows the money."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.shell import Shell, as_json_option, pass_shell


@click.command()
@as_json_option
@pass_shell
def budget(shell: Shell, as_json: bool) -> None:
    """Show what was spent today and this month, what is reserved, and the caps."""
    with shell.session() as session:
        answer = session.ask("budget")
    if as_json:
        say.as_json(answer)
        return
    seen = answer["budget"]
    say.line(f"today       {_usd(seen['day'])} of {_usd(seen['day_cap'])}")
    say.line(f"this month  {_usd(seen['month'])} of {_usd(seen['month_cap'])}")
    say.line(f"reserved    {_usd(seen['reserved'])} by calls that are under way (counted above)")
    say.line(f"one sound   at most {_usd(seen['job_cap'])}")
    rows = [(row["model"], _usd(row["spent"]), _usd(row["reserved"]), row["calls"]) for row in seen["models"]]
    if rows:
        say.line()
        say.table(("model", "this month", "reserved", "calls"), rows)


def _usd(amount: float) -> str:
    return f"${amount:.4f}" if 0 < amount < 0.1 else f"${amount:.2f}"
