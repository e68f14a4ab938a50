"""The Bitwig script, run by Node against a stand-in of the controller API; what it says and hears are the bridge's own
OSC packets."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.osc.addresses import fill, read
from bridge.osc.codec import decode, encode
from bridge.osc.replies import delivery as delivery_message

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "bitwig" / "OneshotBridge.control.js"
STAND_IN = Path(__file__).with_name("bitwig_stand_in.js")
WAV = b"RIFF\x24\x00\x00\x00WAVE"
PRESET = b"PK\x03\x04"

BRIDGE = """
const bridge = { waiting: new Map(), ended: new Map(), seen: [] };
function words(packet) {
  const texts = [];
  let at = 0;
  const text = () => {
    const end = packet.indexOf(0, at), found = packet.toString("utf8", at, end);
    at = 4 * (Math.floor(end / 4) + 1);
    return found;
  };
  texts.push(text());
  for (const tag of text().slice(1)) {
    if (tag === "s") texts.push(text());
    else { texts.push(packet.readInt32BE(at)); at += 4; }
  }
  return texts;
}
bridge.tell = (seq) => bitwig.receive(Buffer.from(bridge.waiting.get(seq), "hex"));
bridge.deliver = (seq, packet) => { bridge.waiting.set(seq, packet); bridge.tell(seq); };
bitwig.onSent = (packet) => {
  const [address, , seq, reason] = words(packet);
  if (bridge.loses && bridge.loses(address)) return;
  if (address === "/oneshot/subscribe") {
    bridge.knows = true;
    for (const waiting of bridge.waiting.keys()) bridge.tell(waiting);
  }
  if (address === "/oneshot/ping" && bridge.pong && bridge.knows) bitwig.receive(Buffer.from(bridge.pong, "hex"));
  if (address === "/oneshot/loaded" || address === "/oneshot/load_failed") {
    if (bridge.waiting.delete(seq)) {
      bridge.ended.set(seq, address === "/oneshot/loaded" ? "" : reason);
      if (bridge.onEnd) bridge.onEnd(seq);
    }
  }
};
"""
"""The bridge's side of OSC: it tells a subscriber what it has not acknowledged, and forgets what it has."""


class Bitwig:
    """Runs scenarios: JavaScript lines with `bitwig`, the test's side of the stand-in, and `bridge`."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.script = SCRIPT
        self.library = folder / "Über Café's \"best\" $(kits) %d"
        self.packets = {}

    def deliver(self, seq=1, *, pad="kick", sample="a", missing=False, preset=True, zones=1, **changes):
        """Makes a delivery and its files, and returns the words that let the bridge deliver it."""
        path = f"samples/{pad}/{sample}.wav"
        self._write(path, b"" if missing else WAV)
        self._write(path.replace(".wav", ".multisample"), PRESET if preset and not missing else b"")
        zone = Zone(path=path, root=36, cents=0.0, low=36, high=36, follows_keys=False)
        values = {
            "host": "bitwig", "seq": seq, "sample": f"s-{sample}", "pad": pad, "action": "load", "mode": "drum",
            "target": f"track:{pad}", "path": path, "mtime": 1_800_000_000, "zones": (zone,) * zones,
        }
        message = delivery_message(Delivery(**{**values, **changes}), lambda path: str(self.library / path))
        return f"bridge.deliver({seq}, '{encode(message).hex()}');"

    def _write(self, path, content):
        if content:
            (self.library / path).parent.mkdir(parents=True, exist_ok=True)
            (self.library / path).write_bytes(content)

    def sample(self, name):
        return str(self.library / "samples" / name)

    def preset(self, name):
        return self.sample(f"{name}.multisample")

    def run(self, *lines, api=14, patience=60):
        scenario = self.folder / "scenario.js"
        scenario.write_text("\n".join([
            f"const {{ Bitwig }} = require({json.dumps(str(STAND_IN))});",
            f"const script = {json.dumps(str(self.script))};",
            f"const bitwig = new Bitwig({{ api: {api} }});", BRIDGE, *lines,
            "console.log(JSON.stringify({ ...bitwig.report(), ended: Object.fromEntries(bridge.ended), "
            "waiting: [...bridge.waiting.keys()], clock: bitwig.clock, seen: bridge.seen }));",
        ]))
        done = subprocess.run([self.program, scenario], capture_output=True, check=False, timeout=patience)
        assert done.returncode == 0, done.stderr.decode()
        report = json.loads(done.stdout)
        assert not [text for text in report["errors"] if "the script failed" in text]
        return report

    def play(self, *lines, milliseconds=3_000):
        """Starts the script, and after some lines lets time pass."""
        return self.run("bitwig.start(script); bitwig.run(100);", *lines, f"bitwig.run({milliseconds});")


@pytest.fixture
def bitwig(peer, tmp_path):
    return Bitwig(peer("node"), tmp_path)


def said(report, address):
    """Returns the values of what the script said at an address, as the bridge's own door reads them."""
    calls = [read(decode(bytes.fromhex(sent["packet"]))[0].message) for sent in report["sent"]]
    return [call.values for call in calls if call.address.key == address]


