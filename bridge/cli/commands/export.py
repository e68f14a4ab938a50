"""The command that writes what a pad, a kit or samples play for other samplers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.completing import formats, kits, names_of, pads, samples
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import RequestError

if TYPE_CHECKING:
    from bridge.instruments.formats import Formats

WHERE = {"beside": "folder: a file and its sounds", "inside": "one file", "apart": "folder for the device"}


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...", shell_complete=names_of(pads, kits, samples))
@click.option("--format", "chosen", default="sfz", show_default=True, metavar="NAME", shell_complete=names_of(formats),
              help="See --list.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), metavar="FOLDER",
              help="Where to write; by default here.")
@click.option("--name", metavar="NAME", help="What it is called there: 1-32 of a-z, 0-9 and -.")
@click.option("--overwrite", is_flag=True, help="Write over files that are there.")
@click.option("--list", "only_list", is_flag=True, help="List the formats and who plays them.")
@as_json_option
@pass_shell
def export(
    shell: Shell, targets: tuple[str, ...], chosen: str, output: Path, name: str | None, overwrite: bool,
    only_list: bool, as_json: bool,
) -> None:  # fmt: skip
    """Write what a pad, a kit or samples play for other samplers, with the sounds.

    Several pads and samples become one instrument: a kit, each on its own key, or one keyboard where all of them have
    roots of their own.
    """
    from bridge.instruments.formats import open_formats

    if only_list:
        _list(open_formats(), as_json=as_json)
        return
    if not targets:
        raise click.UsageError("Name a pad, a kit or samples, or say --list.")
    from bridge.cli.exporting import exported, instrument_in

    kind = open_formats(only=[chosen]).find(chosen)
    with shell.session() as session:
        answer = session.ask("instrument", targets=",".join(targets))
    instrument = instrument_in(answer)
    if name is not None:
        if not re.fullmatch(r"[a-z0-9-]{1,32}", name):
            raise RequestError(f"{name!r} can't be the name of an instrument.", "Names are 1-32 of a-z, 0-9 and -.")
        instrument = replace(instrument, name=name)
    made = exported(kind, instrument, answer["files"])
    written = made.write(output, overwrite=overwrite)
    if as_json:
        say.as_json({"format": chosen, "name": instrument.name, "zones": len(instrument.zones), "files": written})
        return
    say.line(str(written[0]))


def _list(found: Formats, *, as_json: bool) -> None:
    rows = [(name, kind.title, kind.players, kind.sounds) for name, kind in sorted(found.writers.items())]
    if as_json:
        keys = ("name", "title", "players", "sounds")
        say.as_json({"formats": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    say.table(("format", "played by", "writes"), [(name, players, WHERE[sounds]) for name, _, players, sounds in rows])
