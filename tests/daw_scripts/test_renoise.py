"""The Renoise tool, run by Lua 5.1 and LuaJIT against a stand-in of Renoise's API, on deliveries that the library
really wrote."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from functools import partial
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.folder import Library
from bridge.osc.addresses import read
from bridge.osc.codec import decode
from support import deliveries
from support.deliveries import AWKWARD, WAV, failure, lua, open_library
from support.osc import osc_packet

TOOL = Path(__file__).parents[2] / "daw_scripts" / "renoise" / "com.oneshotbridge.xrnx"
STAND_IN = Path(__file__).with_name("renoise_stand_in.lua")
loaded = partial(deliveries.loaded, "renoise")
files = partial(deliveries.files, "renoise")


class Renoise:
    """Runs scenarios: Lua lines with `host`, the test's side of the stand-in."""

    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, folder
        self.tool = TOOL

    def run(self, *lines, home=None, known=True):
        place = f"host.preferences.library = {lua(self.library.root)}" if known else ""
        scenario = self.folder / "scenario.lua"
        scenario.write_text("\n".join([
            f"local host, tool = dofile({lua(STAND_IN)}), {lua(self.tool / 'main.lua')}",
            f"host.bundle = {lua(str(self.tool) + '/')}", place, *lines, "host.report()",
        ]))
        environment = {"PATH": os.environ["PATH"], "HOME": str(home or self.folder)}
        result = subprocess.run([self.program, scenario], capture_output=True, check=False, env=environment, timeout=60)
        assert result.returncode == 0, result.stderr.decode()
        return json.loads(result.stdout)

    def play(self, *lines, ticks=20):
        """Runs Renoise for a while after some lines of preparation."""
        return self.run(*lines, "host.start(tool)", f"host.tick({ticks})")


@pytest.fixture
def library(tmp_path):
    opened = open_library(tmp_path / AWKWARD, "renoise")
    yield opened
    opened.close()


@pytest.fixture(params=["lua5.1", "luajit"])
def renoise(request, peer, library, tmp_path):
    return Renoise(peer(request.param), library, tmp_path)


@pytest.fixture
def renoise_jit(peer, library, tmp_path):
    return Renoise(peer("luajit"), library, tmp_path)


@pytest.fixture
def deliver(library):
    return partial(deliveries.deliver, library, "renoise")


def named(report, name):
    (found,) = [instrument for instrument in report["instruments"] if instrument["name"] == name]
    return found["samples"]


# --- loading -----------------------------------------------------------------------------------------------------


def test_a_drum_comes_to_its_instrument_and_key_as_recorded_and_is_acknowledged(renoise, library, deliver):
    path = deliver(zones=[{"root": 50, "low": 50, "high": 50, "cents": 23.0}])
    report = renoise.play('host.add_instrument("Drums")', 'host.add_instrument("kick")')
    assert named(report, "Drums") == []
    (sample,) = named(report, "kick")
    assert (sample["name"], sample["file"]) == ("kick: a", library.absolute(path))
    assert (sample["oneshot"], sample["looped"]) == (True, False)
    assert sample["keys"] == {"none": 0, "50": 0}
    assert sample["velocities"] == [0, 127]
    assert library.acknowledgements() == loaded(1)
    assert (files(library, "new"), files(library, "claimed"), files(library, "failed")) == ([], [], [])
    assert report["undo"] == ["Oneshot: load kick"]
    assert (report["console"], report["status"]) == ([], ["Oneshot Bridge: kick is loaded"])


@pytest.mark.parametrize(("root", "cents", "low", "high"), [
    (60, 0.0, 54, 66), (40, -37.4, 33, 47), (72, 50.0, 66, 78), (14, 12.5, 12, 20), (125, -49.9, 119, 127),
    (57, 0.1, 57, 57), (3, 20.0, 0, 15),
])
def test_every_key_is_shifted_to_its_own_pitch_and_keys_outside_are_silent(renoise, deliver, root, cents, low, high):
    deliver(pad="bass", mode="keys", zones=[{"root": root, "cents": cents, "low": low, "high": high}])
    (sample,) = named(renoise.play(), "bass")
    assert not sample["oneshot"]
    shifts = {int(key): shift for key, shift in sample["keys"].items() if key != "none"}
    assert sorted(shifts) == list(range(max(low, 12), high + 1))
    for key, shift in shifts.items():
        assert shift == pytest.approx(key - root - cents / 100, abs=0.004)  # fine tune has 128 steps a semitone


