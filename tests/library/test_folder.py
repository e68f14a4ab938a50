from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Instrument, Zone
from bridge.errors import InUseError, LibraryError, RequestError
from bridge.instruments.formats import Format, Formats, plain_format
from bridge.instruments.mapping import instrument_of
from bridge.library.deliveries import Acknowledgement, decode_delivery
from bridge.library.folder import Library

PATH = "samples/kick/kick_dusty_s-abcdefghijkl.wav"
ZONE = Zone(path=PATH, root=36, cents=0.0, low=36, high=36, follows_keys=False)
DELIVERY = Delivery(
    host="reaper", seq=1, sample="s-abcdefghijkl", pad="kick", action="load", mode="drum", target="track:kick",
    path=PATH, mtime=1_800_000_000, zones=(ZONE,),
)


def box(library, state, host="reaper"):
    return library.root / "deliveries" / host / state


def register(library, host="reaper"):
    for state in ("new", "claimed", "done", "failed"):
        box(library, state, host).mkdir(parents=True)


def names(folder):
    return sorted(os.listdir(folder))


# --- opening ---------------------------------------------------------------------------------------------------


def test_opening_makes_the_folders_and_an_id_that_stays(tmp_path):
    library = Library.open(tmp_path / "Oneshot Bridge")
    assert {"samples", "instruments", "kits", "deliveries"} <= set(names(library.root))
    library.close()
    again = Library.open(tmp_path / "Oneshot Bridge")
    assert again.id == library.id
    assert json.loads((again.root / ".oneshot-bridge" / "library.json").read_text())["id"] == library.id
    again.close()


def test_a_second_opener_hears_which_library_is_in_use_and_by_whom(library):
    with pytest.raises(InUseError) as caught:
        Library.open(library.root)
    assert str(library.root) in caught.value.message
    assert str(os.getpid()) in caught.value.message
    assert caught.value.hint


def test_another_process_is_kept_out_until_the_first_has_closed(library):
    code = (
        "import sys, pathlib; from bridge.library.folder import Library; from bridge.errors import InUseError\n"
        "try: Library.open(pathlib.Path(sys.argv[1])).close()\n"
        "except InUseError as error: sys.exit(f'in use: {error}')\n"
    )

    def other():
        return subprocess.run([sys.executable, "-c", code, library.root], capture_output=True, text=True, check=False,
                              cwd=Path(__file__).parents[2])

    assert f"process {os.getpid()}" in other().stderr
    library.close()
    assert other().returncode == 0


def test_closing_twice_is_closing_once(library):
    library.close()
    library.close()
    Library.open(library.root).close()


def test_a_file_is_no_library(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="is a file"):
        Library.open(tmp_path / "file")


