"""Reads presets of samplers by the rules of their formats, with nothing of the bridge: what it wrote is checked here.

Every reader takes the files of one preset, by their paths, and returns its zones: dictionaries of what the format says
of each, in words that are the same for all. `natural` is the key, with its fraction, on which the sound is heard as
recorded; `loop` is (first frame, frame behind the last); `fixed` says that the keys do not move the pitch.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import math
import re
import struct
import tarfile
import zipfile
from xml.etree import ElementTree

Files = dict[str, bytes]
Zones = list[dict]


def main_of(files: Files, ending: str) -> tuple[str, bytes]:
    """Returns the one file with an ending."""
    ((path, content),) = [(path, content) for path, content in files.items() if path.endswith(ending)]
    return path, content


def number(node, tag, kind=int):
    return kind(node.findtext(tag))


def sfz(files: Files) -> Zones:
    _, content = main_of(files, ".sfz")
    _, *regions = re.sub(r"//[^\n]*", "", content.decode()).split("<region>")
    zones = []
    for region in regions:
        said = dict(line.split("=", 1) for line in region.split("\n") if line)
        zones.append({
            "sound": said["sample"], "low": int(said["lokey"]), "high": int(said["hikey"]),
            "velocities": (int(said["lovel"]), int(said["hivel"])), "fixed": said.get("pitch_keytrack") == "0",
            "natural": int(said["pitch_keycenter"]) - int(said.get("tune", 0)) / 100,
            "turn": (int(said.get("seq_position", 1)), int(said.get("seq_length", 1))),
            "loop": (int(said["loop_start"]), int(said["loop_end"]) + 1)
            if said["loop_mode"] == "loop_continuous" else None,
            "choke": int(said.get("group", 0)),
        })
    return zones


def dspreset(files: Files) -> Zones:
    _, content = main_of(files, ".dspreset")
    root = ElementTree.fromstring(content)
    assert root.tag == "DecentSampler"
    assert len(root.findall("groups")) == 1
    zones = []
    for group in root.findall("groups/group"):
        for sample in group.findall("sample"):
            tags = sample.get("silencedByTags", "")
            assert tags == sample.get("tags", "")
            zones.append({
                "sound": sample.get("path"), "low": int(sample.get("loNote")), "high": int(sample.get("hiNote")),
                "velocities": (int(sample.get("loVel")), int(sample.get("hiVel"))),
                "fixed": float(sample.get("pitchKeyTrack", 1)) == 0,
                "natural": int(sample.get("rootNote")) - float(sample.get("tuning", 0)),
                "turn": (int(sample.get("seqPosition", 1)), int(group.get("seqLength", 1))),
                "loop": (int(sample.get("loopStart")), int(sample.get("loopEnd")) + 1)
                if sample.get("loopEnabled") == "true" else None,
                "choke": int(tags.removeprefix("choke") or 0),
                "held": sample.get("ampEnvEnabled") == "false",
            })
            assert group.get("seqMode", "always") == ("round_robin" if "seqLength" in group.attrib else "always")
    return zones


def multisample(files: Files) -> Zones:
    _, content = main_of(files, ".multisample")
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    root = ElementTree.fromstring(archive.read("multisample.xml"))
    # The order of the published schema: three texts, then samples of key, velocity, select, loop.
    assert [node.tag for node in root][:3] == ["generator", "category", "creator"]
    assert {node.tag for node in root[3:]} <= {"sample"}
    zones = []
    for sample in root.findall("sample"):
        key, velocity, select, loop = sample
        assert (key.tag, velocity.tag, select.tag, loop.tag) == ("key", "velocity", "select", "loop")
        assert sample.get("zone-logic") in ("always-play", "round-robin")
        assert archive.read(sample.get("file"))[:4] == b"RIFF"
        zones.append({
            "sound": sample.get("file"), "low": int(key.get("low")), "high": int(key.get("high")),
            "velocities": (int(velocity.get("low")), int(velocity.get("high"))),
            "fixed": float(key.get("track")) == 0, "natural": int(key.get("root")) - float(key.get("tune")),
            "takes turns": sample.get("zone-logic") == "round-robin",
            "loop": (int(float(loop.get("start"))), int(float(loop.get("stop"))))
            if loop.get("mode") == "loop" else None,
        })
    return zones


def chunks(content: bytes) -> list[tuple[str, bytes]]:
    """Returns the chunks of a RIFF body; every one must fit, padded to an even length."""
    found, at = [], 0
    while at < len(content):
        name, size = content[at:at + 4].decode("ascii"), struct.unpack("<I", content[at + 4:at + 8])[0]
        assert at + 8 + size <= len(content)
        found.append((name, content[at + 8:at + 8 + size]))
        at += 8 + size + size % 2
    return found


def sf2(files: Files) -> Zones:
    _, content = main_of(files, ".sf2")
    ((riff, body),) = chunks(content)
    assert (riff, body[:4]) == ("RIFF", b"sfbk")
    lists = {part[:4].decode(): dict(chunks(part[4:])) for name, part in chunks(body[4:]) if name == "LIST"}
    assert list(lists) == ["INFO", "sdta", "pdta"]
    data, tables = lists["sdta"]["smpl"], lists["pdta"]
    assert list(tables) == ["phdr", "pbag", "pmod", "pgen", "inst", "ibag", "imod", "igen", "shdr"]
    headers = [struct.unpack("<20sIIIIIBbHH", tables["shdr"][at:at + 46]) for at in range(0, len(tables["shdr"]), 46)]
    bags = [struct.unpack("<HH", tables["ibag"][at:at + 4])[0] for at in range(0, len(tables["ibag"]), 4)]
    generators = [struct.unpack("<Hh", tables["igen"][at:at + 4]) for at in range(0, len(tables["igen"]), 4)]
    zones = []
    for first, behind in itertools.pairwise(bags):
        order = [kind for kind, _ in generators[first:behind]]
        said = dict(generators[first:behind])
        assert (order[0], order[1], order[-1]) == (43, 44, 53)  # key range, velocity range, …, sample
        name, start, end, loop_start, loop_end, rate, root, correction, _, kind = headers[said[53]]
        assert start < end <= len(data) // 2 - 46
        assert data[2 * end:2 * (end + 46)] == bytes(92)
        low, high = said[43] & 0xFF, said[43] >> 8 & 0xFF
        zones.append({
            "sound": name, "low": low, "high": high, "velocities": (said[44] & 0xFF, said[44] >> 8 & 0xFF),
            "fixed": said.get(56, 100) == 0, "natural": root - correction / 100, "frames": end - start, "rate": rate,
            "loop": (loop_start - start, loop_end - start) if said[54] & 1 else None, "choke": said.get(57, 0),
            "pan": said.get(17, 0), "kind": kind, "release": 2 ** (said[38] / 1200),
            "pcm": data[2 * start:2 * end],
        })
    return zones


def hydrogen(files: Files) -> Zones:
    _, content = main_of(files, "drumkit.xml")
    space = {"h": "http://www.hydrogen-music.org/drumkit"}
    root = ElementTree.fromstring(content)
    zones = []
    for part in root.findall("h:instrumentList/h:instrument", space):
        def text(tag, node=part):
            return node.findtext(f"h:{tag}", namespaces=space)

        for layer in part.findall("h:instrumentComponent/h:layer", space):
            low, high = (float(text(tag, layer)) * 127 for tag in ("min", "max"))
            zones.append({
                "sound": text("filename", layer), "velocities": (max(1, math.ceil(low)), math.floor(high)),
                "natural": int(text("midiOutNote")) - float(text("pitch", layer)),
                "choke": max(0, int(text("muteGroup"))), "takes turns": text("sampleSelectionAlgo") == "ROUND_ROBIN",
            })
    return zones


def h2drumkit(files: Files) -> Zones:
    _, content = main_of(files, ".h2drumkit")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        inside = {entry.name: archive.extractfile(entry).read() for entry in archive.getmembers()}
    assert len({name.split("/")[0] for name in inside}) == 1
    return hydrogen(inside)


def xrni(files: Files) -> Zones:
    _, content = main_of(files, ".xrni")
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    root = ElementTree.fromstring(archive.read("Instrument.xml"))
    assert root.tag == "RenoiseInstrument"
    sounds = sorted(name for name in archive.namelist() if name.startswith("SampleData/"))
    samples = root.findall("SampleGenerator/Samples/Sample")
    assert [int(re.match(r"SampleData/Sample(\d+)", name)[1]) for name in sounds] == list(range(len(samples)))
    zones = []
    for sample, sound in zip(samples, sounds, strict=True):
        mapping = sample.find("Mapping")
        tune = number(sample, "Transpose") + number(sample, "Finetune") / 127
        zones.append({
            "sound": sound, "low": number(mapping, "NoteStart"), "high": number(mapping, "NoteEnd"),
            "velocities": (max(1, number(mapping, "VelocityStart")), number(mapping, "VelocityEnd")),
            "fixed": mapping.findtext("MapKeyToPitch") == "false", "natural": number(mapping, "BaseNote") - tune,
            "loop": (number(sample, "LoopStart"), number(sample, "LoopEnd"))
            if sample.findtext("LoopMode") == "Forward" else None,
            "choke": int(sample.findtext("MuteGroupIndex") or -1) + 1,
            "takes turns": root.findtext("SampleGenerator/KeyzoneOverlappingMode") == "Cycle",
            "held": sample.findtext("OneShotTrigger") == "true",
        })
    return zones


def live(files: Files) -> Zones:
    path, content = main_of(files, (".adv", ".adg"))
    root = ElementTree.fromstring(gzip.decompress(content))
    assert (root.tag, root.get("MajorVersion")) == ("Ableton", "5")
    pads = root.findall("GroupDevicePreset/BranchPresets/DrumBranchPreset")
    assert bool(pads) == path.endswith(".adg")
    origin = "GroupDevicePreset/PresetRef" if pads else "OriginalSimpler/LastPresetRef/Value"
    assert root.find(f"{origin}/FilePresetRef/FileRef/RelativePath").get("Value") == path
    zones = []
    for place in pads or [root]:
        device = place.find("DevicePresets/AbletonDevicePreset/Device/OriginalSimpler" if pads else "OriginalSimpler")

        def value(node, path):
            return node.find(path).get("Value")

        for part in device.findall("Player/MultiSampleMap/SampleParts/MultiSamplePart"):
            low, high = (int(value(part, f"KeyRange/{end}")) for end in ("Min", "Max"))
            natural = int(value(part, "RootKey")) - int(value(part, "Detune")) / 100
            if pads:
                assert low <= int(value(place, "ZoneSettings/SendingNote")) <= high
                assert int(value(place, "ZoneSettings/SendingNote")) == natural
                low = high = natural = 128 - int(value(place, "ZoneSettings/ReceivingNote"))
            file = part.find("SampleRef/FileRef")
            assert value(file, "RelativePathType") == "6"  # from the User Library
            assert int(value(file, "OriginalFileSize")) == len(files[value(file, "RelativePath")])
            zones.append({
                "sound": value(file, "RelativePath"), "low": low, "high": high, "natural": natural,
                "velocities": (int(value(part, "VelocityRange/Min")), int(value(part, "VelocityRange/Max"))),
                "fixed": value(part, "TuneScale") == "0",
                "loop": (int(value(part, "SustainLoop/Start")), int(value(part, "SustainLoop/End")) + 1)
                if value(part, "SustainLoop/Mode") == "1" else None,
                "choke": int(value(place, "ZoneSettings/ChokeGroup")) if pads else 0,
                "frames": int(value(part, "SampleRef/DefaultDuration")),
            })
    return zones


def xpm(files: Files) -> Zones:
    path, content = main_of(files, ".xpm")
    root = ElementTree.fromstring(content)
    assert root.tag == "MPCVObject"
    program = root.find("Program")
    drums = program.get("type") == "Drum"
    notes = {int(pad.get("number")): number(pad, "Note") for pad in program.findall("PadNoteMap/PadNote")}
    assert sorted(notes.values()) == (list(range(128)) if drums else [])
    keygroups = program.findall("Instruments/Instrument")
    if not drums:
        assert number(program, "KeygroupNumKeygroups") == len(keygroups)
    zones = []
    for keygroup in keygroups:
        pad = int(keygroup.get("number"))
        low, high = number(keygroup, "LowNote"), number(keygroup, "HighNote")
        layers = keygroup.findall("Layers/Layer")
        assert [int(layer.get("number")) for layer in layers] == list(range(1, len(layers) + 1))
        assert len(layers) <= 4
        for layer in layers:
            zones.append({
                "sound": f"{path.rsplit('/', 1)[0]}/{layer.findtext('SampleName')}.WAV",
                "low": notes[pad] if drums else low, "high": notes[pad] if drums else high,
                "velocities": (max(1, number(layer, "VelStart")), number(layer, "VelEnd")),
                "fixed": layer.findtext("KeyTrack") == "False",
                "natural": number(layer, "RootNote") - 1 - number(layer, "Pitch", float),
                "takes turns": keygroup.findtext("ZonePlay") == "0",
                "loop": (number(layer, "SliceLoopStart"), number(layer, "SliceEnd"))
                if layer.findtext("SliceLoop") == "1" else None,
                "choke": number(keygroup, "MuteGroup"), "held": keygroup.findtext("TriggerMode") == "0",
            })
            assert zones[-1]["sound"] in files
    return zones


def opxy(files: Files) -> Zones:
    path, content = main_of(files, "patch.json")
    patch = json.loads(content)
    assert re.fullmatch(r"[a-z0-9_-]+\.preset/patch\.json", path)
    assert (patch["platform"], patch["version"]) == ("OP-XY", 4)
    drums = patch["type"] == "drum"
    regions = patch["regions"]
    assert 1 <= len(regions) <= 24
    zones = []
    for region in regions:
        sound = path.replace("patch.json", region["sample"])
        head = files[sound][:44]
        channels, rate, _, _, bits = struct.unpack("<HIIHH", head[22:36])
        assert (head[20:22], bits) == (b"\x01\x00", 16)
        assert rate <= 44_100
        assert region["framecount"] == region["sample.end"] == (len(files[sound]) - 44) // 2 // channels
        zones.append({
            "sound": sound, "low": region["lokey"], "high": region["hikey"], "fixed": drums,
            "natural": region["pitch.keycenter"] - region["tune"] / 100,
            "loop": (region["loop.start"], region["loop.end"]) if region.get("loop.enabled") else None,
            "choke": int(region.get("playmode") == "group"), "rate": rate,
        })
    assert [zone["high"] for zone in zones] == sorted({zone["high"] for zone in zones})
    return zones


def deluge(files: Files) -> Zones:
    path, content = main_of(files, ".XML")
    root = ElementTree.fromstring(content)
    drums = root.tag == "kit"
    assert path.split("/")[0] == ("KITS" if drums else "SYNTHS")
    zones = []
    for sound in root.findall("soundSources/sound") if drums else [root]:
        source = sound.find("osc1")
        assert source.findtext("type") == "sample"
        low = 0
        for holder in source.findall("sampleRanges/sampleRange") or [source]:
            high = int(holder.findtext("rangeTopNote") or 127)
            where = holder.find("zone")
            zones.append({
                "sound": holder.findtext("fileName"), "low": low, "high": high, "fixed": drums,
                "natural": 60 - number(holder, "transpose") - number(holder, "cents") / 100,
                "loop": (number(where, "startLoopPos"), number(where, "endLoopPos"))
                if where.findtext("endLoopPos") else None,
                "choke": int(sound.findtext("polyphonic") == "choke"), "mode": number(source, "loopMode"),
            })
            assert zones[-1]["sound"] in files
            low = high + 1
    return zones


def music1010(files: Files) -> Zones:
    _, content = main_of(files, "preset.xml")
    root = ElementTree.fromstring(content)
    assert root.tag == "document"
    cells = root.findall("session/cell")
    pads = [cell for cell in cells if cell.get("type") in ("sample", "samtempl")]
    assert [(int(cell.get("row")), int(cell.get("column"))) for cell in pads] == [divmod(n, 4) for n in range(16)]
    played = [cell for cell in pads if cell.get("type") == "sample"]
    several = played[0].find("params").get("multisammode") == "1"
    zones = []
    for cell in [cell for cell in cells if cell.get("type") == "asset"] if several else played:
        said = cell.find("params")
        sound = cell.get("filename").removeprefix("\\Presets\\").replace("\\", "/")
        assert sound in files
        if several:
            zones.append({
                "sound": sound, "low": int(said.get("keyrangebottom")), "high": int(said.get("keyrangetop")),
                "velocities": (int(said.get("velrangebottom")), int(said.get("velrangetop"))), "fixed": False,
                "root": int(said.get("rootnote")), "frames": int(said.get("samlen")),
            })
        else:
            key = int(said.get("padnote"))
            zones.append({
                "sound": sound, "low": key, "high": key, "fixed": True, "choke": int(said.get("chokegrp")),
                "held": said.get("samtrigtype") == "0", "frames": int(said.get("samlen")),
            })
    return zones


READERS = {
    "sfz": sfz, "dspreset": dspreset, "multisample": multisample, "sf2": sf2, "hydrogen": hydrogen,
    "h2drumkit": h2drumkit, "xrni": xrni, "live": live, "xpm": xpm, "op-xy": opxy, "deluge": deluge,
    "1010music": music1010,
}
