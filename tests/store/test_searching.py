"""Samples are found by what they are, by words and by how they sound; older stores are taken along."""

from __future__ import annotations

import json
import math
import random
import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from bridge.domain.sample import Analysis, Character, Sample
from bridge.domain.take import Verdict
from bridge.sound.likeness import SIZE, likeness, likenesses
from bridge.store import searching
from bridge.store.database import connect, migrate
from bridge.store.migrations import MIGRATIONS
from bridge.store.samples import (
    drop_planned,
    find_sample,
    list_near,
    list_samples,
    parts_of,
    plan_sample,
    publish_sample,
)
from bridge.store.searching import Wanted, find_numbers, fingerprint_of, same_sound, suspects
from bridge.units import Cents, Decibels, Hz, MidiNote, Seconds

PLAIN = Analysis(
    root=None, cents=Cents(0.0), confidence=0.9, seconds=Seconds(0.5), peak=Decibels(-1.0), channels=1,
    sample_rate=44_100,
)  # fmt: skip
HEARD = replace(
    PLAIN, tone="note", glide=1.5,
    character=Character(
        family="kick", share=0.75, brightness=Hz(99.5), hardness=Decibels(12.25), loudness=Decibels(-9.5)
    ),
)  # fmt: skip


def sample(number, **values):
    given = {
        "id": f"s-{number:012d}", "job": "j-1", "take": "t-1", "pad": "", "pad_note": None, "family": "fx",
        "mapping": "drum", "prompt": "", "path": f"samples/{number}.wav", "sha256": f"{number}", "analysis": PLAIN,
        "created": float(number), **values,
    }  # fmt: skip
    return Sample(**given)


@pytest.fixture
def store(tmp_path):
    connection = connect(tmp_path / "store.sqlite")
    migrate(connection)
    connection.execute("INSERT INTO jobs (id, state, pad, origin, priority, brief, created, updated)"
                       " VALUES ('j-1', 'ready', '', 'osc', 'pad', '{}', 0, 0)")  # fmt: skip
    connection.execute("INSERT INTO calls (id, job, model, attempt, seed, estimate, created)"
                       " VALUES ('c-1', 'j-1', 'm', 1, 1, 0, 0)")  # fmt: skip
    connection.execute("INSERT INTO takes (id, call, job, position, seed, file) VALUES ('t-1', 'c-1', 'j-1', 0, 1, '')")
    yield connection
    connection.close()


def put(store, *samples, fingerprint=b""):
    for one in samples:
        plan_sample(store, one, fingerprint)
        publish_sample(store, one.id)


def ids(found):
    return [int(one.id[2:]) for one in found]


def a_print(seed):
    return np.random.default_rng(seed).integers(-127, 128, SIZE, dtype=np.int8).tobytes()


def changed(fingerprint, share, seed=0):
    """Returns a fingerprint of which a share of the fields is another."""
    fields = np.frombuffer(fingerprint, dtype=np.int8).copy()
    places = np.random.default_rng(seed).choice(SIZE, round(share * SIZE), replace=False)
    fields[places] = 0
    return fields.tobytes()


def test_all_that_is_known_of_a_sample_comes_back_as_it_was_written(store):
    verdict = Verdict(name="duplicate", figure=1.0, rule="note", text="duplicate of s-1")
    one = sample(1, analysis=HEARD, tags=("kick", "dunkel", "深い"), duplicate_of="s-1", verdicts=(verdict,))
    put(store, one, fingerprint=a_print(1))
    assert find_sample(store, one.id) == one
    assert fingerprint_of(store, one.id) == a_print(1)


