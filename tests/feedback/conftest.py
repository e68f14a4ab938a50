"""The same scene as for the doors: voices are heard through them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

# Test folders are no packages, so the neighbour's fixtures are loaded by their path.
_spec = importlib.util.spec_from_file_location(
    "osc_scene", Path(__file__).parents[1] / "triggers" / "conftest.py"
)
_scene = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_scene)

anyio_backend = _scene.anyio_backend
engine = _scene.engine
fakes = _scene.fakes
scene = _scene.scene
