"""Files that arrive slowly, in pieces or under another name are taken when they are whole."""

from __future__ import annotations

import asyncio
import io
import sys

import numpy as np
import pytest
import soundfile

from support.patience import until

pytestmark = pytest.mark.anyio


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.random.default_rng(1).random(20_000).astype(np.float32) - 0.5, 44_100, format="WAV")
    return file.getvalue()


async def test_a_slow_copy_that_pauses_is_taken_when_it_is_whole(scene):
    content = wav()
    async with scene.open():
        path = scene.put("finish/slow.wav", content[:1_000])
        for place in range(1_000, len(content), 20_000):
            await asyncio.sleep(0.6)  # much longer than a file has to be quiet; and nobody holds it open meanwhile
            assert scene.engine.requests == []
            with path.open("ab") as file:
                file.write(content[place : place + 20_000])
        await until(lambda: scene.files("done"))
    done = scene.inbox / "done" / scene.files("done")[0]
    assert done.read_bytes() == content


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show who writes")
async def test_a_text_that_a_program_still_writes_waits_however_long_it_pauses(scene):
    async with scene.open():
        with scene.put("a.txt", b"").open("ab", buffering=0) as file:
            file.write(b"deep ")
            await asyncio.sleep(1.0)
            file.write(b"kick")
            await asyncio.sleep(1.0)
            assert scene.engine.requests == []
        await until(lambda: scene.files("done"))
    assert scene.prompts() == ["deep kick"]


async def test_a_download_is_taken_when_it_gets_its_name(scene):
    async with scene.open():
        path = scene.put("a.txt.crdownload")
        await asyncio.sleep(0.8)
        assert scene.engine.requests == []
        path.rename(scene.inbox / "a.txt")
        await until(lambda: scene.files("done"))
    assert scene.prompts() == ["deep kick"]
