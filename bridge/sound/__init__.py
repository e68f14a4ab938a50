"""Turns raw takes into playable one-shots: pure functions over `Audio` and bytes; no paths, no clock, no network.

The steps stand in the order in which `chain` walks them: gate → trim → pitch → tune → verify → fade → level.
Only `wav` may be imported by the daemon; the others bring scipy and soxr and belong in a worker process.
"""
