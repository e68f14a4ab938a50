"""Doors with a fake engine behind them: real UDP and, where there is one, a real JACK server in front."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.jack import connect, jack, jack_server, keyboard  # noqa: F401 - fixtures of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder
