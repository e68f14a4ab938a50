"""SuperCollider's language as a program to type into, with its server on JACK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from support.hosts import Program, free_port
from support.jack import JackServer
from support.patience import PATIENCE_SECONDS


class Language:
    """SuperCollider's language, to be typed into; its server plays to JACK."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.said = program.said

    @property
    def lines(self) -> list[str]:
        return self._program.lines

    def evaluate(self, code: str) -> None:
        """Types code, which a form feed ends; a line end does not."""
        stdin = self._program.process.stdin
        assert stdin is not None
        stdin.write(f"{code}\x0c\n".encode())

    async def post(self, code: str) -> str:
        """Returns what some code gives, as text without spaces."""
        before = sum("= " in line for line in self.lines)
        self.evaluate(f'("= " ++ ({code})).postln; nil')
        return (await self.said("= ", before + 1)).partition("= ")[2].replace(" ", "")

    async def leave(self) -> None:
        """The server is in a process group of its own: it is asked to go."""
        self.evaluate("s.quit({ 0.exit })")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._program.process.wait()


@pytest.fixture
async def language(
    peer: Any, jack: JackServer, program: Callable[..., Any], tmp_path: Path
) -> AsyncIterator[Callable[[], Any]]:
    """Gives what starts the language, with the test's folder as its home."""
    binary = peer("sclang", "supercollider-language and supercollider-server")
    peer("scsynth", "supercollider-server")
    started: list[Language] = []

    async def start() -> Language:
        started.append(Language(await program(
            "stdbuf", "-oL", binary, "-u", str(free_port()), "-i", "test", XDG_RUNTIME_DIR=str(tmp_path),
            QT_QPA_PLATFORM="offscreen", QTWEBENGINE_DISABLE_SANDBOX="1", SC_JACK_DEFAULT_OUTPUTS="system",
        )))
        return started[-1]

    yield start
    for one in started:
        await one.leave()
