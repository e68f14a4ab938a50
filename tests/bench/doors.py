"""Measures the running daemon as a musician meets it, each figure with its floor from the same run.

    python tests/bench/doors.py [press] [midi] [waiting] [burst] [idle] [library]

The floor of an accepted trigger is a bare UDP echo that commits one row durably to SQLite before it answers, in a
process of its own on the same disk; its rounds and the daemon's take turns. MIDI comes through a JACK server without a
sound card (1,024 frames at 48 kHz: 21 ms are the server's), where one is installed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from pythonosc.osc_message import OscMessage

from support.osc import osc_packet

ROUNDS = 200
WAITING = 200
PRESSES = 40
BURST = 1_000
IDLE_SECONDS = 20.0
SAMPLES = 100_000
CONFIG = """
state_folder = "{state}"
[library]
folder = "{library}"
[osc]
port = 0
[control]
port = 0
[midi]
enabled = {midi}
api = "jack"
virtual_port = "bench"
[pads.kick]
prompt = "punchy kick"
pad_note = 36
seconds = 1.0
[pads.snare]
prompt = "crisp snare"
pad_note = 38
seconds = 1.0
[kits.main]
pads = ["kick", "snare"]
"""


class Daemon:
    """Runs the daemon in a folder of its own, and talks to it by OSC and HTTP."""

    def __init__(self, folder: Path, *, midi: bool = False) -> None:
        self.folder, self.library, self.state = folder, folder / "library", folder / "state"
        (folder / "config.toml").write_text(
            CONFIG.format(state=self.state, library=self.library, midi=str(midi).lower()), encoding="utf-8"
        )
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)

    @contextmanager
    def running(self) -> Iterator[float]:
        """Runs it for a while; gives the seconds from its start to its being ready."""
        began = time.perf_counter()
        process = subprocess.Popen(self.command("run"), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Try"):
            lines.append(process.stdout.readline())
        ready = time.perf_counter() - began
        port = next(int(line.rpartition(":")[2]) for line in lines if "OSC" in line)
        self.pid, self.to = process.pid, ("127.0.0.1", port)
        self.credentials = json.loads((self.state / "control.json").read_text())
        self.midi = next((line.split(maxsplit=1)[1].strip() for line in lines if line.strip().startswith("MIDI")), "")
        try:
            yield ready
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bridge", "--config", str(self.folder / "config.toml"), *words]

    def send(self, address: str, *values: Any) -> None:
        self.socket.sendto(osc_packet(address, *values), self.to)

    def hear(self, patience: float = 60.0) -> OscMessage:
        self.socket.settimeout(patience)
        return OscMessage(self.socket.recv(65_536))

    def hear_until(self, address: str) -> OscMessage:
        while (message := self.hear()).address != address:
            pass
        return message

    def ask(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.credentials['url']}/v1/{path}", data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.credentials['token']}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def wait_until_idle(self) -> None:
        while self.ask("jobs?unfinished=true&limit=1")["jobs"]:
            time.sleep(0.05)

    def press(self, pad: str = "kick") -> tuple[float, float]:
        """Presses a pad; returns the seconds until it was accepted, and until the file was published."""
        began = time.perf_counter()
        self.send(f"/oneshot/pad/{pad}", 100)
        self.hear_until("/oneshot/job/accepted")
        accepted = time.perf_counter() - began
        path = self.hear_until("/oneshot/sample/ready").params[1]
        published = time.perf_counter() - began
        assert Path(path).stat().st_size > 1_000
        self.hear_until("/oneshot/job/ready")
        return accepted, published


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int, what: str = "VmRSS") -> float:
    """Returns the memory of a process in MiB: now, or the most so far (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def busy_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def at(share: float, seconds: list[float]) -> float:
    """Returns a percentile in milliseconds."""
    ordered = sorted(seconds)
    return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def shown(what: str, seconds: list[float], aim: str = "") -> None:
    median, p95, p99 = 1e3 * statistics.median(seconds), at(0.95, seconds), at(0.99, seconds)
    print(f"{what:<46} median {median:7.2f}  p95 {p95:7.2f}  p99 {p99:7.2f} ms   {aim}", flush=True)


# --- the floor ------------------------------------------------------------------------------------------------


def echo(folder: str, answers: Any) -> None:
    """Answers every datagram after one durable commit."""
    store = sqlite3.connect(Path(folder) / "floor.sqlite", isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)")
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    answers.put(listener.getsockname())
    while True:
        datagram, sender = listener.recvfrom(65_536)
        if datagram == b"end":
            return
        store.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 400,))
        listener.sendto(datagram, sender)


