"""What the names of files say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.ids import new_id
from bridge.triggers.inbox.names import (
    LONGEST_BYTES,
    is_passing,
    is_sound_name,
    job_in,
    kind_of,
    marked,
    unmarked,
)

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=300).filter(lambda name: name.strip("."))
"""Any name that a file can have on Linux, halves of surrogate pairs included: there they stand for stray bytes."""


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.wav", "._kick.wav", ".DS_Store", "~$prompt.txt", "kick.wav.crdownload", "Kick.WAV.PART", "a.partial",
        "kick.wav.download", "x.tmp", "~WRL0001.tmp", ".kick.wav.icloud", ".~lock.a.txt#", "~syncthing~kick.wav.tmp",
        ".syncthing.kick.wav.tmp", "Thumbs.db", "desktop.ini", "Icon\r", "kick.wav~", "a.swp", "@eaDir", "__MACOSX",
    ],
)  # fmt: skip
def test_what_a_program_has_not_finished_or_the_system_keeps_is_not_meant(name):
    assert is_passing(name)


@pytest.mark.parametrize("name", ["kick.wav", "part.txt", "tmp.wav", "Download.txt", "a~b.txt", "1.txt", "$x.txt"])
def test_what_only_looks_a_little_like_it_is_meant(name):
    assert not is_passing(name)


def test_the_ending_says_what_a_file_holds_in_any_case():
    assert [kind_of(name) for name in ("A.TXT", "b.md", "c.JPeG", "d.webp", "e.AIFF", "f.opus")] == [
        "text", "text", "picture", "picture", "sound", "sound",
    ]  # fmt: skip
    assert kind_of("wav") is None
    assert kind_of(".wav") is None
    assert kind_of("a.zip") is None


@given(NAMES)
def test_a_marked_name_fits_every_file_system_and_says_its_job(name):
    job = new_id("j")
    found = marked(name, job)
    assert len(found.encode()) <= LONGEST_BYTES
    assert job_in(found) == job
    assert is_sound_name(found)
    assert "/" not in found
    assert len(found.splitlines()) == 1


@given(NAMES)
def test_marking_again_leaves_only_the_last_mark(name):
    first, second = new_id("j"), new_id("j")
    once = marked(name, first)
    assert job_in(marked(once, second)) == second
    assert first not in marked(once, second)
    assert job_in(unmarked(once)) == ""


def test_a_mark_stands_before_the_ending():
    assert marked("deep kick.txt", "j-abcdefghijkl") == "deep kick.j-abcdefghijkl.txt"
    assert marked("deep kick.j-abcdefghijkl.txt", "") == "deep kick.txt"
    assert marked("kick", "j-abcdefghijkl") == "kick.j-abcdefghijkl"
    assert marked("two\nlines.txt", "") == "two\ufffdlines.txt"


@pytest.mark.parametrize("name", ["two\nlines.txt", "bell\a.txt", "stray\udcff.txt", "nul\x7f.wav"])
def test_a_name_with_control_characters_or_stray_bytes_is_no_sound_one(name):
    assert not is_sound_name(name)
