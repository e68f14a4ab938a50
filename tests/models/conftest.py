"""What the tests of the models share: real Cog servers, one for each predictor, for the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.cog import Cogs


@pytest.fixture(scope="session")
def cog(peer: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cogs]:
    servers = Cogs(tmp_path_factory.mktemp("cog"), peer)
    try:
        yield servers
    finally:
        servers.stop()
