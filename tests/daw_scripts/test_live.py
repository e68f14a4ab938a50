"""The script for Live, run against a stand-in of Live's objects, on deliveries that the library really wrote."""

from __future__ import annotations

import ast
import importlib
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.deliveries import Acknowledgement
from bridge.library.folder import Library
from support.patience import until

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "live" / "OneshotBridge"
STAND_IN = Path(__file__).with_name("live_stand_in")
WAV = b"RIFF\x24\x00\x00\x00WAVE"

# What came when: 11.3.25 makes audio clips and the later 12.0.0 does not; 12.3 inserts devices, 12.4 replaces samples.
VERSIONS = [(11, 0, 0), (11, 3, 25), (12, 0, 0), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
BROWSING = VERSIONS[:-1]
# How many deliveries a script outlives that is killed at random; DELIVERIES=10000 proves more.
DELIVERIES = int(os.environ.get("DELIVERIES", "400"))
CLIPPING = [(11, 3, 25), (12, 0, 5), (12, 3, 0), (12, 4, 0)]
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))


@pytest.fixture
def library(tmp_path):
    """A library in a folder with a name that trips over every kind of quoting."""
    opened = Library.open(tmp_path / "Über Café's best $(kits) %d")
    for state in ("new", "claimed", "done", "failed"):
        (opened.root / "deliveries" / "live" / state).mkdir(parents=True)
    yield opened
    opened.close()


@pytest.fixture
def script(tmp_path, library, monkeypatch):
    """The script as it is installed: in the User Library, with the settings that the installer writes."""
    folder = tmp_path / "Ableton" / "User Library" / "Remote Scripts" / "OneshotBridge"
    shutil.copytree(SCRIPT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "oneshot_bridge.settings").write_text(f"library\t{library.root}\nosc_port\t9\n", encoding="utf-8")
    for place in (STAND_IN, folder.parent):
        monkeypatch.syspath_prepend(str(place))
    before = set(sys.modules)
    yield importlib.import_module("OneshotBridge")
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("OneshotBridge", "Live", "_Framework", "live_handles", "live_set", "live_host"):
            del sys.modules[name]


@pytest.fixture
def live_set(script):
    return importlib.import_module("live_set")


@pytest.fixture
def live_host(script):
    return importlib.import_module("live_host")


@pytest.fixture
def start(script, live_host, tmp_path):
    """Starts a Live of some version with the script in it."""
    running = []

    def start(version=(12, 4, 0), **changes):
        host = live_host.Host(version, tmp_path / "Ableton" / "User Library")
        for name, value in changes.items():
            assert hasattr(host, name)
            setattr(host, name, value)
        host.start(script)
        running.append(host)
        return host

    yield start
    for host in running:
        host.quit()


@pytest.fixture
def deliver(library):
    def deliver(seq=1, *, pad="kick", sample="a", missing=False, zones=None, **changes):
        path = f"samples/{pad or 'unassigned'}/{sample}.wav"
        if not missing:
            library.write_sample(path, WAV, {})
        key = {"root": 36, "cents": 0.0, "low": 36, "high": 36}
        mode = changes.get("mode", "drum")
        zones = [{}] if zones is None else zones
        made = tuple(Zone(path=path, **{**key, **zone}, follows_keys=mode == "keys") for zone in zones)
        values = {
            "host": "live", "seq": seq, "sample": sample, "pad": pad, "action": "load", "mode": mode,
            "target": f"track:{pad}", "path": path, "mtime": 1_800_000_000, "zones": made,
        }
        library.write_delivery(Delivery(**{**values, **changes}))
        return path

    return deliver


def clearing(seq, pad="kick", **changes):
    nothing = {"action": "clear", "sample": "", "path": "", "zones": (), "missing": True}
    return {"seq": seq, "pad": pad, **nothing, **changes}


def loaded(*numbers):
    return [Acknowledgement(host="live", seq=seq, loaded=True) for seq in numbers]


def failure(library):
    (acknowledgement,) = library.acknowledgements()
    assert not acknowledgement.loaded
    return acknowledgement.reason


def files(library, state):
    return sorted(os.listdir(library.root / "deliveries" / "live" / state))


def is_sound(library, heard, path):
    """Tells whether Live plays the very file of the library, under whatever name."""
    return os.path.samefile(heard, library.absolute(path))


