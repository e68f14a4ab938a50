"""Hydrogen, the real one: what it is told to load is what it plays afterwards, and while it is away all of it waits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from bridge.config.schema import Sampler as Settings
from bridge.feedback.samplers import AwayError, SamplerVoice
from bridge.feedback.samplers.hydrogen import Hydrogen
from bridge.osc.codec import Message, encode
from support.patience import PATIENCE_SECONDS, until
from support.samplers import answers, made

pytestmark = pytest.mark.anyio

SHARE = Path("/usr/share/hydrogen/data")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def end(process):
    """Ends a Hydrogen: it runs in a child of the process that was started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def process(jack, peer, port, tmp_path):
    """Starts a Hydrogen with an OSC port on the JACK server."""
    program = peer("hydrogen")
    settings = (SHARE / "hydrogen.default.conf").read_text(encoding="utf-8")
    for key, value in {"oscEnabled": "true", "oscServerPort": port, "audio_driver": "JACK",
                       "showDevelWarning": "false"}.items():
        settings, times = re.subn(f"<{key}>[^<]*<", f"<{key}>{value}<", settings)
        assert times == 1, key
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / ".hydrogen").mkdir()
    (home / ".hydrogen/hydrogen.conf").write_text(settings, encoding="utf-8")
    shutil.copy(SHARE / "demo_songs/GM_kit_demo1.h2song", tmp_path / "song.h2song")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    with (tmp_path / "hydrogen.txt").open("w") as log:
        process = subprocess.Popen([program, "-n", "-s", str(tmp_path / "song.h2song")], env=environment, cwd=tmp_path,
                                   stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    yield process
    end(process)


async def test_hydrogen_plays_each_new_kit_and_loads_wait_while_it_is_away(port, engine, library, tmp_path, process):
    sampler = Hydrogen("127.0.0.1", port)
    sampler.look_seconds = 0.2
    voice = SamplerVoice(engine, library, "hydrogen", sampler, Settings())
    await voice.start()
    for turn in (1, 2):
        sample = await made(engine, library, "hydrogen", "kick")
        await until(lambda turn=turn: len(answers(engine)) == turn)
        assert answers(engine)[-1][0] == "loaded"
        # What a song names is what Hydrogen holds. It saves what is there, so it is asked again until the kit is.
        saved = tmp_path / f"saved-{turn}.h2song"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not saved.exists() or sample not in saved.read_text(encoding="utf-8"):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                    line.sendto(encode(Message("/Hydrogen/SAVE_SONG_AS", (str(saved),))), ("127.0.0.1", port))
                await asyncio.sleep(0.3)
    end(process)
    await until(lambda: voice.notice == f"Hydrogen does not answer at 127.0.0.1:{port}.")
    await made(engine, library, "hydrogen", "kick")
    await asyncio.sleep(1)
    assert len(answers(engine)) == 2
    await voice.close()


async def test_where_nobody_listens_hydrogen_is_away():
    with pytest.raises(AwayError, match="does not answer"):
        await Hydrogen("127.0.0.1", free_port()).connect()
