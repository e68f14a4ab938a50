"""What a file in the inbox asks for."""

from __future__ import annotations

import contextlib
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RequestError
from bridge.triggers.inbox import asking
from bridge.triggers.inbox.asking import LARGEST_TEXT, request_of, text_in
from bridge.triggers.inbox.place import Claim

PADS = ("kick", "bass")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
"""Without zeros: a mark of UTF-16 and one look like the mark of UTF-32, and a prompt may have none."""


@pytest.fixture
def ask(tmp_path):
    """Returns the request that a file makes, given where it was dropped and what is in it."""

    def ask(where: str, content: bytes = b"x"):
        parts = tuple(where.split("/"))
        path = tmp_path / parts[-1]
        path.write_bytes(content)
        return request_of(Claim(token="0123", parts=parts), path, PADS)

    return ask


def test_a_text_is_a_prompt_and_its_folder_a_pad(ask):
    request = ask("deep.txt", b" deep kick,\n long decay \n")
    assert (request.prompt, request.pad) == ("deep kick,\n long decay", "")
    assert (request.origin, request.ref, request.priority) == ("inbox", "inbox-0123", "batch")
    assert ask("Kick/deep.md", b"deep").pad == "kick"


def test_a_picture_is_looked_at_and_brings_no_words_of_its_name(ask, tmp_path):
    request = ask("IMG_2041.JPG")
    assert (request.image, request.prompt, request.audio) == (str(tmp_path / "IMG_2041.JPG"), None, None)
    assert ask("kick/bell.png").pad == "kick"


def test_a_sound_is_gone_by_with_the_pads_prompt_or_the_words_of_its_name(ask, tmp_path):
    request = ask("Glassy_bell-01.wav")
    assert (request.audio, request.audio_use, request.prompt) == (
        str(tmp_path / "Glassy_bell-01.wav"), None, "Glassy bell-01",
    )  # fmt: skip
    assert ask("bass/Glassy_bell.wav").prompt is None


def test_a_sound_to_be_finished_is_taken_as_it_is(ask):
    request = ask("finish/Deep Kick.flac")
    assert (request.audio_use, request.prompt, request.pad) == ("finish", "Deep Kick", "")
    assert ask("finish/bass/a.wav").pad == "bass"


def test_a_file_that_is_dropped_once_more_does_not_bring_the_id_of_its_old_job(ask):
    assert ask("finish/Deep Kick.j-abcdefghijkl.wav").prompt == "Deep Kick"


@pytest.mark.parametrize(
    ("where", "content", "words"),
    [
        ("a.zip", b"x", "a.zip is of no kind that is taken. Drop a text (.md, .txt), a picture"),
        ("a.m4a", b"x", "a.m4a is a sound that can't be read here. Save it as one of: .aif"),
        ("a.heic", b"x", "a.heic is a picture that can't be read here. Save it as one of: .gif"),
        ("a.docx", b"x", "a.docx is a text that can't be read here. Save it as one of: .md, .txt"),
        ("finish/a.txt", b"x", "a.txt is no sound that can be finished. Those are: .aif"),
        ("a.txt", b"", "a.txt is empty."),
        ("a.txt", b" \r\n ", "a.txt has no words."),
        ("a.wav", b"", "a.wav is empty. Copy it anew."),
        ("a.txt", b"x" * (LARGEST_TEXT + 1), "a.txt is 65,537 bytes long; at most 65,536 are taken."),
        ("a.txt", b"Schl\xe4ge", "a.txt is no text in UTF-8 or UTF-16. Save it as UTF-8."),
        ("two\nlines.txt", b"x", r"The name 'two�lines.txt' has control characters"),
        ("stray\udcff.txt", b"x", r"The name 'stray�.txt' has control characters, or bytes that are no text."),
    ],
)
def test_what_is_wrong_is_named(ask, where, content, words):
    with pytest.raises(RequestError, match="^" + re.escape(words)):
        ask(where, content)


def test_a_huge_file_is_refused_with_its_size_without_being_read(ask, tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "LARGEST_BYTES", 10)
    with pytest.raises(RequestError, match=r"a.wav is 11 bytes long; at most 10 are taken"):
        ask("a.wav", b"x" * 11)


def test_links_folders_and_pipes_are_refused_by_what_they_are(tmp_path):
    def refusal(name: str, *folders: str) -> str:
        with pytest.raises(RequestError) as caught:
            request_of(Claim(token="0", parts=(*folders, name)), tmp_path / name, PADS)
        return str(caught.value)

    (tmp_path / "a.txt").symlink_to("/etc/hostname")
    (tmp_path / "kikc").mkdir()
    assert refusal("a.txt").startswith("a.txt is a symbolic link to '/etc/hostname'; links are never followed.")
    assert refusal("kikc").startswith("There is no pad 'kikc'. Did you mean kick?")
    assert refusal("kikc", "finish").startswith("There is no pad 'kikc'. Did you mean kick?")
    assert refusal("kikc", "kick").startswith("kikc is a folder inside a pad's folder.")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "b.wav")
        assert refusal("b.wav").startswith("b.wav is no file.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(text=TEXTS)
def test_any_text_with_a_mark_comes_back_and_utf_8_without_one(encoding, text):
    if encoding == "utf-8" and text.startswith("\ufeff"):
        return  # a mark itself
    assert text_in(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark(encoding):
    assert text_in("deep kick, schön".encode(encoding), "a.txt") == "deep kick, schön"


@given(st.binary(max_size=200))
def test_no_bytes_bring_more_than_a_refusal(content):
    with contextlib.suppress(RequestError):
        assert isinstance(text_in(content, "a.txt"), str)
