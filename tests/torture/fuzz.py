"""Rubbish at every door: OSC packets, MIDI bytes, files, settings, and the answers of models that mean harm.

Afterwards the daemon that got it all is the same process, answers, makes sounds and has logged no mistake of its own;
outside its library and its state nothing was written; no file was executed, and no link followed: the files outside
hold a secret, which then would turn up inside.

What a real daemon gets would take days to be much, so most packets, bytes and settings go to the very parts of it that
read them, in a process beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import logging
import multiprocessing
import os
import random
import re
import shutil
import socket
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from pythonosc.osc_message import OscMessage

from bridge.config.load import Source
from bridge.config.schema import MidiSettings
from bridge.config.template import default_config_text
from bridge.errors import ConfigError, RequestError
from bridge.midi.lines import HostLines
from bridge.midi.ports import Port
from bridge.osc.addresses import read, ref_of
from bridge.osc.codec import decode
from bridge.osc.framing import Framing
from bridge.triggers.inbox.names import is_passing
from bridge.triggers.inbox.whole import HEAD_BYTES, TAIL_BYTES, is_cut_short
from bridge.triggers.midi import HostDoor, MidiDoor
from support.engine import FakeEngine
from support.osc import osc_packet
from support.patience import wait_until
from support.replicate_facade import facade
from torture.hostile_answers import answers, hostile_server
from torture.leg import Leg, Row
from torture.rig import CONFIG, DRAIN_SECONDS, HOST, Bridge
from torture.rubbish import (
    SECRET,
    bad_picture,
    bad_sound,
    bad_text,
    configs,
    hostile,
    midi_pieces,
    named,
    odd_thing,
    osc_packets,
    spoilt,
)

PACKETS = 1_000_000
SENT = 100_000
"""Packets to the real daemon, each way."""
PIECES = 300_000
CONFIGS = 2_000
SAVED = 30
FILES = 400
PLANTED = 1_000
LINKED = 40
ANSWERS = 120
BATCH = 40
SLOWEST_PRESS = 180.0
"""Seconds; the machine may be doing much else."""
QUICK = 0.1
"""Smaller runs leave out what the bridge waits for."""
MOST_TOLD = 5
SETTLED_SECONDS = 90.0
"""How long the daemon may take to put all files of a batch away: it gives a sound half a minute to come whole."""

PADS_THAT_IGNORE = CONFIG.replace("[osc]", "[osc]\ntcp = true").replace("[jobs]", "[jobs]\nattempts = 1").replace(
    "pad_note", 'busy = "ignore"\npad_note', 2)


def run(seed: int, size: float) -> Leg:
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as folder,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside,
    ):
        reading = beside.submit(readers, seed, size)
        leg = Leg(name="fuzz")
        _at_a_real_daemon(leg, random.Random(seed), size, Path(folder))
        read = reading.result()
    return Leg(name="fuzz", rows=read.rows + leg.rows, figures=leg.figures, wrong=read.wrong + leg.wrong)


def readers(seed: int, size: float) -> Leg:
    """Gives rubbish to the parts that read it, without a daemon around them."""
    leg = Leg(name="fuzz")
    dice = random.Random(-seed - 1)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        outside = Path(folder) / "never-touched"
        _count(leg, "OSC packet, to the reader", _osc_in_process(dice, scaled(PACKETS, size)))
        _count(leg, "OSC on a stream, to the reader", _streams_in_process(dice, scaled(PACKETS // 10, size)))
        _count(leg, "MIDI bytes, to the doors", _midi_in_process(dice, scaled(PIECES, size), outside))
        _count(leg, "config, to the reader", _configs_in_process(dice, scaled(CONFIGS, size, 20), Path(folder)))
    return leg


def scaled(count: int, size: float, least: int = 1) -> int:
    return max(least, round(count * size))


def _count(leg: Leg, fault: str, wrong: Iterator[str | None]) -> None:
    """Adds the row of what was tried: one word each, None where all was well."""
    tried = bad = 0
    for word in wrong:
        tried += 1
        if word is not None:
            bad += 1
            if bad <= MOST_TOLD:
                leg.wrong.append(f"{fault}: {word}")
    leg.rows.append(Row(fault=fault, tried=tried, survived=tried - bad))


def _attempt(action: Callable[[], object], *expected: type[Exception]) -> str | None:
    try:
        action()
    except expected:
        return None
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"[:300]
    return None


# --- the readers ----------------------------------------------------------------------------------------------


def _osc_in_process(dice: random.Random, count: int) -> Iterator[str | None]:
    def obey(packet: bytes) -> None:
        for timed in decode(packet, 1.8e9):
            ref_of(timed.message)
            with contextlib.suppress(RequestError):
                read(timed.message)

    for packet in itertools.islice(osc_packets(dice), count):
        problem = _attempt(lambda packet=packet: obey(packet), RequestError)
        yield problem and f"{problem} at {packet!r}"


def _streams_in_process(dice: random.Random, count: int) -> Iterator[str | None]:
    def hear(stream: bytes) -> None:
        framing = Framing()
        while stream:
            piece, stream = stream[: (cut := dice.randint(1, 64))], stream[cut:]
            framing.feed(piece)
            while framing.next_packet() is not None:
                pass

    packets = osc_packets(dice)
    for _ in range(count):
        framing = Framing()
        framing.feed(dice.choice((b"\0", b"\xc0")))
        stream = spoilt(dice, b"".join(framing.framed(next(packets)) for _ in range(3)))
        problem = _attempt(lambda stream=stream: hear(stream), RequestError)
        yield problem and f"{problem} at {stream!r}"


class _Mistakes(logging.Handler):
    """Keeps what the bridge itself calls a mistake of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage() + (f": {record.exc_info[1]!r}" if record.exc_info else ""))


