"""Music languages as hosts: each runs its script for real, before the real OSC door."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.hosts import orders, program  # noqa: F401 - fixtures of this folder
from support.jack import jack, jack_server  # noqa: F401 - fixtures of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder
from support.supercollider import language  # noqa: F401 - a fixture of this folder
