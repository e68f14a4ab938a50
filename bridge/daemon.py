"""The life of the daemon: open, say where, run until told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import shutil
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.app import App, open_bridge
from bridge.config.load import Source
from bridge.config.schema import Config
from bridge.config.watch import Watch
from bridge.errors import ConfigError, DamagedError, InUseError, LibraryError, StoreError
from bridge.jobs.files import in_time
from bridge.library.opening import is_known
from bridge.models.catalogue.rows import rows
from bridge.service.logbook import STORY
from bridge.service.notify import Notifier
from bridge.service.update import other_version

log = logging.getLogger(__name__)

story = logging.getLogger(STORY)
"""What the log is to hold of the daemon's life."""

CLOSING_SECONDS = 20.0
"""The most that it may take to close everything, doors, workers and files, once no sound is waited for."""
MOST_DAMAGES = 3
"""How often a run builds its store anew: more is a disk that keeps nothing."""
HURRY_SECONDS = 2.0
AGAIN_SECONDS = 3.0
"""Between two looks for a library that is away."""
MOST_TAKEN = 3
"""How often one that has come may be in use by another process."""
BUSY_SECONDS = 600
"""How long a new version waits for a moment without work."""
LAST_WORDS_SECONDS = 0.3
"""What the thread that writes the log gets for its last line."""


async def serve(config: Config, *, source: Source, say: Callable[[str], None]) -> bool:
    """Runs the bridge until SIGINT or SIGTERM, or until its terminal is closed; `say` gets what the user should read,
    line by line. Returns whether it is to start anew, because another version of it was installed.

    Where the file of the `source` is saved meanwhile, it takes effect; SIGHUP has it read at once. Raises what
    `open_bridge` raises, but outlasts a library that is away.
    """
    end = Ending()
    end.on_signals()
    manager = Notifier()
    watch = Watch(source, check=lambda found, origin: rows(found.models, origin))
    _read_on_hangup(watch, end)
    alive = asyncio.create_task(manager.stay_alive(), name="watchdog")
    damaged = 0
    absence = Absence(manager, say)
    while not end.asked.is_set():
        try:
            config = await _live(config, watch, end, manager, say)
        except (LibraryError, InUseError) as problem:
            config = await absence.outlast(problem, config, watch, end)
            continue
        except DamagedError as problem:  # it came out before everything was open
            story.error("%s", problem.message)
        if end.asked.is_set():
            break
        damaged += 1
        if damaged > MOST_DAMAGES:
            raise StoreError(f"The store was damaged {damaged} times in one run.", "Check the disk that it is on.")
        say("The store is damaged. It is built anew, and everything opens again.")
        story.error("the store is damaged: everything is closed, and opened with one that is built anew")
    alive.cancel()
    if end.anew:
        manager.give_back()
    return end.anew


async def _live(config: Config, watch: Watch, end: Ending, manager: Notifier, say: Callable[[str], None]) -> Config:
    """Runs the bridge until it is to end, or until its store turns out to be damaged; returns the config by then."""
    async with open_bridge(config, doors=True) as app:
        for line in greeting(app):
            say(line)
        _write_down(app)
        watching = [
            asyncio.create_task(_follow(app, watch, say), name="config"),
            asyncio.create_task(_renew(app, end, say), name="update"),
        ]
        manager.ready(f"Ready with {len(app.config.pads)} pads in {app.library.root}")
        await _first(end.asked.wait(), app.hurt.wait())
        for task in watching:
            task.cancel()
        await asyncio.wait(watching)
        if end.asked.is_set():
            bound = app.config.jobs.finish_seconds
            if not end.anew:
                manager.stopping(bound + CLOSING_SECONDS)
            end.within(bound + CLOSING_SECONDS)
            await _rest(app, end, say)
        return app.config


class Absence:
    """Waits for a library that is away: the drive of a musician who has just logged in is connected a moment later."""

    def __init__(self, manager: Notifier, say: Callable[[str], None]) -> None:
        self._manager = manager
        self._say = say
        self._told = ""
        self._taken = 0

    async def outlast(self, problem: LibraryError | InUseError, config: Config, watch: Watch, end: Ending) -> Config:
        """Returns the config with which to try again, when that may help; raises the problem where it never can."""
        if isinstance(problem, InUseError):
            # Whoever puts it there, or makes a new one, may hold it for a moment.
            self._taken += 1
            if not self._told or self._taken > MOST_TAKEN:
                raise problem
        else:
            self._taken = 0
            if not problem.retryable or not is_known(config.state_folder, config.library.folder):
                raise problem
            self._tell(problem)
        saved, *_ = await _first(_next(watch.changes()), _reachable(config.library.folder), end.asked.wait())
        found = config if saved.cancelled() else saved.result()
        if isinstance(found, Config):
            return found
        for line in found.problems:
            self._say(f"  {line}")
        return config

    def _tell(self, problem: LibraryError) -> None:
        if self._told != problem.message:
            self._told = problem.message
            story.warning("waits: %s", problem)
            self._manager.ready(f"Waits: {problem.message}")
            self._say(f"{problem.message} It is waited for. {problem.hint}")


async def _next(changes: AsyncIterator[Config | ConfigError]) -> Config | ConfigError:
    return await anext(changes)


async def _reachable(folder: Path) -> None:
    """Returns a moment after a folder could be looked at: one in a network may not answer for hours."""
    with suppress(OSError):
        await in_time(folder.exists, None, undo=lambda _: None)
    await asyncio.sleep(AGAIN_SECONDS)


