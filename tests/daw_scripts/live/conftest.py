"""Live as a stand-in, and the bridge's OSC line."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.live import deliver, library, live_host, live_set, script, start  # noqa: F401 - fixtures of this folder
from support.osc import scene  # noqa: F401 - a fixture of this folder
