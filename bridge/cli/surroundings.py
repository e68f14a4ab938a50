"""The checks of what the bridge lives in: Python, the clock, providers, presets, the service."""

from __future__ import annotations

import asyncio
import platform
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bridge
from bridge import __version__
from bridge.cli.checking import Check, Room
from bridge.errors import BridgeError, ConfigError

OLDEST_PYTHON = (3, 11)
SKEW_SECONDS = 60.0
"""A clock that goes wrong by more is worth a word."""
REACH_SECONDS = 5.0
A_DAY = 86_400.0

_SAMPLE = re.compile(r"^\s*(?:<region>.*?)?sample=(.+?)\s*$", re.MULTILINE)


def python() -> Check:
    text = f"{platform.python_version()} on {platform.platform(terse=True)}, Oneshot Bridge {__version__}"
    if sys.version_info < OLDEST_PYTHON:
        return Check(name="python", state="broken", text=text, cure="Install it for Python 3.11 or newer.")
    return Check(name="python", state="ok", text=text)


def clock(room: Room) -> Iterator[Check]:
    """Looks whether the clock can be right: it can't be before what is installed here."""
    installed = Path(bridge.__file__).stat().st_mtime
    if time.time() < installed - A_DAY:
        text = f"{time.strftime('%Y-%m-%d %H:%M')} is before this version was installed"
        yield Check(name="clock", state="notice", text=text, cure="Set the time of this computer.")
    else:
        yield Check(name="clock", state="ok", text=time.strftime("%Y-%m-%d %H:%M %Z").strip())


def providers(room: Room) -> Iterator[Check]:
    """Asks a provider whether it takes the key, where there is one: without a key nobody is asked."""
    from bridge.config.keys import where

    try:
        kept = where("replicate")
    except ConfigError as problem:
        yield Check(name="key", state="broken", text=problem.problems[0], cure=problem.hint)
        return
    if not kept:
        return
    try:
        ahead = asyncio.run(_reach_replicate())
    except TimeoutError:
        text = f"replicate (key in {kept}): no answer within {REACH_SECONDS:g} s"
        yield Check(name="key", state="notice", text=text, cure="Look at the network; only its models need it.")
        return
    except BridgeError as problem:
        cure = problem.hint or "oneshot keys set replicate"
        yield Check(name="key", state="notice", text=f"replicate (key in {kept}): {problem.message}", cure=cure)
        return
    yield Check(name="key", state="ok", text=f"replicate takes the key in {kept}")
    if abs(ahead) > SKEW_SECONDS:
        text = f"{abs(ahead):.0f} s {'before' if ahead > 0 else 'behind'} that of replicate"
        yield Check(name="clock", state="notice", text=text, cure="Let this computer set its time by the network.")


async def _reach_replicate() -> float:
    from bridge.config.keys import key_of
    from bridge.models.replicate.api import Api

    api = Api(key_of)
    try:
        async with asyncio.timeout(REACH_SECONDS):
            return await api.reach(REACH_SECONDS)
    finally:
        await api.close()


def presets(room: Room) -> Iterator[Check]:
    """Looks whether every sound is there that a kit names: a sampler is silent where one is missing."""
    for file in sorted((room.config.library.folder / "kits").glob("*.sfz")):
        try:
            named = _SAMPLE.findall(file.read_text(encoding="utf-8", errors="replace"))
        except OSError as problem:
            yield Check(name="kit", state="broken", text=f"{file} can't be read: {problem.strerror}",
                        cure="Let yourself read it.")
            continue
        lost = [name for name in dict.fromkeys(named) if not (file.parent / name).is_file()]
        if lost:
            text = f"{file.name} names {len(lost)} sound(s) that are gone, like {lost[0]}"
            yield Check(name="kit", state="notice", text=text, cure="Put them back, or press those pads again.")
        else:
            yield Check(name="kit", state="ok", text=f"{file.name}: {len(set(named))} sound(s), all there")


def service(room: Room) -> Iterator[Check]:
    """Looks whether the service is that of this very installation; whether there is one is everybody's own choice."""
    from bridge.service.logbook import log_file
    from bridge.service.plan import ServiceError
    from bridge.service.service import manager_of

    log = log_file(room.config.state_folder)
    yield Check(name="log", state="ok", text=f"{log}{'' if log.exists() else ' is not written yet'}")
    try:
        manager = manager_of(room.config.state_folder)
        content = manager.file.read_bytes()
    except (OSError, ServiceError):
        yield Check(name="service", state="ok", text="not installed")
        return
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    if not manager.is_ours(content):
        yield Check(name="service", state="notice", text=f"{manager.file} was written by somebody else",
                    cure="Move that file away, then: oneshot service install")
    elif f"Oneshot Bridge {__version__}" not in text or sys.prefix not in text:
        yield Check(name="service", state="notice", text=f"{manager.file} is of another installation",
                    cure="oneshot service install")
    else:
        yield Check(name="service", state="ok", text=f"installed: {manager.file}")