def test_a_missing_drive_is_not_made_up(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    with pytest.raises(LibraryError, match="no such folder") as caught:
        Library.open(tmp_path / "Volumes" / "SSD" / "Oneshot Bridge")
    assert "mkdir" in caught.value.hint
    assert not (tmp_path / "Volumes").exists()


def test_below_the_home_folder_missing_parents_are_made(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    Library.open(tmp_path / "Music" / "Oneshot Bridge").close()
    assert (tmp_path / "Music" / "Oneshot Bridge" / "samples").is_dir()


@pytest.mark.parametrize("name", ["a|b", "a\tb", "a\nb"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_folder_whose_name_no_delivery_can_carry_is_refused(tmp_path, name):
    with pytest.raises(LibraryError, match="can't be in"):
        Library.open(tmp_path / name)


@pytest.fixture
def locked_folder():
    """A folder that may be read and not written; for root, who may write everything, as somebody else."""
    was_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "library"
        folder.mkdir()
        os.chmod(parent, 0o755)
        os.chmod(folder, 0o555)
        if was_root:
            os.seteuid(65_534)
        yield folder
        if was_root:
            os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="permissions are different there")
def test_a_folder_without_write_permission_is_an_error_with_a_cure(locked_folder):
    with pytest.raises(LibraryError, match="may not be changed") as caught:
        Library.open(locked_folder)
    assert str(locked_folder) in caught.value.message
    assert "permission" in caught.value.hint
    assert caught.value.retryable, "it is given back, and what waits goes on"


def test_a_damaged_id_file_is_an_error_and_stays_as_it_is(library):
    library.close()
    identity = library.root / ".oneshot-bridge" / "library.json"
    identity.write_text("{")
    with pytest.raises(LibraryError, match="can't be read"):
        Library.open(library.root)
    assert identity.read_text() == "{"


def test_a_library_of_a_newer_version_is_not_touched(library):
    library.close()
    (library.root / ".oneshot-bridge" / "library.json").write_text('{"schema": 99, "id": "x"}')
    with pytest.raises(LibraryError, match="newer"):
        Library.open(library.root)


def test_what_a_crash_left_half_written_is_gone_after_the_next_opening(library):
    library.write_sample(PATH, b"RIFF", {})
    register(library)
    library.close()
    for folder in ("samples/kick", "instruments", "kits", "deliveries/reaper/new"):
        (library.root / folder / ".half.tmp-0123abcd").write_bytes(b"RI")
    again = Library.open(library.root)
    assert again.sample_folders() == ["samples/kick"]
    for folder in again.sample_folders():
        again.sweep(folder)
    again.close()
    assert not list(library.root.rglob(".half*"))


# --- paths -----------------------------------------------------------------------------------------------------


def test_absolute_is_the_systems_own_path(library):
    assert library.absolute(PATH) == os.path.join(library.root, *PATH.split("/"))


@pytest.mark.parametrize("path", [
    "", ".", "..", "../x.wav", "samples/../../x.wav", "/etc/passwd", "C:/x.wav", "C:\\x.wav", "samples\\x.wav",
    "samples//x.wav", "samples/x.wav/", "samples/./x.wav", "samples/\x00.wav", "samples/a\n.wav", "~/x.wav:s",
    ".oneshot-bridge/library.json", "samples/x. ", "samples/a|b.wav",
])
def test_a_path_that_leaves_the_library_is_refused(library, path):
    with pytest.raises(LibraryError):
        library.absolute(path)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_out_of_the_library_is_refused(library, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (library.root / "samples" / "kick").symlink_to(outside)
    (library.root / "samples" / "loop").symlink_to(library.root / "samples" / "loop")
    for pad in ("kick", "loop"):
        with pytest.raises(LibraryError, match="leads out"):
            library.write_sample(f"samples/{pad}/a.wav", b"RIFF", {})
    assert names(outside) == []


@pytest.mark.parametrize("path", ["instruments/kick.wav", "samples/kick/a.json", "deliveries/reaper/new/1"])
def test_only_samples_are_samples(library, path):
    for call in (lambda: library.write_sample(path, b"", {}), lambda: library.remove_sample(path)):
        with pytest.raises(LibraryError, match="no sample"):
            call()


# --- samples ---------------------------------------------------------------------------------------------------


def test_a_sample_comes_with_its_sidecar_and_leaves_with_it(library):
    library.write_sample(PATH, b"RIFF", {"id": "s-abcdefghijkl"})
    assert Path(library.absolute(PATH)).read_bytes() == b"RIFF"
    assert library.read_sidecar(PATH) == {"id": "s-abcdefghijkl"}
    library.remove_sample(PATH)
    library.remove_sample(PATH)
    assert names(library.root / "samples" / "kick") == []


def test_publishing_again_after_a_crash_changes_nothing(library):
    library.write_sample(PATH, b"RIFF", {"schema": 1})
    Path(library.absolute(PATH)).with_suffix(".json").unlink()
    library.write_sample(PATH, b"RIFF", {"schema": 1})
    assert library.read_sidecar(PATH) == {"schema": 1}
    with pytest.raises(LibraryError, match="another content"):
        library.write_sample(PATH, b"RIFX", {"schema": 1})


def test_a_sidecar_can_be_changed_and_a_missing_one_is_not_made(library):
    library.write_sample(PATH, b"RIFF", {"id": "s-1", "marks": {}})
    library.change_sidecar(PATH, {"marks": {"kept": True}})
    assert library.read_sidecar(PATH) == {"id": "s-1", "marks": {"kept": True}}
    library.remove_sample(PATH)
    library.change_sidecar(PATH, {"marks": {"kept": True}})
    with pytest.raises(LibraryError):
        library.read_sidecar(PATH)


def test_a_library_that_vanished_is_a_retryable_error_and_works_again_when_it_is_back(library, tmp_path):
    library.write_sample(PATH, b"RIFF", {})
    away = library.root.rename(tmp_path / "away")
    library.root.mkdir()  # the empty mount point of an unplugged drive
    for call in (
        lambda: library.write_sample(PATH, b"RIFF", {}), lambda: library.read_sidecar(PATH), library.hosts,
        lambda: library.write_instrument(Instrument(name="kick", mode="drum", zones=(ZONE,))),
        library.acknowledgements,
    ):
        with pytest.raises(LibraryError, match="not there any more") as caught:
            call()
        assert caught.value.retryable
        assert str(library.root) in caught.value.message
    assert names(library.root) == []
    library.root.rmdir()
    away.rename(library.root)
    assert library.read_sidecar(PATH) == {}


def test_another_library_in_the_same_place_is_not_written(library, tmp_path):
    library.root.rename(tmp_path / "away")
    other = Library.open(library.root)
    with pytest.raises(LibraryError, match="another one") as caught:
        library.write_sample(PATH, b"RIFF", {})
    assert caught.value.retryable
    assert names(other.root / "samples") == []
    other.close()


# --- presets ---------------------------------------------------------------------------------------------------


def test_instruments_and_kits_lie_in_their_folders(library):
    library.write_instrument(Instrument(name="kick", mode="drum", zones=(ZONE,)))
    library.write_kit(Instrument(name="live", mode="drum", zones=(ZONE,)))
    assert names(library.root / "instruments") == ["kick.sfz"]
    assert names(library.root / "kits") == ["live.sfz"]


def test_a_preset_with_the_sounds_inside_lies_beside_its_sample_too_and_never_changes_there(tmp_path):
    def write(instrument, folder, sounds):
        yield f"{folder}/{instrument.name}.box", sounds.wav(instrument.zones[0].path) if instrument.zones else b"empty"

    box = Format(title="box", players="", sounds="inside", write=write)
    beside = plain_format("note", lambda instrument, folder: iter([(f"{folder}/{instrument.name}.note", b"")]))
    library = Library.open(
        tmp_path / "library", formats=Formats(writers={"box": box, "note": beside}, problems={}), kept=["box", "note"]
    )
    first, second = "samples/kick/a.wav", "samples/kick/b.wav"
    for path, sound in ((first, b"RIFF 1"), (second, b"RIFF 2")):
        library.write_sample(path, sound, {})
        library.write_instrument(Instrument(name="kick", mode="drum", zones=(replace(ZONE, path=path),)), path)
    library.write_instrument(Instrument(name="kick", mode="drum", zones=(replace(ZONE, path=second),)), first)
    library.write_instrument(Instrument(name="kick", mode="drum", zones=()))
    assert names(library.root / "samples" / "kick") == ["a.box", "a.json", "a.wav", "b.box", "b.json", "b.wav"]
    assert (library.root / "samples" / "kick" / "a.box").read_bytes() == b"RIFF 1"
    assert (library.root / "samples" / "kick" / "b.box").read_bytes() == b"RIFF 2"
    assert (library.root / "instruments" / "kick.box").read_bytes() == b"empty"
    library.close()


def test_a_format_that_breaks_costs_only_its_own_files(tmp_path, make_sample, caplog):
    def broken(instrument, folder):
        yield f"{folder}/half.xyz", b""
        raise ZeroDivisionError

    def straying(instrument, folder):
        yield "samples/kick/kick.wav", b""

    def good(instrument, folder):
        yield f"{folder}/{instrument.name}/kit.xml", b"<kit/>"

    def full(instrument, folder, sounds):
        raise RequestError("That is more than it holds.")

    writers = {function.__name__: plain_format("", function) for function in (broken, straying, good)}
    writers["full"] = Format(title="", players="", sounds="inside", write=full)
    formats = Formats(writers=writers, problems={"tape": "missing"})
    library = Library.open(tmp_path / "library", formats=formats, kept=["tape", *writers])
    library.write_kit(instrument_of("live", make_sample()))
    assert [str(file.relative_to(library.root)) for file in library.root.rglob("*.x*")] == [
        os.path.join("kits", "live", "kit.xml")
    ]
    assert names(library.root / "samples") == []
    assert {"broken", "straying", "full"} <= {record.args[0] for record in caplog.records}
    assert library.problems == {"tape": "missing"}
    library.close()


# --- deliveries ------------------------------------------------------------------------------------------------


def test_a_host_is_a_folder_with_a_host_name_that_has_a_new_folder(library):
    for folder in ("reaper/new", "live-12/new", "Notes/new", "empty", ".hidden/new", "a b/new"):
        (library.root / "deliveries" / folder).mkdir(parents=True)
    (library.root / "deliveries" / "file").write_text("")
    assert library.hosts() == ["live-12", "reaper"]


def test_a_delivery_holds_absolute_paths(library):
    register(library)
    library.write_delivery(DELIVERY)
    written = decode_delivery((box(library, "new") / "000000000001").read_bytes())
    assert written.path == written.zones[0].path == library.absolute(PATH)
    assert replace(written, path=PATH, zones=(ZONE,)) == DELIVERY


def test_clearing_needs_no_path(library):
    register(library)
    library.write_delivery(replace(DELIVERY, action="clear", path="", sample="", zones=()))
    assert names(box(library, "new")) == ["000000000001"]


def test_a_delivery_to_a_host_that_never_came_is_an_error(library):
    with pytest.raises(LibraryError, match="not registered"):
        library.write_delivery(DELIVERY)


@pytest.mark.parametrize("state", ["new", "claimed", "done", "failed"])
def test_a_delivery_is_written_once_wherever_it_is_now(library, state):
    register(library)
    library.write_delivery(DELIVERY)
    waiting = box(library, "new") / "000000000001"
    if state == "failed":
        waiting.write_bytes(waiting.read_bytes() + b"reason\tno\n")
    waiting.rename(box(library, state) / waiting.name)
    library.write_delivery(DELIVERY)
    assert [file.parent.name for file in (library.root / "deliveries").rglob("0*")] == [state]


def test_the_same_number_from_another_life_of_the_library_gives_way(library):
    register(library)
    for state in ("claimed", "done", "failed"):
        (box(library, state) / "000000000001").write_text("v\t1\nsample\told\n")
    library.write_delivery(DELIVERY)
    assert [file.parent.name for file in (library.root / "deliveries").rglob("0*")] == ["new"]


def test_a_delivery_can_be_taken_back_until_it_is_claimed(library):
    register(library)
    library.write_delivery(DELIVERY)
    library.write_delivery(replace(DELIVERY, seq=2))
    (box(library, "new") / "000000000002").rename(box(library, "claimed") / "000000000002")
    assert library.withdraw_delivery("reaper", 1)
    assert not library.withdraw_delivery("reaper", 1)
    assert not library.withdraw_delivery("reaper", 2)
    assert names(box(library, "new")) == []
    assert names(box(library, "claimed")) == ["000000000002"]


def test_acknowledgements_tell_what_was_loaded_and_why_not(library):
    register(library)
    register(library, "live")
    (box(library, "done") / "000000000010").write_text("")
    (box(library, "failed") / "000000000009").write_text("v\t1\nreason\tno track named Bass\n")
    (box(library, "failed") / "000000000011").write_text("")
    (box(library, "failed") / ".000000000012.tmp").write_text("reason\thalf")
    (box(library, "done", "live") / "000000000001").write_text("")
    assert library.acknowledgements() == [
        Acknowledgement(host="live", seq=1, loaded=True),
        Acknowledgement(host="reaper", seq=9, loaded=False, reason="no track named Bass"),
        Acknowledgement(host="reaper", seq=10, loaded=True),
        Acknowledgement(host="reaper", seq=11, loaded=False, reason="The host gave no reason."),
    ]


def test_pruning_forgets_a_delivery_and_repeats_without_error(library):
    register(library)
    for state in ("claimed", "failed"):  # a host that crashed between the two
        (box(library, state) / "000000000003").write_text("reason\tx\n")
    library.prune_delivery("reaper", 3)
    library.prune_delivery("reaper", 3)
    assert library.acknowledgements() == []
    assert not list((library.root / "deliveries").rglob("0*"))


@pytest.mark.parametrize("host", ["..", "", "a/b", "Reaper"])
def test_what_is_no_host_name_reaches_no_folder(library, host):
    with pytest.raises(LibraryError):
        library.prune_delivery(host, 1)
    with pytest.raises(LibraryError):
        library.withdraw_delivery(host, 1)
