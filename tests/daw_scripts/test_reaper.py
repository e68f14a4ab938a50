"""The REAPER script, run by Lua against a stand-in of REAPER, on deliveries that the library really wrote."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from bridge.cli.scripts.installing import Setting, carry_out, installation
from bridge.cli.scripts.places import System
from bridge.cli.scripts.shelf import scripts
from bridge.library.folder import Library
from bridge.triggers.wishes import Wish, read_wish
from support import deliveries
from support.deliveries import AWKWARD, WAV, failure, lua, open_library
from support.patience import PATIENCE_SECONDS

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "reaper" / "oneshot_bridge.lua"
STAND_IN = Path(__file__).with_name("reaper_stand_in.lua")
DELIVERIES = int(os.environ.get("ONESHOT_DELIVERIES", "150"))
"""How many are made while the script is killed again and again; 10,000 take some minutes."""
loaded = partial(deliveries.loaded, "reaper")
files = partial(deliveries.files, "reaper")


class Reaper:
    """Runs scenarios: Lua lines with `host`, the test's side of the stand-in."""

    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, folder
        self.script = SCRIPT

    def write(self, *lines, home=None, known=True):
        """Writes a scenario; returns how it is run."""
        place = f'host.extstate["oneshot_bridge/library"] = {lua(self.library.root)}' if known else ""
        scenario = self.folder / "scenario.lua"
        scenario.write_text("\n".join([
            f"local host, script = dofile({lua(STAND_IN)}), {lua(self.script)}", place, *lines, "host.report()",
        ]))
        return {"args": [self.program, scenario],
                "env": {"PATH": os.environ["PATH"], "HOME": str(home or self.folder)}}

    def run(self, *lines, home=None, known=True):
        call = self.write(*lines, home=home, known=known)
        result = subprocess.run(**call, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
        assert result.returncode == 0, result.stderr.decode()
        report = json.loads(result.stdout)
        assert report["undo_depth"] == report["refresh_depth"] == 0 or report["crashed"]
        return report

    def play(self, *lines, ticks=10):
        """Runs REAPER for a while after some lines of preparation."""
        return self.run(*lines, "host.start(script)", f"host.tick({ticks})")


@pytest.fixture
def library(tmp_path):
    opened = open_library(tmp_path / AWKWARD, "reaper")
    yield opened
    opened.close()


@pytest.fixture
def reaper(peer, library, tmp_path):
    return Reaper(peer("lua5.4"), library, tmp_path)


@pytest.fixture
def deliver(library):
    return partial(deliveries.deliver, library, "reaper")


def samplers(report, track=0):
    return report["tracks"][track]["fx"]


# --- loading -----------------------------------------------------------------------------------------------------


def test_a_drum_comes_to_its_track_and_key_and_is_acknowledged(reaper, library, deliver):
    path = deliver(zones=[{"root": 50, "low": 50, "high": 50, "cents": 23.0}])
    report = reaper.play('host.add_track("Drums")', 'host.add_track("kick")')
    assert samplers(report, 0) == []
    (sampler,) = samplers(report, 1)
    assert (sampler["name"], sampler["file"]) == ("Oneshot: kick", library.absolute(path))
    assert (sampler["mode"], sampler["obeys_note_offs"], sampler["loop"], sampler["filters"]) == (1, 0, 0, 1)
    assert sampler["keys"] == {"none": 0, "50": pytest.approx(0.0, abs=1e-4)}
    assert library.acknowledgements() == loaded(1)
    assert (files(library, "new"), files(library, "claimed"), files(library, "failed")) == ([], [], [])
    assert report["undo"] == ["Oneshot: load kick"]
    assert report["console"] == []


@pytest.mark.parametrize(("root", "cents", "low", "high"), [
    (60, 0.0, 54, 66), (40, -37.4, 33, 47), (72, 50.0, 66, 78), (3, 12.5, 0, 15), (125, -49.9, 119, 127),
    (57, 0.1, 57, 57),
])
def test_every_key_is_shifted_to_its_own_pitch_and_keys_outside_are_silent(reaper, deliver, root, cents, low, high):
    deliver(pad="bass", mode="keys", zones=[{"root": root, "cents": cents, "low": low, "high": high}])
    (sampler,) = samplers(reaper.play())
    assert (sampler["mode"], sampler["obeys_note_offs"], sampler["filters"]) == (2, 1, 0)
    shifts = {int(key): shift for key, shift in sampler["keys"].items() if key != "none"}
    assert sorted(shifts) == list(range(low, high + 1))
    for key, shift in shifts.items():
        assert shift == pytest.approx(key - root - cents / 100, abs=0.001)  # a tenth of a cent


def test_every_key_survives_the_way_through_a_parameter(reaper, deliver):
    """The stand-in keeps 32-bit floats and rounds down."""
    deliver(zones=[{"root": key, "low": key, "high": key} for key in range(128)])
    played = [[key for key in sampler["keys"] if key != "none"] for sampler in samplers(reaper.play())]
    assert played == [[str(key)] for key in range(128)]


def test_velocity_layers_become_samplers_side_by_side_that_let_notes_through(reaper, deliver):
    layer = {"root": 60, "low": 60, "high": 60}
    deliver(zones=[{**layer, "velocity_high": 80}, {**layer, "velocity_low": 101}])
    soft, hard = samplers(reaper.play())
    assert (soft["name"], hard["name"]) == ("Oneshot: kick", "Oneshot: kick (2)")
    assert (soft["soft"], hard["soft"]) == (True, False)
    assert soft["filters"] == hard["filters"] == 0
    at_velocity_100 = [set(sampler["keys"]) for sampler in (soft, hard)]
    assert at_velocity_100 == [{"none"}, {"none"}]


def test_a_new_sound_replaces_the_old_one_in_the_same_sampler(reaper, library, deliver):
    deliver(1, sample="a")
    path = deliver(2, sample="b")
    report = reaper.play()
    (sampler,) = samplers(report)
    assert (sampler["file"], sampler["loads"]) == (library.absolute(path), 2)
    assert library.acknowledgements() == loaded(1, 2)


def test_fewer_zones_than_before_leave_no_old_sound_behind(reaper, library, deliver):
    deliver(1, sample="a", zones=[{}, {"root": 38, "low": 38, "high": 38}])
    deliver(2, sample="b")
    first, second = samplers(reaper.play())
    assert first["file"].endswith("b.wav")
    assert second["file"] == ""


def test_deliveries_are_carried_out_in_the_order_of_their_numbers(reaper, library, deliver):
    for seq in (10, 9, 100, 2):
        deliver(seq, pad=f"pad-{seq}")
    report = reaper.play()
    assert [track["name"] for track in report["tracks"]] == ["pad-2", "pad-9", "pad-10", "pad-100"]
    assert library.acknowledgements() == loaded(2, 9, 10, 100)


def test_one_turn_carries_out_one_delivery(reaper, library, deliver):
    for seq in (1, 2, 3):
        deliver(seq, pad=f"pad-{seq}")
    assert len(reaper.play(ticks=1)["tracks"]) == 2  # one at the start, one in the turn


def test_what_is_delivered_while_reaper_runs_is_loaded_the_next_time_that_the_script_may_run(reaper, library, deliver):
    deliver()
    name = files(library, "new")[0]
    new = library.root / "deliveries" / "reaper" / "new" / name
    new.rename(library.root / name)
    report = reaper.run(
        "host.start(script)", "host.tick(30)", f"os.rename({lua(library.root / name)}, {lua(new)})", "host.tick(1)"
    )
    assert len(samplers(report)) == 1
    assert library.acknowledgements() == loaded(1)


def test_an_idle_turn_reads_one_folder_however_long_the_history_is(reaper, library):
    history = library.root / "deliveries" / "reaper" / "done"
    for seq in range(1, 200):
        (history / f"{seq:012}").touch()
    report = reaper.play(ticks=60)
    assert 60 <= report["listings"] < 60 + 6  # and a few every other second, as at the start
    assert report["running"] == 1


# --- turns -------------------------------------------------------------------------------------------------------


def turns(count, library, *, cents=None, **zone):
    """Returns zones on the same keys that take turns, each with a sample of its own."""
    made = []
    for turn in range(1, count + 1):
        path = f"samples/kick/turn-{turn}.wav"
        library.write_sample(path, WAV, {})
        made.append({"path": path, "cents": 0.0, **zone, "sequence": (turn, count)})
    for turn, value in (cents or {}).items():
        made[turn - 1]["cents"] = value
    return made


def names(sampler):
    return [Path(file).stem for file in sampler["files"]]


def test_turns_lie_in_one_sampler_that_takes_them_in_order(reaper, library, deliver):
    deliver(zones=turns(4, library))
    (sampler,) = samplers(reaper.play())
    assert (names(sampler), sampler["turns"]) == (["turn-1", "turn-2", "turn-3", "turn-4"], 1)
    assert library.acknowledgements() == loaded(1)


def test_turns_and_velocity_layers_are_a_sampler_for_each_layer(reaper, library, deliver):
    soft, hard = turns(2, library, velocity_high=80), turns(2, library, velocity_low=81)
    deliver(zones=[*soft, *hard])
    first, second = samplers(reaper.play())
    assert names(first) == names(second) == ["turn-1", "turn-2"]
    assert (first["soft"], second["soft"]) == (True, False)


def test_loading_the_same_turns_again_loads_nothing(reaper, library, deliver):
    for seq in (1, 2):
        deliver(seq, zones=turns(3, library))
    (sampler,) = samplers(reaper.play())
    assert sampler["loads"] == 3
    assert library.acknowledgements() == loaded(1, 2)


@pytest.mark.parametrize("missing", ["can_take_turns", "can_add_files"])
def test_a_reaper_without_turns_plays_the_first(reaper, library, deliver, missing):
    deliver(zones=turns(3, library))
    (sampler,) = samplers(reaper.play(f"host.{missing} = false"))
    assert names(sampler) == ["turn-1"]
    assert sampler["turns"] != 1
    assert library.acknowledgements() == loaded(1)


def test_one_sound_takes_the_place_of_turns_and_turns_that_of_one_sound(reaper, library, deliver):
    deliver(1, sample="single")
    deliver(2, zones=turns(3, library))
    deliver(3, sample="other")
    report = reaper.run("host.start(script)", "host.tick(1)", "host.fuse = nil", "host.tick(10)")
    (sampler,) = samplers(report)
    assert (names(sampler), sampler["turns"], sampler["loads"]) == (["other"], 0, 5)


def test_a_turn_of_another_pitch_is_left_out_for_a_sampler_has_one_pitch(reaper, library, deliver):
    deliver(mode="keys", zones=turns(3, library, cents={2: 30.0, 3: 0.5}))
    (sampler,) = samplers(reaper.play())
    assert names(sampler) == ["turn-1", "turn-3"]


# --- targets -----------------------------------------------------------------------------------------------------


def test_a_track_is_made_with_the_name_that_the_delivery_gives(reaper, deliver):
    deliver(target="track:Größe 9 'x' \"y\"")
    report = reaper.play()
    assert [track["name"] for track in report["tracks"]] == ["Größe 9 'x' \"y\""]
    assert report["tracks"][0]["armed"] == 0


def test_a_track_is_found_by_its_exact_name_before_one_in_other_letters(reaper, deliver):
    deliver(1)
    report = reaper.play('host.add_track("KICK")', 'host.add_track("kick")')
    assert [len(track["fx"]) for track in report["tracks"]] == [0, 1]
    deliver(2, sample="b")
    report = reaper.play('host.add_track("KICK")')
    assert [len(track["fx"]) for track in report["tracks"]] == [1]


def test_the_selected_track_is_a_target_and_its_absence_a_reason(reaper, library, deliver):
    deliver(1, target="selected")
    report = reaper.play('host.add_track("other")', 'host.selected = host.add_track("mine")')
    assert [len(track["fx"]) for track in report["tracks"]] == [0, 1]
    library.prune_delivery("reaper", 1)
    deliver(2, target="selected")
    reaper.play('host.add_track("other")')
    assert failure(library) == "no track is selected"


def test_a_missing_track_is_a_reason_where_none_may_be_made(reaper, library, deliver, tmp_path):
    script = SCRIPT.read_text()
    assert "CREATE_TRACKS = true" in script
    reaper.script = tmp_path / "careful.lua"
    reaper.script.write_text(script.replace("CREATE_TRACKS = true", "CREATE_TRACKS = false"))
    deliver(target="track:Bass")
    report = reaper.play()
    assert failure(library) == "there is no track named Bass"
    assert report["tracks"] == []


@pytest.mark.parametrize("target", ["pad:36", "track:", "nonsense"])
def test_a_target_that_reaper_does_not_have_is_a_reason(reaper, library, deliver, target):
    deliver(target=target)
    reaper.play()
    assert target in failure(library)


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_missing_sample_is_a_reason_and_leaves_the_project_as_it_was(reaper, library, deliver):
    path = deliver(missing=True)
    report = reaper.play()
    assert failure(library) == f"the sample is missing: {library.absolute(path)}"
    assert report["tracks"] == []
    assert len(report["console"]) == 1
    assert files(library, "claimed") == []


def test_a_file_that_reaper_cannot_load_is_a_reason(reaper, library, deliver):
    path = deliver(missing=True)
    Path(library.absolute(path)).parent.mkdir()
    Path(library.absolute(path)).write_bytes(b"not a sound")
    reaper.play()
    assert "can't load" in failure(library)


def test_a_reaper_without_the_sampler_or_without_names_is_a_reason_each(reaper, library, deliver):
    deliver(1)
    reaper.play("host.knows_sampler = false")
    assert "can't add" in failure(library)
    library.prune_delivery("reaper", 1)
    deliver(2, sample="b")
    report = reaper.play("host.can_rename = false")
    assert "update REAPER" in failure(library)
    assert samplers(report) == []


@pytest.mark.parametrize("text", ["", "v\t2\n", "v\t1\naction\tload\n", "zone\t|||\n", "\x00\xff", "v\t1\npad\tx"])
def test_a_damaged_delivery_is_failed_and_the_next_one_loaded(reaper, library, deliver, text):
    (library.root / "deliveries" / "reaper" / "new" / "000000000001").write_bytes(text.encode("latin-1"))
    deliver(2)
    reaper.play()
    first, second = library.acknowledgements()
    assert not first.loaded
    assert first.reason
    assert second == loaded(2)[0]


def test_an_error_inside_a_call_of_reaper_fails_the_delivery_and_not_the_daw(reaper, library, deliver):
    deliver(1)
    deliver(2, pad="snare")
    report = reaper.play(
        "local really = reaper.TrackFX_SetParamNormalized",
        "reaper.TrackFX_SetParamNormalized = function(track, ...)",
        '  if track.name == "kick" then error("out of order") end',
        "  return really(track, ...)",
        "end",
    )
    first, second = library.acknowledgements()
    assert "out of order" in first.reason
    assert second.loaded
    assert report["running"] == 1


def test_an_error_of_the_loop_itself_is_said_once_and_the_loop_goes_on(reaper, library, deliver):
    deliver()
    report = reaper.run(
        "host.start(script)", "host.tick(1)", "local really = reaper.EnumerateFiles",
        'reaper.EnumerateFiles = function() error("no folders today") end', "host.tick(30)",
        "reaper.EnumerateFiles = really", "host.tick(6)",
    )
    assert len([line for line in report["console"] if "no folders today" in line]) == 1
    assert library.acknowledgements() == loaded(1)


# --- crashes -----------------------------------------------------------------------------------------------------


def test_a_crash_between_loading_and_acknowledging_is_made_good_without_loading_twice(reaper, library, deliver):
    deliver()
    claimed = library.root / "deliveries" / "reaper" / "claimed" / "000000000001"
    report = reaper.run(
        'host.crash_before = "/done/"', "host.start(script)", "host.tick(10)", "assert(host.crashed)",
        f"assert(io.open({lua(claimed)}))", "host.start(script)", "host.tick(10)",
    )
    (sampler,) = samplers(report)
    assert sampler["loads"] == 1
    assert library.acknowledgements() == loaded(1)


def test_a_crash_before_loading_loads_at_the_next_start(reaper, library, deliver):
    deliver()
    report = reaper.run(
        "local really = reaper.TrackFX_AddByName",
        'reaper.TrackFX_AddByName = function() coroutine.yield("crash") end', "host.start(script)", "host.tick(10)",
        "assert(host.crashed)", "reaper.TrackFX_AddByName = really", "host.start(script)", "host.tick(10)",
    )
    assert [sampler["loads"] for sampler in samplers(report)] == [1]
    assert library.acknowledgements() == loaded(1)


def test_what_was_claimed_by_a_session_that_lost_its_project_is_loaded_before_what_is_new(reaper, library, deliver):
    deliver(3, pad="old")
    claimed = library.root / "deliveries" / "reaper" / "claimed"
    (library.root / "deliveries" / "reaper" / "new" / "000000000003").rename(claimed / "000000000003")
    deliver(2, pad="new")
    report = reaper.play()
    assert [track["name"] for track in report["tracks"]] == ["old", "new"]
    assert library.acknowledgements() == loaded(2, 3)


def test_a_delivery_that_cannot_be_acknowledged_at_first_is_acknowledged_later(reaper, library, deliver):
    deliver()
    report = reaper.run(
        'host.fail_rename = "/done/"', "host.start(script)", "host.tick(30)", "host.fail_rename = nil", "host.tick(90)"
    )
    assert samplers(report)[0]["loads"] == 1
    assert library.acknowledgements() == loaded(1)


def test_a_delivery_that_was_withdrawn_is_not_loaded(reaper, library, deliver):
    deliver(1)
    assert library.withdraw_delivery("reaper", 1)
    assert reaper.play()["tracks"] == []
    assert library.acknowledgements() == []


# --- clearing ----------------------------------------------------------------------------------------------------


def test_clearing_empties_the_pads_samplers_and_no_others(reaper, library, deliver):
    deliver(1, zones=[{}, {"root": 38, "low": 38, "high": 38}])
    deliver(2, pad="snare", target="track:kick")
    deliver(3, action="clear", sample="", path="", zones=(), missing=True)
    report = reaper.play()
    assert {sampler["name"]: sampler["file"] != "" for sampler in samplers(report)} == {
        "Oneshot: kick": False, "Oneshot: kick (2)": False, "Oneshot: snare": True,
    }
    assert library.acknowledgements() == loaded(1, 2, 3)


def test_clearing_a_pad_that_was_never_loaded_makes_no_track(reaper, library, deliver):
    deliver(1, action="clear", zones=(), missing=True)
    assert reaper.play()["tracks"] == []
    assert library.acknowledgements() == loaded(1)


def test_killed_at_random_the_script_loses_nothing_and_ends_with_the_newest_sound_of_every_pad(
    reaper, library, deliver, tmp_path
):
    """The library writes, withdraws and tidies up as the bridge does, in another process than the script, which is
    killed at any call of REAPER or the system and started again."""
    over, pads, dice = tmp_path / "over", ["kick", "snare", "hat", "bass"], random.Random(7)
    script = subprocess.Popen(
        **reaper.write(
            "math.randomseed(7)",
            "local function exists(path) local f = io.open(path, 'rb') if f then f:close() end return f end",
            "local kills = 0",
            "host.start(script)",
            f"while not exists({lua(over)}) do",
            "  host.fuse = host.fuse or math.random(1, 300)",
            "  if host.crashed then kills = kills + 1 host.start(script) else host.tick(1) end",
            "end",
            "host.fuse = nil",
            "if host.crashed then host.start(script) end",
            "host.tick(200)",
            "assert(kills > 0, 'never killed')",
        ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    newest, waiting, withdrawn, answers = {}, {}, set(), []

    def tidy():
        for answer in library.acknowledgements():
            answers.append(answer)
            library.prune_delivery("reaper", answer.seq)

    for seq in range(1, DELIVERIES + 1):
        pad = dice.choice(pads)
        if pad in waiting and library.withdraw_delivery("reaper", waiting[pad]):
            withdrawn.add(waiting[pad])
        newest[pad], waiting[pad] = deliver(seq, pad=pad, sample=f"s{seq}"), seq
        if dice.random() < 0.2:
            tidy()
    over.touch()
    output, errors = script.communicate(timeout=PATIENCE_SECONDS)
    assert script.returncode == 0, errors.decode()
    tidy()
    report = json.loads(output)

    assert [answer for answer in answers if not answer.loaded] == []
    times = Counter(answer.seq for answer in answers)
    assert set(times.values()) == {1}
    assert times.keys() | withdrawn == set(range(1, DELIVERIES + 1))
    assert not times.keys() & withdrawn
    held = {(sampler["name"], sampler["file"]) for track in report["tracks"] for sampler in track["fx"]}
    held.discard(("", ""))  # killed between adding a sampler and naming it: an empty one stays, and is silent
    assert held == {(f"Oneshot: {pad}", library.absolute(path)) for pad, path in newest.items()}


# --- finding the library -----------------------------------------------------------------------------------------


def test_the_script_registers_the_host_by_making_its_folders(reaper, library):
    shutil.rmtree(library.root / "deliveries" / "reaper")
    assert library.hosts() == []
    reaper.play(ticks=1)
    assert library.hosts() == ["reaper"]
    assert sorted(os.listdir(library.root / "deliveries" / "reaper")) == [
        "asked", "claimed", "done", "failed", "new",
    ]  # fmt: skip


def test_the_usual_library_is_found_in_a_music_folder_of_any_language(reaper, tmp_path):
    (tmp_path / "home" / ".config").mkdir(parents=True)
    (tmp_path / "home" / ".config" / "user-dirs.dirs").write_text('XDG_MUSIC_DIR="$HOME/Müsik"\n')
    usual = tmp_path / "home" / "Müsik" / "Oneshot Bridge"
    usual.parent.mkdir()
    library = Library.open(usual)
    report = reaper.run("host.start(script)", "host.tick(1)", home=tmp_path / "home", known=False)
    assert report["prompts"] == 0
    assert library.hosts() == ["reaper"]
    library.close()


def test_an_unknown_library_is_asked_for_once_and_remembered(reaper, library):
    report = reaper.run(
        f"host.answers = {{ {lua(f' {library.root}/ ')} }}", "host.start(script)", "host.start(script)", "host.tick(5)",
        known=False,
    )
    assert report["prompts"] == 1
    assert report["library"] == str(library.root)
    assert library.hosts() == ["reaper"]


def test_who_gives_no_library_is_left_alone(reaper):
    report = reaper.run("host.start(script)", "host.tick(5)", known=False)
    assert (report["prompts"], report["running"], len(report["console"])) == (1, 0, 1)


def test_a_library_that_goes_away_is_waited_for_and_never_made_up(reaper, library, deliver, tmp_path):
    deliver()
    away = tmp_path / "away"
    report = reaper.run(
        f"host.extstate['oneshot_bridge/library'] = {lua(library.root)}", "host.start(script)",
        f"os.rename({lua(library.root)}, {lua(away)})", "host.tick(90)",
        f"assert(not os.rename({lua(library.root)}, {lua(library.root)}), 'made up')",
        f"os.rename({lua(away)}, {lua(library.root)})", "host.tick(90)",
    )
    assert len(samplers(report)) == 1
    assert len([line for line in report["console"] if "waiting for the library" in line]) == 1
    assert library.acknowledgements() == loaded(1)


def test_a_path_in_other_letters_and_separators_is_the_same_file_on_windows(reaper, library, deliver):
    deliver()
    reaper.play(
        'host.os = "Win64"', "local really = reaper.TrackFX_GetNamedConfigParm",
        "reaper.TrackFX_GetNamedConfigParm = function(track, fx, key)",
        "  local good, value = really(track, fx, key)",
        '  if key == "FILE0" then value = value:gsub("/", "\\\\"):upper() end',
        "  return good, value",
        "end",
    )
    assert library.acknowledgements() == loaded(1)


def test_what_may_swap_in_silence_only_waits_while_its_track_is_heard(reaper, library, deliver):
    deliver(1, pad="kick", swap="when-silent")
    deliver(2, pad="hat")
    deliver(3, pad="bass", swap="when-silent")
    report = reaper.run(
        'host.add_track("kick").peak = 0.2', "host.start(script)", "host.tick(20)",
        "host.tracks[1].peak = 0.0005", "host.tick(20)",
    )  # fmt: skip
    assert library.acknowledgements() == loaded(1, 2, 3)
    assert report["undo"] == [f"Oneshot: load {pad}" for pad in ("hat", "bass", "kick")]


# --- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(reaper, library, tmp_path):
    """The script and its actions, put by `oneshot daw install` into a REAPER that never saw the library."""
    folder = tmp_path / "Scripts of REAPER"
    setting = Setting(library=library.root, osc_port=9127, pads=("kick", "bass"))
    work = installation(scripts()["reaper"], System.here(), tmp_path / "state", setting, folder=folder)
    carry_out(work, tmp_path / "state")
    reaper.script = folder / "oneshot_bridge.lua"
    return folder / "Oneshot Bridge"


def act(folder, name):
    return f"dofile({lua(folder / f'Oneshot Bridge - {name}.lua')})"


def wishes(library):
    folder = library.root / "deliveries" / "reaper" / "asked"
    return [read_wish(path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]


def test_an_installed_script_asks_for_no_folder_and_lists_its_actions_once(reaper, library, installed):
    report = reaper.run(
        "host.start(script)", "host.tick(5)", "host.start(script)", "host.tick(5)", known=False
    )
    assert report["prompts"] == 0
    assert library.hosts() == ["reaper"]
    assert report["actions"] == {
        f"Oneshot Bridge - {name}.lua": 1
        for name in ("trigger kick", "trigger bass", *(f"{word} (selected track)" for word in WORDS))
    }


WORDS = ("trigger", "again", "keep", "discard", "cancel")


def test_the_action_of_a_pad_that_is_gone_leaves_the_list(reaper, library, installed):
    report = reaper.run(
        "host.start(script)", "host.tick(1)", f"os.remove({lua(installed / 'Oneshot Bridge - trigger bass.lua')})",
        "host.start(script)", known=False,
    )
    assert "Oneshot Bridge - trigger kick.lua" in report["actions"]
    assert "Oneshot Bridge - trigger bass.lua" not in report["actions"]


def test_the_action_of_a_pad_asks_for_its_sound(reaper, library, installed):
    report = reaper.run("host.start(script)", act(installed, "trigger bass"), known=False)
    assert wishes(library) == [Wish(action="trigger", target="bass")]
    assert report["console"] == []


@pytest.mark.parametrize(
    ("mode", "resolution", "value", "energy"),
    [(0, 127, 127, 1.0), (0, 127, 1, 1 / 127), (0, 16383, 16383, 1.0), (0, 16383, 8192, 64 / 127), (2, 127, 65, None),
     (-1, -1, -1, None)],
)  # fmt: skip
def test_the_velocity_that_runs_an_action_is_the_energy(reaper, library, installed, mode, resolution, value, energy):
    reaper.run(f"host.hit = {{ {mode}, {resolution}, {value} }}", "host.start(script)",
               act(installed, "trigger kick"), known=False)
    assert wishes(library) == [Wish(action="trigger", target="kick", energy=energy)]


def test_a_button_that_is_let_go_asks_for_nothing(reaper, library, installed):
    reaper.run("host.hit = { 0, 127, 0 }", "host.start(script)", act(installed, "trigger kick"), known=False)
    assert wishes(library) == []


@pytest.mark.parametrize("word", WORDS)
def test_an_action_of_the_selected_track_asks_for_the_pad_of_its_sampler(reaper, library, installed, deliver, word):
    deliver(pad="bass", target="track:Low end")
    reaper.run("host.start(script)", "host.selected = host.tracks[1]", act(installed, f"{word} (selected track)"),
               known=False)
    assert wishes(library) == [Wish(action=word, target="bass")]


def test_a_track_without_a_sampler_is_the_pad_with_its_name(reaper, library, installed):
    reaper.run('host.selected = host.add_track("Kick")', "host.start(script)",
               act(installed, "trigger (selected track)"), known=False)
    assert wishes(library) == [Wish(action="trigger", target="kick")]


def test_of_several_pads_on_a_track_the_user_chooses(reaper, library, installed, deliver):
    deliver(1, pad="kick", target="track:Drums", zones=[{}, {"root": 38, "low": 38, "high": 38}])
    deliver(2, pad="snare", target="track:Drums")
    report = reaper.run(
        'host.answers = { " snare " }', "host.start(script)", "host.tick(3)", "host.selected = host.tracks[1]",
        act(installed, "keep (selected track)"), known=False,
    )
    assert wishes(library) == [Wish(action="keep", target="snare")]
    assert report["prompts"] == 1
    reaper.run(
        "host.start(script)", 'local track = host.add_track("Drums")', "host.selected = track",
        'for _, name in ipairs({ "Oneshot: a", "Oneshot: b" }) do',
        '  local fx = reaper.TrackFX_AddByName(track, "ReaSamplOmatic5000 (Cockos)", false, -1)',
        '  reaper.TrackFX_SetNamedConfigParm(track, fx, "renamed_name", name)',
        "end", act(installed, "keep (selected track)"), known=False,
    )
    assert len(wishes(library)) == 1  # who gives no answer asks for nothing


def test_an_action_without_a_track_or_a_running_script_says_so(reaper, library, installed):
    report = reaper.run(act(installed, "trigger kick"), "host.start(script)", act(installed, "keep (selected track)"),
                        'host.selected = host.add_track("Track 1")', act(installed, "again (selected track)"),
                        known=False)
    not_running, no_track, no_pad = report["console"]
    assert "Run oneshot_bridge.lua once" in not_running
    assert "select the track" in no_track
    assert "no pad's name" in no_pad
    assert wishes(library) == []


def test_what_the_bridge_refuses_is_shown_once(reaper, library, installed):
    failed = library.root / "deliveries" / "reaper" / "asked" / "failed"
    failed.mkdir(parents=True)
    (failed / "press").write_text("v\t1\naction\ttrigger\npad\tkik\nreason\tThere is no pad 'kik'.\n")
    (failed / ".half").write_text("reason\tno\n")
    report = reaper.run("host.start(script)", "host.tick(200)", known=False)
    assert report["console"] == ["Oneshot Bridge: There is no pad 'kik'.\n"]
    assert os.listdir(failed) == [".half"]


def test_a_script_that_is_run_again_takes_the_place_of_the_one_that_runs(reaper, library, deliver):
    report = reaper.run("host.start(script)", "host.tick(1)", "dofile(script)", "host.tick(5)")
    assert report["running"] == 1


def test_settings_of_the_user_win_over_those_of_the_bridge(reaper, library, installed, tmp_path):
    other = Library.open(tmp_path / "other")
    text = reaper.script.read_text()
    reaper.script.write_text(text.replace('LIBRARY = ""', f"LIBRARY = {lua(other.root)}"))
    reaper.run("host.start(script)", "host.tick(1)", known=False)
    assert other.hosts() == ["reaper"]
    other.close()