def track(report, name):
    (found,) = [track for track in report["tracks"] if track["name"] == name]
    return found["devices"]


def files(devices):
    return [device["file"] for device in devices]


def pads(report, name="Drums"):
    return {int(note): files(pad["devices"]) for note, pad in track(report, name)[0]["pads"].items()}


# --- being there -------------------------------------------------------------------------------------------------


def test_the_script_is_written_in_the_javascript_that_every_bitwig_understands(bitwig):
    parse = "require('internal/deps/acorn/acorn/dist/acorn').parse(process.argv[1], { ecmaVersion: 5 })"
    command = [bitwig.program, "--expose-internals", "-e", parse, SCRIPT.read_text()]
    assert subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
    command[-1] += "\nlet one = () => 1;"
    assert b"SyntaxError" in subprocess.run(command, capture_output=True, check=False, timeout=30).stderr


PONG = f"bridge.pong = '{encode(fill('pong', version='1')).hex()}';"


def test_a_bridge_that_answers_is_pinged_every_five_seconds_and_told_anew_twice_a_minute(bitwig):
    report = bitwig.run(PONG, "bitwig.start(script); bitwig.run(59000);")
    assert said(report, "subscribe") == [{"port": 9141, "host": "bitwig"}] * 2
    assert len(said(report, "ping")) == 12
    assert {sent["port"] for sent in report["sent"]} == {9127}
    assert len(report["sent"]) == 14


def test_a_bridge_that_starts_or_starts_again_is_found_within_ten_seconds(bitwig):
    report = bitwig.run(
        "bridge.loses = () => true; bitwig.start(script); bitwig.run(20000); bridge.loses = null;", PONG,
        "bitwig.run(5000); bridge.seen = [bridge.knows]; bitwig.run(7000);",
        "bridge.knows = false; bitwig.run(10000); bridge.seen.push(bridge.knows);",
    )
    assert report["seen"] == [True, True]


def test_a_taken_port_makes_it_listen_on_the_next_one(bitwig):
    report = bitwig.run("bitwig.takenPorts.add(9141);", "bitwig.start(script); bitwig.run(1000);")
    assert report["port"] == 9142
    assert said(report, "subscribe") == [{"port": 9142, "host": "bitwig"}]


def test_without_a_free_port_it_says_so_and_stays_quiet(bitwig):
    report = bitwig.run(
        "for (let port = 9141; port < 9160; port += 1) bitwig.takenPorts.add(port);",
        "bitwig.start(script); bitwig.run(1000);",
    )
    assert report["popups"] == ["Oneshot Bridge: the ports 9141 to 9148 are taken by other programs"]
    assert report["sent"] == []


def test_another_port_of_the_bridge_is_a_preference(bitwig):
    report = bitwig.run('bitwig.preferences.set("Bridge\'s OSC port", 9200);', "bitwig.start(script); bitwig.run(100);")
    assert {sent["port"] for sent in report["sent"]} == {9200}


