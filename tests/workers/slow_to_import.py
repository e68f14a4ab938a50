"""Takes as long to import as the test wants: says that it began, and ends where the test lets it in."""

import os
import time
from pathlib import Path

_door = Path(os.environ["SLOW_TO_IMPORT"])
(_door / str(os.getpid())).touch()
while not (_door / "open").exists():
    time.sleep(0.005)
