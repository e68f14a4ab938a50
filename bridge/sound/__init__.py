"""Turns raw takes into playable one-shots: pure functions over `Audio` and bytes; no paths, no clock, no network.

`chain` is the whole way: the gate, then the steps of a recipe, by default trim → pitch → tune → verify → fade → level.
Only `wav` and `likeness` may be imported by the daemon; the others bring scipy and soxr and belong in a worker process.
"""