async def _first(*work: Coroutine[Any, Any, Any]) -> list[asyncio.Task[Any]]:
    """Waits for the first of several things and ends the others; returns their tasks, in this order."""
    tasks = [asyncio.create_task(one) for one in work]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return tasks


async def _rest(app: App, end: Ending, say: Callable[[str], None]) -> None:
    """Lets the sounds that are being made end, unless the user is in a hurry."""
    if running := app.engine.running:
        say(f"Stopping when {running} sound(s) are finished, after {app.config.jobs.finish_seconds:g} s at the latest. "
            "Ctrl-C again: at once.")
    await _first(app.rest(), end.hurry.wait())
    say("Stopping; unfinished sounds are taken up by the next start.")
    story.info("stops, with %d job(s) under way", app.engine.running)


class Ending:
    """Knows whether the daemon is to end: when `asked` once in order, when asked again in a `hurry`, and in any case
    within a time. Everything that was accepted is on the disk, so even the hardest end loses nothing."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.anew = False
        """Whether it ends only to start again."""
        self.hurry = asyncio.Event()

    def on_signals(self) -> None:
        """Listens to SIGINT and SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self.ask)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.ask))

    def ask(self) -> None:
        """Takes a wish to end."""
        if self.asked.is_set() and not self.anew:
            self.hurry.set()
            self.within(HURRY_SECONDS)
        self.anew = False
        self.asked.set()

    def ask_anew(self) -> None:
        """Takes a wish to end and to start again; whoever asks it to end meanwhile wins."""
        if not self.asked.is_set():
            self.anew = True
            self.asked.set()

    def within(self, seconds: float) -> None:
        """Ends the process after so long, whatever hangs in it: a network folder that stalls would hold it for ever."""
        timer = threading.Timer(seconds, _end_hard)
        timer.daemon = True
        timer.start()


def _end_hard() -> None:
    story.error("did not end in time, so it is ended hard; the next start goes on")
    time.sleep(LAST_WORDS_SECONDS)
    os._exit(1)


async def _follow(app: App, watch: Watch, say: Callable[[str], None]) -> None:
    """Takes up the configuration whenever it is saved; one with mistakes is said, and the one before goes on."""
    async for found in watch.changes():
        try:
            for line in await _take_up(app, found):
                say(line)
                story.info("%s", line.strip())
        except Exception:  # a border: whatever a door, a folder or the terminal throws now, the daemon goes on
            log.exception("the config could not be taken up")


async def _renew(app: App, end: Ending, say: Callable[[str], None]) -> None:
    """Has the daemon start anew when another version of it was installed, in a moment when it makes no sound."""
    version = await other_version()
    told = f"Version {version} of Oneshot Bridge was installed."
    if sys.platform == "win32":  # where a process can't take another's place
        app.engine.announce(told, "Restart the daemon: oneshot service restart")
        return
    for _ in range(BUSY_SECONDS):
        if not app.engine.running:
            break
        await asyncio.sleep(1.0)
    say(f"{told} The daemon starts anew.")
    story.info("%s The daemon starts anew.", told)
    end.ask_anew()


async def _take_up(app: App, found: Config | ConfigError) -> list[str]:
    """Returns what the user should read of a configuration that was saved."""
    had_mistakes, known = bool(app.trouble), set(app.notices)
    try:
        if isinstance(found, ConfigError):
            raise found
        places = await app.reload(found)
    except ConfigError as problem:
        app.refuse(problem)
        return ["The config has mistakes, so the one before counts:", *(f"  {text}" for text in problem.problems)]
    lines = [f"The config was read again: {', '.join(places)}"] if places else []
    if had_mistakes and not places:
        lines = ["The config is right again, and as it was."]
    return lines + [f"  notice   {notice}" for notice in app.notices if notice not in known]


def greeting(app: App) -> list[str]:
    """Returns what a user wants to know at the start: where it listens, where it writes, what to try next."""
    pads = list(app.config.pads)
    kits = list(app.config.kits)
    lines = [f"Oneshot Bridge {__version__} is running. Ctrl-C stops it.", ""]
    lines += [f"  {line}" for line in app.listening]
    lines += [f"  sounds   {app.library.root}"]
    lines += [f"  notice   {notice}" for notice in app.notices]
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


def _write_down(app: App) -> None:
    """Begins the chapter of this start in the log."""
    story.info("Oneshot Bridge %s starts as process %d: Python %s on %s", __version__, os.getpid(),
               platform.python_version(), platform.platform(terse=True))
    for line in (*app.listening, f"sounds   {app.library.root}"):
        story.info("%s", line)
    for notice in app.notices:
        story.warning("%s", notice)
    if app.resumed:
        story.info("%d unfinished jobs of the last run are taken up", app.resumed)


def oneshot_command() -> str:
    """Returns how to call the command from here: by its name where that finds it, else by its path."""
    ours = Path(sys.argv[0])
    found = shutil.which("oneshot")
    if ours.stem != "oneshot" or (found and Path(found).resolve() == ours.resolve()):
        return "oneshot"
    return os.path.relpath(ours) if ours.is_relative_to(Path.cwd()) else str(ours)


def _read_on_hangup(watch: Watch, end: Ending) -> None:
    """Has SIGHUP read the config at once. It also says that the terminal was closed, and then the daemon ends, unless
    it was started with nohup."""
    if not hasattr(signal, "SIGHUP"):
        return
    may_outlive_it = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN or not _has_terminal()

    def hung_up() -> None:
        if may_outlive_it or _has_terminal():
            watch.nudge()
        else:
            end.ask()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
