"""Weights on this computer and at Hugging Face: looks what there is, and fetches them when the user says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.config.models import Row
from bridge.errors import ModelError
from bridge.models.local.child import RUNNERS, Child, environment
from bridge.models.local.host import command_of, greeting

HUB = str(RUNNERS / "hub_runner.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Says what a row's Python has: the devices that are there, the best first, and the versions of its library."""

    device: str
    devices: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Says what of a model's weights lies at Hugging Face: all that is needed, and what of it is here, in bytes."""

    total: int
    here: int
    gated: bool
    licence: str


async def look_at(name: str, row: Row) -> Place:
    """Starts a row's Python once and returns what it has; ModelError where it can't run the model."""
    child = await Child.start(command_of(row.runner, row.python), environment(row.python), name, 0.0)
    try:
        hello = await greeting(child)
    finally:
        await child.quit()
    devices = tuple(hello["devices"])
    missing = [package for package, version in hello["versions"].items() if not version]
    if missing:
        raise ModelError(
            f"{name}: its Python has no {', '.join(missing)}.",
            f"Install it there, or name the Python that has it: [models.{name}] python",
        )
    if row.device != "auto" and row.device not in devices:
        raise ModelError(f"{name} is to work on {row.device}, and there is only {', '.join(devices)}.")
    return Place(
        device=devices[0] if row.device == "auto" else row.device, devices=devices, versions=hello["versions"]
    )


async def look_for(name: str, row: Row, key: str | None = None) -> Found:
    """Asks Hugging Face for a row's weights; fetches nothing. Raises ModelError where it can't be asked."""
    told = await _ask("look", name, row, key, "found", lambda _: None)
    return Found(total=told["bytes"], here=told["here"], gated=told["gated"], licence=told["licence"])


async def are_here(name: str, row: Row) -> bool:
    """Tells whether a row's weights are on this computer; asks nobody else."""
    if is_folder(row):
        return await asyncio.to_thread(lambda: Path(row.weights).expanduser().exists())
    whole: bool = (await _ask("here", name, row, None, "here", lambda _: None))["whole"]
    return whole


async def fetch(name: str, row: Row, key: str | None, told: Callable[[int, int, str], None]) -> int:
    """Fetches a row's weights and returns how many bytes they are; `told` hears the bytes done, all of them, and the
    file that is being fetched. Raises ModelError, with the cure where a licence must be accepted first."""

    def hear(message: Mapping[str, Any]) -> None:
        told(message.get("done", 0), message.get("of", 0), message.get("stage", ""))

    size: int = (await _ask("fetch", name, row, key, "fetched", hear))["bytes"]
    return size


def is_folder(row: Row) -> bool:
    """Tells whether a row's weights are a folder of the user's own: nothing is ever fetched for it."""
    said = row.weights
    return said.startswith((".", "~")) or Path(said).is_absolute() or said.count("/") != 1


async def _ask(
    work: str, name: str, row: Row, key: str | None, end: str, told: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    if is_folder(row):
        text = f"The weights of {name} are a folder of your own: {row.weights}."
        raise ModelError(text, "There is nothing to fetch.")
    surroundings = environment(row.python, offline=work == "here")
    if key:
        surroundings["HF_TOKEN"] = key
    said = [str(row.loading.get(part, "")) for part in ("revision", "variant")]
    python = command_of(row.runner, row.python)[0]
    child = await Child.start([python, "-u", HUB, work, row.weights, row.runner, *said], surroundings, name, 0.0)
    try:
        answer = await child.answer(told, end, "failed")
    finally:
        await asyncio.shield(child.quit())
    if answer["is"] == "failed":
        raise ModelError(f"{name}: {answer['reason']}", answer["hint"])
    return answer
