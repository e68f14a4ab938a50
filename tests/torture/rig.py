"""The daemon on the rack: a process of its own, what asks it for sounds, who watches its folder, and who audits it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import wave
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pythonosc.osc_message import OscMessage

from bridge.sound.wav import pcm_sha256
from support.hosts import free_port
from support.osc import osc_packet
from support.patience import wait_until
from support.replicate_facade import KEY
from torture.nest import Hatched, Nest

TESTS = Path(__file__).parents[1]
DRAIN_SECONDS = 180.0
START_SECONDS = 60.0
PAID = "musicgen"
"""The model of the catalogue that the façade plays."""
HOST = "rack"
CONFIG = """
state_folder = "{state}"
[library]
folder = "{library}"
[osc]
port = {osc}
[control]
port = 0
[midi]
enabled = false
[inbox]
settle_seconds = 0.2
[jobs]
workers = 1
[budget]
day = 100000.0
month = 100000.0
job = 100.0
[prompts]
enhance = "never"
[pads.kick]
prompt = "short punchy kick"
pad_note = 36
seconds = 0.3
[pads.hat]
prompt = "short closed hat"
pad_note = 42
seconds = 0.2
[pads.bell]
prompt = "glassy bell"
pad_note = 48
seconds = 0.5
[kits.main]
pads = ["kick", "hat", "bell"]
"""
PADS = ("kick", "hat", "bell")


Note = Callable[[Path, int, bytes], None]
"""Gets the path, inode and bytes of a file before it shows."""


@dataclass
class Asked:
    """Holds what was asked and answered: jobs by the answer `accepted`, refs that wait for one, files dropped into the
    inbox, and files by which a host wishes."""

    accepted: set[str] = field(default_factory=set)
    refs: dict[str, str] = field(default_factory=dict)
    """The job of each ref that was asked; empty while nobody has answered."""
    dropped: list[str] = field(default_factory=list)
    wished: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    ready: set[str] = field(default_factory=set)


class Bridge:
    """Starts the daemon again and again on one folder, asks at every door, and hears the answers."""

    def __init__(self, folder: Path, *, facade: str = "", config: str = CONFIG, environment: Mapping[str, str] = {},
                 module: str = "bridge", nest: Nest | None = None, plugins: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.library = folder / "library"
        self.state = folder / "state"
        self.inbox = self.library / "inbox"
        self.asked = Asked()
        self.process: subprocess.Popen[str] | Hatched | None = None
        self.started_after = 0.0
        self.heard: Callable[[str, list[Any]], None] = lambda address, values: None
        self._module = module
        self._nest = nest
        self.address = ("127.0.0.1", free_port())
        places = os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH"), str(plugins or "")]))
        self._environment = {
            "NO_COLOR": "1", "PYTHONPATH": places, "REPLICATE_BASE_URL": facade, "REPLICATE_API_TOKEN": KEY,
            **environment,
        }
        self.config = folder / "config.toml"
        self.config.write_text(
            config.format(state=self.state.as_posix(), library=self.library.as_posix(), osc=self.address[1]),
            encoding="utf-8",
        )
        self.wishes = self.library / "deliveries" / HOST / "asked"
        for mailbox in (self.wishes, self.wishes.with_name("new")):
            mailbox.mkdir(parents=True, exist_ok=True)
        (folder / "stderr.txt").touch()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    # --- its life ---------------------------------------------------------------------------------------------

    def start(self, **environment: str) -> bool:
        """Starts the daemon; False where it died before it listened. Raises RuntimeError where it refuses to start."""
        began = time.monotonic()
        with (self.folder / "stderr.txt").open("a") as errors:
            arguments = ["--config", str(self.config), "run"]
            whole = os.environ | self._environment | environment
            if self._nest is not None:
                self.process = self._nest.hatch(arguments, self.folder, whole, errors)
            else:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", self._module, *arguments], cwd=self.folder, text=True,
                    stdout=subprocess.PIPE, stderr=errors, env=whole,
                )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Try"):
                self.started_after = time.monotonic() - began
                threading.Thread(target=self._drain_words, args=(self.process.stdout,), daemon=True).start()
                return True
        self.process.stdout.close()
        if self.process.wait(START_SECONDS) >= 0:
            raise RuntimeError(f"the daemon does not start: {(self.folder / 'stderr.txt').read_text()[-500:]}")
        return False

    @staticmethod
    def _drain_words(words: Any) -> None:
        with words:
            for _ in words:
                pass

    def dies_within(self, seconds: float) -> bool:
        """Waits for the daemon's death; tells whether it came."""
        assert self.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is not None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(START_SECONDS)

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(START_SECONDS)

    def close(self) -> None:
        """Ends the daemon and the ear; the folder stays."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self._socket.sendto(b"", self._socket.getsockname())
        self._ear.join()
        self._socket.close()

    # --- the doors --------------------------------------------------------------------------------------------

    def osc(self, address: str, *values: Any) -> None:
        self._socket.sendto(osc_packet(address, *values), self.address)

    def generate(self, ref: str, pad: str, *, paid: bool = False) -> None:
        """Asks by OSC, again with the same ref until it was answered."""
        self.asked.refs.setdefault(ref, "")
        model = ("model", PAID) if paid else ()
        self.osc("/oneshot/generate", f"{pad} {ref}", "pad", pad, "seconds", 0.5, "ref", ref, *model)

    def post(self, ref: str, pad: str) -> None:
        """Asks by HTTP; a daemon that is gone is no error, in the middle of its answer neither."""
        self.asked.refs.setdefault(ref, "")
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            found = self.ask("triggers", {"pad": pad, "ref": ref})
            self.answered(found["job"]["id"], ref)

    def drop(self, name: str, words: str, note: Note = lambda *_: None, *, folder: str = "") -> None:
        """Drops a prompt into the inbox, or the folder of a pad in it, as a program that saves it whole would."""
        (self.inbox / folder).mkdir(parents=True, exist_ok=True)
        _put(self.inbox / folder / name, words, note)
        self.asked.dropped.append(name)

    def wish(self, name: str, pad: str, note: Note = lambda *_: None) -> None:
        """Presses a pad as a host without sockets does: by a file."""
        _put(self.wishes / name, f"v\t1\naction\ttrigger\npad\t{pad}\n", note)
        self.asked.wished.append(name)

    def answered(self, job: str, ref: str = "") -> None:
        self.asked.accepted.add(job)
        if ref:
            known = self.asked.refs.get(ref)
            assert known in (None, "", job), f"{ref} is answered with {job}, and was with {known}"
            self.asked.refs[ref] = job

    def _listen(self) -> None:
        own = self._socket.getsockname()
        while True:
            packet, sender = self._socket.recvfrom(65_536)
            if sender == own:
                return
            message = OscMessage(packet)
            values = list(message.params)
            self.heard(message.address, values)
            if message.address == "/oneshot/job/accepted":
                self.answered(values[0], values[2])
            elif message.address == "/oneshot/job/ready":
                self.asked.ready.add(values[0])
            elif message.address in ("/oneshot/job/rejected", "/oneshot/error"):
                self.asked.rejected.append(str(values))

    # --- the control channel ----------------------------------------------------------------------------------

    def ask(self, what: str, body: Mapping[str, Any] | None = None, **wanted: Any) -> dict[str, Any]:
        credentials = json.loads((self.state / "control.json").read_text())
        url = f"{credentials['url']}/v1/{what}?{urllib.parse.urlencode(wanted)}"
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {credentials['token']}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=30) as answer:
            return json.load(answer)

    def follow_a_moment(self) -> None:
        """Follows the events, and goes away without a word after the first bytes."""
        credentials = json.loads((self.state / "control.json").read_text())
        headers = {"Authorization": f"Bearer {credentials['token']}"}
        with urllib.request.urlopen(urllib.request.Request(f"{credentials['url']}/v1/events", None, headers),
                                    timeout=5) as answer:
            answer.readline()

    def drain(self) -> None:
        """Waits until nothing is owed: every dropped file is taken, every job has ended or asks."""
        def owed() -> list[str]:
            lying = [str(path) for name in ("*.txt", "pad-*/*.txt", ".taken/*/*") for path in self.inbox.glob(name)]
            lying += map(str, self.wishes.glob("*"))
            jobs = self.ask("jobs", unfinished=True)["jobs"]
            return lying + [f"{job['id']} is {job['state']}" for job in jobs if job["state"] != "asking"]

        end = time.monotonic() + DRAIN_SECONDS
        while found := owed():
            if time.monotonic() > end:
                raise TimeoutError(f"After {DRAIN_SECONDS:g} s is still owed: {found}")
            time.sleep(0.1)


def _put(path: Path, words: str, note: Note) -> None:
    hidden = path.with_name(f".{path.name}.part")
    hidden.write_text(words, encoding="utf-8")
    note(path, hidden.stat().st_ino, words.encode())
    hidden.rename(path)


class Watcher:
    """Reads the library over and over, as samplers do: every sound that shows is whole at first sight and stays as it
    is, every preset names sounds that are there."""

    def __init__(self, library: Path, pause: float = 0.02) -> None:
        self._pause = pause
        self.broken: list[str] = []
        self.seen: dict[str, str] = {}
        self._library = library
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Looks once more at everything, also at sounds that were seen before."""
        self._over.set()
        self._thread.join()
        known, self.seen = self.seen, {}
        self._look()
        self.broken += [f"{name} was changed" for name, digest in known.items()
                        if self.seen.get(name, digest) != digest]

    def _watch(self) -> None:
        while not self._over.wait(self._pause):
            self._look()

    def _look(self) -> None:
        for file in self._library.glob("samples/*/*.wav"):
            name = file.relative_to(self._library).as_posix()
            if name not in self.seen:
                with contextlib.suppress(FileNotFoundError):
                    self.seen[name] = self._digest(name, file.read_bytes())
        for preset in (*self._library.glob("kits/*.sfz"), *self._library.glob("instruments/*.sfz")):
            for name in re.findall(r"^.*sample=(.+?)\s*$", preset.read_text(encoding="utf-8"), re.MULTILINE):
                if not (preset.parent / name).is_file():
                    self._complain(f"{preset.name} names {name}, which is not there")

    def _digest(self, name: str, content: bytes) -> str:
        if content[:4] != b"RIFF" or int.from_bytes(content[4:8], "little") + 8 != len(content):
            self._complain(f"{name} shows as {len(content)} bytes that are no whole WAV")
        return hashlib.sha256(content).hexdigest()

    def _complain(self, text: str) -> None:
        if text not in self.broken:
            self.broken.append(text)


@dataclass
class Audit:
    """Holds what is wrong when nothing is owed any more."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def audit(bridge: Bridge, made: Mapping[str, Mapping[str, Any]] | None = None) -> Audit:
    """Compares what was asked, the store, the folder and what a provider `made` of a daemon that runs and is idle."""
    found = Audit()
    jobs = _all_jobs(bridge)
    found.jobs = jobs
    _audit_jobs(found, bridge.asked, jobs)
    _audit_inbox(found, bridge, jobs)
    samples = _audit_samples(found, bridge, jobs)
    _audit_pads(found, bridge, samples)
    if made:
        paid = Counter(str(one["input"].get("prompt")) for one in made.values())
        found.doubled += [f"{words!r} was paid {count} times" for words, count in paid.items() if count > 1]
    return found


def _all_jobs(bridge: Bridge) -> dict[str, dict[str, Any]]:
    """Returns every job as the store has it: the control channel shows the newest thousand at most."""
    with contextlib.closing(sqlite3.connect(_store(bridge))) as store:
        store.row_factory = sqlite3.Row
        return {row["id"]: dict(row) for row in store.execute("SELECT id, ref, state, origin, reason FROM jobs")}


def _store(bridge: Bridge) -> Path:
    (path,) = bridge.state.glob("libraries/*/store.sqlite")
    return path


def _audit_jobs(found: Audit, asked: Asked, jobs: Mapping[str, Mapping[str, Any]]) -> None:
    found.lost += [f"{job} was accepted, and nobody knows it" for job in asked.accepted - jobs.keys()]
    found.lost += [f"{ref} was never answered" for ref, job in asked.refs.items() if not job]
    for name, job in jobs.items():
        if job["state"] not in ("ready", "failed", "cancelled"):
            found.lost.append(f"{name} ended as {job['state']}: {job['reason']}")
        if job["state"] == "failed" and not job["reason"]:
            found.lost.append(f"{name} failed without a reason")
        if job["state"] == "failed" and "is gone from" in job["reason"]:
            found.lost.append(f"{name} has lost its take: {job['reason']}")
    refs = Counter(job["ref"] for job in jobs.values() if job["ref"])
    found.doubled += [f"{ref} became {count} jobs" for ref, count in refs.items() if count > 1]


def _audit_inbox(found: Audit, bridge: Bridge, jobs: Mapping[str, Mapping[str, Any]]) -> None:
    dropped, inbox = bridge.asked.dropped, bridge.inbox
    wishes = sum(job["origin"] == "host" for job in jobs.values())
    if wishes != len(bridge.asked.wished):
        kind = found.lost if wishes < len(bridge.asked.wished) else found.doubled
        kind.append(f"{len(bridge.asked.wished)} wishes of a host became {wishes} jobs")
    taken = [job for job in jobs.values() if job["origin"] == "inbox"]
    put_away = [file.name for folder in ("done", "failed") for file in (inbox / folder).glob("*.txt")
                if not file.name.endswith(".reason.txt")]
    for name in dropped:
        stem = name.removesuffix(".txt")
        places = [other for other in put_away if other.startswith(f"{stem}.")]
        if not places:
            found.lost.append(f"the file {name} is neither done nor failed")
        if len(places) > 1:
            found.doubled.append(f"the file {name} lies there as {places}")
    if len(taken) > len(dropped):
        found.doubled.append(f"{len(dropped)} files became {len(taken)} jobs")
    if len(taken) < len(dropped):
        found.lost.append(f"{len(dropped)} files became {len(taken)} jobs")


def _audit_samples(found: Audit, bridge: Bridge, jobs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Returns the paths of the published samples by id."""
    with contextlib.closing(sqlite3.connect(_store(bridge))) as store:
        if (said := store.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            found.wrong.append(f"the store says of itself: {said}")
        rows = store.execute("SELECT id, job, path, sha256, published FROM samples").fetchall()
    found.wrong += [f"{path} is planned, and nobody works on it" for _, _, path, _, published in rows if not published]
    published = [row for row in rows if row[4]]
    sounds = Counter(job for _, job, *_ in published)
    for job, state in ((name, job["state"]) for name, job in jobs.items()):
        if state == "ready" and not sounds[job]:
            found.lost.append(f"{job} is ready, and has no sound")
        if sounds[job] > 1 or (sounds[job] and state != "ready"):
            found.doubled.append(f"{job} is {state}, and has {sounds[job]} sounds")
    files = {file.relative_to(bridge.library).as_posix() for file in bridge.library.glob("samples/*/*.wav")}
    known = {path for _, _, path, *_ in published}
    found.lost += [f"{path} is in the store, and not in the folder" for path in known - files]
    found.wrong += [f"{path} is in the folder, and not in the store" for path in files - known]
    for _, _, path, sha256, _ in published:
        if path in files:
            found.wrong += _misfits(bridge.library / path, sha256)
    # Swept in the background after a start.
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not list(bridge.library.rglob(".*tmp-*")), 5.0)
    found.wrong += [f"{file} was left" for file in bridge.library.rglob(".*tmp-*")]
    return {name: path for name, _, path, *_ in published}


def _misfits(file: Path, sha256: str) -> Iterator[str]:
    try:
        with wave.open(str(file)) as sound:
            if pcm_sha256(sound.readframes(sound.getnframes())) != sha256:
                yield f"{file.name} holds another sound than the store says"
        if json.loads(file.with_suffix(".json").read_bytes())["sha256"] != sha256:
            yield f"{file.name} and its sidecar differ"
    except (OSError, ValueError, EOFError, KeyError, wave.Error) as problem:
        yield f"{file.name} can't be read: {problem}"


def _audit_pads(found: Audit, bridge: Bridge, samples: Mapping[str, str]) -> None:
    """Sees that the presets and the newest delivery of every pad hold what the pad holds."""
    newest: dict[str, dict[str, str]] = {}
    for file in sorted((bridge.library / "deliveries" / HOST / "new").glob("[0-9]*"), key=lambda one: int(one.stem)):
        said = dict(line.partition("\t")[::2] for line in file.read_text(encoding="utf-8").splitlines())
        newest[said["pad"]] = said
    for pad in bridge.ask("pads")["pads"]:
        if not pad["current"]:
            continue
        name = Path(samples.get(pad["current"], "")).name
        if not name:
            found.wrong.append(f"{pad['name']} holds {pad['current']}, which is not published")
        if name not in (bridge.library / "instruments" / f"{pad['name']}.sfz").read_text(encoding="utf-8"):
            found.wrong.append(f"the preset of {pad['name']} is not of {name}")
        if name not in newest.get(pad["name"], {}).get("path", ""):
            found.wrong.append(f"the host was not told of {name} on {pad['name']}")


def sounds_of_the_account(said: Mapping[str, Any]) -> dict[str, Any]:
    """Runs a prediction of the façade: a struck tone, another for every prompt."""
    digest = hashlib.sha256(str(said.get("prompt")).encode()).digest()
    hertz = 110.0 * 2 ** (digest[0] / 64)
    at = np.arange(16_000) / 32_000
    tone = 0.5 * np.exp(-6 * at) * sum(np.sin(2 * np.pi * k * hertz * at) / k for k in (1, 2, 3))
    content = (tone * 32_000).astype("<i2").tobytes()
    header = b"RIFF" + (36 + len(content)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    form = b"".join(number.to_bytes(size, "little")
                    for number, size in ((1, 2), (1, 2), (32_000, 4), (64_000, 4), (2, 2), (16, 2)))
    return {"output": header + form + b"data" + len(content).to_bytes(4, "little") + content}