def heard(library, track, key, path):
    """Returns how far from how it was recorded a key plays the one sound that it plays."""
    ((file, shift),) = track.heard(key)
    assert is_sound(library, file, path)
    return shift


def quiet(host):
    """Nothing went wrong: no message, every undo step closed."""
    assert host.song.undo_depth == 0
    return host.messages == [] == host.log


# --- loading -----------------------------------------------------------------------------------------------------


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


# --- places ------------------------------------------------------------------------------------------------------


def test_a_track_is_made_with_the_name_that_the_delivery_gives(start, library, deliver):
    deliver(target="track:Größe 9 'x' \"y\"")
    host = start(default_instrument="Operator")
    host.tick(5)
    track = host.track("Größe 9 'x' \"y\"")
    assert [device.name for device in track.devices] == ["Oneshot: kick"]
    assert library.acknowledgements() == loaded(1)


def test_a_track_is_found_by_its_exact_name_before_one_in_other_letters(start, library, deliver):
    deliver(1)
    host = start()
    similar, exact = host.add_track("KICK"), host.add_track("kick")
    host.tick(5)
    assert (len(similar.devices), len(exact.devices)) == (0, 1)
    host.song.tracks.remove(exact)
    deliver(2, sample="b")
    host.tick(5)
    assert len(similar.devices) == 1


def test_a_track_that_live_named_keeps_the_name_by_which_it_is_found(start, library, deliver):
    for seq, sample in ((1, "a"), (2, "b")):
        deliver(seq, sample=sample, target="track:1-midi")
    host = start()
    host.tick(5)
    assert library.acknowledgements() == loaded(1, 2)
    assert [track.name for track in host.song.tracks] == ["1-MIDI"]


@every_version
def test_effects_stay_where_they_are(start, live_set, library, deliver, version):
    deliver(1)
    deliver(2, sample="b")
    host = start(version)
    arp = live_set.Device(host, "Arpeggiator", live_set.MIDI_EFFECT)
    echo = live_set.Device(host, "Echo", live_set.AUDIO_EFFECT)
    track = host.add_track("kick", arp, echo)
    host.tick(80)
    assert [device.name for device in track.devices] == ["Arpeggiator", "Oneshot: kick", "Echo"]
    assert track.simpler.loads == (2 if version >= (12, 4, 0) else 1)  # the browser brings fresh Simplers
    assert library.acknowledgements() == loaded(1, 2)


@every_version
def test_an_instrument_of_the_user_is_never_replaced(start, live_set, library, deliver, version):
    host = start(version)
    mine = [live_set.Device(host, "Operator"), live_set.DrumRack(host), live_set.Rack(host, "Instrument Rack")]
    for seq, device in enumerate(mine, start=1):
        deliver(seq, pad=f"pad-{seq}", mode="keys")
        host.add_track(f"pad-{seq}", device)
    host.tick(300)
    for told, device in zip(library.acknowledgements(), mine, strict=True):
        assert device.name in told.reason
        assert host.track(f"pad-{told.seq}").devices == [device]


def test_a_pitch_that_the_user_mapped_to_a_macro_is_a_reason(start, library, deliver):
    deliver(1)
    host = start()
    host.tick(5)
    host.track("kick").simpler.parameters[1].is_enabled = False
    deliver(2, sample="b")
    deliver(3, sample="c", zones=[{"low": 40, "high": 40}])
    host.tick(5)
    assert [told.reason for told in library.acknowledgements()] == [
        "", "", "the Simpler's Transpose is held by a macro: unmap it",
    ]  # fmt: skip


@every_version
def test_a_simpler_with_many_samples_is_left_alone(start, live_set, library, deliver, version):
    deliver()
    host = start(version)
    simpler = live_set.Simpler(host)
    simpler.multi_sample_mode = True
    track = host.add_track("kick", simpler)
    host.tick(300)
    assert "many samples" in failure(library)
    assert track.devices == [simpler]


@every_version
def test_a_pads_simpler_is_found_in_the_rack_that_the_user_grouped_it_into(start, live_set, library, deliver, version):
    deliver(1)
    host = start(version)
    host.tick(40)
    track = host.track("kick")
    track.devices[:] = [live_set.Rack(host, "Instrument Rack", [track.simpler])]
    path = deliver(2, sample="b")
    host.tick(40)
    assert library.acknowledgements() == loaded(1, 2)
    assert heard(library, track, 36, path) == 0


