"""A day of music, compressed: tens of thousands of triggers at the doors, a model that fails at random in every way,
pads set, sounds kept and discarded, jobs cancelled, listeners that vanish, the config saved every hour.

The model is a fake that makes its takes at once (`fake.py`); everything else is the daemon as it runs. Measured at the
end of every hour: memory, file handles, threads, and how long a single trigger takes.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.jack import JackServer, keys, plug, turn
from support.osc import osc_packet
from support.patience import wait_until
from torture import fake
from torture.leg import Leg, Row
from torture.rig import CONFIG, Audit, Bridge, Watcher, audit

HOURS = 24
TRIGGERS = 20_000
PROBES = 25
AT_ONCE = 24
"""Triggers that may be unfinished before the next is sent: a musician hears before he presses again."""
SHOWN = (1, 6, 12, 18)
"""The hours, besides the last, at whose end single triggers are timed."""
PADS = tuple(f"pad-{number}" for number in range(1, 17))
PAD = """
[pads.{pad}]
prompt = "fake tone {pad}"
model = "fake"
family = "perc"
seconds = 0.3
pad_note = {note}
"""
FIRST_NOTE = 36
DAY = CONFIG.partition("[pads.kick]")[0].replace("workers = 1", "workers = 2") + "".join(
    PAD.format(pad=pad, note=FIRST_NOTE + number) for number, pad in enumerate((*PADS, "probe"))
) + f"[kits.main]\npads = {list(PADS)!r}\n"
MIDI_PORT = "Bridge in the rack"
WITH_MIDI = DAY.replace("enabled = false", f'enabled = true\napi = "jack"\nvirtual_port = "{MIDI_PORT}"')


@dataclass
class Hour:
    """Holds what was measured at the end of an hour: memory in MiB, file handles and threads of the daemon; how long
    single triggers took until they were accepted and until they were ready, in ms."""

    memory: float = 0.0
    workers: float = 0.0
    handles: int = 0
    threads: int = 0
    accepted: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)


class Day:
    """Plays on a daemon, hour by hour."""

    def __init__(self, bridge: Bridge, dice: random.Random, keyboard: Any) -> None:
        self.bridge = bridge
        self.keyboard = keyboard
        self.doors: Counter[str] = Counter()
        self.sent = 0
        self._dice = dice
        self._times: dict[str, float] = {}
        self._jobs: dict[str, str] = {}
        self._open: set[str] = set()
        self._heard = threading.Condition()
        bridge.heard = self._hear

    def _hear(self, address: str, values: list[Any]) -> None:
        now = time.perf_counter()
        with self._heard:
            match address.rpartition("/")[2]:
                case "accepted":
                    self._open.add(values[0])
                    self._times[f"accepted {values[2]}"] = now
                    self._jobs[values[2]] = values[0]
                case "ready" | "failed" | "cancelled" if "/job/" in address:
                    self._open.discard(values[0])
                    self._times[f"over {values[0]}"] = now
            self._heard.notify_all()

    def hour(self, triggers: int, probes: int) -> Hour:
        """Plays for an hour, waits until all is quiet, and measures."""
        self.bridge.osc("/oneshot/subscribe", self.bridge.port)
        for _ in range(triggers):
            self._wait_for_room()
            self._trigger()
            if self._dice.random() < 0.05:
                self._do_something_else()
        self.bridge.drain()
        self._save_config()
        found = Hour()
        for _ in range(probes):
            self._probe(found)
        self._measure(found)
        return found

    def _wait_for_room(self) -> None:
        with self._heard:
            self._heard.wait_for(lambda: len(self._open) < AT_ONCE, 10.0)
        self.bridge.osc("/oneshot/ping")

    def _trigger(self) -> None:
        self.sent += 1
        bridge, ref, pad = self.bridge, f"d{self.sent}", self._dice.choice(PADS)
        often = {"pad": 30, "midi": 15 if self.keyboard else 0, "generate": 25, "http": 20, "inbox": 5, "host": 5}
        door = self._dice.choices(list(often), list(often.values()))[0]
        self.doors[door] += 1
        match door:
            case "midi":  # every press on another channel: the same again at once would be taken for a bounce
                note = FIRST_NOTE + PADS.index(pad)
                self.keyboard.send_message([0x90 | self.sent % 16, note, self._dice.randint(1, 127)])
            case "pad":
                bridge.osc(f"/oneshot/pad/{pad}", self._dice.randint(1, 127))
            case "generate":
                bridge.asked.refs.setdefault(ref, "")
                bridge.osc("/oneshot/generate", f"fake tone {ref}", "pad", pad, "model", fake.NAME, "ref", ref)
            case "http":
                bridge.post(ref, pad)
            case "inbox":
                (bridge.inbox / pad).mkdir(parents=True, exist_ok=True)
                bridge.drop(f"{ref}.txt", f"fake tone {ref}", folder=pad)
            case "host":
                bridge.wish(ref, pad)

    def _do_something_else(self) -> None:
        bridge, pad = self.bridge, self._dice.choice(PADS)
        match self._dice.choice(["keep", "discard", "again", "set", "list", "cancel", "vanish", "follow"]):
            case "list":
                bridge.ask("samples", limit=100)
                bridge.ask("jobs", limit=100)
                bridge.ask("pads")
            case "set":
                bridge.osc(f"/oneshot/set/{pad}/seconds", self._dice.choice([0.2, 0.3, 0.4]))
            case "vanish":  # another program subscribes and is never seen again
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.bind(("127.0.0.1", 0))
                    other.sendto(osc_packet("/oneshot/subscribe", other.getsockname()[1]), bridge.address)
            case "follow":  # a page that follows the events is closed in the middle
                with suppress(OSError):
                    bridge.follow_a_moment()
            case action:
                bridge.osc(f"/oneshot/{action}", pad)

    def _save_config(self) -> None:
        said = self.bridge.config.read_text(encoding="utf-8")
        self.bridge.config.write_text(said + "\n", encoding="utf-8")

    def _probe(self, found: Hour) -> None:
        """Presses once, while nothing else goes on."""
        self.sent += 1
        ref, began = f"probe{self.sent}", time.perf_counter()
        self.bridge.osc("/oneshot/generate", f"sure {ref}", "pad", "probe", "model", fake.NAME, "seconds", 0.3, "ref",
                        ref)
        wait_until(lambda: f"over {self._jobs.get(ref)}" in self._times)
        found.accepted.append(1_000 * (self._times[f"accepted {ref}"] - began))
        found.ready.append(1_000 * (self._times[f"over {self._jobs[ref]}"] - began))

    def _measure(self, found: Hour) -> None:
        assert self.bridge.process is not None
        pid = self.bridge.process.pid
        found.memory, found.threads = _memory(pid), len(os.listdir(f"/proc/{pid}/task"))
        found.handles = len(os.listdir(f"/proc/{pid}/fd"))
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found.workers = sum(_memory(int(child)) for child in children)


def _memory(pid: int) -> float:
    """Returns the resident memory of a process in MiB."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1_024
    return 0.0