def test_a_loop_keeps_both_its_ends_counted_from_one(renoise, deliver):
    deliver(pad="bass", mode="keys", zones=[{"loop": (0, 99)}, {"loop": (400, 500)}, {"loop": (900, 9_000)}])
    first, second, third = named(renoise.play(), "bass")
    assert (first["loop"], second["loop"]) == ([1, 100], [401, 501])
    assert third["loop"] == [901, len(WAV)]  # never beyond the sound
    assert first["looped"]


def test_velocity_layers_become_samples_side_by_side(renoise, deliver):
    layer = {"root": 60, "low": 60, "high": 60}
    deliver(zones=[{**layer, "velocity_high": 80}, {**layer, "velocity_low": 81}])
    report = renoise.play()
    soft, hard = named(report, "kick")
    assert (soft["velocities"], hard["velocities"]) == ([0, 80], [81, 127])
    assert (soft["name"], hard["name"]) == ("kick: a", "kick: a1")
    assert report["instruments"][-1]["overlap"] == 0


def test_zones_that_take_turns_are_cycled_by_the_instrument(renoise, deliver):
    deliver(zones=[{"sequence": (1, 2)}, {"sequence": (2, 2)}])
    report = renoise.play()
    assert len(named(report, "kick")) == 2
    assert report["instruments"][-1]["overlap"] == 1


def test_a_new_sound_replaces_the_old_one_and_leaves_the_users_own_samples(renoise, library, deliver):
    deliver(1, sample="a", zones=[{}, {"root": 38, "low": 38, "high": 38}])
    path = deliver(2, sample="b")
    report = renoise.play('host.add_instrument("kick", { "mine", "kick mine" })')
    mine, too, ours = named(report, "kick")
    assert (mine["name"], too["name"], ours["name"]) == ("mine", "kick mine", "kick: b")
    assert ours["file"] == library.absolute(path)
    assert report["loads"] == 3
    assert library.acknowledgements() == loaded(1, 2)


def test_pads_with_one_target_live_side_by_side(renoise, library, deliver):
    deliver(1, pad="kick", target="track:Drums")
    deliver(2, pad="kick-2", target="track:Drums")
    deliver(3, pad="kick", sample="b", target="track:Drums")
    report = renoise.play()
    assert [sample["name"] for sample in named(report, "Drums")] == ["kick-2: a", "kick: b"]
    assert library.acknowledgements() == loaded(1, 2, 3)


def test_deliveries_are_carried_out_in_the_order_of_their_numbers_one_a_look(renoise, library, deliver):
    for seq in (10, 9, 100, 2):
        deliver(seq, pad=f"pad-{seq}")
    report = renoise.play(ticks=3)
    assert [instrument["name"] for instrument in report["instruments"]] == ["", "pad-2", "pad-9", "pad-10"]
    assert library.acknowledgements() == loaded(2, 9, 10)


def test_an_idle_look_is_one_listing_of_what_is_new(renoise_jit, library):
    for name in range(200):
        (library.root / "deliveries" / "renoise" / "done" / f"{name:012d}").touch()
    report = renoise_jit.play(ticks=300)
    assert report["listings"] == 301  # one more at the start, for what was claimed
    assert (report["listens"], report["clients"]) == (0, 0)


# --- targets -----------------------------------------------------------------------------------------------------


def test_a_missing_instrument_is_made_behind_all_others(renoise, deliver):
    deliver(target="track:Größe 9 'x' \"y\"")
    report = renoise.play()
    assert [instrument["name"] for instrument in report["instruments"]] == ["", "Größe 9 'x' \"y\""]


def test_an_instrument_is_found_by_its_exact_name_before_one_in_other_letters(renoise, deliver):
    deliver(1)
    report = renoise.play('host.add_instrument("KICK")', 'host.add_instrument("kick")')
    assert [len(instrument["samples"]) for instrument in report["instruments"]] == [0, 1]
    deliver(2, sample="b")
    report = renoise.play('host.add_instrument("KICK")')
    assert [len(instrument["samples"]) for instrument in report["instruments"]] == [1]


def test_the_selected_instrument_is_a_target(renoise, deliver):
    deliver(1, target="selected")
    report = renoise.play('host.add_instrument("other")', 'host.add_instrument("mine")', "host.selected = 2")
    assert [len(instrument["samples"]) for instrument in report["instruments"]] == [0, 1]