@every_version
@pytest.mark.parametrize("target", ["track:Drums", "pad:40", "selected"])
def test_a_drum_goes_to_the_pad_of_a_drum_rack_and_leaves_the_others(
    start, live_set, library, deliver, version, target
):
    path = deliver(target=target, zones=[{"root": 50, "low": 40, "high": 40}])
    host = start(version)
    rack = live_set.DrumRack(host)
    mine = live_set.Simpler(host)
    rack.fill(36, mine)
    rack.view.selected_drum_pad = rack.drum_pads[40]
    track = host.song.view.selected_track = host.add_track("Drums", rack)
    host.tick(40)
    assert heard(library, track, 40, path) == 0
    assert rack.drum_pads[36].chains[0].devices == [mine]
    assert len(track.devices) == 1
    assert library.acknowledgements() == loaded(1)
    path = deliver(2, sample="b", target=target, zones=[{"root": 50, "low": 40, "high": 40}])
    host.tick(40)
    assert heard(library, track, 40, path) == 0
    assert library.acknowledgements() == loaded(1, 2)


def test_a_pads_target_is_the_drum_rack_on_the_bridges_own_track_before_others(start, live_set, library, deliver):
    path = deliver(target="pad:40")
    host = start()
    host.add_track("Drums", live_set.DrumRack(host))
    own = host.add_track("Oneshot Bridge", live_set.DrumRack(host))
    host.tick(5)
    assert heard(library, own, 40, path) == 0
    assert host.track("Drums").simplers() == []


def test_a_pad_that_becomes_a_tuned_one_does_not_stay_on_the_drum_rack(start, live_set, library, deliver):
    deliver(1, target="track:Drums")
    host = start()
    rack = live_set.DrumRack(host)
    host.add_track("Drums", rack)
    host.tick(5)
    deliver(2, sample="b", target="track:Drums", mode="keys")
    host.tick(5)
    first, second = library.acknowledgements()
    assert first.loaded
    assert "Drum Rack" in second.reason


def test_a_pad_that_sends_another_note_still_plays_its_sound_as_recorded(start, live_set, library, deliver):
    path = deliver(target="pad:40")
    host = start()
    rack = live_set.DrumRack(host)
    rack.fill(40).out_note = 48
    track = host.add_track("Drums", rack)
    host.tick(5)
    assert heard(library, track, 40, path) == 0


@every_version
def test_another_instrument_on_the_pad_is_left_alone(start, live_set, library, deliver, version):
    deliver(target="pad:40")
    host = start(version)
    rack = live_set.DrumRack(host)
    drum = live_set.Device(host, "Drum Sampler", class_name="DrumCell")
    rack.fill(40, drum)
    host.add_track("Drums", rack)
    host.tick(300)
    assert "Drum Sampler" in failure(library)
    assert rack.drum_pads[40].chains[0].devices == [drum]


def test_a_drum_rack_whose_pads_the_browser_does_not_fill_is_a_reason_and_stays(start, live_set, library, deliver):
    deliver(target="pad:40")
    host = start((11, 0, 0), fills_pads=False)
    rack = live_set.DrumRack(host)
    track = host.add_track("Drums", rack)
    host.tick(60)
    assert "does not load into pad 40" in failure(library)
    assert track.devices == [rack]
    assert rack.chains == []


@every_version
def test_a_missing_drum_rack_is_made_where_live_lets_a_script(start, library, deliver, version):
    path = deliver(target="pad:40")
    host = start(version)
    host.tick(300)
    if version >= (12, 3, 0):
        assert heard(library, host.track("Oneshot Bridge"), 40, path) == 0
        assert library.acknowledgements() == loaded(1)
    else:
        assert "put one on a track" in failure(library)


@pytest.mark.parametrize("target", ["pad:128", "pad:x", "track:", "nonsense"])
def test_a_target_that_live_does_not_have_is_a_reason(start, library, deliver, target):
    deliver(target=target)
    host = start()
    host.tick(5)
    assert target in failure(library)


def test_a_frozen_track_is_a_reason(start, library, deliver):
    deliver()
    host = start()
    host.add_track("kick").is_frozen = True
    host.tick(5)
    assert "unfreeze" in failure(library)