def test_a_bitwig_that_is_too_old_refuses_the_script(bitwig):
    with pytest.raises(AssertionError, match="API version 12 is not supported"):
        bitwig.run("bitwig.start(script);", api=11)


# --- drum pads ---------------------------------------------------------------------------------------------------


def test_a_sample_comes_to_its_drum_pad_and_is_acknowledged(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("kick"); bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1, target="pad:36"), bitwig.deliver(2, pad="snare", target="pad:40", mode="keys"),
        "bitwig.run(5000);",
    )
    assert pads(report) == {36: [bitwig.sample("kick/a.wav")], 40: [bitwig.sample("snare/a.wav")]}
    assert track(report, "kick") == []
    assert said(report, "loaded") == [{"host": "bitwig", "seq": 1}, {"host": "bitwig", "seq": 2}]
    assert report["ended"] == {"1": "", "2": ""}
    assert report["popups"] == []


def test_a_new_sound_takes_the_place_of_the_old_one_before_what_the_user_put_behind_it(bitwig):
    report = bitwig.run(
        'const drums = bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1, target="pad:36"), "bitwig.run(2000);",
        'drums.devices[0].pads[36].devices.push(bitwig.effect("EQ+")); bitwig.changed = true;',
        "const heard = [];",
        "const watch = () => heard.push(drums.devices[0].pads[36].devices.filter((one) => one.file).length);",
        bitwig.deliver(2, sample="b", target="pad:36"),
        "for (let turn = 0; turn < 200; turn += 1) { bitwig.run(10); watch(); }",
        "bridge.seen = [Math.min(...heard), Math.max(...heard)];",
    )
    devices = track(report, "Drums")[0]["pads"]["36"]["devices"]
    assert [device["name"] for device in devices] == ["Sampler", "EQ+"]
    assert devices[0]["file"] == bitwig.sample("kick/b.wav")
    assert report["seen"] == [1, 2]  # never without a sound
    assert report["ended"] == {"1": "", "2": ""}


def test_without_a_drum_machine_a_pads_note_is_a_reason(bitwig):
    report = bitwig.play(bitwig.deliver(target="pad:36"))
    assert report["ended"] == {"1": "there is no Drum Machine that is the first instrument of a track: add one"}
    assert report["popups"] == [f"Oneshot Bridge: kick: {report['ended']['1']}"]


def test_a_drum_machine_that_is_deleted_gives_way_to_the_next_one(bitwig):
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1, target="pad:36"), "bitwig.run(2000);",
        'bitwig.tracks.shift(); bitwig.addDrums("More"); bitwig.changed = true; bitwig.run(100);',
        bitwig.deliver(2, sample="b", target="pad:36"), "bitwig.run(3000);",
    )
    assert pads(report, "More") == {36: [bitwig.sample("kick/b.wav")]}


def test_a_drum_pad_of_the_users_is_left_alone(bitwig):
    report = bitwig.run(
        'const drums = bitwig.addDrums("Drums");',
        'drums.devices[0].pads[36] = { name: "mine", devices: [bitwig.instrument("Sampler")], level: 0 };',
        "bitwig.start(script); bitwig.run(100);", bitwig.deliver(target="pad:36"), "bitwig.run(2000);",
    )
    assert pads(report) == {36: [""]}
    assert "the drum pad holds Sampler, which is not from the bridge" in report["ended"]["1"]


# --- tracks ------------------------------------------------------------------------------------------------------


def test_a_preset_comes_to_the_track_with_the_name_and_is_acknowledged(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("KICK"); bitwig.addTrack("kick", { devices: [bitwig.effect("EQ+")] });',
        "bitwig.start(script); bitwig.run(100);", bitwig.deliver(), "bitwig.run(2000);",
    )
    assert track(report, "KICK") == []
    assert files(track(report, "kick")) == [bitwig.preset("kick/a"), ""]
    assert report["ended"] == {"1": ""}
    report = bitwig.run(
        'bitwig.addTrack("KICK"); bitwig.start(script); bitwig.run(100);', bitwig.deliver(), "bitwig.run(2000);"
    )
    assert files(track(report, "KICK")) == [bitwig.preset("kick/a")]


