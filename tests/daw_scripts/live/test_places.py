"""Where the script for Live puts a sound, what it leaves alone, and what it takes away again."""

from __future__ import annotations

import pytest

from support.deliveries import failure
from support.live import clearing, every_version, heard, loaded

# --- places ----------------------------------------------------------------------------------------------------------


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


# --- clearing --------------------------------------------------------------------------------------------------------


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
