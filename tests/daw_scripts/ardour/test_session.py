"""The scripts for Ardour: in its own Lua on a real session, and in its window with its own importer."""

from __future__ import annotations

import os
import re
import subprocess
from functools import partial
from pathlib import Path

import pytest

from support import deliveries
from support.deliveries import lua

SCRIPT = Path(__file__).parents[3] / "daw_scripts" / "ardour" / "oneshot_bridge.lua"
loaded = partial(deliveries.loaded, "ardour")

# Ardour 7.3 has sessions, tracks and plugins for real, but can't tell a plugin a file, and Debian has no sfizz. So
# samplv1 stands in for it (below its own name), and takes a file as 8.6 has it: known by the property, shown when the
# plugin has answered, which is not in the turn that told it.
HEAD = """
AudioEngine:set_backend ("None (Dummy)", "", ""):set_device_name ("Silence")
local session = create_session ({session}, "session", 48000)
host = {{ told = 0, deaf = false }}
local told, shown = {{}}, {{}}
local FILE = "http://sfztools.github.io/sfizz:sfzfile"
if {properties} then
  rawset (ARDOUR.LuaAPI, "set_plugin_insert_property", function (insert, property, value)
    assert (property == FILE and type (value) == "string")
    host.told = host.told + 1
    if not host.deaf then told[insert:to_stateful ():id ():to_s ()] = value end
    return true
  end)
  rawset (ARDOUR.LuaAPI, "get_plugin_insert_property", function (insert, property)
    assert (property == FILE)
    local now, id = shown[insert:to_stateful ():id ():to_s ()], insert:to_stateful ():id ():to_s ()
    shown[id] = told[id]
    return now
  end)
end
ardour = function () end
LuaSignal = {{}}
dofile ({script})
-- As Ardour does it: only the code of the function is kept, and not all of Lua is there.
package, require, dofile, debug, coroutine, rawget, rawset, os.exit, os.setlocale = nil
function start () turn = load (string.dump (factory, true), nil, nil, _ENV) () end
function ticks (count) for _ = 1, count do turn () end end
function report ()
  for route in session:get_tracks ():iter () do
    local plugins, place = {{}}, 0
    while not route:nth_plugin (place):isnil () do
      local insert = route:nth_plugin (place):to_insert ()
      local file = told[insert:to_stateful ():id ():to_s ()]
      plugins[#plugins + 1] = insert:plugin (0):unique_id ():match ("[^/]+$") .. "=" .. tostring (file)
      place = place + 1
    end
    print ("TRACK|" .. route:name () .. "|" .. table.concat (plugins, " "))
  end
  print ("TOLD|" .. host.told)
end
"""
TAIL = """
report ()
close_session ()
quit ()
"""


@pytest.fixture
def deliver(library):
    def deliver(*seq, pad="kick", instrument=True, **changes):
        path = deliveries.deliver(library, "ardour", *seq, pad=pad, **changes)
        preset = library.root / "instruments" / f"{pad}.sfz"
        preset.parent.mkdir(exist_ok=True)
        if instrument:
            preset.write_text(f"<region> sample=../{path}\n")
        return preset

    return deliver


class Ardour:
    """Runs scenarios in Ardour's own Lua: lines with `start`, `ticks` and `host`, the stand-in's side."""

    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, folder
        scripts = folder / ".config" / "ardour7" / "scripts"
        scripts.mkdir(parents=True)
        (scripts / "oneshot_bridge.settings").write_text(f"library\t{library.root}\nosc_port\t9127\n")
        self.runs = 0

    def run(self, *lines, properties=True):
        self.runs += 1
        script = self.folder / "oneshot_bridge.lua"
        text, count = re.subn(
            r'local SFIZZ = "[^"]+"', 'local SFIZZ = "http://samplv1.sourceforge.net/lv2"', SCRIPT.read_text()
        )
        assert count == 1
        script.write_text(text)
        head = HEAD.format(session=lua(self.folder / f"session{self.runs}"), script=lua(script),
                           properties=str(properties).lower())
        scenario = self.folder / "scenario.lua"
        scenario.write_text(head + "\n".join(lines) + TAIL)
        surroundings = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "QT_QPA_PLATFORM": "offscreen",
                        "PATH": os.environ["PATH"]}
        result = subprocess.run([self.program, scenario], capture_output=True, text=True, check=False, env=surroundings,
                                timeout=60)
        assert "TOLD" in result.stdout, result.stdout + result.stderr
        lines = [line.split("|") for line in result.stdout.splitlines()]
        self.tracks = {line[1]: line[2] for line in lines if line[0] == "TRACK"}
        self.told = next(int(line[1]) for line in lines if line[0] == "TOLD")
        self.said = [line[0] for line in lines if line[0].startswith("Oneshot Bridge")]
        return self

    def play(self, *lines, ticks=10, **how):
        """Runs the script for a while after some lines of preparation."""
        return self.run(*lines, "start ()", f"ticks ({ticks})", **how)


