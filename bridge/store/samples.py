"""Samples, and what each pad holds and has held."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from sqlite3 import Connection, Row
from typing import Any

from bridge.domain.sample import Alike, Analysis, Character, Sample
from bridge.errors import DamagedError
from bridge.store.jobs import dump_verdicts, load_verdicts
from bridge.store.searching import Wanted, find_near, find_numbers, index_sample

_ANALYSIS = ("root", "cents", "confidence", "seconds", "peak", "channels", "sample_rate", "tone", "glide")
_CHARACTER = {"family": "heard", "share": "heard_share", "brightness": "brightness", "hardness": "hardness",
              "loudness": "loudness"}  # fmt: skip
"""The fields of a character, and their columns."""
_PLAIN = ("id", "job", "take", "pad", "pad_note", "family", "mapping", "prompt", "path", "sha256", "duplicate_of",
          "part_of", "layer", "turn", "created")  # fmt: skip


def plan_sample(store: Connection, sample: Sample, fingerprint: bytes = b"") -> None:
    """Writes a sample that is about to be published; one that was planned before (a crash lies between) is replaced."""
    values = {name: getattr(sample, name) for name in _PLAIN}
    values |= {name: getattr(sample.analysis, name) for name in _ANALYSIS}
    values["loop_start"], values["loop_end"] = sample.analysis.loop or (None, None)
    character = sample.analysis.character
    values |= {column: character and getattr(character, name) for name, column in _CHARACTER.items()}
    values["tags"] = json.dumps(sample.tags, ensure_ascii=False)
    values["verdicts"] = dump_verdicts(sample.verdicts)
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
    store.execute(f"INSERT INTO samples ({columns}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}", values)
    index_sample(store, sample, fingerprint)


def planned_samples(store: Connection, job: str) -> list[Sample]:
    """Returns all samples of a job, published or not, in order."""
    return [read_sample(row) for row in store.execute("SELECT * FROM samples WHERE job = ? ORDER BY number", (job,))]


def publish_sample(store: Connection, sample: str) -> None:
    """Marks a sample's file as whole and in its place."""
    store.execute("UPDATE samples SET published = 1 WHERE id = ?", (sample,))


def drop_planned(store: Connection, job: str) -> list[str]:
    """Forgets the samples of a job that never were published and returns their paths."""
    rows = store.execute("DELETE FROM samples WHERE job = ? AND published = 0 RETURNING path", (job,))
    return [row["path"] for row in rows]


def drop_sample(store: Connection, sample: str) -> None:
    """Forgets a sample that never was published."""
    store.execute("DELETE FROM samples WHERE id = ? AND published = 0", (sample,))


def find_sample(store: Connection, sample: str) -> Sample | None:
    """Returns a published sample by its id."""
    row = store.execute("SELECT * FROM samples WHERE id = ? AND published = 1", (sample,)).fetchone()
    return None if row is None else read_sample(row)


def list_samples(store: Connection, wanted: Wanted | None = None, *, limit: int = 50) -> list[Sample]:
    """Returns the published samples that are wanted, newest first; without a wish all."""
    numbers = find_numbers(store, wanted or Wanted(), limit)
    marks = ", ".join("?" * len(numbers))
    rows = store.execute(f"SELECT * FROM samples WHERE number IN ({marks}) ORDER BY number DESC", numbers)
    return [read_sample(row) for row in rows]


def list_near(store: Connection, wanted: Wanted, fingerprint: bytes, *, but: str, limit: int) -> list[Alike]:
    """Returns the wanted samples that sound most like a fingerprint, the nearest first, as `find_near` does."""
    found = []
    for sample_id, likeness in find_near(store, wanted, fingerprint, but=but, limit=limit):
        sample = read_sample(store.execute("SELECT * FROM samples WHERE id = ?", (sample_id,)).fetchone())
        values = {field.name: getattr(sample, field.name) for field in fields(sample)}
        found.append(Alike(**values, likeness=round(likeness, 4)))
    return found


def mark_sample(store: Connection, sample: str, *, kept: bool, discarded: bool) -> None:
    """Sets the user's marks, which the sidecar does not hold yet."""
    store.execute(
        "UPDATE samples SET kept = ?, discarded = ?, sidecar_behind = 1 WHERE id = ?",
        (int(kept), int(discarded), sample),
    )


def samples_behind(store: Connection) -> list[Sample]:
    """Returns the samples whose sidecars do not hold their marks yet."""
    rows = store.execute("SELECT * FROM samples WHERE sidecar_behind = 1 ORDER BY number")
    return [read_sample(row) for row in rows]


def note_sidecar(store: Connection, sample: Sample) -> None:
    """Notes that a sidecar holds these marks; where others were set meanwhile it stays behind."""
    store.execute(
        "UPDATE samples SET sidecar_behind = 0 WHERE id = ? AND kept = ? AND discarded = ?",
        (sample.id, int(sample.kept), int(sample.discarded)),
    )


# --- pads -----------------------------------------------------------------------------------------------------


