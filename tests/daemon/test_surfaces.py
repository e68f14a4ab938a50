"""Surfaces before the real daemon: what their buttons send does what they say, and the answers light the pads."""

from __future__ import annotations

import pytest

from bridge.surfaces import LIGHTS, Surface, pages_of
from support.surfaces import play

PADS = {"kick": "kick", "hat": "hat", "bass": "bass"}


@pytest.fixture(params=["open-stage-control", "touchosc"])
def stage(request, lasting_daemon, tmp_path, peer):
    if lasting_daemon.process is None:
        lasting_daemon.start()
    wire = lasting_daemon.listener()
    made = Surface(pages=pages_of(PADS, {"main": PADS}), host="127.0.0.1", port=1, listens=wire.port)
    for played in play(request.param, tmp_path, peer, made):
        yield Stage(played, wire)


class Stage:
    """A surface with its line to the daemon."""

    def __init__(self, played, wire):
        self.played = played
        self._wire = wire

    def send(self, messages):
        for address, *values in messages:
            self._wire.send(address, *values)

    def until(self, address):
        """Lets the surface hear all that comes, up to an address; returns its arguments."""
        heard = self._wire.hear_until(address)
        for each, values in heard:
            self.played.hear(each, *values)
        return heard[-1][1]


def test_a_surface_plays_the_bridge(stage):
    played = stage.played
    stage.send(played.joins())
    for pad in PADS:
        stage.until(f"/oneshot/pad/{pad}/state")
        assert played.colour("main", pad) in LIGHTS[played.state("main", pad)]

    stage.send(played.touch("main", "kick", 0.9))
    job, pad, _ = stage.until("/oneshot/job/accepted")
    assert pad == "kick"
    assert stage.until("/oneshot/sample/ready")[6:8] == ["kick", job]
    assert stage.until("/oneshot/job/ready")[0] == job
    stage.until("/oneshot/pad/kick/state")
    assert (played.state("main", "kick"), played.colour("main", "kick")) == ("ready", LIGHTS["ready"][0])
    assert played.line("last").startswith("kick  kick_")

    stage.send(played.press("again"))
    assert stage.until("/oneshot/job/accepted")[1] == "kick"
    stage.until("/oneshot/job/ready")
    for action in ("keep", "discard"):
        stage.send(played.press(action))
    stage.send(played.press("kit"))
    stage.send(played.press("cancel"))
    stage.until("/oneshot/error")
    # All that was pressed before was obeyed: the first trouble is that nothing is left to cancel.
    assert played.line("trouble") == "kick has nothing to cancel. What has ended can be discarded."
