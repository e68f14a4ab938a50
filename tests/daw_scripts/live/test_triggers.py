"""Clips in Live ask the bridge for sounds, over real OSC."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from support.patience import until


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
