"""Live itself, as a stand-in: its version and edition, the time that passes, and the life of a script in it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from live_handles import Handle
from live_set import CLIPS, Application, Song, Track


class Killed(BaseException):
    """Ends the script as a crash would: nothing that it does afterwards has an effect."""


class Host:
    """Live itself, and the test's side of it."""

    running: Host

    def __init__(self, version, user_library):
        self.version = version
        self.user_library = Path(user_library)
        self.thread = threading.get_ident()
        self.unavailable, self.track_limit, self.default_instrument = set(), 10**6, None
        self.replace_ticks, self.load_ticks, self.index_ticks = 0, 2, 7
        self.replaces = self.index_works = self.fills_pads = True
        self.indexed, self.browser_looks = set(), 0
        self.song, self.application = Song(self), Application(self)
        self.messages, self.log = [], []
        self.now = 0
        self.kill_after = None
        self.in_turn = False
        self._dead = False
        self._scheduled = []  # (tick, whose, what)
        self.selected_before_turn = None
        self.scripts, self.ever_started = [], []
        Host.running = self
        self.add_track("1-MIDI", named_by_live=True)
        self.song.view.selected_track = self.song.tracks[0]

    # What the user does ------------------------------------------------------------------------------------------

    def add_track(self, name, *devices, **kind):
        track = Track(self, name, **{"scenes": self.song.scenes, **kind})
        track.devices.extend(devices)
        self.song.tracks.append(track)
        return track

    def track(self, name):
        (track,) = [track for track in self.song.tracks if track.name == name]
        return track

    def launch(self, track, slot, *, plays=True):
        track.fired_slot_index = slot
        self.tick(1)
        if plays:
            track.playing_slot_index, track.fired_slot_index = slot, -1

    # The life of a script ----------------------------------------------------------------------------------------

    def start(self, script):
        """Selects the script as a control surface."""
        self._dead = False
        self._guarded(lambda: self.scripts.append(script.create_instance(CInstance(self))))
        self.ever_started += self.scripts[-1:]

    def stop(self):
        """Takes it out of its slot: no message is delivered any more."""
        for script in self.scripts:
            script.disconnect()
            self.ever_started.remove(script)
        self._forget()

    def quit(self):
        """Ends Live, and lets those scripts go too that were killed."""
        for script in self.ever_started:
            script.disconnect()

    def tick(self, count=1):
        """Lets tenths of a second pass."""
        for _ in range(count):
            self.now += 1
            self.selected_before_turn = self.song.view.selected_track
            due = [entry for entry in self._scheduled if entry[0] <= self.now]
            self._scheduled = [entry for entry in self._scheduled if entry[0] > self.now]
            for _, of_script, what in due:
                if of_script:
                    self.in_turn = True
                    self._guarded(what)
                    self.in_turn = False
                else:
                    what()

    def _guarded(self, what):
        try:
            what()
        except Killed:
            self._forget()

    def _forget(self):
        self.scripts = []
        self._scheduled = [entry for entry in self._scheduled if not entry[1]]
        self.song.undo_depth = 0

    # What handles ask --------------------------------------------------------------------------------------------

    def has(self, since):
        if since == CLIPS:
            return (11, 3, 25) <= self.version < (12,) or self.version >= (12, 0, 5)
        return since is not None and self.version >= since

    def step(self):
        """Counts what the script does, and ends it where the test wants."""
        if self._dead:
            raise Killed
        if self.kill_after is not None:
            self.kill_after -= 1
            if self.kill_after < 0:
                self.kill_after = None
                self._dead = True
                raise Killed

    def touched(self, core):
        assert threading.get_ident() == self.thread, "Live was called from another thread"
        if core.gone:
            raise RuntimeError("The object is no longer there")
        self.step()

    def changing(self, core, name):
        if not self.in_turn:
            raise RuntimeError("Changes cannot be triggered by notifications. You will need to defer your response.")
        if name not in core.not_undone:
            self.song.changed()

    def check_sound(self, path):
        if not os.path.isabs(path):
            raise ValueError("Please provide an absolute path")
        if not Path(path).is_file() or not Path(path).read_bytes().startswith(b"RIFF"):
            raise ValueError("The provided path does not appear to point to a valid audio file")

    def later(self, ticks, what):
        if ticks == 0:
            what()
        else:
            self._scheduled.append((self.now + ticks, False, what))

    def read_index(self):
        self.indexed = {
            Path(folder) / name
            for folder, folders, files in os.walk(self.user_library)
            for name in folders + files
            if not name.startswith(".") and not (Path(folder) / name).is_symlink()
        }

    def device_lists(self):
        def under(devices):
            yield devices
            for device in devices:
                for chain in getattr(device, "chains", ()):
                    yield from under(chain.devices)

        for track in self.song.tracks:
            yield from under(track.devices)

    def track_of(self, device):
        return next((track for track in self.song.tracks if device in track.simplers()), None)


class CInstance:
    """What Live hands to a script."""

    def __init__(self, host):
        self._host = host

    def song(self):
        return Handle(self._host.song)

    def schedule(self, delay, callback):
        self._host.step()
        self._host._scheduled.append((self._host.now + delay, True, callback))

    def show_message(self, message):
        self._host.step()
        self._host.messages.append(message)

    def log_message(self, message):
        self._host.step()
        self._host.log.append(message)

    def disconnected(self):
        pass