class _Deaf:
    def send(self, port: str, messages: object) -> bool:
        return False


def _midi_in_process(dice: random.Random, count: int, outside: Path) -> Iterator[str | None]:
    port = Port(name="keys", word="keys")
    mistakes = _Mistakes()

    async def play() -> int:
        engine = FakeEngine()
        doors = MidiDoor(engine, MidiSettings(clock=True)), HostDoor(engine, HostLines(["keys"], _Deaf()))
        for door in doors:
            await door.start()
        heard = 0
        for number, piece in enumerate(itertools.islice(midi_pieces(dice, outside), count)):
            doors[0].hear(port, piece, number / 50)
            doors[1].hear(port, piece)
            heard += 1
            if number % 50 == 0:
                await asyncio.sleep(0)
                engine.all_jobs.clear()
                engine.requests.clear()
                engine.calls.clear()
        alive = all(not door._worker.done() for door in doors)
        for door in doors:
            await door.close()
        return heard if alive else -1

    logger = logging.getLogger("bridge")
    logger.addHandler(mistakes)
    propagates, logger.propagate = logger.propagate, False
    try:
        heard = asyncio.run(play())
    finally:
        logger.removeHandler(mistakes)
        logger.propagate = propagates
    wrong = [*mistakes.said, *(["a door ended"] if heard < 0 else [])]
    yield from itertools.islice(itertools.chain(wrong, itertools.repeat(None)), count)


def _configs_in_process(dice: random.Random, count: int, folder: Path) -> Iterator[str | None]:
    path = folder / "fuzzed.toml"
    # Every setting said, as its default.
    right = re.sub(r"(?m)^#(?= ?\[?[a-z_\".]+( = |\]))", "", default_config_text())
    for text in itertools.islice(configs(dice, right), count):
        path.write_bytes(text.encode(errors="replace"))
        problem = _attempt(lambda: Source(path=path).survey(), ConfigError)
        yield problem and f"{problem} at {text[:500]!r}"
    path.unlink()


# --- a real daemon --------------------------------------------------------------------------------------------


class Ground:
    """Holds a daemon, and the world outside its library that must stay as it is."""

    def __init__(self, base: Path, url: str) -> None:
        self.base = base
        self.outside = base / "outside"
        (self.outside / "folder").mkdir(parents=True)
        for name in ("secret.txt", "secret.wav", "000000000001", "folder/000000000001", "folder/.x.tmp-0123abcd"):
            (self.outside / name).write_text(f"reason\t{SECRET}\nprompt {SECRET}\n")
        for name in ("home", "tmp"):
            (base / name).mkdir()
        home = base / "home"
        self.bridge = Bridge(base / "its", facade=url, config=PADS_THAT_IGNORE, environment={
            "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CACHE_HOME": str(home),
            "XDG_DATA_HOME": str(home), "TMPDIR": str(base / "tmp"),
        })
        self.bridge.start()
        self.pid = self.bridge.process.pid
        self.press()
        self.before = self._world()
        self.most: dict[str, int] = {}
        """The most memory that the daemon had held by the end of each fault, in bytes."""
        self._mistakes = 0

    def press(self) -> None:
        """Presses a pad, and waits until its sound is there."""
        known = set(self.bridge.asked.ready)
        def made() -> bool:
            self.bridge.osc("/oneshot/pad/kick")
            time.sleep(0.3)
            return bool(self.bridge.asked.ready - known)
        wait_until(made, SLOWEST_PRESS)

    def drain(self) -> None:
        """Waits until no job is under way."""
        def idle() -> bool:
            time.sleep(0.1)
            return all(job["state"] == "asking" for job in _unfinished(self.bridge))

        wait_until(idle, DRAIN_SECONDS)

    def wrong(self) -> list[str]:
        """Returns what is not as it should be, a line each."""
        found = []
        try:
            self.press()
        except TimeoutError:
            found.append("a press makes no sound any more")
        if self.bridge.process.poll() is not None:
            found.append(f"the daemon ended with {self.bridge.process.returncode}")
        world = self._world()
        found += [f"{name} was {'changed' if name in self.before and name in world else 'made or removed'} outside"
                  for name in self.before.keys() | world.keys() if self.before.get(name) != world.get(name)]
        found += [f"the secret of the outside is in {path}" for path in self._inside() if self._tells(path)]
        mistakes = self._logged()
        found += mistakes[self._mistakes :]
        self._mistakes = len(mistakes)
        return found

    def memory(self) -> int:
        """Returns the most memory that the daemon ever had, in bytes; 0 where the system does not tell."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) * 1024
        return 0

    def _world(self) -> dict[str, object]:
        """Returns all that lies beside the daemon's own folder, and what is new in that beside library and state."""
        found: dict[str, object] = {}
        for path in (*self.base.rglob("*"),):
            name = path.relative_to(self.base).as_posix()
            if name.startswith(("its/library/", "its/state/")):
                continue
            seen = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(seen.st_mode) \
                and not name.startswith("its/") else ""
            found[name] = stat.S_IFMT(seen.st_mode), content
        return found

    def _inside(self) -> Iterator[Path]:
        for folder in (self.bridge.library, self.bridge.state):
            for path in folder.rglob("*"):
                with contextlib.suppress(FileNotFoundError):  # the daemon may take it away this moment
                    seen = path.lstat()
                    if stat.S_ISREG(seen.st_mode) and seen.st_size < 50_000_000:
                        yield path

    @staticmethod
    def _tells(path: Path) -> bool:
        with contextlib.suppress(OSError):
            return SECRET.encode() in path.read_bytes()
        return False

    def _logged(self) -> list[str]:
        said = (self.base / "its" / "stderr.txt").read_text(errors="replace")
        logs = sorted((self.bridge.state / "logs").glob("oneshot.log*"))
        said += "".join(log.read_text(errors="replace") for log in logs)
        lines = said.splitlines()
        return [f"the log says: {' / '.join(lines[at - 1 : at + 1])} … {self._cause(lines, at)}"
                for at, line in enumerate(lines) if line.strip().startswith("Traceback")]

    @staticmethod
    def _cause(lines: list[str], at: int) -> str:
        return next((line for line in lines[at + 1 :] if line and not line.startswith((" ", "\t"))), "")[:300]


