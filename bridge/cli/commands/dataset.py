"""The command that hands kept sounds on to whoever trains a model with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.completing import families, names_of, pads
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.cli.show import Shown
from bridge.errors import NotFoundError, RequestError

if TYPE_CHECKING:
    from bridge.cli.session import Session

PART = 500
"""How many samples are asked for at once: a daemon that answers is not busy for long."""


@click.group()
def dataset() -> None:
    """Hand your sounds on to scripts that train models."""


@dataset.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--family", default="", metavar="NAME", shell_complete=names_of(families), help="Only this family.")
@click.option("--pad", default="", metavar="NAME", shell_complete=names_of(pads), help="Only those of this pad.")
@click.option("--overwrite", is_flag=True, help="Write over a file that is there.")
@as_json_option
@pass_shell
def export(shell: Shell, file: Path, family: str, pad: str, overwrite: bool, as_json: bool) -> None:
    """Write the kept sounds to a CSV FILE with the columns path and prompt.

    What the terms of their models say is told, too: some forbid to train others with the sounds.
    """
    from bridge.cli.soundfiles import write_whole
    from bridge.packs.dataset import table_of

    if file.exists() and not overwrite:
        raise RequestError(f"{file} is not written over: it is there already.", "Say another name, or --overwrite.")
    with shell.session() as session:
        kept = list(_kept(session, family or None, pad or None))
        if not kept:
            raise NotFoundError("No sound is kept.", "Keep some first: oneshot keep SAMPLE")
        terms = Counter(_terms(session.ask("sample", sample["id"])["sidecar"].get("licence")) for sample in kept)
    kept = kept[::-1]
    write_whole(file, table_of(kept).encode())
    if as_json:
        say.as_json({"file": str(file.absolute()), "sounds": len(kept), "licences": terms})
        return
    say.line(f"{file}  {len(kept)} sounds")
    for said, times in terms.most_common():
        say.line(f"  {times} × {said}")


def _kept(session: Session, family: str | None, pad: str | None) -> Iterator[Shown]:
    """Yields all kept sounds, the newest first, asked for part by part."""
    before = None
    while found := session.samples(kept=True, family=family, pad=pad, before=before, limit=PART):
        yield from found
        before = found[-1]["id"]


def _terms(licence: object) -> str:
    """Returns a licence of a sidecar on one line."""
    if isinstance(licence, dict):
        return " ".join(str(licence[key]) for key in ("id", "note") if licence.get(key)) or "unknown"
    return str(licence or "unknown")