def test_a_pads_note_is_one_key_of_the_kit_as_recorded(renoise, library, deliver):
    deliver(1, target="pad:38", mode="keys", zones=[
        {"root": 60, "low": 0, "high": 66, "velocity_high": 80}, {"root": 60, "low": 0, "high": 66, "velocity_low": 81},
        {"root": 72, "low": 67, "high": 127},
    ])  # fmt: skip
    deliver(2, pad="snare", target="pad:40")
    report = renoise.play()
    samples = named(report, "Oneshot Bridge")
    assert [sample["keys"] for sample in samples] == [{"none": 0, "38": 0}, {"none": 0, "38": 0}, {"none": 0, "40": 0}]
    assert [sample["name"] for sample in samples] == ["kick: a", "kick: a1", "snare: a"]
    assert library.acknowledgements() == loaded(1, 2)


@pytest.mark.parametrize("target", ["pad:128", "pad:x", "track:", "nonsense"])
def test_a_target_that_renoise_does_not_have_is_a_reason(renoise, library, deliver, target):
    deliver(target=target)
    renoise.play()
    assert target in failure(library)


@pytest.mark.parametrize(("target", "low", "high"), [("pad:11", 36, 36), ("track:bass", 0, 11)])
def test_notes_under_renoises_lowest_key_are_a_reason(renoise, library, deliver, target, low, high):
    deliver(target=target, zones=[{"root": 8, "low": low, "high": high}])
    report = renoise.play()
    assert "Renoise has no key" in failure(library)
    assert len(report["instruments"]) == 1


def test_a_missing_instrument_is_a_reason_where_none_may_be_made(renoise, library, deliver, tmp_path):
    script = (TOOL / "main.lua").read_text()
    assert "CREATE_INSTRUMENTS = true" in script
    renoise.tool = tmp_path / "careful.xrnx"
    renoise.tool.mkdir()
    (renoise.tool / "main.lua").write_text(script.replace("CREATE_INSTRUMENTS = true", "CREATE_INSTRUMENTS = false"))
    deliver(target="track:Bass")
    renoise.play()
    assert failure(library) == "there is no instrument named Bass"


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_missing_sample_is_a_reason_and_leaves_the_song_as_it_was(renoise, library, deliver):
    path = deliver(missing=True)
    report = renoise.play()
    assert failure(library) == f"the sample is missing: {library.absolute(path)}"
    assert len(report["instruments"]) == 1
    assert len(report["console"]) == 1
    assert report["status"] == [report["console"][0]]
    assert files(library, "claimed") == []


def test_a_sound_that_renoise_cannot_load_is_a_reason_and_the_old_one_stays(renoise, library, deliver):
    deliver(1)
    deliver(2, sample="b", zones=[{}, {}])
    Path(library.absolute("samples/kick/b1.wav")).write_bytes(b"not a sound")
    report = renoise.play()
    assert [sample["name"] for sample in named(report, "kick")] == ["kick: a"]
    good, bad = library.acknowledgements()
    assert good.loaded
    assert bad.reason == f"Renoise can't load {library.absolute('samples/kick/b1.wav')}"


def test_an_instrument_that_was_made_for_a_sound_that_failed_is_gone_again(renoise, library, deliver):
    deliver()
    report = renoise.play("host.refuses_files = true")
    assert "can't load" in failure(library)
    assert len(report["instruments"]) == 1


def test_a_sliced_instrument_is_a_reason(renoise, library, deliver):
    deliver()
    renoise.play('host.slice(host.add_instrument("kick", { "loop" }))')
    assert failure(library) == "the instrument kick is sliced: name another one"


def test_a_full_song_is_a_reason(renoise, library, deliver):
    deliver()
    renoise.play("host.most_instruments = 1")
    assert "more instruments" in failure(library)


@pytest.mark.parametrize("text", ["", "v\t2\n", "v\t1\naction\tload\n", "zone\t|||\n", "\x00\xff", "v\t1\npad\tx"])
def test_a_damaged_delivery_is_failed_and_the_next_one_loaded(renoise, library, deliver, text):
    (library.root / "deliveries" / "renoise" / "new" / "000000000001").write_bytes(text.encode("latin-1"))
    deliver(2)
    renoise.play()
    first, second = library.acknowledgements()
    assert not first.loaded
    assert first.reason
    assert second.loaded


def test_an_error_of_the_loop_itself_is_said_once_and_the_loop_goes_on(renoise, library, deliver):
    deliver()
    report = renoise.run(
        "host.start(tool)", "host.no_song = true", "host.tick(1)", "host.no_song = false",
        "local really = os.filenames",
        'os.filenames = function() error("no folders today") end', "host.tick(30)", "os.filenames = really",
        "host.tick(21)",
    )
    assert len([line for line in report["console"] if "no folders today" in line]) == 1
    assert library.acknowledgements() == loaded(1)


