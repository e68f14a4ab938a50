"""The commands that listen to sound files from anywhere: what they are like, and which hits a loop is made of."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.exits import FAILED
from bridge.cli.meter import Meter
from bridge.cli.shell import Shell, as_json_option, pass_shell


@click.command()
@click.argument("sounds", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@as_json_option
@pass_shell
def analyse(shell: Shell, sounds: tuple[Path, ...], as_json: bool) -> None:
    """Tell what sound files are like, and which of them are the same.

    Any file that can be read (WAV, AIFF, FLAC, Ogg, MP3), mono or stereo. The daemon is not needed, and nothing is
    written. What is not sure is not claimed. The same are one recording, whatever their level; alike are those that
    look alike in time and tone, nearest first.
    """
    from bridge.cli.listening import Kinship, Listening, describe_all
    from bridge.errors import SoundError

    listening = Listening()
    failed = False
    descriptions = []
    with Meter("listening", len(set(sounds))) as meter:
        for sound, found in meter.over(describe_all(listening, sounds)):
            if isinstance(found, SoundError):
                failed = True
                say.error(f"{sound}: {found.message}", found.hint)
            else:
                descriptions.append(found)
    kinships = listening.kinships()
    pairs = [(description, kinships.get(description.sound, Kinship())) for description in descriptions]
    if as_json:
        say.as_json([description.to_dict(kinship, shell.name_of) for description, kinship in pairs])
    else:
        for description, kinship in pairs:
            for text in description.lines(kinship, shell.name_of):
                say.line(text)
    if failed:
        raise click.exceptions.Exit(FAILED)


@click.command("slice")
@click.argument("sound", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="The folder that the hits are written to.",
)
@click.option("--bpm", type=click.FloatRange(20, 400), metavar="N", help="Write the loop too, as whole 4/4 bars.")
@click.option("--overwrite", is_flag=True, help="Write over files that are there.")
@as_json_option
def slice_command(sound: Path, output: Path, bpm: float | None, overwrite: bool, as_json: bool) -> None:
    """Cut a loop into its hits, each a WAV file of 24 bits.

    A hit ends where the next one begins. Its name has its number and its family, where that is sure. With --bpm the
    loop itself is cut to exact bars as well. The daemon is not needed; where no hit is found nothing is written.
    """  # fmt: skip
    from bridge.cli.slicing import cut

    made = cut(sound, output, bpm=bpm, overwrite=overwrite)
    if as_json:
        say.as_json(made.to_dict())
    else:
        for text in made.lines():
            say.line(text)
