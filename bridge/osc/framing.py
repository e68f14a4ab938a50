"""Cuts a stream of bytes into OSC packets, and frames packets for a stream.

Two framings are in use. OSC 1.1 frames by SLIP (RFC 1055): END after a packet, most senders put one before it too.
OSC 1.0 puts the size of a packet before it, as a big-endian int32; so do liblo and SuperCollider. The first byte tells
which one a sender uses: sizes of up to 16 MiB begin with 0, and a packet never does.
"""

from __future__ import annotations

import struct

from bridge.errors import RequestError
from bridge.osc.codec import LARGEST_DATAGRAM

_END, _ESCAPE = b"\xc0", b"\xdb"
_ESCAPED_END, _ESCAPED_ESCAPE = b"\xdb\xdc", b"\xdb\xdd"
_SIZE = struct.Struct(">i")
_MOST_KEPT = 2 * LARGEST_DATAGRAM
"""Bytes of one SLIP frame: at worst each byte of the packet is escaped."""


class Framing:
    """Holds what one stream brought and has not been read yet, and frames answers as its sender frames."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._searched = 0
        self._counted: bool | None = None

    def feed(self, piece: bytes) -> None:
        """Takes what arrived, in pieces of any size."""
        self._kept += piece
        if self._counted is None and self._kept:
            self._counted = self._kept[0] == 0

    def next_packet(self) -> bytes | None:
        """Returns the next whole packet, or None until more arrives.

        Raises RequestError where the stream is no OSC: nothing that follows can be read then.
        """
        return self._next_counted() if self._counted else self._next_slip()

    def framed(self, packet: bytes) -> bytes:
        """Returns a packet as it goes into the stream."""
        if self._counted:
            return _SIZE.pack(len(packet)) + packet
        escaped = packet.replace(_ESCAPE, _ESCAPED_ESCAPE).replace(_END, _ESCAPED_END)
        return _END + escaped + _END

    def _next_counted(self) -> bytes | None:
        if len(self._kept) < _SIZE.size:
            return None
        (size,) = _SIZE.unpack_from(self._kept)
        if not 0 < size <= LARGEST_DATAGRAM:
            raise RequestError(
                f"A packet on an OSC connection claims a size of {size} bytes.",
                "Frame packets by SLIP (OSC 1.1), or put their size before them as an int32 (OSC 1.0).",
            )
        end = _SIZE.size + size
        if len(self._kept) < end:
            return None
        packet = bytes(self._kept[_SIZE.size : end])
        del self._kept[:end]
        return packet

    def _next_slip(self) -> bytes | None:
        while (end := self._kept.find(_END, self._searched)) >= 0:
            frame = bytes(self._kept[:end])
            del self._kept[: end + 1]
            self._searched = 0
            # An END before a packet ends an empty frame, which is none.
            if frame:
                return frame.replace(_ESCAPED_END, _END).replace(_ESCAPED_ESCAPE, _ESCAPE)
        self._searched = len(self._kept)
        if self._searched > _MOST_KEPT:
            raise RequestError(
                f"{self._searched:,} bytes came on an OSC connection without the end of a packet.",
                "Frame packets by SLIP (OSC 1.1), or put their size before them as an int32 (OSC 1.0).",
            )
        return None
