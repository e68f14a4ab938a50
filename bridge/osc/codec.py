"""Turns datagrams into messages and messages into datagrams.

Only the OSC types i f s b are sent: some receivers know no others. Their 64-bit sisters h and d are read too,
since some senders choose them for large numbers. Every malformed packet is a RequestError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MalformedError
from pythonosc.osc_message_builder import BuildError, OscMessageBuilder

from bridge.errors import RequestError
from bridge.osc.kinds import Scalar, shown
from bridge.units import Seconds

LARGEST_DATAGRAM = 65_507
"""Bytes that fit into one UDP datagram over IPv4: 65,535 less the headers of IP (20) and UDP (8)."""
MOST_ARGUMENTS = 64
MOST_MESSAGES = 256
"""Messages in one bundle, nested ones counted."""
DEEPEST_NESTING = 8

_READ_TYPES = frozenset("ifsbhd")
_BUNDLE = b"#bundle\x00"
_BUNDLE_HEAD = len(_BUNDLE) + 8
_IMMEDIATELY = 1
_NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900 to 1970: OSC time tags are NTP timestamps (OSC 1.0, "OSC Bundles")."""
_LINE = "Send an OSC message or bundle with the argument types i f s b."


@dataclass(frozen=True, slots=True)
class Message:
    """Holds an OSC address and its arguments."""

    address: str
    arguments: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Timed:
    """Holds a message and how long to wait before it is obeyed: 0 for at once and for times that are past."""

    message: Message
    delay: Seconds = Seconds(0.0)


def decode(datagram: bytes, now: float = 0.0) -> tuple[Timed, ...]:
    """Reads a message or a (nested) bundle; `now` is seconds since 1970, for the bundles' time tags.

    The messages come in the order of the packet. An empty bundle has none. Raises RequestError for anything
    malformed or too large, and then nothing of the packet is obeyed.
    """
    if len(datagram) > LARGEST_DATAGRAM:
        raise RequestError(f"An OSC packet has at most {LARGEST_DATAGRAM:,} bytes; this one has {len(datagram):,}.")
    found: list[Timed] = []
    for packet, due in _packets(datagram, due=0.0, depth=0):
        if len(found) == MOST_MESSAGES:
            raise RequestError(f"An OSC bundle may hold {MOST_MESSAGES} messages.", "Split it into several packets.")
        found.append(Timed(_message(packet), Seconds(max(0.0, due - now))))
    return tuple(found)


def encode(message: Message) -> bytes:
    """Returns the datagram of a message with the types i f s b; raises RequestError for what OSC can't carry.

    NUL ends a string in OSC, so it is left out; what UTF-8 can't write becomes `?`.
    """
    builder = OscMessageBuilder(address=message.address)
    for value in message.arguments:
        match value:
            case bool():
                raise RequestError(f"{message.address}: true and false are sent as 1 and 0.")
            case int():
                builder.add_arg(value, "i")
            case float():
                builder.add_arg(value, "f")
            case bytes():
                builder.add_arg(value, "b")
            case str():
                builder.add_arg(value.replace("\0", "").encode(errors="replace").decode(), "s")
    try:
        datagram: bytes = builder.build().dgram
    except (BuildError, MalformedError, OverflowError) as problem:
        raise RequestError(f"{message.address}: {problem}") from problem
    if len(datagram) > LARGEST_DATAGRAM:
        raise RequestError(f"{message.address}: {len(datagram):,} bytes do not fit into one OSC packet.")
    return datagram


def _packets(packet: bytes, *, due: float, depth: int) -> Iterator[tuple[bytes, float]]:
    """Walks a packet and yields each message's bytes with its due time (seconds since 1970, 0 for at once).

    Bundles are walked here, not by python-osc: its reader (1.10) never ends on an element of negative size and
    has no limit to nesting.
    """
    if not packet.startswith(_BUNDLE):
        yield packet, due
        return
    if depth == DEEPEST_NESTING:
        raise RequestError(f"OSC bundles may be nested {DEEPEST_NESTING} deep.")
    if len(packet) < _BUNDLE_HEAD:
        raise RequestError("An OSC bundle ends inside its time tag.", _LINE)
    (tag,) = struct.unpack_from(">Q", packet, len(_BUNDLE))
    if tag != _IMMEDIATELY:
        due = max(due, tag / 2**32 - _NTP_TO_UNIX)
    position = _BUNDLE_HEAD
    while position < len(packet):
        if position + 4 > len(packet):
            raise RequestError("An OSC bundle ends inside the size of an element.", _LINE)
        (size,) = struct.unpack_from(">i", packet, position)
        position += 4
        if size <= 0 or position + size > len(packet):
            raise RequestError(f"An element of an OSC bundle claims a size of {size} bytes.", _LINE)
        yield from _packets(packet[position : position + size], due=due, depth=depth + 1)
        position += size


def _message(packet: bytes) -> Message:
    if not packet.startswith(b"/"):
        raise RequestError("A packet arrived that is no OSC.", _LINE)
    try:
        _check_types(packet)
        parsed = OscMessage(packet)
        return Message(parsed.address, tuple(parsed.params))
    except (MalformedError, UnicodeDecodeError) as problem:
        raise RequestError("An OSC message is cut off or malformed.", _LINE) from problem


def _check_types(packet: bytes) -> None:
    """Refuses types that are not read, before python-osc parses them (it passes over those that it does not know)."""
    end = packet.find(b"\0")
    if end < 0:
        raise RequestError("An OSC message ends inside its address.", _LINE)
    start = end + 4 - end % 4
    if start >= len(packet):
        return
    tags = packet[start:].split(b"\0", 1)[0].decode("ascii", errors="replace")
    address = shown(packet[:end].decode(errors="replace"))
    if not tags.startswith(","):
        raise RequestError(f"{address}: the argument types are missing.", _LINE)
    if len(tags) - 1 > MOST_ARGUMENTS:
        raise RequestError(f"{address}: a message has at most {MOST_ARGUMENTS} arguments.")
    for place, tag in enumerate(tags[1:], start=1):
        if tag in "TF":
            raise RequestError(f"{address}: argument {place} is true or false.", "Send 1 or 0 instead.")
        if tag not in _READ_TYPES:
            raise RequestError(f"{address}: argument {place} has the OSC type {tag!r}.", _LINE)
