"""Deliveries: one pad's current sound on its way into one host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bridge.domain.family import Mapping
from bridge.domain.instrument import Zone

DELIVERY_VERSION = 1

DeliveryAction = Literal["load", "clear"]
Swap = Literal["now", "on-keep", "when-silent"]
"""When a new sound replaces the old one of its pad: at once, when the user keeps it, or when the host is silent."""
DeliveryState = Literal["waiting", "done", "failed", "superseded"]
"""`waiting` until the host acknowledges; `superseded` when a newer one of the same pad replaced it unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Holds what a host has to load where.

    `path` and those of the zones are relative to the library; the files and messages for hosts hold absolute ones.
    `seq` grows within a host and is never used twice. `target` is `track:NAME`, `pad:NOTE` or `selected`.
    `sample` is empty when `action` is `clear`. `swap` is `now` or `when-silent`. `mtime` is in whole seconds since
    1970.
    """

    host: str
    seq: int
    sample: str
    pad: str
    action: DeliveryAction
    mode: Mapping
    swap: Swap = "now"
    target: str
    path: str
    mtime: int
    zones: tuple[Zone, ...]
    state: DeliveryState = "waiting"
    reason: str = ""


def zone_text(zone: Zone, path: str) -> str:
    """Returns a zone as deliveries carry it, with the absolute path of its sample:
    `path|root|cents|lo|hi|vlo|vhi|loop_start|loop_end|turn|turns`, loop fields empty for a one-shot."""
    cents = round(zone.cents, 3) + 0.0  # + 0.0 makes −0.0 a plain zero
    fields = (path, zone.root, cents, zone.low, zone.high, zone.velocity_low, zone.velocity_high,
              *(zone.loop or ("", "")), *zone.sequence)  # fmt: skip
    return "|".join(map(str, fields))


def fields_of(order: Delivery, absolute: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yields what a message tells of a delivery besides its host and number; `absolute` makes native absolute paths of
    those in the library."""
    yield "v", str(DELIVERY_VERSION)
    yield "sample", order.sample
    yield "pad", order.pad
    yield "action", order.action
    yield "mode", order.mode
    yield "swap", order.swap
    yield "target", order.target
    yield "path", absolute(order.path) if order.path else ""
    yield "mtime", str(order.mtime)
    for zone in order.zones:
        yield "zone", zone_text(zone, absolute(zone.path))