# --- crashes -----------------------------------------------------------------------------------------------------


def test_a_crash_between_loading_and_acknowledging_is_made_good_without_loading_twice(renoise, library, deliver):
    deliver()
    claimed = library.root / "deliveries" / "renoise" / "claimed" / "000000000001"
    report = renoise.run(
        'host.crash_before = "/done/"', "host.start(tool)", "host.tick(10)", "assert(host.crashed)",
        f"assert(io.open({lua(claimed)}))", "host.start(tool)", "host.tick(10)",
    )
    assert report["loads"] == 1
    assert len(named(report, "kick")) == 1
    assert library.acknowledgements() == loaded(1)


def test_what_stands_in_the_way_of_a_rename_is_replaced(renoise, library, deliver):
    """Renaming does not replace on Windows, and not in the stand-in."""
    deliver()
    for state in ("claimed", "done"):
        (library.root / "deliveries" / "renoise" / state / "000000000001").touch()
    renoise.run("host.start(tool)", "host.tick(1)")
    assert "000000000001" not in files(library, "new") + files(library, "claimed")


def test_what_was_claimed_by_a_session_that_lost_its_song_is_loaded_before_what_is_new(renoise, library, deliver):
    deliver(3, pad="old")
    box = library.root / "deliveries" / "renoise"
    (box / "new" / "000000000003").rename(box / "claimed" / "000000000003")
    deliver(2, pad="new")
    report = renoise.play()
    assert [instrument["name"] for instrument in report["instruments"]] == ["", "old", "new"]
    assert library.acknowledgements() == loaded(2, 3)


def test_a_delivery_that_cannot_be_acknowledged_at_first_is_acknowledged_later(renoise, library, deliver):
    deliver()
    report = renoise.run(
        'host.fail_rename = "/done/"', "host.start(tool)", "host.tick(30)", "host.fail_rename = nil", "host.tick(30)"
    )
    assert report["loads"] == 1
    assert library.acknowledgements() == loaded(1)


KILLS = 10_000 if os.environ.get("ONESHOT_KILLS") == "all" else 150
"""How many deliveries the tool is killed among; `ONESHOT_KILLS=all` takes ten thousand."""


def test_killed_at_random_the_tool_loses_no_delivery_and_every_pad_ends_with_its_newest(renoise_jit, library, deliver):
    """The deliveries are put into `new` while the tool runs; it is ended before a random rename, and started again."""
    pads = [f"pad-{number}" for number in range(12)]
    chance = random.Random(6)
    newest, held = {}, library.root / "held"
    held.mkdir()
    for sample in range(40):
        for pad in pads:
            library.write_sample(f"samples/{pad}/s{sample}.wav", WAV, {})
    new = library.root / "deliveries" / "renoise" / "new"
    for seq in range(1, KILLS + 1):
        pad, sample = chance.choice(pads), f"s{chance.randrange(40)}"
        newest[pad] = sample
        zone = Zone(path=f"samples/{pad}/{sample}.wav", root=36, cents=0.0, low=36, high=36, follows_keys=False)
        library.write_delivery(Delivery(
            host="renoise", seq=seq, sample=sample, pad=pad, action="load", mode="drum", target=f"track:{pad}",
            path=zone.path, mtime=1_800_000_000, zones=(zone,),
        ))  # fmt: skip
        (new / f"{seq:012d}").rename(held / f"{seq:012d}")
    report = renoise_jit.run(
        "math.randomseed(6)", "local crashes, next = 0, 1", "host.start(tool)",
        f"while next <= {KILLS} do",
        "  for _ = 1, math.random(0, 3) do",
        '    local name = ("%012d"):format(next)',
        f"    os.rename({lua(held)} .. '/' .. name, {lua(new)} .. '/' .. name)",
        "    next = next + 1",
        "  end",
        '  if math.random() < 0.2 then host.crash_before = math.random() < 0.5 and "/done/" or "/claimed/" end',
        "  host.tick(math.random(0, 3))",
        "  if host.crashed then",
        "    crashes = crashes + 1",
        "    host.start(tool)",
        "  end",
        "end",
        "host.crash_before = nil", "host.start(tool)", f"host.tick({KILLS} + 20)",
        f"assert(crashes > {KILLS} / 20, crashes)",
    )
    assert (files(library, "new"), files(library, "claimed"), files(library, "failed")) == ([], [], [])
    assert files(library, "done") == [f"{seq:012d}" for seq in range(1, KILLS + 1)]
    assert {pad: [sample["name"] for sample in named(report, pad)] for pad in newest} == {
        pad: [f"{pad}: {sample}"] for pad, sample in newest.items()
    }


