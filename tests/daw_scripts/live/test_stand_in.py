"""The script for Live is Python 3.7, and the stand-in of Live refuses what Live refuses."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from support.live import SCRIPT, STAND_IN, VERSIONS


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
