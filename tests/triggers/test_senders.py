"""The examples that users copy: they run, against a real door, and say what became of their sound."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from pathlib import Path

import pytest

from bridge.osc.addresses import read
from bridge.osc.codec import Message
from support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.anyio

SENDERS = Path(__file__).parents[2] / "examples" / "senders"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def adapted(name, folder, **replacements):
    """Copies an example with other ports: the ones in the file may be in use on this machine."""
    text = (SENDERS / name).read_text()
    for old, new in replacements.items():
        assert old.lstrip("_") in text
        text = text.replace(old.lstrip("_"), str(new))
    (folder / name).write_text(text)
    return folder / name


async def run(*command, seconds=PATIENCE_SECONDS):
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    return process.returncode, out.decode(), err.decode()


async def test_the_python_sender_prints_every_reply_until_the_sound_is_ready(scene, tmp_path):
    scene.engine.eager = True
    script = adapted("send.py", tmp_path, _9127=scene.door.address[1], **{"3.0": PATIENCE_SECONDS})
    code, out, _ = await run(sys.executable, script, "bell", "0.4")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "/oneshot/job/accepted", "/oneshot/job/progress", "/oneshot/sample/ready", "/oneshot/job/ready",
    ]
    (request,) = scene.engine.requests
    assert (request.pad, request.energy) == ("bell", 0.4)


async def test_the_python_sender_says_why_a_pad_was_refused(scene, tmp_path):
    script = adapted("send.py", tmp_path, _9127=scene.door.address[1], **{"3.0": PATIENCE_SECONDS})
    code, out, _ = await run(sys.executable, script, "gong")
    assert code == 1
    assert "There is no pad 'gong'." in out


async def test_the_python_sender_says_so_when_no_daemon_answers(tmp_path):
    script = adapted("send.py", tmp_path, _9127=free_port(), **{"3.0": "0.1"})
    code, out, err = await run(sys.executable, script)
    assert (code, out) == (1, "")
    assert "Is the daemon running?" in err


async def test_the_pure_data_patch_presses_pads_and_prints_the_replies(scene, tmp_path, peer):
    pd = peer("pd", "puredata-core")
    scene.engine.eager = True
    patch = adapted("send.pd", tmp_path, _9127=scene.door.address[1], _9131=free_port())
    presses = [f"-send oneshot-{name} bang".split(" ", 2) for name in ("kick", "prompt", "again", "cancel")]
    presses = [(option, f"{receiver} {word}") for option, receiver, word in presses]
    process = await asyncio.create_subprocess_exec(
        pd, "-nogui", "-noaudio", "-nomidi", "-noprefs", "-stderr", *(part for press in presses for part in press),
        str(patch), stderr=asyncio.subprocess.PIPE,
    )
    try:
        lines = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(line.startswith("oneshot: error") for line in lines):
                lines.append((await process.stderr.readline()).decode())
    finally:
        process.terminate()
        await process.wait()
    printed = [" ".join(line.split()[1:3]) for line in lines if line.startswith("oneshot: ")]
    a_sound = ["job accepted", "job progress", "sample ready", "job ready", "pad kick"]
    assert printed[:5] == a_sound
    press, prompt = scene.engine.requests
    assert (press.pad, press.energy) == ("kick", pytest.approx(100 / 127))
    assert (prompt.prompt, prompt.note, prompt.seconds) == ("glass bell", 72, 2.0)
    assert [call[0] for call in scene.engine.calls] == ["trigger", "trigger", "again", "cancel"]


def test_the_supercollider_sender_uses_addresses_that_exist():
    text = (SENDERS / "send.scd").read_text()
    sent = re.findall(r'sendMsg\("([^"]+)"([^)]*)\)', text)
    assert len(sent) >= 4
    for address, rest in sent:
        words = [word.strip() for word in rest.split(",") if word.strip()]
        read(Message(address, tuple(w.strip('"') if '"' in w else float(w) for w in words)))
    assert text.count("(") == text.count(")")
