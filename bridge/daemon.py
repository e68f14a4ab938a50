"""The life of the daemon: open, say where, run until told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from bridge import __version__
from bridge.app import App, open_bridge
from bridge.config.schema import Config

log = logging.getLogger(__name__)


async def serve(config: Config, *, say: Callable[[str], None]) -> None:
    """Runs the bridge until SIGINT or SIGTERM; `say` gets what the user should read, line by line.

    Raises what `open_bridge` raises.
    """
    stopped = asyncio.Event()
    _stop_on_signals(stopped)
    async with open_bridge(config, doors=True) as app:
        for line in greeting(app):
            say(line)
        await stopped.wait()
        say("Stopping; unfinished sounds are taken up by the next start.")


def greeting(app: App) -> list[str]:
    """Returns what a user wants to know at the start: where it listens, where it writes, what to try next."""
    pads = list(app.config.pads)
    kits = list(app.config.kits)
    lines = [f"Oneshot Bridge {__version__} is running. Ctrl-C stops it.", ""]
    lines += [f"  {line}" for line in app.listening]
    lines += [f"  sounds   {app.library.root}"]
    lines += [f"  notice   {notice}" for notice in app.all_notices]
    if app.resumed:
        lines += [f"  resumed  {app.resumed} unfinished job(s) of the last run"]
    command = oneshot_command()
    lines += ["", "Try, in another window:"]
    if pads:
        lines += [f"  {command} trigger {pads[0]}"]
    lines += [f'  {command} generate "deep 808, long decay" --note 36']
    if kits:
        lines += [f"  and load {app.library.root / 'kits' / (kits[0] + '.sfz')} into sfizz"]
    return lines


def oneshot_command() -> str:
    """Returns how to call the command from here: by its name where that finds it, else by its path."""
    ours = Path(sys.argv[0])
    found = shutil.which("oneshot")
    if ours.stem != "oneshot" or (found and Path(found).resolve() == ours.resolve()):
        return "oneshot"
    return os.path.relpath(ours) if ours.is_relative_to(Path.cwd()) else str(ours)


def _stop_on_signals(stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
