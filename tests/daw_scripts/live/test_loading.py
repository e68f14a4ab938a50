"""The script for Live loads what is delivered, in every version, by what that version can do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.folder import Library
from support.deliveries import WAV, failure
from support.live import BROWSING, CLIPPING, every_version, files, heard, loaded, quiet

# --- loading ---------------------------------------------------------------------------------------------------------


@every_version
def test_a_drum_comes_to_its_track_and_key_and_is_acknowledged(start, library, deliver, version):
    path = deliver(zones=[{"root": 50, "low": 50, "high": 50, "cents": 23.0}])
    host = start(version)
    other, track = host.add_track("Drums"), host.add_track("kick")
    host.tick(40)
    assert heard(library, track, 50, path) == pytest.approx(0.0)
    assert (track.simpler.name, track.simpler.playback_mode) == ("Oneshot: kick", 1)
    assert not track.simpler.sample.warping
    assert other.devices == []
    assert library.acknowledgements() == loaded(1)
    assert (files(library, "new"), files(library, "claimed"), files(library, "failed")) == ([], [], [])
    assert quiet(host)


@every_version
def test_every_key_is_shifted_to_its_own_pitch(start, library, deliver, version):
    sounds = {}
    for seq, (root, cents) in enumerate([(60, 0.0), (40, -37.4), (72, 50.0), (12, 12.5), (108, -49.9)], start=1):
        zone = {"root": root, "cents": cents, "low": 0, "high": 127}
        sounds[f"bass-{seq}"] = (deliver(seq, pad=f"bass-{seq}", mode="keys", zones=[zone]), root, cents)
    host = start(version)
    host.tick(120)
    for pad, (path, root, cents) in sounds.items():
        track = host.track(pad)
        assert track.simpler.playback_mode == 0
        for key in range(128):
            assert heard(library, track, key, path) == pytest.approx(key - root - cents / 100, abs=0.001)
    assert library.acknowledgements() == loaded(1, 2, 3, 4, 5)


@pytest.mark.parametrize("root", [11, 109])
def test_a_root_that_simpler_cannot_reach_is_a_reason_and_no_wrong_pitch(start, library, deliver, root):
    deliver(mode="keys", zones=[{"root": root, "low": 0, "high": 127}])
    host = start()
    track = host.add_track("kick")
    host.tick(5)
    assert "transpose" in failure(library)
    assert track.devices == []


def test_of_layers_the_loudest_and_of_turns_the_first_is_played(start, library, deliver):
    soft, other = "samples/kick/soft.wav", "samples/kick/other.wav"
    for path in (soft, other):
        library.write_sample(path, WAV, {})
    keys = {"root": 60, "cents": 0.0, "low": 60, "high": 60, "follows_keys": False}
    zones = (
        Zone(path=soft, velocity_high=80, **keys),
        Zone(path=other, velocity_low=81, sequence=(2, 2), **keys),
        Zone(path="samples/kick/a.wav", velocity_low=81, sequence=(1, 2), **keys),
    )
    library.write_sample("samples/kick/a.wav", WAV, {})
    library.write_delivery(Delivery(
        host="live", seq=1, sample="a", pad="kick", action="load", mode="drum", target="track:kick",
        path="samples/kick/a.wav", mtime=1, zones=zones,
    ))  # fmt: skip
    host = start()
    host.tick(5)
    assert heard(library, host.track("kick"), 60, "samples/kick/a.wav") == 0


@every_version
def test_a_new_sound_takes_the_place_of_the_old_one(start, library, deliver, version):
    deliver(1, sample="a")
    path = deliver(2, sample="b", zones=[{"low": 38, "high": 38, "root": 38}])
    host = start(version)
    host.tick(80)
    track = host.track("kick")
    assert len(track.devices) == 1
    assert heard(library, track, 38, path) == 0
    assert track.simpler.name == "Oneshot: kick"
    assert library.acknowledgements() == loaded(1, 2)


def test_where_live_replaces_samples_the_users_settings_of_the_simpler_stay(start, library, deliver):
    deliver(1, sample="a")
    host = start()
    host.tick(5)
    simpler = host.track("kick").simpler
    simpler.parameters[3]._value = 0.3
    deliver(2, sample="b")
    host.tick(5)
    assert host.track("kick").simpler is simpler
    assert (simpler.loads, simpler.parameters[3].value) == (2, 0.3)


def test_a_load_is_one_step_to_undo(start, library, deliver):
    deliver(1)
    host = start()
    host.add_track("kick")
    host.tick(5)
    assert len(host.song.undo_steps) == 1


def test_deliveries_are_carried_out_in_the_order_of_their_numbers(start, library, deliver):
    for seq in (10, 9, 100, 2):
        deliver(seq, pad=f"pad-{seq}")
    host = start()
    host.tick(8)
    assert [track.name for track in host.song.tracks[1:]] == ["pad-2", "pad-9", "pad-10", "pad-100"]
    assert library.acknowledgements() == loaded(2, 9, 10, 100)


def test_one_tick_carries_out_one_delivery(start, library, deliver):
    host = start()
    for seq in (1, 2, 3):
        deliver(seq, pad=f"pad-{seq}")
    host.tick(1)
    assert library.acknowledgements() == loaded(1)


def test_what_is_delivered_while_live_runs_is_loaded_and_acknowledged_with_the_next_tick(start, library, deliver):
    host = start()
    host.add_track("kick")
    host.tick(30)
    path = deliver()
    host.tick(1)
    assert heard(library, host.track("kick"), 36, path) == 0
    assert library.acknowledgements() == loaded(1)


def test_an_idle_tick_lists_one_folder_whatever_was_delivered_before(start, library, deliver, monkeypatch):
    host = start((11, 0, 0))
    for seq in range(1, 6):
        deliver(seq, sample=f"s-{seq}")
    host.tick(200)
    assert len(library.acknowledgements()) == 5
    listed = []
    really = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: listed.append(folder) or really(folder))
    looks = host.browser_looks
    host.tick(100)
    assert listed == [str(library.root / "deliveries" / "live" / "new")] * 100
    assert host.browser_looks == looks


def test_the_user_library_has_links_that_outlive_the_samples(start, library, deliver, tmp_path):
    path = deliver()
    host = start((12, 3, 0))
    host.tick(40)
    link = Path(host.track("kick").simpler.sample.file_path)
    assert link.relative_to(tmp_path / "Ableton" / "User Library").parts == (
        "Samples", "Oneshot Bridge", "kick", "2027-01-15", "a.wav",
    )  # fmt: skip
    Path(library.absolute(path)).unlink()
    assert link.read_bytes() == WAV


def test_a_sample_on_another_volume_is_copied_whole(start, library, deliver, monkeypatch):
    def other_volume(*paths):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_volume)
    deliver()
    host = start((11, 0, 0))
    host.tick(40)
    link = Path(host.track("kick").simpler.sample.file_path)
    assert link.read_bytes() == WAV
    assert os.listdir(link.parent) == ["a.wav"]
    assert library.acknowledgements() == loaded(1)


@pytest.mark.parametrize("version", BROWSING)
def test_the_users_selection_is_put_back_after_browsing(start, library, deliver, version):
    deliver()
    host = start(version)
    host.add_track("kick")
    mine = host.song.view.selected_track = host.add_track("mine")
    host.tick(40)
    assert library.acknowledgements() == loaded(1)
    assert host.song.view.selected_track is mine
    assert mine.devices == []
    assert host.application.browser.hotswap_target is None


def test_a_selected_track_that_is_deleted_meanwhile_is_not_put_back(start, library, deliver):
    deliver()
    host = start((12, 0, 0))
    host.add_track("kick")
    mine = host.song.view.selected_track = host.add_track("mine")
    while host.song.view.selected_track is mine:
        host.tick()
    mine.gone = True
    host.song.tracks.remove(mine)
    host.tick(40)
    assert library.acknowledgements() == loaded(1)


def test_what_live_takes_time_for_is_acknowledged_when_it_is_there(start, library, deliver):
    deliver()
    host = start(replace_ticks=9)
    host.tick(5)
    assert library.acknowledgements() == []
    host.tick(10)
    assert library.acknowledgements() == loaded(1)
    assert host.track("kick").simpler.loads == 1


# --- audio clips -----------------------------------------------------------------------------------------------------


@every_version
def test_an_audio_track_gets_a_clip_where_live_lets_a_script_make_one(start, library, deliver, version):
    path = deliver(1)
    host = start(version)
    track = host.add_track("kick", midi=False)
    host.tick(5)
    if version not in CLIPPING:
        assert failure(library) == "this Live can't make audio clips from a script"
        assert not any(slot.has_clip for slot in track.clip_slots)
        return
    clip = track.clip_slots[0].clip
    assert (clip.name, clip.warping, clip.file_path) == ("Oneshot: kick", False, library.absolute(path))
    path = deliver(2, sample="b")
    host.tick(5)
    assert [slot.has_clip for slot in track.clip_slots] == [True, False, False, False]
    assert track.clip_slots[0].clip.file_path == library.absolute(path)
    assert library.acknowledgements() == loaded(1, 2)


def test_a_clip_goes_to_an_empty_slot_and_to_a_new_scene_where_all_are_full(start, live_set, library, deliver):
    deliver()
    host = start()
    track = host.add_track("kick", midi=False)
    for slot in track.clip_slots:
        slot.clip = live_set.Clip(host, "mine")
    host.tick(5)
    assert [slot.clip.name for slot in track.clip_slots] == ["mine"] * 4 + ["Oneshot: kick"]
    assert library.acknowledgements() == loaded(1)


@pytest.mark.parametrize("version", BROWSING)
def test_what_the_browser_does_not_show_becomes_a_clip_on_the_audio_track_of_that_name(
    start, library, deliver, version
):
    deliver(1)
    deliver(2, pad="hat")
    host = start(version, index_works=False)
    host.add_track("kick")
    audio = host.add_track("kick", midi=False)
    host.add_track("hat")
    host.tick(400)
    first, second = library.acknowledgements()
    assert first.loaded == audio.clip_slots[0].has_clip == (version in CLIPPING)
    assert "browser does not show the sample" in second.reason
    assert host.track("hat").devices == []


# --- failures --------------------------------------------------------------------------------------------------------


def test_a_missing_sample_is_a_reason_and_leaves_the_set_as_it_was(start, library, deliver):
    path = deliver(missing=True)
    host = start()
    host.tick(5)
    assert failure(library) == f"the sample is missing: {library.absolute(path)}"
    assert len(host.song.tracks) == 1
    assert host.messages == [f"Oneshot Bridge: the sample is missing: {library.absolute(path)}"]
    assert files(library, "claimed") == []


def test_a_file_that_live_cannot_load_is_a_reason(start, library, deliver):
    path = deliver(missing=True)
    Path(library.absolute(path)).parent.mkdir()
    Path(library.absolute(path)).write_bytes(b"not a sound")
    host = start()
    host.tick(5)
    assert "valid audio file" in failure(library)


def test_a_live_that_takes_no_sample_and_does_not_say_so_is_noticed(start, library, deliver):
    deliver()
    host = start(replaces=False, index_works=False)
    track = host.add_track("kick")
    host.tick(300)
    assert "Live did not take the sample" in failure(library)
    assert track.devices == []


@pytest.mark.parametrize("text", ["", "v\t2\n", "v\t1\naction\tload\n", "zone\t|||\n", "\x00\xff", "v\t1\npad\tx"])
def test_a_damaged_delivery_is_failed_and_the_next_one_loaded(start, library, deliver, text):
    (library.root / "deliveries" / "live" / "new" / "000000000001").write_bytes(text.encode("latin-1"))
    deliver(2)
    host = start()
    host.tick(5)
    first, second = library.acknowledgements()
    assert not first.loaded
    assert first.reason
    assert second == loaded(2)[0]


def test_an_error_inside_live_fails_the_delivery_and_not_live(start, live_set, library, deliver, monkeypatch):
    deliver(1)
    deliver(2, pad="snare")
    really = live_set.Simpler.replace_sample

    def out_of_order(simpler, path):
        if "kick" in path:
            raise IndexError("out of order")
        really(simpler, path)

    monkeypatch.setattr(live_set.Simpler, "replace_sample", out_of_order)
    host = start()
    host.tick(5)
    first, second = library.acknowledgements()
    assert "out of order" in first.reason
    assert second.loaded
    assert host.song.undo_depth == 0


def test_a_track_that_is_deleted_while_live_loads_is_a_reason(start, library, deliver):
    deliver()
    host = start(replace_ticks=20)
    host.tick(5)
    track = host.track("kick")
    track.gone = True
    host.song.tracks.remove(track)
    host.tick(30)
    assert "no longer there" in failure(library)


def test_an_error_of_the_loop_itself_is_said_once_and_the_loop_goes_on(start, library, deliver, monkeypatch):
    host = start()
    host.tick(1)
    deliver()

    def no_folders(folder):
        raise OSError("no folders today")

    with monkeypatch.context() as broken:
        broken.setattr(os, "listdir", no_folders)
        host.tick(30)
    host.tick(3)
    assert host.messages == ["Oneshot Bridge: no folders today"]
    assert library.acknowledgements() == loaded(1)


# --- waiting for silence ---------------------------------------------------------------------------------------------


def test_what_may_swap_in_silence_only_waits_while_its_track_is_heard(start, library, deliver):
    deliver(1, pad="kick", swap="when-silent")
    deliver(2, pad="hat")
    deliver(3, pad="bass", swap="when-silent")
    host = start()
    host.add_track("kick").output_meter_level = 0.4
    host.tick(20)
    assert library.acknowledgements() == loaded(2, 3)
    host.track("kick").output_meter_level = 0.0
    host.tick(2)
    assert library.acknowledgements() == loaded(1, 2, 3)


# --- finding the library ---------------------------------------------------------------------------------------------


def test_the_script_registers_the_host_by_making_its_folders(start, library):
    shutil.rmtree(library.root / "deliveries" / "live")
    assert library.hosts() == []
    start().tick(1)
    assert library.hosts() == ["live"]
    assert files(library, "") == ["claimed", "done", "failed", "new"]


def test_without_settings_the_usual_library_is_taken(start, script, tmp_path, monkeypatch):
    (Path(script.__file__).parent / "oneshot_bridge.settings").unlink()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    usual = tmp_path / "home" / "Music" / "Oneshot Bridge"
    usual.parent.mkdir(parents=True)
    library = Library.open(usual)
    start().tick(1)
    assert library.hosts() == ["live"]
    library.close()


def test_a_library_that_goes_away_is_waited_for_and_never_made_up(start, library, deliver, tmp_path):
    deliver()
    host = start()
    library.root.rename(tmp_path / "away")
    host.tick(60)
    assert not library.root.exists()
    assert len(host.messages) == 1
    assert "waiting for the library" in host.messages[0]
    (tmp_path / "away").rename(library.root)
    host.tick(30)
    assert library.acknowledgements() == loaded(1)
