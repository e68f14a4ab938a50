"""An engine on real folders and a real store, with a model and a shaper that answer at once.

`House` builds one as `bridge.app` does. `Provider` stands for the world outside: it goes on when a house falls.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bridge.config.models import Guide
from bridge.config.schema import Config
from bridge.domain.brief import Brief
from bridge.domain.event import Event
from bridge.domain.licence import Licence
from bridge.domain.sample import Analysis
from bridge.domain.take import Verdict
from bridge.errors import ModelError
from bridge.jobs.engine import BridgeEngine
from bridge.jobs.files import FileThread
from bridge.jobs.rebuilding import open_store
from bridge.jobs.workshop import Workshop
from bridge.library.folder import Library
from bridge.models.registry import ModelContext, open_models
from bridge.ports import Capabilities, Failed, Finished, Lost, ManualClock, RawTake, Shaped
from bridge.store.database import Database
from bridge.store.references import ReferenceShelf
from bridge.store.shelf import Shelf
from bridge.units import Cents, Decibels, MidiNote, Seconds, Usd
from support.memory import memory_folder

FRAMES = 64


class Crash(BaseException):
    """The process dies here: nothing in it may catch this."""


@dataclass
class Provider:
    """Holds what a provider of models knows: every call it accepted, which is what it charges for.

    `asked_after` are the tickets that somebody polled; a `gate` lets them wait. `troubles` are what the next sendings
    meet, `before` or `after` the provider accepted them; `charged` is what ended calls cost. `unreachable` says that
    nobody can ask it for its calls.
    """

    accepted: dict[str, tuple[Brief, int]] = field(default_factory=dict)
    asked_after: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    failures: list[Failed] = field(default_factory=list)
    gate: asyncio.Event | None = None
    troubles: list[tuple[str, Exception]] = field(default_factory=list)
    charged: float = 0.0
    unreachable: bool = False

    def ticket(self, brief: Brief, seed: int) -> str:
        name = f"ticket-{len(self.accepted)}"
        self.accepted[name] = (brief, seed)
        return name


class ModelOfProvider:
    """A model whose calls live at the provider: a crash here does not end them there."""

    provider = "fake"
    version = "1"
    licence = Licence(id="CC-BY-NC-4.0", commercial="no")

    def __init__(self, provider: Provider, *, repeatable: bool, step: Callable[[str], None], name: str = "synth",
                 concurrent: int = 2, guide: Guide | None = None, notes: bool = True):
        self.name = name
        self._provider = provider
        self._step = step
        self.capabilities = Capabilities(
            seconds=(0.05, 30.0), notes=notes, variations=4, repeatable=repeatable, concurrent=concurrent,
            guide=guide,
        )

    async def estimate(self, brief: Brief) -> Usd:
        return Usd(0.0 if self.name == "spare" else 0.01)

    async def submit(self, brief: Brief, seed: int, *, priority: int = 0) -> str:
        self._step("before submit")
        when, trouble = self._provider.troubles.pop(0) if self._provider.troubles else ("", None)
        if trouble is not None and when == "before":
            raise trouble
        ticket = self._provider.ticket(brief, seed)
        if trouble is not None:
            raise trouble
        self._step("after submit")
        return ticket

    async def poll(self, ticket: str, patience: Seconds):
        self._step("poll")
        if ticket not in self._provider.accepted:
            return Lost()
        self._provider.asked_after.append(ticket)
        if self._provider.gate is not None:
            await self._provider.gate.wait()
        if self._provider.failures:
            return self._provider.failures.pop(0)
        brief, seed = self._provider.accepted[ticket]
        self._provider.charged += 0.01
        return Finished(
            takes=tuple(RawTake(sound=struct.pack("<QI", seed, n), seed=seed) for n in range(brief.count)),
            cost=Usd(0.01),
        )

    async def cancel(self, ticket: str) -> None:
        self._provider.cancelled.append(ticket)

    async def find(self, brief: Brief, seed: int, since: float):
        if self._provider.unreachable:
            raise ModelError("The network is down.")
        return [ticket for ticket, (_, known) in self._provider.accepted.items() if known == seed]


@dataclass
class _Entry:
    """An installed model, as the registry finds it."""

    model: ModelOfProvider
    name: str = "synth"
    value: str = "tests"

    def load(self):
        return lambda _context: self.model


class PlainShaper:
    """Turns a take into PCM that says which take it was and of which set; judges as it is told.

    `fingerprint` is that of all its sounds, `same` what it says of those that it is asked to compare.
    """

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self.verdicts: list[tuple[Verdict, ...]] = []
        self.version = b""
        self.fingerprint = b""
        self.same: tuple[int, float] | None = None
        self.asked: list[tuple[Brief, tuple[int | None, ...]]] = []
        self.compared: list[list[bytes]] = []

    async def check(self, sound: bytes, brief: Brief, *, priority: int) -> tuple[Verdict, ...]:
        self._step("check")
        return self.verdicts.pop(0) if self.verdicts else (Verdict(name="silence", figure=-6.0, rule="pass"),)

    async def shape_set(self, sounds, brief: Brief, *, notes=(), priority: int) -> tuple[Shaped, ...]:
        self._step("shape")
        self.asked.append((brief, tuple(notes)))
        whole = [sound + hashlib.sha256(b"".join(sounds) + self.version).digest() for sound in sounds]
        return tuple(self._placed(place, sound, brief, notes) for place, sound in enumerate(whole))

    def _placed(self, place: int, sound: bytes, brief: Brief, notes) -> Shaped:
        """Makes a layer of every variation, and of each the turns that the brief wants."""
        def made(turn: int) -> Shaped:
            shaped = self._shaped(sound if turn == 1 else sound + bytes([turn]))
            root = shaped.analysis.root if not notes else notes[place]
            layer = place + 1 if brief.layers == "variations" else 1
            return replace(shaped, analysis=replace(shaped.analysis, root=root), layer=layer, turn=turn)

        return replace(made(1), parts=tuple(made(turn) for turn in range(2, brief.turns + 1)))

    def _shaped(self, sound: bytes) -> Shaped:
        return Shaped(
            pcm=(sound * FRAMES)[: FRAMES * 3], frames=FRAMES, channels=1, sample_rate=44_100,
            analysis=Analysis(
                root=MidiNote(36), cents=Cents(-3.0), confidence=0.95, seconds=Seconds(FRAMES / 44_100),
                peak=Decibels(-1.0), channels=1, sample_rate=44_100,
            ),
            fingerprint=self.fingerprint,
        )

    async def same_recording(self, sound: bytes, others, *, priority: int) -> tuple[int, float] | None:
        self.compared.append(list(others))
        return self.same


class House:
    """Opens engines on the same folders, one after the other, as starts of the daemon would."""

    def __init__(self, folder: Path, config: Config) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config = config
        self.provider = Provider()
        self.spare = Provider()
        self.clock = ManualClock()
        self.repeatable = True
        self.concurrent = 2
        self.guide: Guide | None = None
        self.told: list[Event] = []
        self.mended = ""
        self.step: Callable[[str], None] = lambda _name: None
        self.shaper = PlainShaper(lambda name: self.step(name))

    @property
    def library(self) -> Path:
        return self.config.library.folder

    def wavs(self) -> list[Path]:
        return sorted(self.library.glob("samples/*/*.wav"))

    @asynccontextmanager
    async def open(self, *, start: bool = True) -> AsyncIterator[BridgeEngine]:
        library = Library.open(self.config.library.folder, kept=self.config.library.formats)
        database, self.mended = open_store(self.folder / "state", library)
        self.database = database
        files = FileThread()
        self._watch_steps(library, database)
        model = ModelOfProvider(
            self.provider, repeatable=self.repeatable, step=lambda name: self.step(name), concurrent=self.concurrent,
            guide=self.guide,
        )
        spare = ModelOfProvider(self.spare, repeatable=True, step=lambda _name: None, name="spare")
        dull = ModelOfProvider(self.spare, repeatable=True, step=lambda _name: None, name="dull", notes=False)
        models = open_models(
            ModelContext(workers=None),
            entry_points=[_Entry(model), _Entry(spare, name="spare"), _Entry(dull, name="dull")],
        )
        self.models = models
        engine = BridgeEngine(
            Workshop(
                config=self.config, database=database, shelf=Shelf(self.folder / "state" / "takes"), library=library,
                references=ReferenceShelf(self.folder / "state" / "references"), files=files, models=models,
                shaper=self.shaper, clock=self.clock, pads=dict(self.config.pads),
                at_once=self.config.jobs.worker_count,
            )
        )
        engine.subscribe(self.told.append)
        try:
            if start:
                await engine.start()
            yield engine
        finally:
            await engine.close()
            files.close()
            database.close()
            library.close()

    def _watch_steps(self, library: Library, database: Database) -> None:
        """Calls `step` before and after every commit and every file, so that a test can let the process die there."""
        write = database.write

        async def stepped(transaction):
            self.step("before commit")
            answer = await write(transaction)
            self.step("after commit")
            return answer

        database.write = stepped  # type: ignore[method-assign]
        for name in ("write_sample", "write_instrument", "write_kit", "write_delivery"):
            setattr(library, name, self._stepped(name, getattr(library, name)))

    def _stepped(self, name: str, call):
        def stepped(*args):
            self.step(f"before {name}")
            call(*args)
            self.step(f"after {name}")

        return stepped


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config.model_validate(
        {
            "library": {"folder": str(tmp_path / "library")},
            "state_folder": str(tmp_path / "state"),
            "pads": {
                "kick": {"prompt": "punchy kick", "pad_note": 36},
                "bass": {"prompt": "round bass", "pad_note": 48, "note": 36, "count": 3},
                "eager": {"prompt": "snare", "pad_note": 38, "busy": "newest"},
                "calm": {"prompt": "clap", "pad_note": 39, "busy": "ignore"},
                "struck": {"prompt": "snare", "pad_note": 40, "count": 2, "layers": "variations", "turns": 2},
                "wide": {"prompt": "round bass", "pad_note": 50, "roots": [60, 36, 48]},
                "sure": {"prompt": "tom", "pad_note": 45, "fallback": "spare"},
            },
            "kits": {"main": {"pads": ["kick", "bass", "eager", "calm", "struck"]}},
        }
    )


@pytest.fixture
def house(tmp_path: Path, config: Config) -> House:
    return House(tmp_path, config)


@pytest.fixture
def in_memory() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.fixture
def house_in() -> type[House]:
    return House


@pytest.fixture
def crash() -> type[Crash]:
    return Crash