def test_every_filter_finds_what_it_says_and_all_together_too(store):
    put(
        store,
        sample(1, family="kick", pad="kick", tags=("kick", "dark"), prompt="dark kick"),
        sample(2, family="kick", analysis=replace(PLAIN, seconds=Seconds(1.0)), tags=("kick", "bright")),
        sample(3, family="hat", analysis=replace(PLAIN, seconds=Seconds(0.3)), tags=("hat", "dark", "schläge")),
        sample(4, family="bass", analysis=replace(PLAIN, root=MidiNote(36)), prompt="Ein tiefer Baß, 暗い低音"),
    )
    for wanted, found in (
        (Wanted(), [4, 3, 2, 1]),
        (Wanted(family="kick"), [2, 1]),
        (Wanted(longer=Seconds(0.5)), [4, 2, 1]),
        (Wanted(shorter=Seconds(0.5)), [4, 3, 1]),
        (Wanted(longer=Seconds(0.4), shorter=Seconds(0.6)), [4, 1]),
        (Wanted(note=MidiNote(36)), [4]),
        (Wanted(tags=("dark",)), [3, 1]),
        (Wanted(tags=("dark", "KICK")), [1]),
        (Wanted(tags=("Schlage",)), [3]),
        (Wanted(tags=("dar",)), []),
        (Wanted(text="dar"), [3, 1]),
        (Wanted(text="TIEFER bass"), [4]),
        (Wanted(text="低音"), [4]),
        (Wanted(text="%"), []),
        (Wanted(before=sample(3).id), [2, 1]),
        (Wanted(family="kick", longer=Seconds(0.1), tags=("dark",), text="kick", pad="kick"), [1]),
    ):
        assert ids(list_samples(store, wanted)) == found, wanted
    assert ids(list_samples(store, limit=2)) == [4, 3]


def test_what_was_not_published_is_found_by_no_search(store):
    plan_sample(store, sample(1, tags=("dark",), analysis=HEARD), a_print(1))
    assert list_samples(store, Wanted(tags=("dark",))) == []
    assert list_near(store, Wanted(), a_print(1), but="", limit=5) == []
    assert suspects(store, sample(2, analysis=HEARD), a_print(1)) == []
    drop_planned(store, "j-1")
    for table in ("sample_tags", "sample_words", "fingerprints"):
        assert store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] == 0


def test_a_sample_planned_anew_is_found_by_what_it_is_now(store):
    put(store, sample(1, tags=("dark",)), fingerprint=a_print(1))
    put(store, sample(1, tags=("bright",)), fingerprint=a_print(2))
    assert list_samples(store, Wanted(tags=("dark",))) == []
    assert ids(list_samples(store, Wanted(tags=("bright",)))) == [1]
    assert fingerprint_of(store, "s-000000000001") == a_print(2)


def test_the_nearest_come_first_and_filters_hold(store):
    wanted = a_print(1)
    for number, share in enumerate((0.5, 0.0, 0.2), start=1):
        put(store, sample(number, family="kick" if number != 2 else "hat"), fingerprint=changed(wanted, share))
    put(store, sample(4))
    found = list_near(store, Wanted(), wanted, but="", limit=10)
    assert ids(found) == [2, 3, 1]
    assert found[0].likeness == 1.0
    assert found[1].likeness == pytest.approx(likeness(wanted, changed(wanted, 0.2)), abs=1e-4)
    assert ids(list_near(store, Wanted(family="kick"), wanted, but="", limit=1)) == [3]
    assert ids(list_near(store, Wanted(), wanted, but="s-000000000002", limit=10)) == [3, 1]


def test_likeness_is_the_cosine_of_the_angle_between_two_prints():
    prints = [np.frombuffer(a_print(seed), dtype=np.int8).astype(float) for seed in range(3)]
    expected = [one @ prints[0] / math.sqrt((one @ one) * (prints[0] @ prints[0])) for one in prints]
    assert likenesses(a_print(0), [a_print(seed) for seed in range(3)]) == pytest.approx(expected, abs=1e-6)
    assert len(likenesses(a_print(0), [])) == 0
    assert likeness(bytes(SIZE), a_print(0)) == 0.0


def test_the_very_same_sound_is_the_oldest_with_its_hash(store):
    put(store, sample(1, sha256="x"), sample(2, sha256="x"))
    assert same_sound(store, sample(3, sha256="x")) == "s-000000000001"
    assert same_sound(store, sample(1, sha256="x")) == "s-000000000002"
    assert same_sound(store, sample(3)) == ""


def test_suspects_are_alike_as_bright_and_not_of_quite_another_length(store):
    wanted = a_print(1)
    bright = replace(HEARD, character=replace(HEARD.character, brightness=Hz(200.0)))
    put(store, sample(1, analysis=HEARD), fingerprint=changed(wanted, 0.02))
    put(store, sample(2, analysis=HEARD), fingerprint=changed(wanted, 0.3))
    put(store, sample(3, analysis=replace(HEARD, seconds=Seconds(1.2))), fingerprint=wanted)
    put(store, sample(4, analysis=HEARD), fingerprint=wanted)
    put(store, sample(5, analysis=bright), fingerprint=wanted)
    new = sample(9, analysis=HEARD)
    assert [found[0][-1] for found in suspects(store, new, wanted)] == ["4", "1"]
    assert suspects(store, new, b"") == []
    assert suspects(store, sample(9), wanted) == []