# --- clearing ----------------------------------------------------------------------------------------------------


def test_clearing_takes_the_pads_samples_and_no_others(renoise, library, deliver):
    deliver(1, zones=[{}, {"root": 38, "low": 38, "high": 38}])
    deliver(2, pad="snare", target="track:kick")
    deliver(3, action="clear", sample="", path="", zones=(), missing=True)
    report = renoise.play('host.add_instrument("kick", { "mine" })')
    assert [sample["name"] for sample in named(report, "kick")] == ["mine", "snare: a"]
    assert library.acknowledgements() == loaded(1, 2, 3)


def test_clearing_a_pad_that_was_never_loaded_makes_no_instrument(renoise, library, deliver):
    deliver(1, action="clear", zones=(), path="", missing=True)
    assert len(renoise.play()["instruments"]) == 1
    assert library.acknowledgements() == loaded(1)


# --- finding the library -----------------------------------------------------------------------------------------


def test_the_tool_registers_the_host_by_making_its_folders(renoise, library):
    shutil.rmtree(library.root / "deliveries" / "renoise")
    assert library.hosts() == []
    renoise.play(ticks=1)
    assert library.hosts() == ["renoise"]
    assert sorted(os.listdir(library.root / "deliveries" / "renoise")) == ["claimed", "done", "failed", "new"]


def test_the_installed_settings_name_the_library_and_the_port(renoise, library, tmp_path):
    renoise.tool = tmp_path / "installed.xrnx"
    shutil.copytree(TOOL, renoise.tool)
    (renoise.tool / "oneshot_bridge.settings").write_text(
        f"library\t{library.root}\r\nosc_port\t9999\nunknown\tx\n", encoding="utf-8"
    )
    report = renoise.run(
        "host.start(tool)", "host.tick(1)", 'host.instruments[1].handle.name = "kick"',
        'host.press("Global:Oneshot Bridge:New sound")', known=False,
    )
    assert library.hosts() == ["renoise"]
    assert report["port"] == 9999


def test_the_usual_library_is_found_in_a_music_folder_of_any_language(renoise, tmp_path):
    (tmp_path / "home" / ".config").mkdir(parents=True)
    (tmp_path / "home" / ".config" / "user-dirs.dirs").write_text('XDG_MUSIC_DIR="$HOME/Müsik"\n')
    usual = tmp_path / "home" / "Müsik" / "Oneshot Bridge"
    usual.parent.mkdir()
    library = Library.open(usual)
    renoise.run("host.start(tool)", "host.tick(1)", home=tmp_path / "home", known=False)
    assert library.hosts() == ["renoise"]
    library.close()


def test_a_library_is_chosen_in_the_menu_and_remembered(renoise, library, deliver):
    deliver()
    choose = 'host.choose("--- Main Menu:Tools:Oneshot Bridge:Choose the library…")'
    report = renoise.run(
        "host.start(tool)", "host.tick(1)", choose, 'host.chosen_folder = "/nowhere"', choose, "host.tick(1)",
        f"host.chosen_folder = {lua(f'{library.root}/')}", choose, "host.tick(5)", known=False,
    )
    assert "Oneshot Bridge: there is no library in /nowhere" in report["status"]
    assert report["library"] == str(library.root)
    assert library.acknowledgements() == loaded(1)


def test_a_library_that_goes_away_is_waited_for_and_never_made_up(renoise, library, deliver, tmp_path):
    deliver()
    away = tmp_path / "away"
    report = renoise.run(
        "host.start(tool)", f"os.rename({lua(library.root)}, {lua(away)})", "host.tick(60)",
        f"assert(not io.exists({lua(library.root)}), 'made up')",
        f"os.rename({lua(away)}, {lua(library.root)})", "host.tick(60)",
    )
    assert len(named(report, "kick")) == 1
    assert len([line for line in report["console"] if "waiting for the library" in line]) == 1
    assert library.acknowledgements() == loaded(1)


# --- asking ------------------------------------------------------------------------------------------------------