def test_live_lite_runs_out_of_tracks_and_says_so(start, library, deliver):
    deliver()
    host = start(track_limit=1)
    host.tick(5)
    assert "maximum number of tracks" in failure(library)
    assert len(host.messages) == 1


def test_live_lite_that_inserts_no_device_by_name_loads_by_its_browser(start, library, deliver):
    path = deliver()
    host = start((12, 3, 0), unavailable={"Simpler", "Drum Rack"})
    host.tick(40)
    assert heard(library, host.track("kick"), 36, path) == 0
    assert library.acknowledgements() == loaded(1)


# --- audio clips -------------------------------------------------------------------------------------------------


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


# --- failures ----------------------------------------------------------------------------------------------------


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


# --- crashes -----------------------------------------------------------------------------------------------------


def test_a_crash_between_loading_and_acknowledging_is_made_good_without_loading_twice(
    start, script, live_host, library, deliver, monkeypatch
):
    deliver()
    host = start()
    really = os.replace

    def crash(source, target):
        if "done" in str(target):
            raise live_host.Killed
        really(source, target)

    with monkeypatch.context() as crashing:
        crashing.setattr(os, "replace", crash)
        host.tick(5)
    assert files(library, "claimed") == ["000000000001"]
    host.start(script)
    host.tick(5)
    assert host.track("kick").simpler.loads == 1
    assert library.acknowledgements() == loaded(1)


def test_what_was_claimed_by_a_session_that_lost_its_set_is_loaded_before_what_is_new(start, library, deliver):
    deliver(3, pad="old")
    claimed = library.root / "deliveries" / "live" / "claimed"
    (library.root / "deliveries" / "live" / "new" / "000000000003").rename(claimed / "000000000003")
    deliver(2, pad="new")
    host = start()
    host.tick(5)
    assert [track.name for track in host.song.tracks[1:]] == ["old", "new"]
    assert library.acknowledgements() == loaded(2, 3)


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_delivery_that_cannot_be_acknowledged_at_first_is_acknowledged_later(
    start, library, deliver, monkeypatch, state
):
    deliver(missing=state == "failed")
    host = start()
    really = os.replace

    def busy(source, target):
        if os.sep + state + os.sep in str(target):
            raise PermissionError("The process cannot access the file because it is being used by another process")
        really(source, target)

    with monkeypatch.context() as refusing:
        refusing.setattr(os, "replace", busy)
        host.tick(30)
    assert library.acknowledgements() == []
    host.tick(30)
    (acknowledgement,) = library.acknowledgements()
    assert acknowledgement.loaded == (state == "done")
    assert files(library, "claimed") == []


def test_a_delivery_that_was_withdrawn_is_not_loaded(start, library, deliver):
    deliver(1)
    assert library.withdraw_delivery("live", 1)
    host = start()
    host.tick(5)
    assert len(host.song.tracks) == 1
    assert library.acknowledgements() == []


def test_a_script_that_is_taken_out_of_its_slot_leaves_the_rest_to_the_next_one(start, script, library, deliver):
    deliver()
    host = start(replace_ticks=9)
    host.tick(3)
    host.stop()
    host.tick(20)
    assert library.acknowledgements() == []
    host.start(script)
    host.tick(5)
    assert host.track("kick").simpler.loads == 1
    assert library.acknowledgements() == loaded(1)


@pytest.fixture
def perilous(script, monkeypatch):
    """Lets the script be killed before and after everything that it does to files, too."""
    def perilous(host):
        def guarded(really, *, after=True):
            def work(*arguments, **options):
                if host.in_turn:
                    host.step()
                result = really(*arguments, **options)
                if host.in_turn and after:
                    host.step()
                return result

            return work

        for name in ("replace", "remove", "listdir", "makedirs", "link"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name)))
        module = sys.modules["OneshotBridge.deliveries"]
        monkeypatch.setattr(module, "open", guarded(open, after=False), raising=False)

    return perilous


