"""The command that lets a sound be heard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.shell import Shell, pass_shell
from bridge.errors import RequestError

if TYPE_CHECKING:
    from bridge.player.speaker import Speaker

TAIL_SECONDS = 0.3
"""What a device may still hold when the last frame was handed to it."""


@click.command()
@click.argument("targets", nargs=-1, metavar="[ID|PAD|FILE]...")
@click.option("--device", metavar="NAME", help="The sound device, by name or a part of it.")
@click.option("--channel", type=click.IntRange(1, 127), help="The first of the two outputs: 3 plays on 3 and 4.")
@click.option("--level", type=click.FloatRange(-60, 0), help="How loud, in dB under the sound itself.")
@click.option("--devices", is_flag=True, help="List the sound devices instead.")
@pass_shell
def play(
    shell: Shell, targets: tuple[str, ...], device: str | None, channel: int | None, level: float | None, devices: bool
) -> None:
    """Play samples, what pads hold, or files, one after the other. Ctrl-C ends it.

    What is not said is taken from [audition] in the config.
    """
    from bridge.player.speaker import Speaker, device_names

    if devices:
        say.table(("device",), [(name,) for name in device_names()], "There is no sound device.")
        return
    if not targets:
        raise RequestError("There is nothing to play.", "Name a sample, a pad or a file: oneshot play kick")
    settings = shell.config.audition
    files = [_file_of(shell, target) for target in targets]
    speaker = Speaker(device=settings.device if device is None else device, channel=channel or settings.channel)
    try:
        for file in files:
            say.aside(f"{file}")
            _heard(speaker, file, settings.level if level is None else level)
    except KeyboardInterrupt:
        speaker.stop()
        time.sleep(TAIL_SECONDS)
    finally:
        speaker.close()


def _heard(speaker: Speaker, file: Path, level: float) -> None:
    """Plays a file to its end."""
    import numpy as np

    from bridge.sound.audition import prepared
    from bridge.units import Decibels

    ready = prepared(file.read_bytes(), speaker.open(), Decibels(level))
    speaker.play(str(file), np.frombuffer(ready, dtype="<f4").reshape(-1, 2))
    while not speaker.silent:
        if not speaker.is_open:
            raise RequestError("The sound device is gone.", "See what there is: oneshot play --devices")
        time.sleep(0.02)
    time.sleep(TAIL_SECONDS)


def _file_of(shell: Shell, target: str) -> Path:
    """Returns the file that a target means: a path of one, else that of a sample or a pad."""
    path = Path(target)
    if target not in shell.config.pads and path.is_file():
        return path
    with shell.session() as session:
        return Path(session.ask("sample", target)["sample"]["file"])
