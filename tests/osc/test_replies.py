"""Samples and deliveries as OSC says them: the same as their files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.domain.sample import Analysis, Sample
from bridge.library.deliveries import encode_delivery
from bridge.osc.replies import delivery, sample_ready
from bridge.units import Cents, Decibels, MidiNote, Seconds

ZONE = Zone(path="samples/kick/one.wav", root=MidiNote(60), cents=Cents(-12.3456789), low=MidiNote(54),
            high=MidiNote(66))
DELIVERY = Delivery(host="live", seq=7, sample="s-aaaaaaaaaaaa", pad="kick", action="load", mode="keys",
                    target="track:kick", path=ZONE.path, mtime=1_800_000_000, zones=(ZONE,))


def absolute(path):
    return f"/music/{path}"


@pytest.mark.parametrize(
    "order",
    [
        DELIVERY,
        replace(DELIVERY, zones=(ZONE, replace(ZONE, loop=(0, 4095), cents=Cents(-0.0001), velocity_low=64))),
        replace(DELIVERY, zones=(), path="", sample="", action="clear", mode="drum"),
    ],
    ids=["one zone", "two zones", "clear"],
)
def test_a_delivery_by_osc_says_what_the_delivery_file_says(order):
    zones = tuple(replace(zone, path=absolute(zone.path)) for zone in order.zones)
    content = encode_delivery(replace(order, path=absolute(order.path) if order.path else "", zones=zones))
    lines = [tuple(line.split("\t")) for line in content.decode().splitlines()]
    host, seq, *pairs = delivery(order, absolute).arguments
    said = [("host", host), ("seq", str(seq)), *zip(pairs[::2], pairs[1::2], strict=True)]
    assert sorted(said) == sorted(lines)
    assert [zone for zone in said if zone[0] == "zone"] == [zone for zone in lines if zone[0] == "zone"]


@pytest.mark.parametrize(("root", "said"), [(60, 60), (0, 0), (None, -1)])
def test_a_sample_is_announced_with_its_root_and_its_keys(root, said):
    sample = Sample(
        id="s-aaaaaaaaaaaa", job="j-aaaaaaaaaaaa", take="t-aaaaaaaaaaaa", pad="", pad_note=None, family="bell",
        mapping="keys", prompt="bell", path="samples/one.wav", sha256="", created=0.0,
        analysis=Analysis(root=root, cents=Cents(2.5), confidence=1.0, seconds=Seconds(1.0), peak=Decibels(-1.0),
                          channels=1, sample_rate=44_100),
    )
    assert sample_ready(sample, ZONE, absolute).arguments == (
        "s-aaaaaaaaaaaa", "/music/samples/one.wav", said, 2.5, 54, 66, "", "j-aaaaaaaaaaaa",
    )