def test_the_script_itself_adds_less_than_a_tenth_of_a_second_to_what_bitwig_takes(bitwig):
    """The clock is the stand-in's, which does at once what it is told."""
    report = bitwig.run(
        'bitwig.takes = [0, 0]; bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(3000);', bitwig.deliver(1),
        "bitwig.run(3000);", "let at = 0; bridge.onEnd = () => { at = bitwig.clock; };", "const then = bitwig.clock;",
        bitwig.deliver(2, sample="b"), "bitwig.run(3000); bridge.seen = [at - then];",
    )
    assert report["ended"] == {"1": "", "2": ""}
    assert report["seen"][0] <= 100


def test_a_missing_track_is_made_behind_the_others_and_named(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("Vocals", { type: "Audio" }); bitwig.addTrack("Inst 2");',
        'bitwig.addTrack("FX 1", { type: "Effect" }); bitwig.addTrack("Master", { type: "Master" });',
        "bitwig.start(script); bitwig.run(100);",
        bitwig.deliver(target="track:Größe 9 'x'"), "bitwig.run(3000);",
    )
    assert [track["name"] for track in report["tracks"]] == ["Vocals", "Inst 2", "Größe 9 'x'", "FX 1", "Master"]
    assert files(track(report, "Größe 9 'x'")) == [bitwig.preset("kick/a")]
    assert report["ended"] == {"1": ""}


def test_a_missing_track_is_a_reason_where_none_may_be_made_or_seen(bitwig, tmp_path):
    script = SCRIPT.read_text()
    assert "CREATE_TRACKS = true" in script
    full = 'for (let index = 0; index < 128; index += 1) bitwig.addTrack("t" + index); bitwig.changed = true;'
    report = bitwig.play(full, bitwig.deliver(), milliseconds=300)
    assert report["ended"] == {"1": "only the first 128 tracks are seen, and none is named kick"}
    bitwig.script = tmp_path / "careful.js"
    bitwig.script.write_text(script.replace("CREATE_TRACKS = true", "CREATE_TRACKS = false"))
    report = bitwig.play(bitwig.deliver())
    assert report["ended"] == {"1": "there is no track named kick"}
    assert report["tracks"] == []


def test_the_selected_track_is_a_target_and_its_absence_a_reason(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("other"); bitwig.selected = bitwig.addTrack("mine");',
        "bitwig.start(script); bitwig.run(100);", bitwig.deliver(1, target="selected"), "bitwig.run(2000);",
        "bitwig.selected = null; bitwig.changed = true; bitwig.run(100);", bitwig.deliver(2, target="selected"),
        "bitwig.run(2000);",
    )
    assert (track(report, "other"), files(track(report, "mine"))) == ([], [bitwig.preset("kick/a")])
    assert report["ended"] == {"1": "", "2": "no track is selected"}


@pytest.mark.parametrize("target", ["pad:128", "pad:x", "track:", "nonsense"])
def test_a_target_that_bitwig_does_not_have_is_a_reason(bitwig, target):
    report = bitwig.play(bitwig.deliver(target=target))
    assert target in report["ended"]["1"]


def test_an_instrument_of_the_users_and_one_of_another_pad_are_left_alone(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("kick", { devices: [bitwig.instrument("Polymer")] }); bitwig.addTrack("shared");',
        "bitwig.start(script); bitwig.run(100);", bitwig.deliver(1),
        bitwig.deliver(2, pad="snare", target="track:shared"), "bitwig.run(2000);",
        bitwig.deliver(3, pad="hat", target="track:shared"), "bitwig.run(2000);",
    )
    assert "the track holds Polymer, which is not from the bridge" in report["ended"]["1"]
    assert report["ended"]["3"] == "track:shared holds the sound of snare: give every pad a place of its own"
    assert [device["name"] for device in track(report, "kick")] == ["Polymer"]
    assert files(track(report, "shared")) == [bitwig.preset("snare/a")]