def _at_a_real_daemon(leg: Leg, dice: random.Random, size: float, folder: Path) -> None:
    with facade(lambda asked: answers.pop(str(asked.get("prompt")), {})) as account, hostile_server() as server:
        ground = Ground(folder, account.url)
        quick = size < QUICK
        try:
            memory = ground.memory()
            _batches(leg, ground, "OSC packet, by UDP", scaled(SENT, size), lambda n: _send_udp(ground, dice, n),
                     scaled(SENT, size))
            _batches(leg, ground, "OSC packet, by TCP", scaled(SENT, size), lambda n: _send_tcp(ground, dice, n),
                     scaled(SENT, size))
            _batches(leg, ground, "file in the inbox", scaled(FILES, size, 12),
                     lambda n: _drop(ground, dice, n, quick=quick))
            _batches(leg, ground, "file among the deliveries", scaled(PLANTED, size, 24),
                     lambda n: _plant(ground, dice, n, 2.2 if quick else 3.0), 4 * BATCH)
            _batches(leg, ground, "link in the place of a folder", scaled(LINKED, size),
                     lambda n: _link(ground, dice, n, 1.2 if quick else 2.5), 4)
            _batches(leg, ground, "config, saved", scaled(SAVED, size),
                     lambda n: _save(ground, dice, n, quick=quick), 10)
            _batches(leg, ground, "answer of a model", scaled(ANSWERS, size, 6),
                     lambda n: _answer(ground, dice, n, server, quick=quick), 30)
            if memory:
                after = ", ".join(f"{held / 1e6:,.0f} MB after {fault}" for fault, held in ground.most.items())
                leg.figures = f"The daemon held {memory / 1e6:,.0f} MB before the first rubbish; at most {after}."
            ground.bridge.stop()
            if ground.bridge.process.returncode != 0:
                leg.wrong.append(f"the daemon stopped with {ground.bridge.process.returncode}")
        finally:
            ground.bridge.close()


def _batches(
    leg: Leg, ground: Ground, fault: str, count: int, do: Callable[[int], list[str]], each: int = BATCH
) -> None:
    bad = 0
    for start in range(0, count, each):
        number = min(each, count - start)
        wrong = [*do(number), *ground.wrong()]
        bad += number if wrong else 0
        leg.wrong += [f"{fault}: {line}" for line in wrong]
        if ground.bridge.process.poll() is not None:
            ground.bridge.start()
            ground.pid = ground.bridge.process.pid
    ground.most[fault] = ground.memory()
    leg.rows.append(Row(fault=fault, tried=count, survived=count - bad))


