"""What plays, with a fake engine or a real JACK server around it."""

from __future__ import annotations

from support.engine import engine  # noqa: F401 - a fixture of this folder
from support.jack import jack, jack_server  # noqa: F401 - fixtures of this folder
from support.loudspeaker import noise, portaudio  # noqa: F401 - fixtures of this folder