# --- what Bitwig does not do -------------------------------------------------------------------------------------


def test_a_preset_that_is_not_kept_is_a_reason_with_its_cure(bitwig):
    report = bitwig.play(
        'bitwig.addTrack("kick"); bitwig.changed = true;', bitwig.deliver(preset=False), milliseconds=8_000
    )
    assert report["ended"] == {
        "1": f"Bitwig can't load {bitwig.preset('kick/a')} (is \"multisample\" among library.formats?)"
    }
    assert (report["memory"], track(report, "kick")) == ("", [])


def test_a_sample_that_bitwig_does_not_take_leaves_the_old_one_where_it_was(bitwig):
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1, target="pad:36"), "bitwig.run(2000);",
        bitwig.deliver(2, sample="b", missing=True, target="pad:36"), "bitwig.run(8000);",
        bitwig.deliver(3, sample="c", target="pad:36"), "bitwig.run(2000);",
    )
    assert report["ended"] == {"1": "", "2": f"Bitwig can't load {bitwig.sample('kick/b.wav')}", "3": ""}
    assert pads(report) == {36: [bitwig.sample("kick/c.wav")]}


def test_after_a_failure_an_empty_place_is_the_users_again(bitwig):
    report = bitwig.run(
        'const kick = bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(100);',
        'bitwig.deaf.add("insert");', bitwig.deliver(1), "bitwig.run(8000); bitwig.deaf.clear();",
        'kick.devices.push(bitwig.instrument("Polymer")); bitwig.changed = true; bitwig.run(100);',
        bitwig.deliver(2), "bitwig.run(3000);",
    )
    assert [device["name"] for device in track(report, "kick")] == ["Polymer"]
    assert "is not from the bridge" in report["ended"]["2"]


def test_a_slow_bitwig_that_loads_after_the_script_gave_up_leaves_no_second_sound(bitwig):
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1, target="pad:36"), "bitwig.run(2000); bitwig.takes = [7000, 7000];",
        "const insert = bitwig.order.bind(bitwig);",
        "bitwig.order = (kind, work) => {",
        '  bitwig.takes = kind === "insert" ? [7000, 7000] : [10, 50];',
        "  insert(kind, work);",
        "};",
        bitwig.deliver(2, sample="b", target="pad:36"), "bitwig.run(20000);",
        "bitwig.order = insert; bitwig.takes = [10, 50];",
        bitwig.deliver(3, sample="c", target="pad:36"), "bitwig.run(20000);",
    )
    assert "can't load" in report["ended"]["2"]
    assert report["ended"]["3"] == ""
    assert pads(report) == {36: [bitwig.sample("kick/c.wav")]}


@pytest.mark.parametrize(("kind", "reason"), [
    ("track", "Bitwig makes no track"), ("select", "Bitwig does not show the Drum Machine"),
    ("set", "the project keeps no settings of scripts"), ("delete", "Bitwig does not delete the old sound"),
])
def test_every_step_that_bitwig_leaves_out_is_a_reason_and_the_next_delivery_goes_on(bitwig, kind, reason):
    target = {"track": "track:new", "select": "pad:36"}.get(kind, "track:kick")
    report = bitwig.run(
        'bitwig.addTrack("kick"); bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1), "bitwig.run(2000);",
        f'bitwig.deaf.add("{kind}");', bitwig.deliver(2, sample="b", target=target), "bitwig.run(8000);",
        "bitwig.deaf.clear();", bitwig.deliver(3, sample="c"), "bitwig.run(4000);",
    )
    assert report["ended"] == {"1": "", "2": reason, "3": ""}
    assert files(track(report, "kick")) == [bitwig.preset("kick/c")]


