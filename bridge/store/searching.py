"""Searches samples: by what they are, by words, and by how they sound.

Each filter that an index answers stands in a query of its own for the numbers of samples, so that whichever of them
are combined, SQLite goes through indexes and the newest samples first, and stops at the limit.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any

from bridge.domain.sample import Sample
from bridge.domain.tags import tag_key, tags_of
from bridge.domain.text import folded
from bridge.units import MidiNote, Seconds

SUSPECT = 0.97
"""Likeness from which two samples may be one recording (`bridge.sound.similar` says how that was measured)."""
SAME_BRIGHTNESS = 1.1
"""Factor by which the brightness of two copies of one recording may differ: measured 1.01, with a tilt of 3 dB 1.2."""
SAME_LENGTH = 2.0
"""Factor by which their lengths may: a little more noise, and the tail is cut elsewhere."""
MOST_SUSPECTS = 8
RECENT = 2_000
"""Samples that are looked through one by one before an index gathers all that fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Says which samples are wanted; what is empty or None lets everything through. Parts of others are never found.

    `longer` and `shorter` bound the length, both included. `note` is the root. A sample has all of the `tags`, and
    each word of `text` stands somewhere in its pad, prompt or tags. `before` is the id of a newer sample.
    """

    pad: str = ""
    job: str = ""
    family: str = ""
    kept: bool = False
    longer: Seconds | None = None
    shorter: Seconds | None = None
    note: MidiNote | None = None
    tags: tuple[str, ...] = ()
    text: str = ""
    before: str = ""

    def where(self, *, row_by_row: bool = False) -> tuple[str, list[Any]]:
        """Returns the condition on a row of `samples` and its values; `row_by_row` for looking through a few rows
        rather than gathering all that an index knows."""
        rows = list(self._conditions(row_by_row))
        conditions = ["published = 1", "part_of = ''", *(row[0] for row in rows)]
        return " AND ".join(conditions), [value for row in rows for value in row[1]]

    def _conditions(self, row_by_row: bool) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for column in ("pad", "job", "family"):
            if value := getattr(self, column):
                yield f"{column} = ?", (value,)
        if self.kept:
            yield "kept = 1", ()
        if self.before:
            yield "number < (SELECT number FROM samples WHERE id = ?)", (self.before,)
        if self.note is not None:
            yield "root = ?", (self.note,)
        if self.longer is not None or self.shorter is not None:
            bounds = (self.longer or 0.0, 1e9 if self.shorter is None else self.shorter)
            # A plus keeps a column away from its index.
            gathered = "number IN (SELECT number FROM samples WHERE seconds BETWEEN ? AND ?)"
            yield "+seconds BETWEEN ? AND ?" if row_by_row else gathered, bounds
        for tag in self.tags:
            has_tag = "EXISTS (SELECT 1 FROM sample_tags WHERE tag = ? AND sample = number)"
            yield has_tag if row_by_row else "number IN (SELECT sample FROM sample_tags WHERE tag = ?)", (tag_key(tag),)
        for word in folded(self.text).split():
            yield "EXISTS (SELECT 1 FROM sample_words WHERE sample = number AND instr(words, ?))", (word,)


def find_numbers(store: Connection, wanted: Wanted, limit: int) -> list[int]:
    """Returns the numbers of the samples that are wanted, the newest first.

    The newest rows are looked through before anything is gathered: what is common is found among them, in a large
    store as soon as in a small one.
    """
    where, values = wanted.where(row_by_row=True)
    recent = f"{where} AND number > (SELECT MAX(number) FROM samples) - ?"
    found = _numbers(store, recent, [*values, RECENT], limit)
    if len(found) == limit:
        return found
    return _numbers(store, *wanted.where(), limit)


def _numbers(store: Connection, where: str, values: Sequence[Any], limit: int) -> list[int]:
    rows = store.execute(f"SELECT number FROM samples WHERE {where} ORDER BY number DESC LIMIT ?", (*values, limit))
    return [row["number"] for row in rows]


def fingerprint_of(store: Connection, sample: str) -> bytes | None:
    """Returns the fingerprint of a sample; None for one that has none."""
    row = store.execute(
        "SELECT fingerprint FROM samples JOIN fingerprints ON sample = number WHERE id = ?", (sample,)
    ).fetchone()
    return None if row is None else bytes(row["fingerprint"])


def find_near(
    store: Connection, wanted: Wanted, fingerprint: bytes, *, but: str, limit: int
) -> list[tuple[str, float]]:
    """Returns the ids of the samples whose fingerprints are most alike, with their likeness, the nearest first.

    Goes through the fingerprint of every sample that is wanted: run it where nobody waits (`Database.look`). Equally
    alike are the newer first; `but` is left out.
    """
    where, values = wanted.where()
    rows = store.execute(
        f"SELECT id, fingerprint FROM fingerprints CROSS JOIN samples ON sample = number"
        f" WHERE {where} AND id <> ? ORDER BY sample",
        (*values, but),
    ).fetchall()[::-1]
    return [
        (rows[place]["id"], likeness)
        for place, likeness in itertools.islice(_ranked(fingerprint, rows), limit)
    ]


def same_sound(store: Connection, sample: Sample) -> str:
    """Returns the oldest other published sample with the very same sound (its PCM); empty where there is none."""
    row = store.execute(
        "SELECT id FROM samples WHERE sha256 = ? AND published = 1 AND part_of = '' AND id <> ?"
        " ORDER BY number LIMIT 1",
        (sample.sha256, sample.id),
    ).fetchone()
    return "" if row is None else str(row["id"])


def suspects(store: Connection, sample: Sample, fingerprint: bytes) -> list[tuple[str, str]]:
    """Returns id and path of the published samples that may be the same recording, the most alike first."""
    character, seconds = sample.analysis.character, sample.analysis.seconds
    if character is None or not fingerprint:
        return []
    # The index alone says which; of a large store's thousands only the few that are alike are read whole.
    rows = store.execute(
        "SELECT number, fingerprint FROM samples JOIN fingerprints ON sample = number"
        " WHERE brightness BETWEEN ? AND ? AND seconds BETWEEN ? AND ?",
        (character.brightness / SAME_BRIGHTNESS, character.brightness * SAME_BRIGHTNESS,
         seconds / SAME_LENGTH, seconds * SAME_LENGTH),
    ).fetchall()  # fmt: skip
    order = (rows[place]["number"] for place, likeness in _ranked(fingerprint, rows) if likeness >= SUSPECT)
    one = "SELECT id, path FROM samples WHERE number = ? AND published = 1 AND part_of = '' AND id <> ?"
    found = (store.execute(one, (number, sample.id)).fetchone() for number in order)
    return [(row["id"], row["path"]) for row in itertools.islice(filter(None, found), MOST_SUSPECTS)]


def _ranked(fingerprint: bytes, rows: Sequence[Row]) -> Iterator[tuple[int, float]]:
    """Yields the places of rows and the likeness of their fingerprints to one, the most alike first."""
    # Only here: numpy is a tenth of the daemon's start, and nothing else in it needs it.
    from bridge.sound.likeness import ranked

    yield from ranked(fingerprint, [row["fingerprint"] for row in rows])


def index_sample(store: Connection, sample: Sample, fingerprint: bytes) -> None:
    """Writes by what a sample is found; what was written of it before is replaced."""
    number = store.execute("SELECT number FROM samples WHERE id = ?", (sample.id,)).fetchone()["number"]
    for table in ("sample_tags", "sample_words", "fingerprints"):
        store.execute(f"DELETE FROM {table} WHERE sample = ?", (number,))
    keys = dict.fromkeys(tag_key(tag) for tag in sample.tags)
    store.executemany("INSERT INTO sample_tags (tag, sample) VALUES (?, ?)", [(key, number) for key in keys])
    words = _words(sample.pad, sample.prompt, sample.tags)
    store.execute("INSERT INTO sample_words (sample, words) VALUES (?, ?)", (number, words))
    if fingerprint:
        store.execute("INSERT INTO fingerprints (sample, fingerprint) VALUES (?, ?)", (number, fingerprint))


def lend_functions(connection: Connection) -> None:
    """Lends a connection the functions with which a migration makes older samples findable."""
    connection.create_function("tags_of", 2, lambda prompt, family: json.dumps(tags_of(prompt, family)))
    connection.create_function("tag_key", 1, tag_key)
    connection.create_function("words_of", 3, lambda pad, prompt, tags: _words(pad, prompt, json.loads(tags)))


def _words(pad: str, prompt: str, tags: Sequence[str]) -> str:
    return folded(" ".join((pad, prompt, *tags)))
