"""Writes and reads deliveries as text: `key<TAB>value` lines that a script of any host reads without a parser.

    v<TAB>1
    host, seq, sample, pad, action, mode, swap, target, path, mtime      one line each
    zone<TAB>path|root|cents|lo|hi|vlo|vhi|loop_start|loop_end|turn|turns      one line per zone

Empty loop fields: a one-shot. Zones on the same keys and velocities take turns: `turn` of `turns`, from 1.

UTF-8, lines end with a newline, paths are absolute in the system's own writing. A zone follows the keys if the mode
is `keys`; choke groups are not carried, for a delivery is one pad.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import get_args

from bridge.domain.delivery import DELIVERY_VERSION, Delivery, DeliveryAction, Swap, zone_text
from bridge.domain.family import Mapping
from bridge.domain.instrument import Zone
from bridge.errors import LibraryError
from bridge.units import Cents, MidiNote

LAST_SEQ = 10**12 - 1

_KEYS = ("v", "host", "seq", "sample", "pad", "action", "mode", "swap", "target", "path", "mtime")
_ACTIONS: dict[str, DeliveryAction] = {action: action for action in get_args(DeliveryAction)}
_MODES: dict[str, Mapping] = {mode: mode for mode in get_args(Mapping)}
_SWAPS: dict[str, Swap] = {swap: swap for swap in get_args(Swap)}
_HOST_NAME = re.compile(r"[a-z0-9-]{1,32}")
_SEQ_NAME = re.compile(r"\d{12}", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,3}(\.\d+)?", re.ASCII)
_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Says what a host made of a delivery; `reason` is its own word where it did not load it."""

    host: str
    seq: int
    loaded: bool
    reason: str = ""


def is_host_name(name: str) -> bool:
    """Tells whether a folder or a config key can be a host."""
    return _HOST_NAME.fullmatch(name) is not None


def checked_host(name: str) -> str:
    """Returns the name of a host; raises LibraryError for what can't be one."""
    if not is_host_name(name):
        raise LibraryError(f"{name!r} can't be a host.", "Hosts are named with 1–32 of a–z, 0–9 and -.")
    return name


def file_name(seq: int) -> str:
    """Returns a delivery's file name: its number in twelve digits, so that sorted names are sorted numbers."""
    if not 1 <= seq <= LAST_SEQ:
        raise LibraryError(f"{seq} can't number a delivery: numbers go from 1 to {LAST_SEQ}.")
    return f"{seq:012d}"


def seq_of(name: str) -> int | None:
    """Returns the number of a delivery's file, or None for a file that is no delivery."""
    return (int(name) or None) if _SEQ_NAME.fullmatch(name) else None


def encode_delivery(delivery: Delivery) -> bytes:
    """Returns the text of a delivery whose paths are absolute; raises LibraryError for what a line can't hold."""
    checked_host(delivery.host)
    values = {"v": DELIVERY_VERSION, **{key: getattr(delivery, key) for key in _KEYS[1:]}}
    lines = [f"{key}\t{_plain(str(values[key]))}\n" for key in _KEYS]
    lines += [f"zone\t{_plain(_line(zone))}\n" for zone in delivery.zones]
    return "".join(lines).encode()


def decode_delivery(content: bytes) -> Delivery:
    """Reads a delivery; raises LibraryError for anything that `encode_delivery` would not have written.

    Keys that this version does not know are left out.
    """
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as problem:
        raise _bad("it is no UTF-8") from problem
    if lines.pop() != "":
        raise _bad("its last line has no end")
    values: dict[str, str] = {}
    zones: list[str] = []
    for line in lines:
        key, tab, value = line.partition("\t")
        if not tab or not key or key in values:
            raise _bad(f"the line {line!r}")
        if key == "zone":
            zones.append(value)
        else:
            values[key] = value
    if missing := [key for key in _KEYS if key not in values]:
        raise _bad(f"it lacks {', '.join(missing)}")
    return _delivery(values, zones)


def reason_of(content: bytes) -> str:
    """Returns the reason in a failed delivery, made safe for one line; hosts write freely, so nothing is refused."""
    for line in content.decode(errors="replace").splitlines():
        key, _, value = line.partition("\t")
        if key == "reason":
            plain = "".join(letter if letter.isprintable() else " " for letter in value)
            return plain.strip()[:_REASON_LENGTH]
    return ""


def _delivery(values: dict[str, str], zones: list[str]) -> Delivery:
    mode, action, swap = (
        _MODES.get(values["mode"]), _ACTIONS.get(values["action"]), _SWAPS.get(values["swap"])
    )
    if values["v"] != str(DELIVERY_VERSION) or mode is None or action is None or swap is None:
        said = ", ".join(f"{key} {values[key]!r}" for key in ("v", "mode", "action", "swap"))
        raise _bad(said)
    return Delivery(
        host=checked_host(values["host"]),
        seq=_whole(values["seq"]),
        sample=values["sample"],
        pad=values["pad"],
        action=action,
        mode=mode,
        swap=swap,
        target=values["target"],
        path=values["path"],
        mtime=_whole(values["mtime"]),
        zones=tuple(_zone(zone, follows_keys=mode == "keys") for zone in zones),
    )


def _line(zone: Zone) -> str:
    if "|" in zone.path:
        raise LibraryError(f"{zone.path} can't be delivered: the path has a |.", "Rename the folder.")
    return zone_text(zone, zone.path)


def _zone(text: str, *, follows_keys: bool) -> Zone:
    fields = text.split("|")
    if len(fields) != 11:
        raise _bad(f"the zone {text!r}")
    path, root, cents, low, high, velocity_low, velocity_high, loop_start, loop_end, turn, turns = fields
    if not _DECIMAL.fullmatch(cents):
        raise _bad(f"cents {cents!r}")
    return Zone(
        path=path,
        root=MidiNote(_whole(root, 127)),
        cents=Cents(float(cents)),
        low=MidiNote(_whole(low, 127)),
        high=MidiNote(_whole(high, 127)),
        velocity_low=_whole(velocity_low, 127),
        velocity_high=_whole(velocity_high, 127),
        follows_keys=follows_keys,
        loop=(_whole(loop_start), _whole(loop_end)) if loop_start or loop_end else None,
        sequence=(_whole(turn), _whole(turns)),
    )


def _whole(text: str, highest: int = 10**18) -> int:
    if not _WHOLE.fullmatch(text) or int(text) > highest:
        raise _bad(f"the number {text!r}")
    return int(text)


def _plain(value: str) -> str:
    """Returns a value that one line can hold; raises LibraryError for control characters and broken Unicode."""
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in value):
        raise LibraryError(f"{value!r} can't be delivered.", "Remove tabs, newlines and other control characters.")
    return value


def _bad(what: str) -> LibraryError:
    return LibraryError(f"This is no delivery of version {DELIVERY_VERSION}: {what}.")