@pytest.mark.parametrize(("changes", "reason"), [
    ({"action": "explode"}, "Bitwig has no action explode"), ({"target": ""}, "update the script"),
])
def test_what_the_script_does_not_know_is_a_reason(bitwig, changes, reason):
    report = bitwig.play(bitwig.deliver(**changes))
    assert reason in report["ended"]["1"]


@pytest.mark.parametrize("packet", ["", "00", "2f00", "2f6f6e6573686f74", "ffffffff", "2f6100002c730000", "00000000"])
def test_a_packet_that_is_no_message_changes_nothing(bitwig, packet):
    report = bitwig.play(f"bitwig.receive(Buffer.from('{packet}', 'hex'));", milliseconds=200)
    assert report["popups"] == []


def test_a_delivery_whose_zones_are_cut_off_is_loaded_all_the_same(bitwig):
    words = bitwig.deliver(target="pad:36", zones=40)
    packet = words.split("'")[1]
    assert len(packet) / 2 > 4_000
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        f"bridge.deliver(1, '{packet[:4_000]}');", "bitwig.run(2000);",
    )
    assert report["ended"] == {"1": ""}


# --- what comes again --------------------------------------------------------------------------------------------


def test_what_is_loaded_already_is_only_acknowledged_also_by_the_next_session(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(100);',
        'bridge.loses = (address) => address === "/oneshot/loaded";', bitwig.deliver(1), "bitwig.run(25000);",
        "bitwig.stop(); bridge.loses = null; bitwig.start(script); bitwig.run(2000);",
    )
    assert len(report["inserts"]) == 1
    assert len(said(report, "loaded")) == 7  # told again every 5 s, and to the next session
    assert report["ended"] == {"1": ""}


def test_a_failure_whose_answer_was_lost_is_told_again_and_not_tried_again(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(100);',
        'bridge.loses = (address) => address === "/oneshot/load_failed";', bitwig.deliver(preset=False),
        "bitwig.run(9000); bridge.loses = null; bitwig.run(10000);",
    )
    assert len(report["inserts"]) == 1
    assert "can't load" in report["ended"]["1"]


def test_what_the_user_has_deleted_is_loaded_again(bitwig):
    report = bitwig.run(
        'const kick = bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(100);', bitwig.deliver(1),
        "bitwig.run(2000); kick.devices.pop(); bitwig.changed = true; bitwig.run(100);", bitwig.deliver(2),
        "bitwig.run(2000);",
    )
    assert len(report["inserts"]) == 2
    assert files(track(report, "kick")) == [bitwig.preset("kick/a")]


def test_a_newer_sound_of_a_pad_takes_the_place_of_one_that_still_waits(bitwig):
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        *(bitwig.deliver(seq, sample=f"a{seq}", target="pad:36") for seq in (3, 1, 2)),
        "bridge.waiting.delete(1); bridge.waiting.delete(2);",  # the bridge takes back what a newer one replaces
        bitwig.deliver(4, pad="hat", target="pad:42"), "bitwig.run(6000);",
    )
    assert report["inserts"] == [bitwig.sample("kick/a3.wav"), bitwig.sample("hat/a.wav")]
    assert pads(report) == {36: [bitwig.sample("kick/a3.wav")], 42: [bitwig.sample("hat/a.wav")]}


def test_deliveries_are_carried_out_in_the_order_of_their_numbers(bitwig):
    report = bitwig.run(
        'bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        *(bitwig.deliver(seq, pad=f"pad-{seq}", target=f"pad:{seq}") for seq in (10, 9, 100, 2)), "bitwig.run(6000);",
    )
    assert report["inserts"] == [bitwig.sample(f"pad-{seq}/a.wav") for seq in (2, 9, 10, 100)]


def test_a_script_that_ends_while_bitwig_fills_an_empty_place_knows_its_sound_again(bitwig):
    report = bitwig.run(
        'bitwig.addTrack("kick"); bitwig.start(script); bitwig.run(100); const order = bitwig.order.bind(bitwig);',
        "bitwig.order = (kind, work) => order(kind, () => {",
        "  work();",
        '  if (kind === "insert") bitwig.stop();',
        "});",
        bitwig.deliver(1), "while (bitwig.running) bitwig.run(10);", "bitwig.order = order; bitwig.start(script);",
        "bitwig.run(3000);",
    )
    assert report["ended"] == {"1": ""}
    assert files(track(report, "kick")) == [bitwig.preset("kick/a")]


