"""Hosts as real programs or stand-ins, and the bridge's OSC line for those that speak it."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder
