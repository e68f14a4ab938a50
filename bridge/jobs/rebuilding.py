"""Opens the store, and builds it anew where it is damaged, gone, or older than its ledger.

Three witnesses are heard: what can still be read of the old file, the sidecars beside the samples, and the ledger of
paid calls. The old file is kept. What nobody can tell is said, and a job of which it is not sure what was paid for it
asks its user instead of going on.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from sqlite3 import Connection, Row
from typing import TypeVar

from bridge.disk import settle
from bridge.domain.brief import Brief
from bridge.domain.job import ENDED, Job, JobState
from bridge.domain.sample import Sample
from bridge.domain.tags import tags_of
from bridge.domain.take import SOUND, Call
from bridge.errors import DamagedError, StoreError
from bridge.library import inventory
from bridge.library.folder import Library
from bridge.library.sidecar import Provenance
from bridge.store import jobs as job_store
from bridge.store import samples as sample_store
from bridge.store.database import DAMAGED, LEDGER, Database, connect, migrate
from bridge.store.ledger import Told, call_of, read_ledger
from bridge.store.migrations import MIGRATIONS
from bridge.store.salvage import Salvaged, Values, files_of, salvage, version_of

log = logging.getLogger(__name__)
T = TypeVar("T")

STORE = "store.sqlite"
KEPT = "damaged"
"""The folder, beside the store, of what is left of damaged ones."""
REPORT = "report.txt"
TAKES = "takes"

LOST = "It was lost with the store, and what it cost is counted."
DOUBT = "The store was damaged, and this job's calls may have been paid."
_NOTHING = Salvaged([], True)
_KINDS: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (float, int), "TEXT": (str,)}


def open_store(home: Path, library: Library, *, on_damage: Callable[[], object] = lambda: None) -> tuple[Database, str]:
    """Opens the store of a library; returns it with what had to be done for it, in a sentence, or nothing.

    Raises StoreError where it can't be opened nor built anew.
    """
    path, told = home / STORE, ""
    if not (path.exists() and path.stat().st_size) and inventory.holds_samples(library.root):
        told = rebuild(home, library)
    try:
        return Database(path, on_damage=on_damage), told
    except DamagedError as problem:
        log.warning("%s", problem.message)
    told = rebuild(home, library)
    return Database(path, on_damage=on_damage), told


def rebuild(home: Path, library: Library) -> str:
    """Builds the store of a library anew, with nobody else at it, and returns what came of it.

    Dies this half-way, the next start does it again, from the same remains.
    """
    library.check()
    try:
        return _rebuild(home, library)
    except OSError as problem:
        raise StoreError(
            f"The store in {home} can't be built anew: {problem.strerror or problem}.",
            "Free some disk space and check the folder's rights.",
        ) from problem


def _rebuild(home: Path, library: Library) -> str:
    begun = time.monotonic()
    home.mkdir(parents=True, exist_ok=True)
    if version_of(home / STORE) > len(MIGRATIONS):
        raise StoreError(
            f"The store in {home} is damaged, and a newer version of the bridge wrote it.",
            "Update with: pip install --upgrade oneshot-bridge",
        )
    remains = _put_by(home)
    old: dict[str, Salvaged] = salvage(remains / STORE, home) if (remains / STORE).exists() else {}
    ledger = read_ledger(home / LEDGER)
    fresh = home / "rebuilt.sqlite"
    for file in files_of(fresh):
        file.unlink()
    with closing(connect(fresh)) as store:
        migrate(store)
        store.execute("BEGIN IMMEDIATE")
        builder = _Builder(store, old, ledger, takes=home / TAKES)
        builder.build(inventory.samples_in(library.root), library.root)
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    told = builder.told(_put_by_takes(home, remains, builder.kept_takes), remains)
    inventory.take_back_deliveries(library.root)
    remains.mkdir(parents=True, exist_ok=True)
    (remains / REPORT).write_text(f"{told}\n", encoding="utf-8")
    for file in files_of(home / STORE):
        if file.name != STORE:
            file.unlink()
    os.replace(fresh, home / STORE)
    settle(home)
    (home / DAMAGED).unlink(missing_ok=True)
    log.info("the store was built anew in %.1f s", time.monotonic() - begun)
    return told


def _put_by(home: Path) -> Path:
    """Copies the old store to where it is kept and returns that folder; one that was begun before is gone on with."""
    mark = home / DAMAGED
    name = mark.read_text(encoding="utf-8").strip() if mark.exists() else ""
    if name and (home / KEPT / name).is_dir():
        return home / KEPT / name
    for begun in (home / KEPT).glob("*.part"):
        shutil.rmtree(begun)
    name = _free_name(home / KEPT)
    part = home / KEPT / f"{name}.part"
    part.mkdir(parents=True)
    for file in (*files_of(home / STORE), home / LEDGER):
        if file.is_file():
            _copy(file, part / file.name)
    remains = home / KEPT / name
    settle(part)
    part.rename(remains)
    settle(remains.parent)
    mark.write_text(name, encoding="utf-8")
    settle(home)
    return remains


def _copy(file: Path, to: Path) -> None:
    """Copies a file to last, before the first one goes."""
    shutil.copyfile(file, to)
    with to.open("r+b") as copy:
        os.fsync(copy.fileno())


def _free_name(folder: Path) -> str:
    name = stem = time.strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name


def _put_by_takes(home: Path, remains: Path, known: Collection[str]) -> int:
    """Moves the raw takes that no job knows any more to the remains, where a start does not sweep them away."""
    folder = home / TAKES
    strays = [file for file in folder.iterdir() if file.name not in known] if folder.is_dir() else []
    if strays:
        (remains / TAKES).mkdir(parents=True, exist_ok=True)
    for file in strays:
        file.rename(remains / TAKES / file.name)
    return len(strays)


class _Builder:
    """Fills an empty store inside one transaction."""

    def __init__(self, store: Connection, old: dict[str, Salvaged], ledger: Told, *, takes: Path) -> None:
        self._store = store
        self._old = old
        self._ledger = ledger.calls
        self._owed = ledger.jobs
        self._all_is_told = ledger.whole
        self._takes = takes
        self._money_is_known = ledger.whole or (bool(old) and old["calls"].whole)
        self.kept_takes: set[str] = set()
        self._rows_of_calls: frozenset[str] = frozenset()
        self._only_told: frozenset[str] = frozenset()
        self._from_the_start: set[str] = set()
        self._is_of_now = False
        """Whether the old store can be believed to say how the pads were when it ended."""
        self._counted: dict[str, int] = defaultdict(int)

    def build(self, told: Sequence[Provenance], root: Path) -> None:
        """Puts together what the witnesses tell; `told` is what the sidecars of the library at `root` do."""
        provenances = {each.sample.id: each for each in told}
        jobs, calls, takes = self._jobs(told), self._calls(told), self._takes_of(told)
        samples = self._samples(provenances, root)
        self._counted["samples"] = sum(not sample.part_of for sample, published in samples if published)
        stale = self._only_told or self._ledger.keys() - self._rows_of_calls
        self._is_of_now = not stale and bool(self._old) and all(table.whole for table in self._old.values())
        for job in self._stand_ins(jobs, calls.values(), samples):
            jobs[job.id] = job
        its_calls, its_takes = _by_job(calls.values()), _by_job(takes)
        its_samples = _by_job(sample for sample, _ in samples)
        published = {sample.job for sample, is_out in samples if is_out}
        for job in sorted(jobs.values(), key=lambda job: (job.created, job.number)):
            if job.state not in ENDED:
                job = self._settled(
                    job, its_calls[job.id], its_takes[job.id], its_samples[job.id], is_out=job.id in published
                )
            self._add(job)
        known = self._write(calls, takes, samples, provenances)
        self._put_on_pads(known, root)

    def told(self, stray_takes: int, remains: Path) -> str:
        """Says what came of it."""
        samples, counted = self._counted["samples"], self._counted
        parts = [f"{'The store was damaged, so it' if self._old else 'There was no store for this library, so one'}"
                 f" has been built anew: {samples} sound(s) are known"]
        if counted["unfinished"]:
            parts.append(f"{counted['unfinished']} unfinished job(s) go on")
        if counted["asking"]:
            parts.append(f"{counted['asking']} ask whether to pay again (oneshot jobs)")
        if counted["lost"]:
            parts.append(f"{counted['lost']} paid job(s) could not be read and have ended")
        if self._old and not self._is_of_now and not self._all_is_told:
            parts.append("other jobs that waited are lost: ask for them again")
        parts.append("what was spent is known" if self._money_is_known else
                     "what was spent is known of these sounds only: look at your provider's bill before you spend more")
        if stray_takes:
            parts.append(f"{stray_takes} raw take(s) lie in {remains / TAKES} (oneshot finish makes sounds of them)")
        return f"{'; '.join(parts)}. The remains are in {remains}."

    # --- hearing the witnesses --------------------------------------------------------------------------------

    def _rows(self, table: str) -> list[Values]:
        """Returns the salvaged rows of a table that have the right shape, with what older schemas did not have."""
        columns = {row["name"]: row for row in self._store.execute(f"PRAGMA table_info({table})")}
        defaults = {
            name: self._store.execute(f"SELECT {column['dflt_value']}").fetchone()[0]
            for name, column in columns.items() if column["dflt_value"] is not None
        }
        nothing = dict.fromkeys((name for name, column in columns.items() if not column["notnull"]))
        return [
            {name: row[name] for name in columns}
            for values in self._old.get(table, _NOTHING).rows
            if columns.keys() <= (row := {**nothing, **defaults, **values}).keys()
            and all(_fits(row[name], column) for name, column in columns.items())
        ]

    def _jobs(self, told: Sequence[Provenance]) -> dict[str, Job]:
        jobs = {job.id: job for row in self._rows("jobs") if (job := _read(job_store.read_job, row))}
        for each in told:
            sample = each.sample
            begun = min((call.created for call in each.calls), default=sample.created)
            jobs.setdefault(sample.job, Job(
                id=sample.job, number=0, brief=each.brief, written=each.written, state=JobState.READY,
                origin="command", priority="pad" if sample.pad else "command", created=begun, updated=sample.created,
                ref=each.ref,
            ))
        return self._owed | jobs

    def _calls(self, told: Sequence[Provenance]) -> dict[str, Call]:
        rows = {call.id: call for row in self._rows("calls") if (call := _read(call_of, row))}
        self._rows_of_calls = frozenset(rows)
        calls = {call.id: call for each in told for call in each.calls} | rows
        for call in self._ledger.values():
            # The ledger is never behind; only what a chat model answered is not in it.
            before = calls.get(call.id)
            calls[call.id] = replace(call, answer=before.answer, reason=before.reason) if before else call
        return dict(sorted(calls.items(), key=lambda pair: pair[1].created))

    def _takes_of(self, told: Sequence[Provenance]) -> list[_TakeRow]:
        rows = {row["id"]: _TakeRow(row) for row in self._rows("takes")}
        for each in told:
            values = asdict(each.take)
            rows.setdefault(each.take.id, _TakeRow(
                {"position": values.pop("index"), **values, "verdicts": "[]", "good": 1}
            ))
        for row in rows.values():
            if row.file and not (self._takes / row.file).is_file():
                row.values["file"] = ""
        return list(rows.values())

    def _samples(self, told: dict[str, Provenance], root: Path) -> list[tuple[Sample, bool]]:
        """Returns the samples, oldest first, and whether each is published.

        What lies in the library is public, whatever the old store knew; a row without its file is none any more, but
        for those that a job was about to publish.
        """
        found: dict[str, tuple[Sample, bool]] = {}
        for row in sorted(self._rows("samples"), key=lambda row: row["number"]):
            sample = _read(sample_store.read_sample, row)
            if sample is None:
                continue
            if "tags" not in self._old["samples"].rows[0]:
                sample = replace(sample, tags=tags_of(sample.prompt, sample.family, sample.analysis))
            public = bool(row["published"])
            if sample.id in told:
                sample = replace(sample, path=told[sample.id].sample.path)
            elif public and not inventory.is_there(root / sample.path):
                continue
            found[sample.id] = sample, public
        self._only_told = frozenset(told.keys() - found.keys())
        for name in self._only_told:
            found[name] = told[name].sample, True
        by_path = {sample.path: (sample, public) for sample, public in found.values()}
        return sorted(by_path.values(), key=lambda pair: pair[0].created)

    def _stand_ins(
        self, jobs: dict[str, Job], calls: Iterable[Call], samples: Iterable[tuple[Sample, bool]]
    ) -> list[Job]:
        """Returns jobs for calls and samples whose own could not be read: ended, and saying so."""
        lost: dict[str, Job] = {}
        for call in calls:
            if call.job not in jobs and call.job not in lost:
                brief = Brief(prompt="", model=call.model, seed=call.seed, family="fx", mapping="drum")
                ticket = f" {call.model} knows it as {call.ticket}." if call.ticket else ""
                lost[call.job] = Job(
                    id=call.job, number=0, brief=brief, state=JobState.FAILED, origin="command", priority="command",
                    created=call.created, updated=call.created, reason=LOST, hint=f"Ask for it again.{ticket}",
                )
        self._counted["lost"] = len(lost)
        for sample, _ in samples:
            if sample.job not in jobs and sample.job not in lost:
                brief = Brief(prompt=sample.prompt, model="", seed=1, family=sample.family, mapping=sample.mapping,
                              pad=sample.pad, pad_note=sample.pad_note)
                lost[sample.job] = Job(
                    id=sample.job, number=0, brief=brief, state=JobState.READY, origin="command", priority="command",
                    created=sample.created, updated=sample.created,
                )
        return list(lost.values())

    def _settled(
        self, job: Job, calls: Sequence[Call], takes: Sequence[_TakeRow], samples: Sequence[Sample], *, is_out: bool
    ) -> Job:
        """Returns an unfinished job as it can go on: where it stood, from the beginning, or asking its user."""
        kept = [take for take in takes if take.file]
        enough = {
            JobState.GENERATING: any(call.purpose == SOUND for call in calls),
            JobState.CHECKING: bool(kept),
            JobState.SHAPING: any(take.values["good"] for take in kept),
            JobState.PUBLISHING: bool(samples) and any(take.values["good"] for take in kept),
            JobState.QUEUED: not calls and self._money_is_known,
        }.get(job.state, True)
        rows_are_there = all(call.id in self._rows_of_calls for call in calls)
        if enough and rows_are_there:
            self._counted["asking" if job.state is JobState.ASKING else "unfinished"] += 1
            return job
        if is_out:
            return replace(job, state=JobState.READY)
        paid = [call for call in calls if call.estimate > 0 or call.cost > 0]
        running = [call for call in paid if not call.outcome and call.purpose == SOUND]
        if len(running) == 1 and running[0].ticket and running[0] is calls[-1]:
            self._counted["unfinished"] += 1
            return replace(job, state=JobState.GENERATING)
        if paid or not self._money_is_known:
            self._counted["asking"] += 1
            again = " --again" if any(call.purpose == SOUND for call in calls) else ""
            return replace(
                job, state=JobState.ASKING, reason=DOUBT,
                hint=f"Nothing was sent again. To pay for a new one: oneshot accept {job.id}{again}. To let it be: "
                     f"oneshot cancel {job.id}",
            )
        self._counted["unfinished"] += 1
        self._from_the_start.add(job.id)
        return replace(job, state=JobState.QUEUED, written=None)

    # --- writing ----------------------------------------------------------------------------------------------

    def _add(self, job: Job) -> None:
        job_store.add_job(self._store, job)
        if job.written is not None:
            job_store.set_written(self._store, job.id, job.written)

    def _write(
        self, calls: dict[str, Call], takes: Sequence[_TakeRow], samples: Sequence[tuple[Sample, bool]],
        told: dict[str, Provenance],
    ) -> dict[str, Sample]:
        """Writes all but jobs and pads, and returns the public samples by their ids."""
        calls = {name: call for name, call in calls.items() if call.job not in self._from_the_start}
        over = {row["id"] for row in self._store.execute("SELECT id FROM jobs WHERE state IN ('ready', 'failed')")}
        for call in calls.values():
            if not call.outcome and call.job in over:
                call = replace(call, outcome="lost", cost=call.estimate, reason=LOST, ended=call.created)
            job_store.add_call(self._store, call)
        written: set[str] = set()
        for take in takes:
            if take.values["call"] in calls:
                columns = ", ".join(take.values)
                marks = ", ".join(f":{name}" for name in take.values)
                self._store.execute(f"INSERT INTO takes ({columns}) VALUES ({marks})", take.values)
                written.add(take.values["id"])
                self.kept_takes.add(take.file)
        known: dict[str, Sample] = {}
        for sample, public in samples:
            if sample.take not in written or (not public and sample.job in over):
                continue
            fingerprint = told[sample.id].fingerprint if sample.id in told else b""
            sample_store.plan_sample(self._store, sample, fingerprint)
            sample_store.mark_sample(self._store, sample.id, kept=sample.kept, discarded=sample.discarded)
            if public:
                sample_store.publish_sample(self._store, sample.id)
                known[sample.id] = sample
        # Listeners remember how far they have heard: the numbers of events only ever grow.
        self._store.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", (int(time.time()),))
        return known

    def _put_on_pads(self, known: dict[str, Sample], root: Path) -> None:
        held: dict[str, list[str]] = defaultdict(list)
        rows = self._rows("pad_history")
        for row in sorted(rows, key=lambda row: row["number"]):
            held[row["pad"]].append(row["sample"])
        seen = {sample for history in held.values() for sample in history}
        firsts: set[str] = set()
        if not self._is_of_now:
            for sample in known.values():
                # Of a press the first good variation comes on the pad, others when they are kept.
                if sample.pad and not sample.part_of and (sample.job not in firsts or sample.kept):
                    firsts.add(sample.job)
                    if sample.id not in seen:
                        held[sample.pad].append(sample.id)
        currents = {row["pad"]: row["current"] for row in self._rows("pads")}
        for pad, history in held.items():
            history = [name for name in history if name in known]
            for name in history:
                sample_store.put_on_pad(self._store, pad, name)
            current = currents.get(pad, "")
            if not self._is_of_now:
                current = self._played(pad, [*history, *filter(known.get, [current])], known, root)
            if current in known and history[-1:] != [current]:
                sample_store.put_on_pad(self._store, pad, current)
            elif current not in known:
                self._store.execute("DELETE FROM pads WHERE pad = ?", (pad,))

    def _played(self, pad: str, history: Sequence[str], known: dict[str, Sample], root: Path) -> str:
        """Returns what a pad holds by its preset, or, where it has none, the newest that is not discarded."""
        named = inventory.played_by(root, pad)
        if named is None:
            return next((name for name in reversed(history) if not known[name].discarded), "")
        played = next((sample for sample in known.values() if sample.path in named), None)
        return "" if played is None else played.part_of or played.id


class _TakeRow:
    """Holds the row of a take."""

    def __init__(self, values: Values) -> None:
        self.values = values

    @property
    def job(self) -> str:
        return str(self.values["job"])

    @property
    def file(self) -> str:
        return str(self.values["file"])


def _by_job(rows: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[row.job].append(row)  # type: ignore[attr-defined]
    return found


def _read(read: Callable[[Values], T], row: Values) -> T | None:
    """Returns what a row holds, None for one that is damaged inside."""
    try:
        return read(row)
    except (DamagedError, ValueError, TypeError, KeyError, AttributeError) as problem:
        log.warning("a row of the damaged store can't be used: %s", problem)
        return None


def _fits(value: object, column: Row) -> bool:
    """Tells whether a value is of the kind that its column (a row of SQLite's `table_info`) says."""
    if value is None:
        return not column["notnull"] and not column["pk"]
    return isinstance(value, _KINDS[column["type"]])
