"""The same scene as for the doors: voices are heard through them."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.jack import jack, jack_server  # noqa: F401 - fixtures of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder
