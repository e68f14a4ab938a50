"""Opens the store and runs its transactions.

Two threads own two connections: one writes, one reads, and the loop waits for neither. Transactions that arrive
while the writer is busy are committed together, so a burst of a thousand triggers costs a few flushes of the disk,
not a thousand; each still succeeds or fails by itself (a savepoint), and its caller is answered only after the
commit that holds it.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from bridge.disk import make_folder
from bridge.errors import DamagedError, StoreError
from bridge.store.ledger import Ledger, missing, read_ledger
from bridge.store.migrations import MIGRATIONS
from bridge.store.searching import lend_functions

log = logging.getLogger(__name__)
T = TypeVar("T")
Transaction = Callable[[sqlite3.Connection], T]

LARGEST_BATCH = 256
_OF_THE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY}
"""Failures that are no mistake of a transaction."""
_OF_THE_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LEDGER = "ledger.jsonl"
"""The name of the ledger beside the store."""
DAMAGED = "store.damaged"
"""The name of a file that says that the store has to be built anew; `bridge.jobs.rebuilding` does that."""


_JSON = (("jobs", "brief"), ("jobs", "written"), ("takes", "verdicts"), ("samples", "verdicts"), ("samples", "tags"))
REPAIR = "Have it built anew from your sounds: oneshot library repair"


def damage_in(problem: BaseException) -> bool:
    """Tells whether an error says that the file itself is damaged."""
    if isinstance(problem, DamagedError):
        return True
    code = getattr(problem, "sqlite_errorcode", None)
    # What SQLite itself reports has a code; without one, Python could not read a text that it found.
    return isinstance(problem, sqlite3.OperationalError) if code is None else code & 0xFF in _OF_THE_FILE


def connect(path: Path) -> sqlite3.Connection:
    """Opens the file as the store needs it: WAL, every commit flushed to the disk before it is believed."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    connection.row_factory = sqlite3.Row
    lend_functions(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the schema up to date; raises StoreError for a store that a newer version wrote."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise StoreError(
            f"The store was written by a newer version of the bridge (schema {version}, this one knows "
            f"{len(MIGRATIONS)}).",
            "Update with: pip install --upgrade oneshot-bridge",
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")


def raise_if_damaged(store: sqlite3.Connection) -> None:
    """Looks whether every page is one, and every text that has to be JSON; raises DamagedError."""
    found = store.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedError(f"The store is damaged: {found}.", REPAIR)
    for table, column in _JSON:
        where = f"NOT json_valid({column}) AND {column} <> ''"
        if row := store.execute(f"SELECT rowid FROM {table} WHERE {where} LIMIT 1").fetchone():
            raise DamagedError(f"The store is damaged: row {row['rowid']} of its {table}.", REPAIR)


class Database:
    """Holds the store open. Use `write` and `read` from the loop; close it before the loop ends."""

    def __init__(self, path: Path, *, on_damage: Callable[[], object] = lambda: None) -> None:
        """Opens or creates the store at `path`; raises StoreError if that is impossible, DamagedError if the file is
        no sound store. `on_damage` is called, from any thread, when that is found out later.
        """
        self.path = path
        self._on_damage = on_damage
        self._hurt = False
        self._writing = sqlite3.connect(":memory:")
        self._ledger = Ledger(path.with_name(LEDGER))
        try:
            make_folder(path.parent)
            self._writing = connect(path)
            migrate(self._writing)
            self._look_for_damage()
            self._ledger.renew(self._writing)
            self._ledger.follow(self._writing)
            self._reading = connect(path)
            self._reading.execute("PRAGMA query_only = ON")
        except (OSError, sqlite3.Error) as problem:
            self._writing.close()
            if damage_in(problem):
                raise DamagedError(f"The store {path} can't be opened: {problem}.", REPAIR) from problem
            raise StoreError(
                f"The store {path} can't be opened: {problem}.",
                "Check that its folder can be written and has space, or move the file away to begin a new one.",
            ) from problem
        except DamagedError:
            self._writing.close()
            raise
        self._writes: queue.SimpleQueue[_Ask | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Ask | None] = queue.SimpleQueue()
        self._threads = (
            threading.Thread(target=self._write_forever, name="store-writer", daemon=True),
            threading.Thread(target=self._read_forever, name="store-reader", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def _look_for_damage(self) -> None:
        """Raises DamagedError for a store that is known to be damaged, and for one that is older than its ledger."""
        if self.path.with_name(DAMAGED).exists():
            raise DamagedError(f"The store {self.path} is damaged.", REPAIR)
        if lacking := missing(self._writing, read_ledger(self._ledger.path)):
            raise DamagedError(f"The store {self.path} is an old copy: {lacking} calls and jobs are missing.", REPAIR)

    async def write(self, transaction: Transaction[T]) -> T:
        """Runs `transaction` and returns its answer after it is durable.

        What the transaction raises undoes it alone and reaches the caller; a disk that fails is a retryable
        StoreError. A caller that is cancelled while it waits does not undo the transaction.
        """
        ask = _Ask(transaction, asyncio.get_running_loop())
        self._writes.put(ask)
        return await ask.answer  # type: ignore[no-any-return]

    async def read(self, query: Transaction[T]) -> T:
        """Runs `query`, which sees everything that was committed before the call."""
        ask = _Ask(query, asyncio.get_running_loop())
        self._reads.put(ask)
        return await ask.answer  # type: ignore[no-any-return]

    async def look(self, query: Transaction[T]) -> T:
        """Runs a query that takes long on a connection and a thread of its own, so that no other waits for it."""

        def on_its_own() -> T:
            with closing(connect(self.path)) as connection:
                connection.execute("PRAGMA query_only = ON")
                try:
                    return query(connection)
                except (sqlite3.Error, DamagedError) as problem:
                    raise self._told(problem) from problem

        return await asyncio.to_thread(on_its_own)

    async def check(self) -> None:
        """Looks through the whole file, on a thread of its own; raises DamagedError for one that is damaged."""
        await self.look(raise_if_damaged)

    def close(self) -> None:
        """Finishes what is queued and closes the file; afterwards the store can be opened again."""
        self._writes.put(None)
        self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._reading.close()
        self._writing.close()

    def _write_forever(self) -> None:
        while (first := self._writes.get()) is not None:
            batch = [first]
            stop = False
            while len(batch) < LARGEST_BATCH and not self._writes.empty():
                ask = self._writes.get()
                if ask is None:
                    stop = True
                    break
                batch.append(ask)
            self._commit(batch)
            if stop:
                return

    def _commit(self, batch: list[_Ask]) -> None:
        connection = self._writing
        known = self._ledger.taken_down
        try:
            connection.execute("BEGIN IMMEDIATE")
            for ask in batch:
                connection.execute("SAVEPOINT one")
                before = self._ledger.taken_down
                if not ask.try_on(connection, self._told_writing):
                    connection.execute("ROLLBACK TO one")
                    self._ledger.forget(before)
                connection.execute("RELEASE one")
            connection.execute("COMMIT")
        except sqlite3.Error as problem:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._ledger.forget(known)
            log.error("the store can't be written: %s", problem)
            for ask in batch:
                ask.error = self._told(problem) if damage_in(problem) else StoreError(
                    f"The store {self.path} can't be written: {problem}.",
                    "Free some disk space and check the folder's rights.",
                    retryable=True,
                )
        self._ledger.write()
        _answer(batch)

    def _read_forever(self) -> None:
        while (ask := self._reads.get()) is not None:
            ask.try_on(self._reading, self._told)
            _answer([ask])

    def _told_writing(self, problem: Exception) -> Exception:
        """Returns what a caller is told of an error while the store is written."""
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
            return StoreError(
                f"The store {self.path} may not be changed: {problem}.",
                "Give yourself write permission for its folder, or free its disk of whatever made it read-only.",
                retryable=True,
            )
        return self._told(problem)

    def _told(self, problem: Exception) -> Exception:
        """Returns what a caller is told of an error, and sees to it that a damaged store is built anew."""
        if not damage_in(problem):
            return problem
        if not self._hurt:
            self._hurt = True
            log.error("the store is damaged: %s", problem)
            with suppress(OSError):
                self.path.with_name(DAMAGED).touch()
            self._on_damage()
        return DamagedError(
            f"The store {self.path} is damaged: {str(problem).rstrip('.')}.",
            "The next start builds it anew from your sounds.", retryable=True,
        )


class _Ask:
    """A transaction, its answer, and the loop that waits for it."""

    def __init__(self, transaction: Transaction[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.transaction = transaction
        self.loop = loop
        self.answer: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def try_on(self, connection: sqlite3.Connection, told: Callable[[Exception], Exception]) -> bool:
        try:
            self.result = self.transaction(connection)
        except Exception as problem:  # a border: whatever the caller's function raises belongs to the caller
            self.error = told(problem)
            if getattr(self.error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK:
                self.error = StoreError(
                    f"The store can't be used: {problem}.", "Free some disk space and check its folder.", retryable=True
                )
            return False
        return True

    def resolve(self) -> None:
        if self.answer.cancelled():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


def _answer(batch: list[_Ask]) -> None:
    """Wakes every waiting loop once, with all of its answers."""
    for loop in {ask.loop for ask in batch}:
        mine = [ask for ask in batch if ask.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(asks: list[_Ask]) -> None:
    for ask in asks:
        ask.resolve()
