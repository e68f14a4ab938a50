"""The command that finishes sound files from anywhere."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import say
from bridge.cli.exits import FAILED
from bridge.cli.meter import Meter
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.domain.family import FAMILIES
from bridge.domain.recipe import STEPS, parse_recipe, split_steps, usage

_STEPS = "\b\nThe steps:\n" + "\n".join(f"  {usage(row)}\n      {row.doc}" for row in STEPS.values())


@click.command(epilog=_STEPS)
@click.argument("sounds", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT",
    help="The WAV file to write; for several sounds the folder.",
)
@click.option("--steps", metavar="STEPS", help='Take these steps and no others, like "trim, fade, level -1 dBTP".')
@click.option("--family", type=click.Choice(list(FAMILIES)), help="The kind of sound, where its name does not say it.")
@click.option("--note", metavar="NOTE", help="The pitch that it should have: a number or a name.")
@click.option("--bits", type=click.Choice(["16", "24"]), default="24", show_default=True, help="16 comes with dither.")
@click.option("--set", "as_set", is_flag=True, help="The sounds belong together: equally loud, their attacks aligned.")
@click.option("--overwrite", is_flag=True, help="Write over files that are there, the sounds themselves too.")
@as_json_option
@pass_shell
def shape(
    shell: Shell, sounds: tuple[Path, ...], output: Path, steps: str | None, family: str | None, note: str | None,
    bits: str, as_set: bool, overwrite: bool, as_json: bool,
) -> None:
    """Finish sound files as the bridge finishes its own: trim, tune, fade, level.

    Any file that can be read (WAV, AIFF, FLAC, Ogg, MP3) becomes a WAV file. The daemon is not needed, and the library
    is not touched. Without --steps a sound takes those of its family, in the library's sample rate, and one that can't
    become a sample is refused with the reason.
    """  # fmt: skip
    try:
        recipe = parse_recipe(split_steps(steps)) if steps is not None else None
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--steps") from problem
    from bridge.cli.shaping import Order, Shaping

    order = Order(
        steps=recipe, family=family, note=shell.note(note), bits=16 if bits == "16" else 24, as_set=as_set,
        sample_rate=shell.config.library.sample_rate,
    )
    shaping = Shaping(order, sounds, output, overwrite=overwrite)
    failed = False
    answers = []
    with Meter("shaping", len(set(sounds))) as meter:
        for result in meter.over(shaping.results()):
            if result.error is not None:
                failed = True
                say.error(f"{result.sound}: {result.error.message}", result.error.hint)
            elif as_json:
                answers.append(result.to_dict())
            else:
                for text in result.lines(shell.name_of):
                    say.line(text)
    if as_json:
        say.as_json(answers)
    if failed:
        raise click.exceptions.Exit(FAILED)