def _pong(to: tuple[str, int]) -> bool:
    """Asks until the daemon answers that it has read all that was sent before, from a port that sent nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.settimeout(1.0)
        for _ in range(60):
            sender.sendto(osc_packet("/oneshot/ping"), to)
            with contextlib.suppress(TimeoutError):
                if OscMessage(sender.recv(65_536)).address == "/oneshot/pong":
                    return True
    return False


def _send_udp(ground: Ground, dice: random.Random, count: int) -> list[str]:
    to = ground.bridge.address
    packets = osc_packets(dice)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        for number, packet in enumerate(itertools.islice(packets, count)):
            with contextlib.suppress(OSError):
                sender.sendto(packet[:60_000], to)
            if number % 200 == 199 and not _pong(to):
                return ["it answers no ping by UDP"]
    return [] if _pong(to) else ["it answers no ping by UDP"]


def _send_tcp(ground: Ground, dice: random.Random, count: int) -> list[str]:
    packets = osc_packets(dice)
    left = count
    while left > 0:
        number = min(left, dice.randint(1, 400))
        left -= number
        framing = Framing()
        framing.feed(dice.choice((b"\0", b"\xc0")))
        stream = b"".join(framing.framed(next(packets)) for _ in range(number))
        if dice.random() < 0.5:
            stream = spoilt(dice, stream[:60_000])
        with contextlib.suppress(OSError), socket.create_connection(ground.bridge.address, timeout=30) as line:
            line.settimeout(0.02)
            for start in range(0, len(stream), 8_192):
                line.sendall(stream[start : start + 8_192])
                with contextlib.suppress(TimeoutError):
                    line.recv(65_536)
            if dice.random() < 0.5:
                line.shutdown(socket.SHUT_WR)
    return [] if _pong(ground.bridge.address) else ["it answers no ping"]


# --- files ----------------------------------------------------------------------------------------------------


def _drop(ground: Ground, dice: random.Random, count: int, *, quick: bool) -> list[str]:
    """Drops files into the inbox, and waits until all are put away."""
    inbox, staging = ground.bridge.inbox, ground.bridge.library / "inbox" / ".staging"
    staging.mkdir(exist_ok=True)
    waited = set()
    folders = [inbox, inbox / "finish"] * 2 + [inbox / "kick", inbox / "finish" / "hat"]
    for number in range(count):
        folder = dice.choice(folders)
        folder.mkdir(parents=True, exist_ok=True)
        kind = dice.random()
        if kind < 0.15:
            path = odd_thing(dice, folder, ground.outside)
        else:
            name, content = bad_sound(dice) if kind < 0.6 else bad_picture(dice) if kind < 0.75 else \
                bad_text(dice, ground.outside)
            if quick and is_cut_short(content[:HEAD_BYTES], content[-TAIL_BYTES:], len(content)):
                continue  # the end of such a file is waited for, half a minute long
            raw = named(dice, name) if dice.random() < 0.5 else f"{number}-{name}".encode()
            whole = staging / str(number)
            whole.write_bytes(content)
            path = Path(os.fsdecode(os.fsencode(folder) + b"/" + raw))
            whole.chmod(dice.choice((0o644, 0o755, 0o600, 0o4755)))
            whole.rename(path)
        if not is_passing(path.name):
            waited.add(path)

    def there() -> list[Path]:
        return [path for path in waited if os.path.lexists(path)]

    def put_away() -> bool:
        time.sleep(0.1)
        return not there()

    try:
        wait_until(put_away, SETTLED_SECONDS)
        ground.drain()
    except TimeoutError:
        return [f"{path.name!r} stays in the inbox" for path in there()] or ["the jobs of the inbox never end"]
    return []


def _wish(dice: random.Random, outside: Path) -> bytes:
    lines = [("v", "1"), ("action", dice.choice(("trigger", "again", "keep", "discard", "cancel", "kit"))),
             (dice.choice(("pad", "target")), dice.choice(("kick", hostile(dice, outside)))),
             ("energy", dice.choice(("1", "127", hostile(dice, outside))))]
    right = "".join(f"{key}\t{value}\n" for key, value in lines).encode(errors="replace")
    return right if dice.random() < 0.4 else spoilt(dice, right)


def _plant(ground: Ground, dice: random.Random, count: int, seconds: float) -> list[str]:
    """Edits the deliveries by hand, and asks for what no script would ask for."""
    deliveries = ground.bridge.library / "deliveries"
    for _ in range(count):
        host = deliveries / dice.choice((HOST, HOST, HOST, "reaper", "live", "Not a Host", "-"))
        folder = host / dice.choice(("new", "claimed", "done", "failed", "asked", "asked", "asked/failed"))
        folder.mkdir(parents=True, exist_ok=True)
        seq = f"{dice.randint(0, 12):012d}"
        name = dice.choice((seq, seq, f".taken-{dice.randbytes(8).hex()}-{dice.choice(('x', '..', 'a b'))}", "wish",
                            f"{dice.randrange(10**6)}", os.fsdecode(dice.choice(HOSTILE_NAMES))))
        path = folder / name
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif os.path.lexists(path):
                path.unlink()
            match dice.randrange(8):
                case 0:
                    path.symlink_to(ground.outside / "secret.txt")
                case 1:
                    os.mkfifo(path)
                case 2:
                    path.mkdir()
                case 3:
                    path.symlink_to(ground.outside)
                case 4:
                    with path.open("wb") as file:
                        file.truncate(1 << 30)
                case 5 if (known := sorted(folder.parent.glob("new/0*"))) and not known[0].is_symlink():
                    path.write_bytes(spoilt(dice, b"v\t1\nhost\track\nseq\t1\nreason\t" + hostile(dice, ground.outside)
                                            .encode(errors="replace")))
                case _:
                    hidden = folder / f".{dice.randrange(10**9)}.tmp"
                    hidden.write_bytes(_wish(dice, ground.outside))
                    hidden.rename(path)
    time.sleep(seconds)
    ground.drain()
    return []


HOSTILE_NAMES = (b"new\nline", b"\xff\xfe", b"-rf", b"$(touch executed)", b"x" * 200, "\u202ex".encode(), b" ", b"a|b")


def _link(ground: Ground, dice: random.Random, count: int, seconds: float) -> list[str]:
    """Puts links to the outside in the place of folders of the library, presses, and puts the folders back."""
    library = ground.bridge.library
    asked = f"deliveries/{HOST}/asked"
    places = ("samples/kick", "samples/hat", "instruments", "kits", "inbox/done", "inbox/failed", "inbox/.taken",
              "inbox/finish", f"deliveries/{HOST}/done", f"deliveries/{HOST}/failed", f"deliveries/{HOST}/new",
              f"deliveries/{HOST}", asked, f"{asked}/failed")
    for place in dice.sample(places, min(count, 4)):
        path, aside = library / place, library / f".aside-{dice.randrange(10**9)}"
        path.mkdir(parents=True, exist_ok=True)
        path.rename(aside)
        path.symlink_to(ground.outside / "folder")
        if place == f"{asked}/failed":
            with contextlib.suppress(OSError):  # a folder of this name may have been planted
                hidden = library / asked / f".{dice.randrange(10**9)}.tmp"
                hidden.write_bytes(b"v\t7\n")
                hidden.rename(library / asked / "wish")  # over a link, which would lead to the outside
        with contextlib.suppress(OSError):
            (library / "inbox" / f"{dice.randrange(10**9)}.txt").write_text("kick")
        ground.bridge.osc("/oneshot/pad/kick")
        ground.bridge.osc("/oneshot/pad/hat")
        time.sleep(seconds)
        path.unlink()
        while os.path.lexists(aside):
            with contextlib.suppress(OSError):  # the daemon may have made the folder anew in between
                aside.rename(path)
                break
            shutil.rmtree(path, ignore_errors=True)
    return []


def _save(ground: Ground, dice: random.Random, count: int, *, quick: bool) -> list[str]:
    """Saves configs that are wrong, one after the other, and at the end the right one."""
    path = ground.bridge.config
    right = path.read_text(encoding="utf-8")
    wrong = configs(dice, right)
    for text in itertools.islice((text for text in wrong if _is_refused(text, path)), count):
        path.write_bytes(text.encode(errors="replace"))
        time.sleep(1.5 if quick else dice.choice((0.1, 2.5)))
    path.write_text(right, encoding="utf-8")
    time.sleep(2.0 if quick else 4.0)
    return []


def _is_refused(text: str, path: Path) -> bool:
    """Tells whether a config has mistakes: one that has none may move the daemon somewhere else, as it should."""
    tried = path.with_name("tried.toml")
    tried.write_bytes(text.encode(errors="replace"))
    try:
        return bool(Source(path=tried).survey().problems)
    except ConfigError:
        return True
    finally:
        tried.unlink()


# --- models ---------------------------------------------------------------------------------------------------


def _answer(ground: Ground, dice: random.Random, count: int, server: str, *, quick: bool) -> list[str]:
    """Has a model answer with what is no sound. Every job ends; one whose answer is where nobody answers (it was paid,
    so that is waited for) says so, and ends when it is told to."""
    bridge = ground.bridge
    for number in range(count):
        ref = f"answer-{dice.randrange(10**9)}"
        answers.plan(f"bell {ref}", dice, server, ground.outside, quick=quick)
        bridge.generate(ref, "bell", paid=True)
        if number % 5 == 4:
            time.sleep(0.2)

    def settled() -> bool:
        time.sleep(0.1)
        return all(job["state"] == "asking" or "can't be fetched" in job["stage"] for job in _unfinished(bridge))

    try:
        wait_until(settled, DRAIN_SECONDS)
        for job in _unfinished(bridge):
            if job["state"] != "asking":
                bridge.ask(f"jobs/{job['id']}/cancel", {})
        ground.drain()
    except TimeoutError:
        return [f"unfinished: {Counter((job['state'], job['stage']) for job in _unfinished(bridge))}"]
    return []


def _unfinished(bridge: Bridge) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bridge.ask("jobs", unfinished=True)["jobs"]
    return found
