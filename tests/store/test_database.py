"""The store answers after the commit, undoes what failed alone, and refuses what it does not know."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bridge.errors import StoreError
from bridge.store.database import Database, connect
from bridge.store.migrations import MIGRATIONS


async def _with(database: Database, work):
    try:
        return await work(database)
    finally:
        database.close()


def run(path: Path, work):
    async def main():
        return await _with(Database(path), work)

    return asyncio.run(main())


def _remember(value: str):
    def transaction(store: sqlite3.Connection) -> None:
        store.execute("INSERT INTO hosts (host, attached, seen) VALUES (?, 0, 0)", (value,))

    return transaction


def _hosts(store: sqlite3.Connection) -> list[str]:
    return [row["host"] for row in store.execute("SELECT host FROM hosts ORDER BY host")]


def test_what_was_answered_is_on_the_disk(tmp_path: Path) -> None:
    async def work(database: Database) -> list[str]:
        await database.write(_remember("live"))
        return _hosts(connect(database.path))  # another connection, as another process would see it

    assert run(tmp_path / "store.sqlite", work) == ["live"]


def test_a_failed_transaction_is_undone_alone(tmp_path: Path) -> None:
    async def work(database: Database):
        def half(store: sqlite3.Connection) -> None:
            _remember("half")(store)
            raise ValueError("no")

        results = await asyncio.gather(
            database.write(_remember("a")), database.write(half), database.write(_remember("b")),
            return_exceptions=True,
        )
        return results, await database.read(_hosts)

    results, hosts = run(tmp_path / "store.sqlite", work)
    assert isinstance(results[1], ValueError)
    assert hosts == ["a", "b"]


def test_a_burst_is_answered_whole_and_in_order(tmp_path: Path) -> None:
    async def work(database: Database) -> list[str]:
        await asyncio.gather(*(database.write(_remember(f"host-{n:04}")) for n in range(1000)))
        return await database.read(_hosts)

    assert run(tmp_path / "store.sqlite", work) == [f"host-{n:04}" for n in range(1000)]


def test_a_read_sees_every_commit_before_it(tmp_path: Path) -> None:
    async def work(database: Database) -> bool:
        seen = []
        for n in range(50):
            await database.write(_remember(f"host-{n:02}"))
            seen.append(len(await database.read(_hosts)) == n + 1)
        return all(seen)

    assert run(tmp_path / "store.sqlite", work)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async def work(database: Database) -> None:
        with pytest.raises(sqlite3.OperationalError):
            await database.read(_remember("x"))

    run(tmp_path / "store.sqlite", work)


def test_a_store_of_a_newer_version_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    run(path, lambda database: asyncio.sleep(0))
    newer = connect(path)
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    with pytest.raises(StoreError, match="newer version") as refused:
        Database(path)
    assert "pip install --upgrade" in refused.value.hint


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is a diary, not a database" * 100)
    with pytest.raises(StoreError, match="can't be opened"):
        Database(path)
    assert path.read_bytes().startswith(b"this is a diary")


def test_every_commit_is_flushed_before_it_is_believed(tmp_path: Path) -> None:
    connection = connect(tmp_path / "store.sqlite")
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()
