"""What the synthesiser promises; known to the daemon and to the worker processes."""

from __future__ import annotations

from bridge.domain.licence import Licence
from bridge.units import Seconds

VERSION = "2"
"""Changes whenever the same brief and seed begin to sound different."""
LICENCE = Licence(id="CC0-1.0", link="https://creativecommons.org/publicdomain/zero/1.0/")
"""Of what it makes: nobody keeps any right in it."""
SHORTEST, LONGEST = Seconds(0.05), Seconds(30.0)
VARIATIONS = 16
