"""The command that teaches a shell to complete what is typed."""

from __future__ import annotations

import click

from bridge.cli import say

HOW = {
    "bash": 'eval "$(oneshot completion bash)"    in ~/.bashrc',
    "zsh": 'eval "$(oneshot completion zsh)"    in ~/.zshrc, after compinit',
    "fish": "oneshot completion fish > ~/.config/fish/completions/oneshot.fish",
}
"""Where the script of each shell belongs."""
VARIABLE = "_ONESHOT_COMPLETE"


@click.command(epilog="\b\n" + "\n".join(f"{shell:<5} {how}" for shell, how in HOW.items()))
@click.argument("shell", type=click.Choice(list(HOW)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets your SHELL complete commands, pads, kits, models and ids."""
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    assert found is not None, "click knows the shells in HOW"
    # Not `found.source`: for bash that starts one, and complains of the old one of macOS where a new one reads this.
    for line in ShellComplete.source(found(context.find_root().command, {}, "oneshot", VARIABLE)).splitlines():
        say.line(line)
