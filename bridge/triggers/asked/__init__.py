"""What hosts ask for by a file: `deliveries/<host>/asked/<any name>`, for hosts that have no sockets.

`box` lists, takes and refuses such files, and `door` hands what `bridge.triggers.wishes` reads in them to the engine.
"""

from __future__ import annotations

from bridge.triggers.asked.door import AskedDoor

__all__ = ["AskedDoor"]