@pytest.mark.parametrize(("version", "share"), [((12, 4, 0), 1.0), ((12, 3, 0), 0.2), ((11, 0, 0), 0.2)])
def test_a_script_that_is_killed_at_random_loses_nothing_and_ends_with_the_newest_sounds(
    start, script, library, deliver, perilous, version, share
):
    dice = random.Random(version[0] * 100 + version[1])
    pads = [f"pad-{number}" for number in range(6)]
    host = start(version, load_ticks=1, index_ticks=1)
    perilous(host)
    count, kills = int(DELIVERIES * share), 0
    newest, waiting, settled = {}, {}, {}

    def note():
        for told in library.acknowledgements():
            assert told.loaded, told.reason
            settled[told.seq] = "loaded"
            library.prune_delivery("live", told.seq)

    for seq in range(1, count + 1):
        pad = dice.choice(pads)
        if pad in waiting and library.withdraw_delivery("live", waiting[pad]):  # as the daemon does
            settled[waiting[pad]] = "withdrawn"
        newest[pad] = deliver(seq, pad=pad, sample=f"s-{seq}", mtime=seq)
        waiting[pad] = seq
        if dice.random() < 0.3:
            host.kill_after = dice.randrange(250)
        host.tick(dice.randrange(4))
        note()
        if not host.scripts:
            kills += 1
            host.start(script)
    host.kill_after = None
    for _ in range(1000):
        if len(settled) == count:
            break
        if not host.scripts:
            host.start(script)
        host.tick(10)
        note()
    assert sorted(settled) == list(range(1, count + 1))
    assert kills > count / 20
    assert [files(library, state) for state in ("new", "claimed", "done", "failed")] == [[], [], [], []]
    for pad, path in newest.items():
        assert heard(library, host.track(pad), 36, path) == 0


# --- clearing ----------------------------------------------------------------------------------------------------


@every_version
def test_clearing_takes_the_pads_simpler_away_and_no_other(start, live_set, library, deliver, version):
    deliver(1)
    deliver(2, pad="snare")
    host = start(version)
    echo = live_set.Device(host, "Echo", live_set.AUDIO_EFFECT)
    track = host.add_track("kick", echo)
    host.tick(80)
    deliver(**clearing(3))
    host.tick(5)
    assert track.devices == [echo]
    assert host.track("snare").simpler is not None
    assert library.acknowledgements() == loaded(1, 2, 3)


def test_clearing_takes_the_pads_simpler_away_though_live_renamed_it(start, live_set, library, deliver):
    deliver(1)
    host = start()
    mine = host.add_track("kick", live_set.Rack(host, "Instrument Rack", [live_set.Simpler(host)]))
    host.song.tracks.remove(mine)
    host.tick(5)
    host.track("kick").simpler.name = "kick_deep"
    host.song.tracks.append(mine)
    deliver(**clearing(2))
    host.tick(5)
    assert [len(track.simplers()) for track in host.song.tracks if track.name == "kick"] == [0, 1]


@every_version
def test_clearing_a_drum_racks_pad_leaves_it_empty(start, live_set, library, deliver, version):
    deliver(1, target="pad:40")
    host = start(version)
    rack = live_set.DrumRack(host)
    mine = live_set.Simpler(host)
    rack.fill(36, mine)
    host.add_track("Drums", rack)
    host.tick(40)
    deliver(**clearing(2, target="pad:40"))
    host.tick(5)
    assert [chain.in_note for chain in rack.chains] == [36]
    assert library.acknowledgements() == loaded(1, 2)


def test_clearing_leaves_what_plays_another_pad_and_what_the_user_copied(start, live_set, library, deliver):
    deliver(1)
    host = start()
    host.tick(5)
    ((path, _),) = host.track("kick").heard(36)
    for track, name in (("kept", "Oneshot: kick"), ("kick", "Oneshot: snare")):
        copy = live_set.Simpler(host, path)
        host.add_track(track, live_set.Rack(host, "Instrument Rack", [copy]))
        copy.name = name
    deliver(**clearing(2))
    host.tick(5)
    assert [[simpler.name for simpler in track.simplers()] for track in host.song.tracks[1:]] == [
        [], ["Oneshot: kick"], ["Oneshot: snare"],
    ]  # fmt: skip
    assert library.acknowledgements() == loaded(1, 2)


def test_clearing_takes_the_pads_clip_away(start, live_set, library, deliver):
    deliver(1)
    host = start()
    track = host.add_track("kick", midi=False)
    track.clip_slots[0].clip = live_set.Clip(host, "mine")
    host.tick(5)
    deliver(**clearing(2))
    host.tick(5)
    assert [slot.has_clip for slot in track.clip_slots] == [True, False, False, False]
    assert library.acknowledgements() == loaded(1, 2)


