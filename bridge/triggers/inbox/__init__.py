"""The inbox: files that are dropped into a folder of the library become jobs.

`names` says what a file's name means, `whole` whether its end has come, `place` lists and moves files, `settling` waits
until they are quiet, `asking` makes requests of them, and `door` does all of it in turn. That something happened it
hears from `bridge.triggers.watching`.
"""

from __future__ import annotations

from bridge.triggers.inbox.door import InboxDoor

__all__ = ["InboxDoor"]
