"""Where a model on this computer can work; apart from the settings, which the command line reads late."""

from __future__ import annotations

from typing import Literal

Device = Literal["auto", "cuda", "mps", "cpu"]
"""`auto` takes the first of the others that is there."""
