"""Judges takes and shapes them into samples: the port to `bridge.sound`, which works in the worker processes."""

from __future__ import annotations

from bridge.shaping.adapter import Shaping

__all__ = ["Shaping"]