def test_clearing_a_pad_that_was_never_loaded_makes_no_track(start, library, deliver):
    deliver(**clearing(1))
    host = start()
    host.tick(5)
    assert len(host.song.tracks) == 1
    assert library.acknowledgements() == loaded(1)


# --- waiting for silence -----------------------------------------------------------------------------------------


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


# --- finding the library -----------------------------------------------------------------------------------------


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


# --- asking from inside Live -------------------------------------------------------------------------------------


@pytest.fixture
def clips(script, start, live_set):
    """Starts a Live whose script speaks to an OSC port, with clips of some names on a track."""
    def clips(port, *names):
        settings = Path(script.__file__).parent / "oneshot_bridge.settings"
        settings.write_text(settings.read_text(encoding="utf-8").replace("osc_port\t9\n", f"osc_port\t{port}\n"))
        host = start()
        track = host.add_track("Asking", scenes=len(names))
        for slot, name in zip(track.clip_slots, names, strict=True):
            slot.clip = live_set.Clip(host, name)
        host.tick(3)
        return host, track

    return clips


@pytest.mark.anyio
async def test_a_clip_that_is_launched_presses_the_pad_of_its_name(scene, clips):
    host, track = clips(scene.door.address[1], "oneshot: kick", "Oneshot:SNARE", "kick", "oneshot: two words more")
    for slot in range(4):
        host.launch(track, slot)
        host.tick(2)
    await until(lambda: len(scene.engine.requests) >= 2)
    assert [request.pad for request in scene.engine.requests] == ["kick", "snare"]
    assert host.messages == []


