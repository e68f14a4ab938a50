"""Takes its time to import, as numerical libraries do."""

import time

SECONDS = 0.7
time.sleep(SECONDS)