@contextmanager
def floor(folder: Path) -> Iterator[Callable[[], float]]:
    """Gives what makes one round with the bare echo and returns its seconds."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    server = context.Process(target=echo, args=(str(folder), answers), daemon=True)
    server.start()
    to = answers.get(timeout=30)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:

        def around() -> float:
            began = time.perf_counter()
            sender.sendto(osc_packet("/oneshot/pad/kick", 100), to)
            sender.recv(65_536)
            return time.perf_counter() - began

        yield around
        sender.sendto(b"end", to)
        server.join(5)


# --- the figures ----------------------------------------------------------------------------------------------


def press(folder: Path) -> None:
    daemon = Daemon(folder)
    bare, accepted, published = [], [], []
    with daemon.running(), floor(folder) as around:
        for _ in range(5):
            around(), daemon.press()
        for _ in range(ROUNDS):
            bare.append(around())
            one, other = daemon.press()
            accepted.append(one)
            published.append(other)
    shown("bare UDP echo with one durable commit", bare)
    ratio = at(0.99, accepted) / at(0.99, bare)
    shown("OSC trigger to durable and accepted", accepted, f"p99 {ratio:.1f} x the floor's (aim: 3)")
    shown("OSC trigger to published, 1 s drum", published, "aim: p95 150")


def midi(folder: Path) -> None:
    import rtmidi

    from support.jack import JackServer

    server = JackServer("jackd", "jack_wait", folder / "jack.log")
    os.environ |= {"JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
    server.ensure()
    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keyboard")
    out.open_virtual_port("keys")
    daemon = Daemon(folder, midi=True)
    published = []
    try:
        with daemon.running():
            port = daemon.midi
            subprocess.run(["jack_connect", "keyboard:keys", f"{port}:{port}"], check=True, capture_output=True)
            daemon.send("/oneshot/subscribe", daemon.socket.getsockname()[1])
            for number in range(PRESSES + 2):
                daemon.send("/oneshot/ping")  # renews the subscription
                began = time.perf_counter()
                out.send_message([0x90, 36, 100])
                daemon.hear_until("/oneshot/sample/ready")
                if number >= 2:
                    published.append(time.perf_counter() - began)
                daemon.hear_until("/oneshot/job/ready")
    finally:
        out.close_port()
        out.delete()
        server.stop()
    shown("MIDI note to published, 1 s drum", published, "aim: p95 150")


def waiting(folder: Path) -> None:
    daemon = Daemon(folder)
    taken = []
    with daemon.running():
        daemon.press()
        for _ in range(PRESSES):
            missing = WAITING - len(daemon.ask("jobs?unfinished=true&limit=1000")["jobs"])
            for _ in range(missing):
                daemon.ask("triggers", {"pad": "snare", "priority": "batch"})
            taken.append(daemon.press()[1])
    shown(f"a pad pressed while {WAITING} jobs wait, published", taken, "aim: p95 300")


def burst(folder: Path) -> None:
    daemon = Daemon(folder)
    with daemon.running():
        daemon.press()
        before = resident(daemon.pid)
        words = ("/oneshot/generate", "punchy kick", "seconds", 1.0, "ref")
        packets = [osc_packet(*words, f"b{number}") for number in range(BURST)]
        began = time.perf_counter()
        for packet in packets:
            daemon.socket.sendto(packet, daemon.to)
        sent = time.perf_counter() - began
        accepted, rejected, ready, answered = set(), 0, set(), 0.0
        while not answered or len(ready) < len(accepted):
            try:
                message = daemon.hear(10.0)
            except TimeoutError:
                break
            if message.address == "/oneshot/job/accepted":
                accepted.add(message.params[0])
            rejected += message.address == "/oneshot/job/rejected"
            if not answered and len(accepted) + rejected == BURST:
                answered = time.perf_counter() - began
                print(f"{BURST} triggers sent in {sent:.3f} s: {len(accepted)} accepted and {rejected} told no in "
                      f"{answered:.2f} s", flush=True)
            if message.address == "/oneshot/job/ready":
                ready.add(message.params[0])
        took = time.perf_counter() - began
        daemon.wait_until_idle()
        states = Counter(job["state"] for job in daemon.ask("jobs?limit=1000")["jobs"] if job["ref"])
        print(f"  {BURST - len(accepted) - rejected} unheard; of the accepted {dict(states)}, {len(ready)} told so")
        print(f"  daemon {before:.0f} -> at most {resident(daemon.pid, 'VmHWM'):.0f} MiB; "
              f"{len(accepted) / took / (os.cpu_count() or 1):.1f} sounds a second and core", flush=True)


def idle(folder: Path) -> None:
    daemon = Daemon(folder)
    ready, helps = [], []
    for _ in range(3):
        with daemon.running() as seconds:
            ready.append(seconds)
    with daemon.running() as seconds:
        ready.append(seconds)
        daemon.press()
        time.sleep(3.0)
        began, used = time.perf_counter(), busy_seconds(daemon.pid)
        time.sleep(IDLE_SECONDS)
        share = (busy_seconds(daemon.pid) - used) / (time.perf_counter() - began)
        workers = ", ".join(f"{resident(child):.0f}" for child in children(daemon.pid))
        print(f"idle: {100 * share:.2f} % of a core (aim: 0.5), {resident(daemon.pid):.0f} MiB (aim: 90); "
              f"workers {workers} MiB", flush=True)
    for _ in range(10):
        began = time.perf_counter()
        subprocess.run(daemon.command("--help"), stdout=subprocess.DEVNULL, check=True)
        helps.append(time.perf_counter() - began)
    shown("ready after the start", ready, "aim: 1000")
    shown("oneshot --help", helps, "aim: 250")


def library(folder: Path) -> None:
    """Compares a library of 10 samples with one of 100,000, every figure by turns."""
    daemons = []
    for name, count in (("small", 10), ("large", SAMPLES)):
        home = folder / name
        home.mkdir()
        daemon = Daemon(home)
        with daemon.running():
            daemon.press()
        grow(daemon, count)
        daemons.append(daemon)
    starts: list[list[float]] = [[], []]
    for _ in range(5):
        for place, daemon in enumerate(daemons):
            with daemon.running() as seconds:
                starts[place].append(seconds)
    compared("start to ready", starts)
    figures: dict[str, list[list[float]]] = {}
    with daemons[0].running(), daemons[1].running():
        for number in range(60):
            for place, daemon in enumerate(daemons):
                for name, path in LOOKS.items():
                    began = time.perf_counter()
                    daemon.ask(path)
                    figures.setdefault(name, [[], []])[place].append(time.perf_counter() - began)
                accepted, published = daemon.press()
                figures.setdefault("press to accepted", [[], []])[place].append(accepted)
                figures.setdefault("press to published", [[], []])[place].append(published)
                if number == 0:
                    for pairs in figures.values():
                        pairs[place].clear()
        for _ in range(5):  # by themselves: they take so long that whatever comes next finds a cold machine
            for place, daemon in enumerate(daemons):
                began = time.perf_counter()
                daemon.ask(NEAR)
                figures.setdefault("ls --near", [[], []])[place].append(time.perf_counter() - began)
    for name, pairs in figures.items():
        compared(name, pairs, "" if "near" in name or "text" in name else "aim: 1.3")


# The small library, too, has so many: answers of one length are compared.
LOOKS = {
    "ls": "samples?limit=3",
    "ls --family kick": "samples?family=kick&limit=3",
    "ls --longer 0.3 --shorter 1": "samples?longer=0.3&shorter=1&limit=3",
    "ls --tag deep": "samples?tag=deep&limit=3",
    "pads": "pads",
    "jobs": "jobs?limit=10",
    "ls --text (words anywhere)": "samples?text=hard+long&limit=3",
}
NEAR = "samples?near=kick&limit=3"


def compared(name: str, pairs: list[list[float]], aim: str = "aim: 1.3") -> None:
    few, many = (1e3 * statistics.median(seconds) for seconds in pairs)
    print(f"  {name:<34} 10: {few:7.1f}   {SAMPLES:,}: {many:7.1f} ms   ratio {many / few:.2f}   {aim}", flush=True)


def grow(daemon: Daemon, count: int) -> None:
    """Writes so many samples into the store of a daemon that is not running, with jobs, calls, takes, what the pads
    held, and files."""
    from bridge.store.database import connect
    from library import fill

    (path,) = daemon.state.glob("libraries/*/store.sqlite")
    store = connect(path)
    fill(store, count)
    now = time.time()
    store.executescript(f"""
        BEGIN;
        CREATE TEMP TABLE grown AS SELECT number, id, pad, family, 'j-' || substr(id, 3) AS job, 't-' || substr(id, 3)
            AS take, {now} - ({count} - number) * 300.0 AS made FROM samples WHERE job = 'j';
        CREATE UNIQUE INDEX temp.grown_by_number ON grown (number);
        INSERT INTO jobs (id, state, pad, origin, priority, brief, created, updated)
            SELECT grown.job, 'ready', CASE WHEN number % 2 THEN 'kick' ELSE 'snare' END, 'osc', 'pad',
            (SELECT brief FROM jobs LIMIT 1), made, made FROM grown;
        INSERT INTO calls (id, job, model, attempt, seed, estimate, created, outcome, ended)
            SELECT 'c-' || substr(id, 3), job, 'synth', 1, 1, 0, made, 'takes', made + 0.05 FROM grown;
        INSERT INTO takes (id, call, job, position, seed, file, verdicts, good)
            SELECT take, 'c-' || substr(id, 3), job, 0, 1,
            CASE WHEN made > {now} - 7 * 86400 THEN take || '.wav' ELSE '' END, '[]', 1 FROM grown;
        UPDATE samples SET job = (SELECT grown.job FROM grown WHERE grown.number = samples.number),
            take = (SELECT grown.take FROM grown WHERE grown.number = samples.number),
            pad = CASE WHEN number % 2 THEN 'kick' ELSE 'snare' END WHERE job = 'j';
        INSERT INTO pad_history (pad, sample) SELECT CASE WHEN number % 2 THEN 'kick' ELSE 'snare' END, id FROM grown;
        UPDATE pads SET current = (SELECT id FROM samples WHERE samples.pad = pads.pad ORDER BY number DESC LIMIT 1);
        INSERT INTO events (at, kind, job, pad, sample, ref, reason, hint, host, seq)
            SELECT made, 'ready', job, pad, '', '', '', '', '', 0 FROM grown;
        COMMIT; ANALYZE;
    """)
    paths = [row["path"] for row in store.execute("SELECT path FROM samples")]
    takes = [row["file"] for row in store.execute("SELECT file FROM takes WHERE file <> ''")]
    store.close()
    for take in takes:
        (path.parent / "takes" / take).touch()
    for relative in paths:
        file = daemon.library / relative
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            file.with_suffix(".json").touch()


FIGURES = {"press": press, "midi": midi, "waiting": waiting, "burst": burst, "idle": idle, "library": library}


def main() -> None:
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.2f}", flush=True)
    for name in sys.argv[1:] or FIGURES:
        if name == "midi" and not Path("/usr/bin/jackd").exists():
            print("MIDI note: no JACK server is installed here")
            continue
        with tempfile.TemporaryDirectory(prefix="oneshot-bench-") as folder:
            FIGURES[name](Path(folder))


if __name__ == "__main__":
    main()
