"""Warm worker processes: heavy work runs in them, one core each, and a crash costs one task.

`pool` decides who works on what, `process` talks to one worker, `child` is what runs in it, `frames` is what goes
over the pipes between them. `cluster` and
`gateway` have the same tasks run by a Ray cluster, perhaps on many machines.
"""

from bridge.workers.pool import WorkerPool

__all__ = ["WorkerPool"]