def current_sample(store: Connection, pad: str) -> Sample | None:
    """Returns what a pad holds."""
    row = store.execute("SELECT samples.* FROM pads JOIN samples ON samples.id = current WHERE pads.pad = ?", (pad,))
    found = row.fetchone()
    return None if found is None else read_sample(found)


def current_samples(store: Connection) -> dict[str, Sample]:
    """Returns what every pad holds; empty pads are left out."""
    rows = store.execute("SELECT samples.*, pads.pad AS on_pad FROM pads JOIN samples ON samples.id = current")
    return {row["on_pad"]: read_sample(row) for row in rows}


def parts_of(store: Connection, samples: Iterable[str]) -> dict[str, list[Sample]]:
    """Returns the parts of some samples by their ids; those without parts are left out."""
    # The index holds parts alone, and SQLite takes it only where the query says that it wants one.
    found = {
        sample: [read_sample(row) for row in store.execute(
            "SELECT * FROM samples WHERE part_of = ? AND part_of <> '' AND published = 1 ORDER BY number", (sample,)
        )]
        for sample in samples
    }  # fmt: skip
    return {sample: parts for sample, parts in found.items() if parts}


def put_on_pad(store: Connection, pad: str, sample: str) -> None:
    """Makes a sample the pad's current one and adds it to the pad's history."""
    store.execute(
        "INSERT INTO pad_lengths (pad, held) SELECT ?1, 1"
        " WHERE NOT EXISTS (SELECT 1 FROM pad_history WHERE pad = ?1 AND sample = ?2)"
        " ON CONFLICT (pad) DO UPDATE SET held = held + 1",
        (pad, sample),
    )
    store.execute("INSERT INTO pad_history (pad, sample) VALUES (?, ?)", (pad, sample))
    _set_current(store, pad, sample)


def waiting_sample(store: Connection, pad: str) -> Sample | None:
    """Returns what was made for a pad after the sound that it holds and is neither kept nor discarded: of the newest
    job the first."""
    row = store.execute(
        "SELECT samples.* FROM samples JOIN jobs ON jobs.id = samples.job"
        " WHERE samples.pad = ?1 AND published = 1 AND part_of = '' AND kept = 0 AND discarded = 0 AND samples.number >"
        " COALESCE((SELECT held.number FROM pads JOIN samples AS held ON held.id = current WHERE pads.pad = ?1), 0)"
        " ORDER BY jobs.number DESC, samples.number LIMIT 1",
        (pad,),
    ).fetchone()
    return None if row is None else read_sample(row)


def step_back(store: Connection, pad: str) -> Sample | None:
    """Puts the newest sample of the pad's history that is not discarded back on the pad; None leaves it empty."""
    row = store.execute(
        "SELECT samples.* FROM pad_history JOIN samples ON samples.id = sample"
        " WHERE pad_history.pad = ? AND discarded = 0 ORDER BY pad_history.number DESC LIMIT 1",
        (pad,),
    ).fetchone()
    if row is None:
        store.execute("DELETE FROM pads WHERE pad = ?", (pad,))
        return None
    _set_current(store, pad, row["id"])
    return read_sample(row)


def is_newer_than_current(store: Connection, pad: str, job_number: int) -> bool:
    """Tells whether a job was asked for after the one that made what the pad holds."""
    row = store.execute(
        "SELECT jobs.number FROM pads JOIN samples ON samples.id = current JOIN jobs ON jobs.id = samples.job"
        " WHERE pads.pad = ?",
        (pad,),
    ).fetchone()
    return row is None or bool(row["number"] < job_number)


def history_lengths(store: Connection) -> dict[str, int]:
    """Returns how many different sounds each pad has held."""
    return {row["pad"]: row["held"] for row in store.execute("SELECT pad, held FROM pad_lengths")}


def _set_current(store: Connection, pad: str, sample: str) -> None:
    store.execute(
        "INSERT INTO pads (pad, current) VALUES (?, ?) ON CONFLICT (pad) DO UPDATE SET current = excluded.current",
        (pad, sample),
    )


def _loop(row: Row | dict[str, Any]) -> tuple[int, int] | None:
    return None if row["loop_start"] is None else (row["loop_start"], row["loop_end"])


def _character(row: Row | dict[str, Any]) -> Character | None:
    """Returns the character; None for samples made before it was measured."""
    if row["brightness"] is None:
        return None
    return Character(**{name: row[column] for name, column in _CHARACTER.items()})


def read_sample(row: Row | dict[str, Any]) -> Sample:
    try:
        tags = tuple(json.loads(row["tags"]))
    except (ValueError, TypeError) as problem:
        raise DamagedError(f"Sample {row['id']} can't be read: {problem}.") from problem
    return Sample(
        **{name: row[name] for name in _PLAIN},
        analysis=Analysis(**{name: row[name] for name in _ANALYSIS}, loop=_loop(row), character=_character(row)),
        verdicts=load_verdicts(row["verdicts"]),
        tags=tags,
        kept=bool(row["kept"]),
        discarded=bool(row["discarded"]),
    )