@contextmanager
def _keyboard(folder: Path) -> Iterator[tuple[Any, JackServer | None]]:
    """Gives a keyboard on a JACK server of its own, and the server; nothing where no JACK is installed."""
    programs = [shutil.which(name) for name in ("jackd", "jack_wait", "jack_connect")]
    if None in programs:
        yield None, None
        return
    with turn(str(programs[0]), str(programs[1]), folder / "jack.log") as server:
        server.ensure()
        with keys() as keyboard:
            yield keyboard, server


def run(seed: int, size: float) -> Leg:
    dice = random.Random(seed)
    hours: list[Hour] = []
    most = HOURS if size > 0.02 else 2
    with tempfile.TemporaryDirectory() as home, _keyboard(Path(home)) as (keyboard, server):
        fake.install(Path(home) / "plugin")
        bridge = Bridge(Path(home) / "bridge", config=WITH_MIDI if server else DAY, plugins=Path(home) / "plugin")
        watcher = Watcher(bridge.library, pause=1.0)
        try:
            bridge.start()
            if server:
                plug("keyboard:keys", f"{MIDI_PORT}:{MIDI_PORT}")
            day = Day(bridge, dice, keyboard)
            with suppress(KeyboardInterrupt):  # the figures of the hours so far count
                for number in range(1, most + 1):
                    probes = 0 if number not in (*SHOWN, most) else PROBES if most == HOURS else 3
                    hours.append(day.hour(max(1, round(TRIGGERS * size / HOURS)), probes))
                    print(f"hour {len(hours)}: {day.sent:,} triggers, {hours[-1].memory:.0f} MiB,"
                          f" {hours[-1].handles} handles", flush=True)
            bridge.drain()
            found = audit(bridge)
            late = server.late_clients() if server else 0
            if not late:
                _audit_presses(found, day.doors["midi"])
        finally:
            watcher.stop()
            bridge.close()
    wrong = [*found.lost, *found.doubled, *found.wrong, *watcher.broken]
    leg = Leg(name="day", wrong=wrong)
    leg.rows = [Row(fault="a trigger in a day of music", tried=len(found.jobs), survived=len(found.jobs) - len(wrong),
                    lost=len(found.lost), doubled=len(found.doubled))]
    leg.figures = _figures(day, hours, found, late)
    return leg


def _presses(found: Audit) -> int:
    return sum(job["origin"] == "midi" for job in found.jobs.values())


def _audit_presses(found: Audit, pressed: int) -> None:
    """Counts the keys: nobody answers a keyboard. A JACK server that was late repeats or loses some by itself."""
    if (heard := _presses(found)) != pressed:
        (found.lost if heard < pressed else found.doubled).append(f"{pressed} keys became {heard} jobs")


def _figures(day: Day, hours: list[Hour], found: Audit, late: int) -> str:
    states = Counter(job["state"] for job in found.jobs.values())
    doors = ", ".join(f"{count:,} {door}" for door, count in day.doors.most_common())
    told = [
        f"{day.sent:,} triggers in {len(hours)} hours ({doors}). {states['ready']:,} became sounds,"
        f" {states['failed']:,} failed with a reason, {states['cancelled']:,} were cancelled.\n",
        *([f"{day.doors['midi']:,} keys became {_presses(found):,} jobs; the JACK server was late {late} times.\n"]
          if day.keyboard else []),
        "| after hour | daemon | workers | file handles | threads | accepted, median | 95 % | ready, median | 95 % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    rows = [f"| {number} | {_row(hour)} |" for number, hour in enumerate(hours, 1) if hour.ready]
    return "\n".join([*told, *rows]) + "\n"


def _row(hour: Hour) -> str:
    return " | ".join([
        f"{hour.memory:.0f} MiB", f"{hour.workers:.0f} MiB", str(hour.handles), str(hour.threads),
        *(f"{value:.1f} ms" for spans in (hour.accepted, hour.ready) for value in _middle_and_most(spans)),
    ])


def _middle_and_most(spans: list[float]) -> tuple[float, float]:
    return statistics.median(spans), sorted(spans)[int(0.95 * (len(spans) - 1))]

