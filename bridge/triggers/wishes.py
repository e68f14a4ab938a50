"""What a host asks for by a file or by System Exclusive: `key<TAB>value` lines, as in a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bridge.domain.brief import Request
from bridge.errors import RequestError
from bridge.ports import Engine

VERSION = "1"
Action = Literal["trigger", "again", "keep", "discard", "cancel", "kit"]
_ACTIONS: dict[str, Action] = {action: action for action in get_args(Action)}
_HARDEST = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Holds what a host asks for: `target` is a pad, with other actions than `trigger` a job or a sample too, and with
    `kit` a kit. `energy` is how hard the pad is hit, 0 < energy ≤ 1; None: not said."""

    action: Action
    target: str
    energy: float | None = None

    @property
    def makes(self) -> bool:
        """Tells whether it asks for a sound: only then a `ref` makes it the same job again."""
        return self.action in ("trigger", "again")


def read_wish(content: bytes) -> Wish:
    """Returns the wish that a file holds; raises RequestError that names what is wrong with it.

    Keys that this version does not know are left out.
    """
    if not content.endswith(b"\n"):
        raise RequestError("What was asked is cut short.", "Write it under a hidden name, then rename it.")
    try:
        text = content.decode()
    except UnicodeDecodeError as problem:
        raise RequestError("What was asked is no UTF-8.", "Update the script.") from problem
    said = dict(line.rstrip("\r").split("\t", 1) for line in text.split("\n") if "\t" in line)
    if (version := said.get("v", "")) != VERSION:
        raise RequestError(f"What was asked is not of version {VERSION}: v {version!r}.", "Update the script.")
    action = _ACTIONS.get(said.get("action", ""))
    if action is None:
        raise RequestError(
            f"A host can't ask for {said.get('action', '')!r}.", f"The actions are: {', '.join(_ACTIONS)}."
        )
    target = said.get("target") or said.get("pad") or ""
    if not target:
        raise RequestError(f"What is to {action} is not said.", "Name it: pad, or target.")
    return Wish(action=action, target=target, energy=_energy(said.get("energy", "")))


def _energy(text: str) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= _HARDEST):
        raise RequestError(f"The energy {text!r} is none.", f"It is a whole number from 1 to {_HARDEST}.")
    return int(text) / _HARDEST


async def fulfil(engine: Engine, wish: Wish, ref: str = "") -> None:
    """Has the engine do it; raises BridgeError where it refuses."""
    if wish.action == "trigger":
        await engine.trigger(Request(pad=wish.target, energy=wish.energy, ref=ref, origin="host", priority="pad"))
    elif wish.action == "again":
        await engine.again(wish.target, ref=ref, origin="host")
    elif wish.action == "keep":
        await engine.keep(wish.target)
    elif wish.action == "discard":
        await engine.discard(wish.target)
    elif wish.action == "kit":
        await engine.select_kit(wish.target)
    elif not await engine.cancel(wish.target):
        raise RequestError(f"{wish.target} has nothing to cancel.", "What has ended can be discarded.")
