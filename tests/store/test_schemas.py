"""A store of every version that there was is taken up with all that it knows, and so is a sidecar.

`schemas` holds what those versions wrote themselves: three sounds on two pads, pressed from the command line.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge.library.sidecar import provenance_of
from bridge.store import jobs, samples, searching, spending
from bridge.store.database import Database, connect
from bridge.store.migrations import MIGRATIONS
from bridge.store.salvage import salvage

SCHEMAS = Path(__file__).parent / "schemas"
VERSIONS = range(1, len(MIGRATIONS) + 1)


def store_of(version: int, folder: Path) -> Path:
    path = folder / "store.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / f"{version}.sql").read_text(encoding="utf-8"))
        # Whatever was paid then counts on: the built-in synthesiser, which wrote these, costs nothing.
        connection.execute("UPDATE calls SET cost = 0.25 WHERE rowid = 1")
        connection.commit()
    return path


def test_there_is_a_store_and_a_sidecar_of_every_version() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.sql")} == {str(version) for version in VERSIONS}
    assert {file.stem for file in SCHEMAS.glob("*.json")} == {str(version) for version in VERSIONS}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_store_is_taken_up_with_all_that_it_knows(tmp_path: Path, version: int) -> None:
    path = store_of(version, tmp_path)
    with closing(sqlite3.connect(path)) as old:
        before = sorted(old.execute("SELECT id, path, sha256 FROM samples"))
        pads = dict(old.execute("SELECT pad, current FROM pads"))

    async def look(database: Database):
        await database.check()
        return await database.read(
            lambda store: (
                samples.list_samples(store), samples.current_samples(store), jobs.recent_jobs(store, 10),
                samples.history_lengths(store), spending.counted_since(store, 0.0),
                searching.find_numbers(store, searching.Wanted(tags=("bass",)), 10),
            )
        )

    async def open_it():
        database = Database(path)
        try:
            return await look(database)
        finally:
            database.close()

    found, currents, known, lengths, spent, tagged = asyncio.run(open_it())
    assert sorted((each.id, each.path, each.sha256) for each in found) == before
    assert len(found) == 3
    assert {pad: sample.id for pad, sample in currents.items()} == pads
    assert {job.state for job in known} == {"ready"}
    assert lengths == {"kick": 2, "bass": 1}
    assert spent == 0.25
    assert len(tagged) == 1
    with closing(connect(path)) as store:
        assert store.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_damaged_store_of_every_version_gives_back_its_rows(tmp_path: Path, version: int) -> None:
    found = salvage(store_of(version, tmp_path), tmp_path)
    assert {table: len(rows.rows) for table, rows in found.items()} == {
        "jobs": 3, "calls": 3, "takes": 3, "samples": 3, "pads": 2, "pad_history": 3,
    }
    assert all(rows.whole for rows in found.values())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sidecar_of_every_version_tells_what_its_store_knew(tmp_path: Path, version: int) -> None:
    path = store_of(version, tmp_path)

    async def known(name: str):
        database = Database(path)
        try:
            return await database.read(lambda store: samples.find_sample(store, name))
        finally:
            database.close()

    sidecar = json.loads((SCHEMAS / f"{version}.json").read_text(encoding="utf-8"))
    told = provenance_of(sidecar, sidecar["path"])
    sample = asyncio.run(known(sidecar["id"]))
    for name in ("id", "job", "take", "pad", "pad_note", "family", "mapping", "prompt", "path", "sha256", "root"):
        assert getattr(told.sample, name) == getattr(sample, name), name
    assert abs(told.sample.created - sample.created) < 60
    assert abs(told.sample.analysis.seconds - sample.analysis.seconds) < 1e-3