def test_a_delivery_for_another_host_is_not_ours(bitwig):
    report = bitwig.play('bitwig.addTrack("kick"); bitwig.changed = true;', bitwig.deliver(host="renoise"))
    assert (report["inserts"], report["ended"]) == ([], {})


def test_what_may_swap_in_silence_only_waits_while_its_place_is_heard(bitwig):
    report = bitwig.run(
        'const kick = bitwig.addTrack("kick"); kick.level = 90; bitwig.addDrums("Drums");',
        "bitwig.start(script); bitwig.run(100);", bitwig.deliver(1, swap="when-silent"),
        bitwig.deliver(2, pad="hat", target="pad:42", swap="when-silent"), "bitwig.run(20000);",
        "bridge.seen = [...bridge.ended.keys()]; kick.level = 0; bitwig.changed = true; bitwig.run(2000);",
    )
    assert report["seen"] == [2]
    assert report["ended"] == {"1": "", "2": ""}


# --- clearing ----------------------------------------------------------------------------------------------------


def test_clearing_takes_the_pads_own_sound_and_no_other(bitwig):
    clear = {"action": "clear", "sample": "", "path": "", "zones": 0}
    report = bitwig.run(
        'const kick = bitwig.addTrack("kick"); bitwig.addTrack("mine", { devices: [bitwig.instrument("Sampler")] });',
        'const drums = bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(1), bitwig.deliver(2, pad="hat", target="pad:42"), "bitwig.run(4000);",
        'kick.devices.push(bitwig.instrument("Polymer")); bitwig.changed = true; bitwig.run(100);',
        bitwig.deliver(3, **clear), bitwig.deliver(4, pad="hat", target="pad:42", **clear),
        bitwig.deliver(5, pad="snare", target="track:mine", **clear),
        bitwig.deliver(6, pad="tom", target="track:nowhere", **clear), "bitwig.run(6000);",
    )
    assert [device["name"] for device in track(report, "kick")] == ["Polymer"]
    assert [device["name"] for device in track(report, "mine")] == ["Sampler"]
    assert pads(report) == {42: []}
    assert [report["ended"][str(seq)] for seq in (3, 4, 5, 6)] == [""] * 4
    assert report["memory"] == ""
    assert len(report["tracks"]) == 3


# --- ends at random ----------------------------------------------------------------------------------------------

KILLS = 10_000 if os.environ.get("ONESHOT_KILLS") == "all" else 150
"""How many deliveries the script is ended among; `ONESHOT_KILLS=all` takes ten thousand."""