@pytest.fixture
def ardour(peer, library, tmp_path):
    program = peer("ardour7-lua", "ardour")
    if not Path("/usr/lib/lv2/samplv1.lv2").exists():
        peer.missing("samplv1 is not installed (samplv1-lv2)")
    return Ardour(program, library, tmp_path)


def reasons(library):
    return {answer.seq: answer.reason for answer in library.acknowledgements() if not answer.loaded}


def test_a_sound_comes_into_a_sampler_on_the_pads_track_and_the_next_one_into_the_same(ardour, library, deliver):
    preset = deliver(1)
    deliver(2, sample="b")
    deliver(3, pad="hat")
    deliver(4, pad="hat", action="clear", sample="", path="", zones=(), missing=True)
    ardour.play(ticks=14)
    assert ardour.tracks == {"kick": f"lv2={preset}", "hat": ""}
    assert ardour.told == 3
    assert library.acknowledgements() == loaded(1, 2, 3, 4)
    assert ardour.said == []


def test_what_can_not_be_loaded_has_its_reason_and_the_next_is_loaded(ardour, library, deliver):
    deliver(1, pad="missing", missing=True)
    deliver(2, pad="old", instrument=False)
    deliver(3, pad="drum", target="pad:36")
    deliver(4, pad="song")
    (library.root / "deliveries" / "ardour" / "new" / "000000000005").write_text("v\t2\n")
    preset = deliver(6)
    deaf = deliver(7, pad="deaf")
    ardour.run(
        'session:new_audio_track (1, 2, nil, 1, "song", ARDOUR.PresentationInfo.max_order, '
        "ARDOUR.TrackMode.Normal, true)",
        "start ()", "ticks (7)", "host.deaf = true", "ticks (120)",
    )
    assert reasons(library) == {
        1: f"the sample is missing: {library.absolute('samples/missing/a.wav')}",
        2: f"the instrument is missing: {library.root}/instruments/old.sfz",
        3: "Ardour has no target pad:36: use track:NAME or selected",
        4: "the track song takes no MIDI",
        5: "this script is too old or the delivery is damaged: update the script",
        7: f"sfizz did not take {deaf}",
    }
    assert ardour.tracks == {"song": "", "kick": f"lv2={preset}", "deaf": "lv2=nil"}
    assert len(ardour.said) == 6


def test_a_library_that_is_away_is_waited_for_a_crash_made_good_and_later_numbers_found_almost_without_listing(
    ardour, library, deliver, tmp_path
):
    box, aside, away = library.root / "deliveries" / "ardour", tmp_path, tmp_path / "away"
    for seq in (1, 2, 30, 100):
        deliver(seq, pad=f"pad-{seq}")
    (box / "new" / "000000000002").rename(box / "claimed" / "000000000002")
    for seq in (30, 100):
        (box / "new" / f"{seq:012}").rename(aside / f"{seq:012}")
    (box / "done").rmdir()
    back = [f"os.rename ({lua(aside / f'{seq:012}')}, {lua(box / 'new' / f'{seq:012}')})" for seq in (30, 100)]
    ardour.run(
        "local popen, listings = io.popen, 0 io.popen = function (...) listings = listings + 1 return popen (...) end",
        f"os.rename ({lua(library.root)}, {lua(away)})", "start ()", "ticks (30)",
        f"assert (os.rename ({lua(away)}, {lua(library.root)}), 'made up')", "ticks (30)", back[0], "ticks (5)",
        "report ()", back[1], "ticks (200)", "assert (listings == 2, listings)", "ticks (100)",
        "assert (listings == 3, listings)",
    )
    assert list(ardour.tracks) == ["pad-2", "pad-1", "pad-30", "pad-100"]
    assert library.acknowledgements() == loaded(1, 2, 30, 100)
    assert len(ardour.said) == 1
