"""What somebody planted in the library (links, pipes, folders, huge files) is neither followed nor waited for."""

from __future__ import annotations

import os
import threading

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Instrument
from bridge.errors import LibraryError
from bridge.library.plain import NotPlainError, is_folder, open_plain, read_plain
from support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders, and links by permission only")

NAME = "000000000001"
ORDER = Delivery(
    host="live", seq=1, sample="s-abcdefghijkl", pad="kick", action="load", mode="drum", target="track:kick",
    path="samples/kick/one.wav", mtime=1, zones=(),
)


@pytest.fixture
def outside(tmp_path):
    """A folder that is none of the bridge's business, with what must stay as it is."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / NAME).write_text("reason\tthe secret\n")
    (folder / ".one.tmp-0123abcd").write_text("not ours")
    return folder


@pytest.fixture
def box(library):
    for state in ("new", "claimed", "done", "failed"):
        (library.root / "deliveries" / "live" / state).mkdir(parents=True)
    return library.root / "deliveries" / "live"


def at_once(action):
    """Runs what must not wait for the other end of a pipe."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "it waits"


def untouched(outside):
    assert {path.name: path.read_text() for path in outside.iterdir()} == {
        NAME: "reason\tthe secret\n", ".one.tmp-0123abcd": "not ours",
    }


def test_only_plain_files_are_read(tmp_path, outside):
    (tmp_path / "plain").write_bytes(b"12345")
    assert read_plain(tmp_path / "plain", 3) == b"123"
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(outside / NAME)
    (tmp_path / "device").symlink_to("/dev/zero")

    def refused():
        for path in (tmp_path / "pipe", tmp_path / "link", tmp_path / "device", outside):
            with pytest.raises(NotPlainError):
                open_plain(path)

    at_once(refused)
    (tmp_path / "folder").symlink_to(outside)
    assert (is_folder(outside), is_folder(tmp_path / "folder"), is_folder(tmp_path / "none")) == (True, False, False)


@pytest.mark.parametrize("state", ["new", "claimed", "done", "failed"])
def test_a_link_or_a_pipe_in_the_place_of_a_delivery_gives_way(library, box, outside, state):
    (box / state / NAME).symlink_to(outside / NAME)
    library.write_delivery(ORDER)
    assert (box / "new" / NAME).read_bytes().startswith(b"v\t1\n")
    assert not os.path.lexists(box / state / NAME) or state == "new"
    (box / "new" / NAME).unlink()
    os.mkfifo(box / state / NAME)
    at_once(lambda: library.write_delivery(ORDER))
    assert (box / "new" / NAME).is_file()
    untouched(outside)


@pytest.mark.parametrize("linked", [".", "new", "claimed", "done", "failed"])
def test_folders_that_lead_out_of_the_library_are_none(library, box, outside, linked):
    place = box / linked
    place.rename(box.parent / "Moved")
    place.symlink_to(outside)
    if linked in (".", "new"):
        assert library.hosts() == []
        with pytest.raises(LibraryError, match="not registered"):
            library.write_delivery(ORDER)
        assert not library.withdraw_delivery("live", 1)
    else:
        library.write_delivery(ORDER)
    library.prune_delivery("live", 1)
    assert library.acknowledgements() == []
    untouched(outside)


def test_an_answer_that_is_no_plain_file_is_none_and_the_others_are_heard(library, box, outside):
    os.mkfifo(box / "failed" / NAME)
    (box / "failed" / "000000000002").symlink_to(outside / NAME)
    (box / "done" / "000000000003").mkdir()
    (box / "done" / "000000000004").write_text("")
    answers = []
    at_once(lambda: answers.extend(library.acknowledgements()))
    assert [answer.seq for answer in answers] == [4]


def test_a_pipe_or_a_huge_file_in_the_place_of_a_preset_or_a_sidecar_is_not_read(library, tmp_path):
    preset = library.root / "kits" / "main.sfz"
    os.mkfifo(preset)
    at_once(lambda: library.write_kit(Instrument(name="main", mode="drum", zones=())))
    assert preset.is_file()
    with preset.open("wb") as file:
        file.truncate(1 << 40)
    library.write_kit(Instrument(name="main", mode="drum", zones=()))
    assert preset.stat().st_size < 10_000
    sidecar = library.root / "samples" / "kick" / "one.json"
    sidecar.parent.mkdir()
    os.mkfifo(sidecar)

    def read():
        with pytest.raises(LibraryError):
            library.read_sidecar("samples/kick/one.wav")

    at_once(read)
    sidecar.unlink()
    sidecar.write_text("[" * 100_000)
    read()


def test_what_a_crash_left_is_swept_in_the_library_only(library, outside):
    (library.root / "samples" / "kick").symlink_to(outside)
    (library.root / "samples" / "bass").mkdir()
    (library.root / "samples" / "bass" / "parts").symlink_to(outside)
    assert library.sample_folders() == ["samples/bass"]
    (library.root / "instruments").rmdir()
    (library.root / "instruments").symlink_to(outside)
    library._sweep()
    untouched(outside)
