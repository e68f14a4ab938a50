"""The scripts for Ardour in its real window on a virtual screen: as a hook, with its importer, and as an action."""

from __future__ import annotations

import asyncio
import base64
import socket
from pathlib import Path

import pytest
import soundfile

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.library.deliveries import Acknowledgement
from support.hosts import ROOT, cents_off, free_port, write_tone
from support.osc import osc_packet
from support.patience import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio

SCRIPTS = Path(__file__).parents[3] / "daw_scripts" / "ardour"

CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config>
<Option name="try-autostart-engine" value="1"/><Option name="hide-dummy-backend" value="0"/>
<Option name="osc-port" value="{port}"/><Option name="show-plugin-scan-window" value="0"/>
<Option name="discover-plugins-on-start" value="0"/><Option name="check-announcements" value="0"/>
</Config><Extra><AudioMIDISetup><EngineStates>
<State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device=""
 sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0" input-channels="0"
 output-channels="0" active="1" use-buffered-io="0" midi-option="1 in, 1 out, Silence" lru="1700000000">
<MIDIDevices/></State>
</EngineStates></AudioMIDISetup></Extra>
<ControlProtocols><Protocol name="Open Sound Control (OSC)" active="1" address-only="0" remote-port="8000" banksize="0"
 striptypes="159" feedback="0" gainmode="0" send-page-size="0" plug-page-size="0"/></ControlProtocols>
</Ardour>
"""

# Makes a session, and keeps the scripts as Ardour itself keeps those that a user registers: their text, and the code
# of their factory.
PREPARE = """
AudioEngine:set_backend ("None (Dummy)", "", ""):set_device_name ("Silence")
local session = create_session ("{folder}/session", "session", 48000)
session:save_state ("", false, false, false, false, false)
ardour = function () end
local function kept (path, variable, arguments)
  dofile (path)
  local file = io.open (path, "rb")
  local text = variable .. ' = {{}} ' .. variable .. '["n"] = "script" ' .. variable .. '["s"] = '
    .. string.format ("%q", file:read ("a")) .. " " .. variable .. '["f"] = '
    .. string.format ("%q", string.dump (factory, true)) .. " " .. variable .. '["a"] = ' .. arguments
  file:close ()
  return text
end
local function write (name, text)
  local file = io.open ("{folder}/" .. name, "wb")
  file:write (text)
  file:close ()
end
write ("hook", kept ("{scripts}/oneshot_bridge.lua", "s", "{{}}"))
write ("action", "scripts = {{}} "
  .. kept ("{scripts}/oneshot_ask.lua", "scripts[1]", '{{ pad = "kick", action = "trigger", velocity = "64" }}'))
close_session ()
quit ()
"""

# Ardour writes a hook's signals as bits, the last one first: in 7.3 the timer is the 50th of 51.
SIGNALS = "01" + 49 * "0"


def b64(path):
    return base64.b64encode(path.read_bytes()).decode()


async def ended(program):
    """Waits for a program of Ardour. How it ended says nothing: one may abort when all is done (7.3, seen)."""
    async with asyncio.timeout(2 * PATIENCE_SECONDS):
        await program.process.wait()


@pytest.fixture
async def window(peer, program, library, scene, tmp_path):
    """Gives the port by which Ardour's own OSC obeys, with the hook running in an open session."""
    headless, gui = peer("ardour7-lua", "ardour"), peer("ardour")
    peer("ardour7-export", "ardour")
    screen = peer("Xvfb", "xvfb")
    home = tmp_path / ".config" / "ardour7"
    (home / "scripts").mkdir(parents=True)
    (home / ".a7").touch()
    port = free_port()
    (home / "config").write_text(CONFIG.format(port=port))
    (home / "scripts" / "oneshot_bridge.settings").write_text(
        f"library\t{library.root}\nosc_port\t{scene.door.address[1]}\n"
    )
    quiet = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)}
    (tmp_path / "prepare.lua").write_text(PREPARE.format(folder=tmp_path, scripts=SCRIPTS))
    prepared = await program(headless, str(tmp_path / "prepare.lua"), **quiet)
    await ended(prepared)
    assert {"hook", "action", "session"} <= {path.name for path in tmp_path.iterdir()}
    (home / "ui_scripts").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>'
        f'<ActionScript lua="Lua 5.3">{b64(tmp_path / "action")}</ActionScript>'
        f'<ActionHooks><LuaCallback lua="Lua 5.3" id="4711" name="Oneshot Bridge" signals="{SIGNALS}">'
        f'{b64(tmp_path / "hook")}</LuaCallback></ActionHooks></UIScripts>'
    )
    display = await program(screen, "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp")
    await until(lambda: display.lines)
    await program(gui, "-n", "-a", str(tmp_path / "session"), "session", DISPLAY=f":{display.lines[0]}", **quiet)
    return port


async def test_the_hook_puts_a_sound_onto_its_track_and_the_action_asks_for_another(
    window, library, scene, engine, peer, program, tmp_path
):
    sound = library.root / "samples" / "bass" / "a.wav"
    sound.parent.mkdir(parents=True)
    write_tone(sound, ROOT)
    path = "samples/bass/a.wav"
    zone = Zone(path=path, root=ROOT, cents=0.0, low=0, high=127)
    library.write_delivery(Delivery(
        host="ardour", seq=1, sample="s-a", pad="bass", action="load", mode="keys", target="track:bass", path=path,
        mtime=1_800_000_000, zones=(zone,),
    ))  # fmt: skip
    await until(library.acknowledgements, 60)
    assert library.acknowledgements() == [Acknowledgement(host="ardour", seq=1, loaded=True)]

    def obey(action):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(osc_packet("/access_action", action), ("127.0.0.1", window))

    async def asked():
        while not engine.requests:
            obey("LuaAction/script-1")
            await asyncio.sleep(0.5)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asked()
    assert (engine.requests[0].pad, engine.requests[0].energy) == ("kick", 64 / 127)

    saved = tmp_path / "session" / "session.ardour"
    obey("Common/Save")
    await until(lambda: 'name="bass"' in saved.read_text() and "a.wav" in saved.read_text())
    out = tmp_path / "export.wav"
    exported = await program(
        peer("ardour7-export", "ardour"), "-o", str(out), str(tmp_path / "session"), "session",
        QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=str(tmp_path),
    )
    await ended(exported)
    samples, rate = soundfile.read(out, always_2d=True)
    assert cents_off(samples, rate, ROOT) == pytest.approx(0, abs=5)
