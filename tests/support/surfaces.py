"""Surfaces under test: each layout runs in the language of its program, in a stand-in of that program."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.surfaces import Surface, pages_of
from bridge.surfaces.open_stage_control import write_session
from bridge.surfaces.touchosc import write_layout

STAND_INS = Path(__file__).parent.parent / "surfaces"
FAMILIES = {"kick": "kick", "808": "808", "open-hat": "open-hat", "bell": "bell", "fx": "fx"}
KITS = {"main": ("kick", "808", "bell"), "spare": ("kick", "open-hat")}


def surface(*, listens: int = 9000, port: int = 9127) -> Surface:
    return Surface(pages=pages_of(FAMILIES, KITS), host="127.0.0.1", port=port, listens=listens)


class Running:
    """A layout that runs: `do` gives it a command of its stand-in and returns the lines that it answers."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         encoding="utf-8", stderr=subprocess.PIPE)
        self.first = self._answer()

    def do(self, *words: object) -> list[str]:
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def sent(self, *words: object) -> list[tuple[Any, ...]]:
        """Returns the messages that a command sends."""
        return messages(self.do(*words))

    def close(self) -> None:
        self._process.communicate(timeout=10)

    def _answer(self) -> list[str]:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        lines = []
        for line in self._process.stdout:
            if line == ".\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise AssertionError(self._process.stderr.read())


def messages(lines: list[str]) -> list[tuple[Any, ...]]:
    """Returns what was sent as (address, value …), integers, floats and texts as such."""
    read = {"i": int, "f": float, "s": str}
    found: list[tuple[Any, ...]] = []
    for line in lines:
        word, address, *values = line.split("\t")
        assert word == "send"
        found.append((address, *(read[value[0]](value[2:]) for value in values)))
    return found


class Played:
    """The same gestures on either surface: they differ in how their places are named."""

    def __init__(self, running: Running, *, touchosc: bool) -> None:
        self.running = running
        self._touchosc = touchosc

    def pad(self, page: str, pad: str) -> str:
        return f"pages/{page}/{pad}/button" if self._touchosc else f"{page}_{pad}"

    def button(self, name: str) -> str:
        return f"bar/{name}" if self._touchosc else name

    def joins(self) -> list[tuple[Any, ...]]:
        """Returns what is sent when the surface has just come."""
        return messages(self.running.first) + self.running.sent("tick", 600)

    def touch(self, page: str, pad: str, height: float) -> list[tuple[Any, ...]]:
        return self.running.sent("touch", self.pad(page, pad), height)

    def press(self, button: str) -> list[tuple[Any, ...]]:
        return self.running.sent("press", self.button(button))

    def page(self, number: int) -> None:
        self.running.do("page", number)

    def wait(self, milliseconds: int) -> list[tuple[Any, ...]]:
        return self.running.sent("tick", milliseconds)

    def hear(self, address: str, *values: object) -> None:
        letters = {int: "i", float: "f", str: "s"}
        assert self.running.do("hear", address, *(f"{letters[type(value)]}:{value}" for value in values)) == []

    def colour(self, page: str, pad: str) -> str:
        """Returns the colour of a pad's light as RRGGBB."""
        return self.running.do("colour", self.pad(page, pad))[0].removeprefix("#")[:6]

    def state(self, page: str, pad: str) -> str:
        place = f"pages/{page}/{pad}/state" if self._touchosc else f"{page}_{pad}_state"
        return self.running.do("text", place)[0]

    def line(self, name: str) -> str:
        return self.running.do("text", self.button(name))[0]


@pytest.fixture(params=["open-stage-control", "touchosc"])
def played(request: pytest.FixtureRequest, tmp_path: Path, peer: Any) -> Iterator[Played]:
    yield from play(request.param, tmp_path, peer, surface())


def read_tosc(peer: Any, folder: Path, made: Surface) -> dict[str, Any]:
    """Returns a layout as tosclib reads it, a dictionary for each node."""
    tosclib = peer.module("tosclib")
    file = folder / "layout.tosc"
    file.write_bytes(write_layout(made))
    return _node(tosclib, tosclib.ElementTOSC.fromFile(str(file)))


def _node(tosclib: Any, node: Any) -> dict[str, Any]:
    def shown(key: str) -> str | None:
        return node.getPropertyValue(key).text if node.getProperty(key) is not None else None

    return {
        "kind": node.node.attrib["type"], "name": node.getName(), "tag": shown("tag"), "script": shown("script"),
        "frame": dict(zip("xywh", node.getFrame(), strict=True)), "colour": node.getColor(), "id": node.getID(),
        "interactive": shown("interactive") != "0",
        "values": {value.findtext("key"): value.findtext("default") for value in node.values},
        "children": [_node(tosclib, tosclib.ElementTOSC(child)) for child in node],
    }  # fmt: skip


def lua_of(value: Any) -> str:
    """Returns a value as Lua writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua_of(key)}] = {lua_of(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "{" + ", ".join(map(lua_of, value)) + "}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return {None: "nil", True: "true", False: "false"}.get(value, str(value))


def play(form: str, folder: Path, peer: Any, made: Surface) -> Iterator[Played]:
    """Runs a layout in its stand-in until the end of the test."""
    if form == "touchosc":
        tree = lua_of(read_tosc(peer, folder, made))
        (folder / "layout.lua").write_text(f"return {tree}", encoding="utf-8")
        running = Running(peer("lua5.1"), str(STAND_INS / "touchosc_stand_in.lua"), str(folder / "layout.lua"))
    else:
        (folder / "session.json").write_bytes(write_session(made))
        running = Running(peer("node"), str(STAND_INS / "open_stage_control_stand_in.js"), str(folder / "session.json"))
    yield Played(running, touchosc=form == "touchosc")
    running.close()