def test_an_older_store_is_taken_along_and_what_nobody_measured_is_unknown(tmp_path):
    old = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    for number, script in enumerate(MIGRATIONS[:2], start=1):
        old.executescript(f"{script}; PRAGMA user_version = {number};")
    values = {
        "id": "s-1", "job": "j-1", "take": "t-1", "pad": "kick", "family": "kick", "mapping": "drum",
        "prompt": "Dunkler Schläger", "path": "samples/1.wav", "sha256": "x", "root": None, "cents": 0.0,
        "confidence": 0.5, "seconds": 0.4, "peak": -1.0, "channels": 1, "sample_rate": 44_100,
        "verdicts": json.dumps([]), "created": 1.0, "published": 1,
    }  # fmt: skip
    old.execute(
        f"INSERT INTO samples ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values())
    )
    old.close()
    store = connect(tmp_path / "store.sqlite")
    migrate(store)
    (found,) = list_samples(store, Wanted(tags=("dunkler",), text="schlager kick", family="kick"))
    assert (found.analysis.character, found.analysis.tone, found.analysis.glide) == (None, None, None)
    assert found.tags == ("kick", "dunkler", "schläger")
    assert fingerprint_of(store, "s-1") is None
    assert list_near(store, Wanted(), a_print(1), but="", limit=5) == []
    store.close()


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        (Wanted(), "SCAN samples"),  # from the newest on, until there are enough
        (Wanted(family="kick"), "USING INDEX samples_by_family"),
        (Wanted(pad="kick"), "USING INDEX samples_by_pad"),
        (Wanted(job="j-1"), "USING INDEX samples_by_job"),
        (Wanted(note=MidiNote(36)), "USING INDEX samples_by_root"),
        (Wanted(kept=True), "USING INDEX samples_kept"),
        (Wanted(tags=("dark",)), "SEARCH sample_tags USING PRIMARY KEY"),
        (Wanted(longer=Seconds(0.3), shorter=Seconds(1.0)), "USING COVERING INDEX samples_by_seconds"),
        (Wanted(text="deep"), "SEARCH sample_words USING INTEGER PRIMARY KEY"),
    ],
)
def test_a_search_goes_through_an_index_and_sorts_nothing(store, wanted, way):
    where, values = wanted.where()
    plan = store.execute(
        f"EXPLAIN QUERY PLAN SELECT number FROM samples WHERE {where} ORDER BY number DESC LIMIT 50", values
    )
    steps = "; ".join(row["detail"] for row in plan)
    assert way in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize(
    "wanted",
    [Wanted(), Wanted(family="kick"), Wanted(tags=("dark",)), Wanted(longer=Seconds(0.3), shorter=Seconds(1.0)),
     Wanted(longer=Seconds(9.0)), Wanted(tags=("dark",), text="deep", longer=Seconds(0.2))],
)  # fmt: skip
def test_what_is_found_among_the_newest_is_what_the_whole_store_would_give(store, monkeypatch, wanted, limit):
    dice = random.Random(5)
    for number in range(60):
        seconds = Seconds(dice.uniform(0.1, 2.0))
        tags = tuple(dice.sample(["dark", "bright", "short"], 2))
        put(store, sample(number, family=dice.choice(["kick", "fx"]), tags=tags, prompt=dice.choice(["deep", "thin"]),
                           analysis=replace(PLAIN, seconds=seconds)))
    answers = []
    for recent in (0, 7, 1_000):
        monkeypatch.setattr(searching, "RECENT", recent)
        answers.append(find_numbers(store, wanted, limit))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0] == sorted(answers[0], reverse=True)


def test_duplicates_and_parts_are_looked_for_by_an_index(store):
    statements = []
    store.set_trace_callback(statements.append)
    suspects(store, sample(1, analysis=HEARD), a_print(1))
    same_sound(store, sample(1))
    parts_of(store, ["s-aaaaaaaaaaaa"])
    store.set_trace_callback(None)
    plans = ["; ".join(row["detail"] for row in store.execute(f"EXPLAIN QUERY PLAN {text}")) for text in statements]
    assert "USING COVERING INDEX samples_by_brightness" in plans[0]
    assert "USING INDEX samples_by_sha256" in plans[1]
    assert "USING INDEX samples_by_part" in plans[2]
