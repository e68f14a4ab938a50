"""Goes on telling what happens in the daemon, also over its restarts."""

from __future__ import annotations

import time
from pathlib import Path

from bridge.cli import say, show
from bridge.cli.client import Client, find_daemon
from bridge.cli.exits import NoDaemonError
from bridge.cli.show import Shown

LOOK_AGAIN_SECONDS = 1.0


class Follower:
    """Tells every event: to people from the jobs that are under way on, to scripts (`as_json`) a line of JSON each."""

    def __init__(self, state_folder: Path, *, after: int | None, as_json: bool) -> None:
        self._state_folder = state_folder
        self._seen = after
        self._as_json = as_json

    def follow(self) -> None:
        """Follows until it is interrupted; raises NoDaemonError where there is no daemon to begin with.

        A daemon that goes is waited for, and then nothing that was stored meanwhile is missed.
        """
        client = self._find()
        while True:
            try:
                self._tell_from(client)
            except NoDaemonError as lost:
                say.aside(f"{lost.message} Waiting for it to come back.")
            client = self._find_again()

    def _find(self) -> Client:
        client = find_daemon(self._state_folder)
        if client is None:
            raise NoDaemonError("No daemon runs, so nothing happens.", "Start it with: oneshot run")
        return client

    def _find_again(self) -> Client:
        while True:
            time.sleep(LOOK_AGAIN_SECONDS)
            try:
                return self._find()
            except NoDaemonError:
                continue

    def _tell_from(self, client: Client) -> None:
        with client.follow(self._seen) as events:
            if self._seen is None and not self._as_json:
                self._tell_jobs(client)
            for event in events:
                if isinstance(event, int):
                    self._seen = event
                    continue
                self._seen = event["id"] or self._seen
                self._tell(event)

    def _tell_jobs(self, client: Client) -> None:
        for job in client.ask("jobs", unfinished=True)["jobs"]:
            say.line(f"{'':8}  {job['id']}  {job['brief']['pad']:<10}  {job['state']}")

    def _tell(self, event: Shown) -> None:
        if self._as_json:
            say.as_json(event)
        elif parts := show.event_parts(event):
            say.told(*parts)
