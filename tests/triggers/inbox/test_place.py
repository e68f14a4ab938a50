"""The inbox on a real disk: what is seen, what is taken, where it goes, and that nothing is lost on the way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import LibraryError
from bridge.triggers.inbox import place as places
from bridge.triggers.inbox.place import PATIENCE, Place

JOB = "j-abcdefghijkl"
PADS = ("kick", "bass")
FILE_NAMES = st.binary(min_size=1, max_size=255).map(lambda name: name.replace(b"/", b"-").replace(b"\0", b"-")).filter(
    lambda name: name.strip(b".") != b""
)
"""Any name that a file can have on Linux, text or not."""


def new_place(root: Path) -> Place:
    place = Place(root / "inbox", lambda: None)
    place.prepare(PADS)
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return new_place(tmp_path)


def put(place: Place, where: str, content: bytes = b"deep kick") -> Path:
    path = place.root / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def seen(place: Place) -> list[str]:
    return ["/".join(entry.parts) for entry in place.entries(PADS, 100)]


def claimed(place: Place):
    claim = place.claim(place.entries(PADS, 1)[0])
    assert claim is not None
    return claim


def everything(place: Place) -> list[str]:
    """Returns all files of the inbox but the reasons."""
    found = sorted(str(path.relative_to(place.root)) for path in place.root.rglob("*") if not path.is_dir())
    return [name for name in found if not name.endswith(places.REASON)]


def test_what_is_dropped_is_seen_in_order_and_what_the_bridge_put_away_is_not(place):
    for where in ("b.txt", "a.txt", "Kick/z.txt", "finish/x.wav", "finish/bass/y.wav", "done/1.txt", "failed/2.txt",
                  ".hidden.txt", "c.wav.part", "kick/~$d.txt"):  # fmt: skip
        put(place, where)
    assert seen(place) == ["Kick/z.txt", "a.txt", "b.txt", "finish/bass/y.wav", "finish/x.wav"]


def test_only_so_many_are_looked_at_and_always_the_first(place):
    for number in range(200):
        put(place, f"{number:03}.txt")
    assert [entry.parts for entry in place.entries(PADS, 3)] == [("000.txt",), ("001.txt",), ("002.txt",)]


def test_a_folder_of_no_pad_is_one_entry_unless_it_is_empty(place):
    (place.root / "untitled folder" / "still empty").mkdir(parents=True)
    put(place, "Drum Pack/Kicks/a.wav")
    put(place, "kick/deeper/a.wav")
    assert seen(place) == ["Drum Pack", "kick/deeper"]
    before = place.entries(PADS, 10)[0].signature
    put(place, "Drum Pack/Kicks/b.wav")
    assert place.entries(PADS, 10)[0].signature != before


def test_a_link_is_seen_as_a_link_and_never_followed(place, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("deep kick")
    (place.root / "kick").symlink_to(outside)
    (place.root / "a.txt").symlink_to(outside / "secret.txt")
    assert [(entry.parts[-1], entry.nature) for entry in place.entries(PADS, 10)] == [
        ("a.txt", "link"), ("kick", "link"),
    ]  # fmt: skip
    place.refuse(claimed(place), "no")
    assert (outside / "secret.txt").read_text() == "deep kick"
    assert (place.root / "failed" / "a.txt").is_symlink()


def test_an_inbox_that_is_a_link_is_not_used(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "inbox").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LibraryError, match="is a symbolic link"):
        Place(tmp_path / "inbox", lambda: None).prepare(PADS)


@pytest.mark.parametrize("linked", ["finish", "done", "failed", ".taken"])
def test_a_link_in_the_place_of_a_folder_of_the_inbox_leads_nothing_out_of_it(place, tmp_path, linked):
    (tmp_path / "elsewhere").mkdir()
    if (place.root / linked).exists():
        (place.root / linked).rmdir()
    (place.root / linked).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LibraryError, match="is a symbolic link"):
        place.prepare(PADS)


@pytest.mark.parametrize("linked", ["done", "failed", ".taken", "kick"])
def test_a_link_that_comes_between_two_looks_leads_nothing_out_either(place, tmp_path, linked):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = "kick/a.txt" if linked == "kick" else "a.txt"
    put(place, where)
    (entry,) = place.entries(PADS, 10)
    claim = None if linked == ".taken" else place.claim(entry)
    assert (claim is None) == (linked == ".taken")
    folder = place.root / linked
    if folder.exists():
        folder.rename(tmp_path / "aside")
    folder.symlink_to(elsewhere)
    if linked == "kick":
        assert not place.put_back(claim)
    else:
        act = {"done": lambda: place.keep(claim, JOB), "failed": lambda: place.refuse(claim, "why"),
               ".taken": lambda: place.claim(entry)}[linked]
        with pytest.raises(LibraryError, match="is a symbolic link"):
            act()
    assert list(elsewhere.iterdir()) == []
    lies = place.root / where if linked == ".taken" else place.path(claim)
    assert lies.read_bytes() == b"deep kick"


def test_what_is_put_back_makes_no_folder_where_a_link_leads(place, tmp_path):
    put(place, "finish/kick/a.txt")
    (entry,) = place.entries(PADS, 10)
    claim = place.claim(entry)
    (tmp_path / "elsewhere").mkdir()
    (place.root / "finish").rename(tmp_path / "aside")
    (place.root / "finish").symlink_to(tmp_path / "elsewhere")
    assert not place.put_back(claim)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert place.path(claim).read_bytes() == b"deep kick"


def test_folders_that_were_removed_are_made_again_but_not_in_a_library_that_is_away(place):
    away = LibraryError("The library is away.", retryable=True)
    for folder in ("done", "failed", "finish"):
        (place.root / folder).rmdir()
    place.root.rmdir()
    assert len(place.prepare(PADS)) == 2
    assert (place.root / "finish").is_dir()

    def check() -> None:
        raise away

    with pytest.raises(LibraryError, match="away"):
        Place(place.root.parent / "gone" / "inbox", check).prepare(PADS)
    assert not (place.root.parent / "gone").exists()


# --- whole or not -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show who writes")
def test_a_file_that_a_program_has_open_for_writing_is_unfinished_however_quiet(place):
    path = put(place, "a.txt")
    entry = place.entries(PADS, 1)[0]
    writer = subprocess.Popen(
        [sys.executable, "-c", "import sys; file = open(sys.argv[1], 'ab'); print('open', flush=True); input()", path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout.readline() == "open\n"
    try:
        assert place.is_unfinished(entry, 10_000.0)
    finally:
        writer.communicate("\n")
    assert not place.is_unfinished(entry, 2.0)
    with path.open("rb"):
        assert not place.is_unfinished(entry, 2.0), "who only reads is not in the way"


def test_a_file_without_its_end_is_given_time_and_then_taken_as_it_is(place):
    put(place, "a.wav", b"RIFF" + (5_000).to_bytes(4, "little") + b"WAVEfmt " + b"\0" * 1_000)
    put(place, "b.txt", b"")
    for entry in place.entries(PADS, 2):
        assert place.is_unfinished(entry, PATIENCE - 1)
        assert not place.is_unfinished(entry, PATIENCE)


# --- taking and putting away ----------------------------------------------------------------------------------------


def test_what_became_a_job_is_done_with_the_id_in_its_name_and_leaves_nothing_behind(place):
    put(place, "finish/kick/Deep.wav", b"sound")
    claim = claimed(place)
    assert place.path(claim).read_bytes() == b"sound"
    assert seen(place) == []
    place.keep(claim, JOB)
    assert everything(place) == [f"done/Deep.{JOB}.wav"]
    assert list((place.root / ".taken").iterdir()) == []


def test_what_was_refused_has_the_reason_beside_it(place):
    put(place, "a.txt")
    place.refuse(claimed(place), "There is no such thing.\n")
    assert everything(place) == ["failed/a.txt"]
    assert (place.root / "failed" / "a.txt.reason.txt").read_text(encoding="utf-8") == "There is no such thing.\n"


def test_names_never_collide_and_nothing_is_written_over(place):
    put(place, "failed/a.txt", b"the user's own")
    put(place, "failed/b.txt.reason.txt", b"the user's own")
    for name in ("a.txt", "b.txt"):
        for content in (b"first", b"second"):
            put(place, name, content)
            place.refuse(claimed(place), "no")
    put(place, f"done/c.{JOB}.txt", b"the user's own")
    put(place, "c.txt", b"third")
    place.keep(claimed(place), JOB)
    found = sorted(path.read_bytes() for path in place.root.rglob("*") if path.is_file() and path.read_bytes() != b"no")
    assert found == sorted([b"the user's own"] * 3 + [b"first", b"second"] * 2 + [b"third"])


def test_a_job_that_failed_later_takes_its_file_from_done_to_failed(place):
    put(place, "a.txt")
    put(place, "b.txt")
    place.keep(claimed(place), JOB)
    place.keep(claimed(place), "j-otherotherot")
    place.give_up({JOB: None}, lambda name, job: f"{name} {job}")
    assert everything(place) == ["done/b.j-otherotherot.txt", f"failed/a.{JOB}.txt"]
    reason = place.root / "failed" / f"a.{JOB}.txt.reason.txt"
    assert reason.read_text() == f"a.{JOB}.txt {JOB}"


def test_what_changed_since_it_was_seen_is_not_taken(place):
    path = put(place, "a.txt")
    entry = place.entries(PADS, 1)[0]
    path.write_bytes(b"deep kick, and more")
    assert place.claim(entry) is None
    path.unlink()
    assert place.claim(entry) is None
    assert list((place.root / ".taken").iterdir()) == []


@pytest.mark.parametrize("where", ["a.txt", "kick/a.txt", "finish/bass/a.wav", "Drum Pack/Kicks/a.wav"])
def test_after_a_crash_what_was_taken_is_found_again_where_it_came_from(place, where):
    put(place, where, b"content")
    claim = claimed(place)
    (place.root / ".taken" / "not ours").mkdir()
    (place.root / ".taken" / "empty1").mkdir()
    assert [(found.token, found.parts) for found in place.claims()] == [(claim.token, claim.parts)]
    assert sorted(path.name for path in (place.root / ".taken").iterdir()) == sorted([claim.token, "not ours"])
    assert place.put_back(claim)
    assert (place.root / where).read_bytes() == b"content"
    assert place.claims() == []


def test_what_can_not_be_put_back_because_its_place_is_taken_stays_taken(place):
    put(place, "a.txt", b"first")
    claim = claimed(place)
    put(place, "a.txt", b"second")
    assert not place.put_back(claim)
    assert place.path(claim).read_bytes() == b"first"


def test_where_the_disk_refuses_the_reason_the_file_stays_where_it_is(place, monkeypatch):
    put(place, "a.txt")
    claim = claimed(place)

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(places.atomic, "replace", full)
    with pytest.raises(LibraryError, match="disk that is full"):
        place.refuse(claim, "no")
    assert place.path(claim).exists()
    monkeypatch.undo()
    place.refuse(place.claims()[0], "no")
    assert everything(place) == ["failed/a.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know fewer names")
@given(name=FILE_NAMES, job=st.sampled_from(["", JOB]))
def test_a_file_of_any_name_ends_up_whole_in_one_place_with_a_name_that_can_be_read(name, job):
    with tempfile.TemporaryDirectory() as folder:
        place = new_place(Path(folder))
        path = place.root / os.fsdecode(name)
        if path.name in ("finish", "done", "failed"):
            return
        path.write_bytes(b"content")
        entries = place.entries(PADS, 10)
        if not entries:
            assert places.is_passing(path.name)
            return
        claim = place.claim(entries[0])
        place.keep(claim, JOB) if job else place.refuse(claim, "no")
        files = [file for file in place.root.rglob("*") if file.is_file() and not file.name.endswith(places.REASON)]
        assert [file.read_bytes() for file in files] == [b"content"]
        assert files[0].parent.name == ("done" if job else "failed")
        files[0].name.encode()
