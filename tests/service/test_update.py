"""Another version that is being installed is seen when it lies there whole, and not before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bridge.service import update
from support.patience import PATIENCE_SECONDS


def package_of(folder: Path, version: str) -> Path:
    folder.mkdir()
    (folder / "__init__.py").write_text(f'"""Something."""\n\n__version__ = "{version}"\n')
    (folder / "part.py").write_text("PART = 0\n")
    return folder


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(update, "LOOK_SECONDS", 0.02)


def test_a_version_is_told_when_its_files_are_still(tmp_path):
    package = package_of(tmp_path / "bridge", "1.0")

    async def story():
        looking = asyncio.create_task(update.other_version(package, "1.0"))
        await asyncio.sleep(0.2)
        assert not looking.done(), "it is the version that runs"
        (package / "__init__.py").unlink()
        await asyncio.sleep(0.1)
        (package / "__init__.py").write_text('__version__ = "1.1"\n')
        for size in range(100):
            (package / "part.py").write_text("PART = 0\n" * (size + 2))
            await asyncio.sleep(0.005)
            assert not looking.done(), "its files still change"
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await looking

    assert asyncio.run(story()) == "1.1"


def test_the_version_that_runs_and_what_says_none_are_no_other(tmp_path):
    package = package_of(tmp_path / "bridge", "1.0")

    async def story():
        looking = asyncio.create_task(update.other_version(package, "1.0"))
        for text in ('__version__ = "1.0"\n', "", "\0", '__version__ = version("x")\n'):
            (package / "__init__.py").write_text(text)
            await asyncio.sleep(0.1)
            assert not looking.done()
        looking.cancel()

    asyncio.run(story())
