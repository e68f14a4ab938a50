"""What hosts ask for by a file: `deliveries/<host>/asked/<any name>`, for hosts that have no sockets.

`wish` reads such a file, `box` lists, takes and refuses them, and `door` hands them to the engine.
"""

from __future__ import annotations

from bridge.triggers.asked.door import AskedDoor

__all__ = ["AskedDoor"]