@pytest.mark.anyio
async def test_clips_ask_for_all_that_a_pad_can_be_asked_for(scene, clips):
    actions = ("again", "keep", "discard", "cancel")
    host, track = clips(
        scene.door.address[1], "oneshot: kick", *(f"oneshot: {action} kick" for action in actions), "oneshot: kit main"
    )
    host.launch(track, 0)
    host.tick(2)
    await until(lambda: scene.engine.all_jobs)
    scene.engine.finish(next(iter(scene.engine.all_jobs)))
    for slot in range(1, 6):
        host.launch(track, slot)
        host.tick(2)
    await until(lambda: len(scene.engine.calls) >= 6)
    assert [call[:2] for call in scene.engine.calls] == [
        ("trigger", "kick"), ("again", "kick"), ("keep", "kick"), ("discard", "kick"), ("cancel", "kick"),
        ("select_kit", "main"),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_a_clip_asks_once_for_every_launch_and_not_while_it_plays(scene, clips):
    host, track = clips(scene.door.address[1], "oneshot: kick")
    for _ in range(3):
        host.launch(track, 0)
        host.tick(50)
    await until(lambda: len(scene.engine.requests) >= 3)
    assert len(scene.engine.requests) == 3


@pytest.mark.anyio
async def test_what_plays_when_the_script_starts_asks_for_nothing(scene, script, clips):
    host, track = clips(scene.door.address[1], "oneshot: kick", "oneshot: snare")
    host.stop()
    host.launch(track, 0)
    host.start(script)
    host.tick(20)
    host.add_track("another")
    host.song.tracks.reverse()
    host.tick(20)
    host.launch(track, 1)
    host.tick(2)
    await until(lambda: scene.engine.requests)
    assert [request.pad for request in scene.engine.requests] == ["snare"]
    assert host.messages == []


@pytest.mark.anyio
async def test_what_the_bridge_cannot_do_is_said_in_live(scene, clips):
    host, track = clips(scene.door.address[1], "oneshot: nonesuch", "oneshot: kick")
    host.launch(track, 0)

    def said():
        host.tick()
        return host.messages

    await until(said)
    assert "nonesuch" in host.messages[0]
    host.messages.clear()
    scene.engine.doom = "The model was not amused."
    host.launch(track, 1)
    await until(said)
    assert host.messages == ["Oneshot Bridge: The model was not amused. Try another prompt."]


def test_a_bridge_that_does_not_run_is_said_in_live_at_every_launch(clips):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    host, track = clips(port, "oneshot: kick")
    complaint = "Oneshot Bridge: the bridge does not run: start it with `oneshot run`"
    for launches in (1, 2):
        host.launch(track, 0)
        host.tick(5)
        assert host.messages == [complaint] * launches
    others = [host.add_track(name) for name in ("one", "two", "three")]
    for other in others:
        other.clip_slots[0].clip = track.clip_slots[0].clip
    host.tick()
    for other in others:  # as a scene launches them
        other.playing_slot_index = 0
    host.tick(5)
    assert set(host.messages) == {complaint}
    assert len(host.messages) > 2


# --- the language, and the stand-in itself -----------------------------------------------------------------------


@pytest.mark.parametrize("module", sorted(SCRIPT.glob("*.py")), ids=lambda path: path.name)
def test_the_script_is_written_in_python_3_7(module):
    """Live 11 and 12.0 bring Python 3.7."""
    ast.parse(module.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_script_uses_nothing_that_python_3_7_does_not_have(peer):
    """Asks vermin, which knows since when the standard library has what."""
    peer.module("vermin")
    program = "import sys, vermin; sys.exit(vermin.main())"
    line = [sys.executable, "-c", program, "-t=3.7-", "--violations", "--no-tips", "--processes=1", str(SCRIPT)]
    result = subprocess.run(line, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_script_needs_nothing_that_is_installed(script):
    """Starts it in a Python that has only its standard library and the stand-in."""
    places = [str(STAND_IN), str(Path(script.__file__).parents[1])]
    line = f"import sys; sys.path[:0] = {places!r}; import OneshotBridge; print(OneshotBridge.__version__)"
    result = subprocess.run([sys.executable, "-I", "-S", "-c", line], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_stand_in_has_only_what_its_version_of_live_has(live_set, live_host, tmp_path):
    def abilities(version):
        host = live_host.Host(version, tmp_path)
        things = {"track": host.song.tracks[0], "rack": live_set.DrumRack(host), "simpler": live_set.Simpler(host)}
        things["chain"], things["slot"] = things["rack"].fill(36), things["track"].clip_slots[0]
        names = {
            "track": ["insert_device"], "chain": ["insert_device", "in_note"], "rack": ["insert_chain"],
            "simpler": ["replace_sample"], "slot": ["create_audio_clip"],
        }  # fmt: skip
        return {
            f"{thing}.{name}"
            for thing, those in names.items() for name in those
            if hasattr(live_set.Handle(things[thing]), name)
        }  # fmt: skip

    clips = {"slot.create_audio_clip"}
    inserting = {"track.insert_device", "chain.insert_device", "chain.in_note", "rack.insert_chain"}
    assert [abilities(version) for version in VERSIONS] == [
        set(), clips, set(), clips, clips | inserting, clips | inserting | {"simpler.replace_sample"},
    ]  # fmt: skip


def test_the_stand_in_refuses_what_live_refuses(live_set, start):
    host = start()
    track, audio = host.add_track("midi"), host.add_track("audio", midi=False)
    simpler, slot = live_set.Simpler(host), live_set.Handle(audio.clip_slots[0])
    with pytest.raises(RuntimeError, match="triggered by notifications"):
        live_set.Handle(track).name = "no turn of the script"
    host.in_turn = True
    with pytest.raises(ValueError, match="absolute path"):
        live_set.Handle(simpler).replace_sample("relative.wav")
    with pytest.raises(ValueError, match="valid audio file"):
        slot.create_audio_clip(__file__)
    audio.clip_slots[0].clip = live_set.Clip(host, "mine")
    with pytest.raises(RuntimeError, match="already has a clip"):
        slot.create_audio_clip(__file__)
    with pytest.raises(RuntimeError, match="only be created on audio tracks"):
        live_set.Handle(track.clip_slots[0]).create_audio_clip(__file__)
    live_set.Handle(track).insert_device("Simpler", 0)
    with pytest.raises(RuntimeError, match="more than one instrument"):
        live_set.Handle(track).insert_device("Drum Rack", 0)
    with pytest.raises(AttributeError):
        live_set.Handle(track).root_key = 36
    with pytest.raises(RuntimeError, match="Invalid value"):
        live_set.Handle(simpler.parameters[1]).value = 49.0
    with pytest.raises(TypeError):
        live_set.Handle(simpler).playback_mode = 1.0
    refused = []

    def elsewhere():
        try:
            _ = live_set.Handle(track).name
        except AssertionError as problem:
            refused.append(str(problem))

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert refused == ["Live was called from another thread"]
