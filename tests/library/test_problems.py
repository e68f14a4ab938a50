from __future__ import annotations

import errno
import os

import pytest

from bridge.errors import LibraryError
from bridge.library.folder import Library
from bridge.library.problems import library_error

PATH = "samples/kick/kick_dusty_s-abcdefghijkl.wav"


@pytest.mark.parametrize(("number", "words", "retryable"), [
    (errno.ENOSPC, "disk that is full", True),
    (errno.EACCES, "may not be changed", True),
    (errno.EROFS, "may not be changed", True),
    (errno.ENOENT, "not there any more", True),
    (errno.EDQUOT, "disk that is full", True),
    (errno.ETIMEDOUT, "timed out", True),
    (errno.EHOSTDOWN, "down", True),
    (errno.EIO, "by the disk", True),
    (errno.ENAMETOOLONG, "too long", False),
    (errno.EMFILE, "Too many open files", True),
])
def test_what_the_system_says_becomes_a_sentence_about_the_file(number, words, retryable):
    error = library_error("/music/a.wav", OSError(number, os.strerror(number)))
    assert error.message.startswith("/music/a.wav ")
    assert words in error.message
    assert error.retryable is retryable


def test_a_full_disk_names_the_sample_and_leaves_nothing(library: Library, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LibraryError) as caught:
        library.write_sample(PATH, b"RIFF", {})
    assert caught.value.message == f"{library.absolute(PATH)} is on a disk that is full."
    assert caught.value.retryable
    assert os.listdir(library.root / "samples" / "kick") == []


def test_a_refused_rename_names_the_preset_and_not_its_temporary_file(library: Library, monkeypatch):
    def refused(source, target):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(source), None, str(target))

    library.write_sample("samples/kick/a.wav", b"RIFF", {})
    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(LibraryError, match=r"/a\.json may not be changed"):
        library.change_sidecar("samples/kick/a.wav", {})
