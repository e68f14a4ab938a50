"""The command that joins sound files from anywhere into one instrument."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.meter import Meter
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.domain.family import FAMILIES

MOST_TURNS = 8


@click.command()
@click.argument("sounds", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="NAME.sfz",
    help="The instrument to write; its sounds go into NAME-samples beside it.",
)
@click.option("--family", type=click.Choice(list(FAMILIES)), help="The kind of sound, where no name says it.")
@click.option("--layers", is_flag=True, help="Make three velocity layers where a root has one file only.")
@click.option(
    "--turns", type=click.IntRange(1, MOST_TURNS), default=1, metavar="N",
    help=f"Make so many strokes (1-{MOST_TURNS}) that take turns where a layer has one file only.",
)
@click.option("--overwrite", is_flag=True, help="Write over an instrument and sounds that are there.")
@as_json_option
@pass_shell
def instrument(
    shell: Shell, sounds: tuple[Path, ...], output: Path, family: str | None, layers: bool, turns: int,
    overwrite: bool, as_json: bool,
) -> None:
    """Join sound files into one instrument that every SFZ player plays.

    The files are finished as one set: equally loud, in tune, their attacks together. Files of different roots share
    the keys between them at their midpoints; of several files of one root the brighter ones answer to harder keys,
    and those much alike take turns. Drums sit on the one key of their family. The daemon is not needed, and the
    library is not touched.
    """  # fmt: skip
    from bridge.cli.joining import Joining

    joining = Joining(
        sounds, output, family=family, layers=layers, turns=turns, sample_rate=shell.config.library.sample_rate,
        overwrite=overwrite,
    )
    with Meter(f"joining {len(sounds)} files"):
        joined = joining.joined()
        joining.write(joined)
    if as_json:
        say.as_json(joined.to_dict())
        return
    for text in joined.lines(shell.name_of):
        say.line(text)