def test_ended_at_random_the_script_loses_no_delivery_and_every_place_ends_with_its_newest(bitwig):
    """The script is ended at any moment while Bitwig goes on with what it was told, and packets get lost."""
    places = {f"pad-{note}": f"pad:{note}" for note in range(36, 42)}
    samples = [f"s{number}" for number in range(12)]
    packets = {}
    for pad, target in places.items():
        for sample in samples:
            packets[f"{pad} {sample}"] = bitwig.deliver(7_654_321, pad=pad, sample=sample, target=target).split("'")[1]
    report = bitwig.run(
        f"const packets = {json.dumps(packets)}, pads = {json.dumps(list(places))}, samples = {json.dumps(samples)};",
        "const newest = {}, wrong = []; let ends = 0;",
        'const drums = bitwig.addDrums("Drums"); bitwig.start(script); bitwig.run(100);',
        'bridge.loses = (address) => address !== "/oneshot/subscribe" && bitwig.random() < 0.02;',
        "const packetOf = (seq, pad, sample) => {",
        '  const number = Buffer.alloc(4), old = Buffer.alloc(4); number.writeInt32BE(seq); old.writeInt32BE(7654321);',
        '  return packets[pad + " " + sample].replace(old.toString("hex"), number.toString("hex"));',
        "};",
        "const pick = (list) => list[Math.floor(bitwig.random() * list.length)], of = new Map();",
        "bridge.onEnd = (seq) => {",
        "  const { pad, file } = of.get(seq), held = drums.devices[0].pads[Number(pad.slice(4))];",
        "  const files = held ? held.devices.map((one) => one.file) : [];",
        "  const good = bridge.ended.get(seq) === '' && files.length === 1 && files[0].endsWith(file);",
        "  if (!good) wrong.push([seq, files, bridge.ended.get(seq)]);",
        "};",
        f"for (let seq = 1; seq <= {KILLS}; seq += 1) {{",
        "  const pad = pick(pads), sample = pick(samples);",
        "  for (const [other, packet] of [...bridge.waiting]) {",
        "    if (of.get(other).pad === pad) { bridge.waiting.delete(other); bridge.ended.set(other, 'superseded'); }",
        "  }",
        "  newest[pad] = sample;",
        '  of.set(seq, { pad, file: pad + "/" + sample + ".wav" });',
        "  bridge.deliver(seq, packetOf(seq, pad, sample));",
        "  bitwig.run(Math.floor(bitwig.random() * 30) * 10);",
        "  if (bitwig.random() < 0.1) { bitwig.stop(); ends += 1; bitwig.run(50); bitwig.start(script); }",
        "}",
        "bridge.loses = null; bitwig.run(60000);",
        "bridge.seen = { newest, wrong, ends };", patience=900,
    )
    assert report["waiting"] == []
    assert len(report["ended"]) == KILLS
    assert report["seen"]["wrong"] == []
    assert report["seen"]["ends"] > KILLS / 20
    assert pads(report) == {
        int(places[pad].removeprefix("pad:")): [bitwig.sample(f"{pad}/{sample}.wav")]
        for pad, sample in report["seen"]["newest"].items()
    }


# --- asking ------------------------------------------------------------------------------------------------------


def test_the_buttons_ask_for_the_pad_of_the_selected_track(bitwig):
    report = bitwig.run(
        'bitwig.selected = bitwig.addTrack("Drums 1"); bitwig.start(script); bitwig.run(100);',
        bitwig.deliver(target="track:Drums 1"), "bitwig.run(2000);",
        *(f'bitwig.press("{button}");' for button in ("New sound", "Again", "Keep", "Discard", "Cancel")),
    )
    assert said(report, "pad/<pad>") == [{"pad": "kick", "velocity": 1.0}]
    assert [said(report, action) for action in ("again", "keep", "discard", "cancel")] == [[{"target": "kick"}]] * 4


def test_a_pad_that_is_typed_in_goes_before_the_tracks_name_and_neither_is_said(bitwig):
    typed = "Pad (empty: the selected track's)"
    type_in = f'bitwig.projectSettings.set("{typed}", "{{}}"); bitwig.changed = true; bitwig.run(50);'
    report = bitwig.run(
        'bitwig.selected = bitwig.addTrack("Deep Bass"); bitwig.start(script); bitwig.run(100);',
        'bitwig.press("New sound");', type_in.format(" snare "), 'bitwig.press("New sound");',
        type_in.format("No Pad!"), 'bitwig.press("New sound");',
    )
    assert [values["pad"] for values in said(report, "pad/<pad>")] == ["deep-bass", "snare"]
    assert report["popups"] == ["Oneshot Bridge: type a pad's name, or select a track that has one, like kick"]


def test_a_job_that_failed_or_was_refused_is_shown(bitwig):
    packets = [encode(fill(f"job/{kind}", job="", reason=f"{kind} für immer")).hex() for kind in ("failed", "rejected")]
    report = bitwig.play(*(f"bitwig.receive(Buffer.from('{packet}', 'hex'));" for packet in packets))
    assert report["popups"] == ["Oneshot Bridge: failed für immer", "Oneshot Bridge: rejected für immer"]