def heard(report):
    """Returns what was sent as the bridge's own door reads it."""
    calls = []
    for address, arguments in report["sent"]:
        call = read(decode(osc_packet(address, *(argument["value"] for argument in arguments)))[0].message)
        calls.append((call.address.key, call.values))
    return calls


def test_the_menus_keys_and_midi_ask_for_the_pad_of_the_selected_instrument(renoise, deliver):
    deliver(pad="kick", target="track:Drums")
    report = renoise.run(
        "host.start(tool)", "host.tick(2)", "host.selected = 2",
        'host.choose("Main Menu:Tools:Oneshot Bridge:New sound")',
        'host.choose("Instrument Box:Oneshot Bridge:Again")',
        'host.press("Global:Oneshot Bridge:Keep")', 'host.press("Global:Oneshot Bridge:Keep", true)',
        'host.turn("Oneshot Bridge:Discard [Trigger]", true)', 'host.turn("Oneshot Bridge:Discard [Trigger]", false)',
        'host.choose("Main Menu:Tools:Oneshot Bridge:Cancel")',
    )
    assert report["sent"][0][1] == [{"tag": "i", "value": 127}]
    assert report["clients"] == 1
    assert [(key, values.get("pad") or values.get("target")) for key, values in heard(report)] == [
        ("pad/<pad>", "kick"), ("again", "kick"), ("keep", "kick"), ("discard", "kick"), ("cancel", "kick"),
    ]


def test_an_instrument_without_our_sounds_means_the_pad_of_its_name(renoise):
    ask = 'host.press("Global:Oneshot Bridge:New sound")'
    report = renoise.run(
        "host.start(tool)", "host.tick(1)", ask, 'host.instruments[1].handle.name = "Deep Bass"', ask,
        'host.instruments[1].handle.name = "Größe"', ask,
    )
    assert [message[0] for message in report["sent"]] == ["/oneshot/pad/deep-bass"]
    assert report["status"] == ["Oneshot Bridge: give the instrument the name of a pad, like kick"] * 2


@pytest.mark.parametrize(("answer", "said"), [
    ('{ "/oneshot/job/rejected", { { tag = "s", value = "" }, { tag = "s", value = "no such pad" } } }', "no such pad"),
    ('{ "/oneshot/error", { { tag = "s", value = "bad" }, { tag = "s", value = "hint" } } }', "bad"),
    ('{ "/oneshot/job/accepted", { { tag = "s", value = "j-1" } } }', "a new sound is on its way"),
])
def test_what_the_bridge_answers_stands_in_the_status_bar(renoise_jit, answer, said):
    report = renoise_jit.run(
        f"host.answers.packet = {answer}", "host.start(tool)", "host.tick(1)",
        'host.instruments[1].handle.name = "kick"', 'host.press("Global:Oneshot Bridge:New sound")', "host.tick(700)",
    )
    assert report["status"] == [f"Oneshot Bridge: {said}"]
    assert report["clients"] == 0  # listened for a minute, then hung up


def test_a_bridge_that_is_not_there_is_said(renoise):
    report = renoise.run(
        "host.bridge_is_there = false", "host.start(tool)", "host.tick(1)", 'host.instruments[1].handle.name = "kick"',
        'host.press("Global:Oneshot Bridge:New sound")', "host.tick(20)",
    )
    assert report["status"] == ["Oneshot Bridge: the bridge is not there: start it with `oneshot run`"]
    assert (report["clients"], report["console"]) == (0, [])


# --- the folder --------------------------------------------------------------------------------------------------


def test_the_manifest_names_the_folder_and_an_api_that_renoise_3_4_has():
    manifest = ET.parse(TOOL / "manifest.xml").getroot()
    assert manifest.tag == "RenoiseScriptingTool"
    assert f"{manifest.findtext('Id')}.xrnx" == TOOL.name
    assert float(manifest.findtext("ApiVersion")) == 6.1
    assert float(manifest.findtext("Version")) > 0


def test_the_packed_tool_is_always_the_same_bytes_and_holds_its_files_at_the_top(tmp_path):
    script = TOOL.with_name("pack.py")
    (tmp_path / "again").mkdir()
    for folder in (tmp_path, tmp_path / "again"):
        subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    packed = tmp_path / TOOL.name
    assert packed.read_bytes() == (tmp_path / "again" / TOOL.name).read_bytes()
    with zipfile.ZipFile(packed) as archive:
        assert {entry.filename: archive.read(entry) for entry in archive.infolist()} == {
            path.name: path.read_bytes() for path in TOOL.iterdir()
        }
