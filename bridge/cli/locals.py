"""What commands say of the models that this computer runs itself: whether they can run, and where their weights are."""

from __future__ import annotations

import asyncio

import click

from bridge.cli import say
from bridge.cli.checking import Check
from bridge.cli.meter import Meter
from bridge.config.keys import key_of
from bridge.config.models import Row
from bridge.errors import BridgeError, RequestError
from bridge.models.catalogue.base import licence_of
from bridge.models.local.weights import Found, are_here, fetch, look_at, look_for

MEGABYTE = 1e6


def judged(name: str, row: Row) -> Check:
    """Returns whether a model can run here, on which device, and whether its weights are here. Loads nothing."""

    async def looked() -> tuple[str, bool]:
        place = await look_at(name, row)
        versions = ", ".join(f"{part} {version}" for part, version in place.versions.items())
        return f"{name} {row.weights} works on {place.device} ({versions})", await are_here(name, row)

    try:
        text, here = asyncio.run(looked())
    except BridgeError as problem:
        return Check(name="model", state="broken", text=problem.message, cure=problem.hint)
    if not here:
        return Check(name="model", state="broken", text=f"{text}, but its weights are not here",
                     cure=f"oneshot models fetch {name}")
    return Check(name="model", state="ok", text=f"{text}, {licence_of(row.licence).id}")


def fetched(name: str, row: Row, *, sure: bool) -> None:
    """Shows licence and size of a model's weights, asks, and fetches them."""
    if row.provider != "local":
        raise RequestError(f"{name} runs at {row.provider}; there is nothing to fetch.")
    key = key_of("huggingface")
    found = asyncio.run(look_for(name, row, key))
    for text in _facts(row, found):
        say.line(text)
    if found.here >= found.total:
        say.line("They are on this computer already.")
        return
    if not sure:
        click.confirm("Fetch them?", abort=True, err=True)
    with Meter("fetching", found.total / MEGABYTE) as meter:

        def told(done: int, of: int, file: str) -> None:
            meter.show(done / MEGABYTE, f"fetching {file}", of / MEGABYTE)

        size = asyncio.run(fetch(name, row, key, told))
    say.line(f"{row.weights} is on this computer: {_amount(size)}.")


def _facts(row: Row, found: Found) -> list[str]:
    licence = licence_of(row.licence)
    use = {"yes": "allowed", "conditions": "under conditions", "no": "forbidden"}[licence.commercial]
    facts = [
        f"weights   {row.weights}",
        f"size      {_amount(found.total)}" + (f", {_amount(found.here)} of it here" if found.here else ""),
        f"licence   {licence.id.removeprefix('LicenseRef-')}" + (f", {licence.link}" if licence.link else ""),
        f"          commercial use is {use}. {licence.note}".rstrip(),
    ]
    if found.licence and found.licence.lower() not in licence.id.lower():
        facts.append(f"          Hugging Face calls it: {found.licence}")
    if found.gated or row.gated:
        facts.append(f"gated     Accept the licence at https://huggingface.co/{row.weights} first; then keep a token: "
                     "oneshot keys set huggingface")
    return facts


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
