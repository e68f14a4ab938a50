from __future__ import annotations

import re
from pathlib import PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.family import FAMILIES
from bridge.errors import LibraryError
from bridge.library.names import sample_path, slug

ID = "s-abcdefghijkl"
SAFE = re.compile(r"samples/[a-z0-9-]+_?/[A-Za-z0-9_-]+\.wav")


@pytest.mark.parametrize(("prompt", "expected"), [
    ("Deep 808 kick!", "deep-808-kick"),
    ("Schläge auf großes Blech", "schlage-auf-grosses-blech"),
    ("coup léger — œuvre", "coup-leger-oeuvre"),
    ("Łódź trømme", "lodz-tromme"),
    ("太鼓", ""),
    ("", ""),
    (" .. / \\ ", ""),
    ("a|b\tc\nd", "a-b-c-d"),
    ("ﬁzz ½", "fizz-1-2"),
])
def test_a_slug_is_what_is_latin_in_a_prompt(prompt, expected):
    assert slug(prompt) == expected


def test_a_long_prompt_is_cut_without_a_dash_at_the_end():
    assert slug("x" * 39 + " y" * 40) == "x" * 39


def test_a_pitched_sample_is_named_by_pad_prompt_pitch_class_note_and_id():
    path = sample_path(pad="bass-1", family="bass", prompt="round bass", root=42, sample_id=ID)
    assert path == f"samples/bass-1/bass-1_round-bass_Fs_042_{ID}.wav"


def test_an_unpitched_sample_has_no_pitch_in_its_name():
    path = sample_path(pad="kick", family="kick", prompt="dusty kick", root=None, sample_id=ID)
    assert path == f"samples/kick/kick_dusty-kick_{ID}.wav"


def test_without_a_pad_the_family_stands_in_its_place():
    path = sample_path(pad="", family="bell", prompt="glass", root=0, sample_id=ID)
    assert path == f"samples/unassigned/bell_glass_C_000_{ID}.wav"


def test_a_prompt_without_latin_letters_is_named_by_its_family():
    path = sample_path(pad="drum", family="perc", prompt="太鼓", root=None, sample_id=ID)
    assert path == f"samples/drum/drum_perc_{ID}.wav"


@pytest.mark.parametrize("pad", ["../x", "a/b", "Kick", "kick ", "a" * 33, "pad\n"])
def test_what_is_no_pad_name_names_no_sample(pad):
    with pytest.raises(LibraryError):
        sample_path(pad=pad, family="kick", prompt="x", root=None, sample_id=ID)


@given(
    pad=st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True) | st.sampled_from(["", "con", "nul", "com1", "aux"]),
    family=st.sampled_from(list(FAMILIES)),
    prompt=st.text(max_size=300),
    root=st.none() | st.integers(0, 127),
)
@settings(max_examples=150, deadline=None)
def test_every_prompt_makes_a_short_name_that_every_system_takes(pad, family, prompt, root):
    path = sample_path(pad=pad, family=family, prompt=prompt, root=root, sample_id=ID)
    assert SAFE.fullmatch(path)
    assert len(path) < 200
    reserved = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
    assert not any(part.split(".")[0].upper() in reserved for part in PureWindowsPath(path).parts)
