"""The command that lets a sound be heard."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.completing import names_of, pads, samples
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import BridgeError, RequestError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

WAIT_SECONDS = 60.0
"""How long a sound is waited for: the longest that is played."""


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes pads and samples, else files."""
    from click.shell_completion import CompletionItem

    found = names_of(pads, samples)(context, parameter, incomplete)
    return found or [CompletionItem(incomplete, type="file")]


@click.command()
@click.argument("sounds", nargs=-1, metavar="[ID|PAD|FILE]...", shell_complete=_complete)
@click.option("--device", metavar="NAME", help="The sound device, by name or words of it.")
@click.option("--channel", type=click.IntRange(1, 127), help="The first of the two outputs: 3 plays on 3 and 4.")
@click.option("--level", type=click.FloatRange(-60, 0), help="How loud, in dB under the sound itself.")
@click.option("--devices", is_flag=True, help="List the sound devices instead.")
@as_json_option
@pass_shell
def play(
    shell: Shell, sounds: tuple[str, ...], device: str | None, channel: int | None, level: float | None, devices: bool,
    as_json: bool,
) -> None:
    """Play samples, what pads hold, or files, one after the other. Ctrl-C ends it.

    What is not said is taken from [audition] in the config. Of a long file the first minute is played.
    """
    if devices:
        _list(as_json=as_json)
        return
    if not sounds:
        raise RequestError("There is nothing to play.", "Name a sample, a pad or a file: oneshot play kick")
    heard = []
    with shell.session() as session:
        try:
            for sound in sounds:
                wanted = _whole_path(shell, sound)
                answer = session.ask("play", sound=wanted, device=device, channel=channel, level=level,
                                     wait=WAIT_SECONDS)["heard"]
                heard.append({"sound": wanted, **answer})
                if not as_json:
                    say.line(f"{sound}  {answer['seconds']:.1f} s on {answer['output']}")
        except KeyboardInterrupt:
            with contextlib.suppress(BridgeError):
                session.ask("silence")
            raise
    if as_json:
        say.as_json({"heard": heard})


def _list(*, as_json: bool) -> None:
    import asyncio

    from bridge.player.player import Player

    outputs = asyncio.run(Player().outputs())
    if as_json:
        say.as_json({"devices": outputs})
        return
    rows = [
        (output.name, output.system, output.channels, output.rate, "yours" if output.default else "")
        for output in outputs
    ]
    say.table(("device", "system", "outputs", "Hz", ""), rows, "There is no sound device.")


def _whole_path(shell: Shell, sound: str) -> str:
    """Returns the whole path of a file that is there, for the daemon works in another folder; else what was said."""
    return str(Path(sound).absolute()) if sound not in shell.config.pads and Path(sound).is_file() else sound
