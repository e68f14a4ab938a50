"""Builds the outgoing messages that take more than a row of the table: samples and deliveries."""

from __future__ import annotations

from collections.abc import Callable

from bridge.domain.delivery import Delivery, fields_of
from bridge.domain.instrument import Zone
from bridge.domain.sample import Sample
from bridge.osc.addresses import fill
from bridge.osc.codec import Message

UNPITCHED = -1

Absolute = Callable[[str], str]
"""Turns a library-relative path into a native absolute one."""


def sample_ready(sample: Sample, zone: Zone, absolute: Absolute, ref: str = "") -> Message:
    """Announces a published sample; `zone` says on which keys it is meant to be played."""
    return fill(
        "sample/ready", id=sample.id, path=absolute(sample.path),
        root=UNPITCHED if sample.root is None else sample.root, cents=float(sample.cents),
        low=zone.low, high=zone.high, pad=sample.pad, job=sample.job, ref=ref,
    )


def delivery(order: Delivery, absolute: Absolute) -> Message:
    """Says what a host has to load where: the fields of a delivery file, with absolute paths."""
    return fill("delivery", host=order.host, seq=order.seq, pairs=fields_of(order, absolute))
