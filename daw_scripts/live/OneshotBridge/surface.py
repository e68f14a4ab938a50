# Live gives the control surface a turn ten times a second, and it does one small thing in each.

import os

from _Framework.ControlSurface import ControlSurface

from .browsing import links_folder, user_library_of
from .deliveries import Box, RefusedError, is_library, port_of, read_settings, usual_library
from .ladder import carry_out
from .places import find_target_track
from .triggers import Launches, Line, message_of

# The library's folder; "" finds the one that the installer wrote down, or the usual one.
LIBRARY = ""
# What a track shows on its meter under this level is silence.
SILENCE = 0.001
# In ticks: how often it is made sure that the library is there.
CHECK_TICKS = 20


class OneshotBridge(ControlSurface):
    def __init__(self, c_instance):
        ControlSurface.__init__(self, c_instance)
        self._bridge = Bridge(self)
        self.schedule_message(1, self._turn)

    def disconnect(self):
        self._bridge.close()
        self._bridge = None
        ControlSurface.disconnect(self)

    def _turn(self):
        if self._bridge is not None:
            self.schedule_message(1, self._turn)  # first of all: no mistake may end the turns
            self._bridge.turn()


class Bridge:
    """What the script knows and does. It has no base class, so that no name of Live's framework is in its way."""

    def __init__(self, surface):
        self._surface = surface
        folder = os.path.dirname(os.path.abspath(__file__))
        settings = read_settings(folder)
        self._library = LIBRARY or settings.get("library") or usual_library()
        self._box = Box(self._library)
        self.user_library = user_library_of(folder)
        self._launches = Launches()
        self._line = Line(port_of(settings.get("osc_port", "")))
        self._said = set()
        self._registered = False
        self._next_check = 0
        self._claimed = []  # what a crash left, oldest first
        self._under_way = None  # the name of a delivery, and its steps
        self._unacknowledged = {}  # by name: why it failed, or None

    @property
    def song(self):
        return self._surface.song()

    @property
    def browser(self):
        return self._surface.application().browser

    def folders_of(self, pad):
        """Returns where a pad's samples lie: in the library, and linked in the User Library."""
        folders = [os.path.join(self._library, "samples", pad)]
        return folders + ([links_folder(self.user_library, pad)] if self.user_library else [])

    def close(self):
        self._line.close()

    def turn(self):
        for part in (self._listen, self._deliver):
            try:
                part()
            except Exception as problem:
                self._say_once(str(problem))

    # Asking for sounds --------------------------------------------------------------------------------------------

    def _listen(self):
        for name in self._launches.look(self.song):
            message = message_of(name)
            if message is not None:
                self._line.send(message)
        for complaint in self._line.complaints():
            self._say(complaint)

    # Deliveries ---------------------------------------------------------------------------------------------------

    def _deliver(self):
        self._next_check -= 1
        if self._next_check < 0:
            self._check_library()
        if not self._registered:
            return
        if self._under_way is None:
            self._begin()
        if self._under_way is not None:
            self._go_on()

    def _check_library(self):
        self._next_check = CHECK_TICKS
        if not is_library(self._library):
            self._registered = False
            self._say_once("waiting for the library at " + self._library)
            return
        self._box.register()
        if not self._registered:
            self._registered = True
            under_way = self._under_way[0] if self._under_way else None
            self._claimed = [name for name in self._box.waiting_in("claimed") if name != under_way]
        for name, reason in sorted(self._unacknowledged.items()):
            self._acknowledge(name, reason)

    def _begin(self):
        """Takes the next delivery: one that a crash left before those that are new."""
        if self._claimed:
            name = self._claimed.pop(0)
        else:
            name = next((name for name in self._box.waiting_in("new") if not self._must_wait(name)), None)
            if name is None or not self._box.claim(name):
                return
        self._under_way = name, self._steps(name)

    def _steps(self, name):
        yield from carry_out(self, self._box.read("claimed", name))

    def _go_on(self):
        name, steps = self._under_way
        try:
            next(steps)
            return
        except StopIteration:
            reason = None
        except RefusedError as refusal:
            reason = str(refusal)
        except Exception as problem:
            reason = f"Live can't do that: {type(problem).__name__}: {problem}"
        self._under_way = None
        self._acknowledge(name, reason)
        if reason is not None:
            self._say(reason)

    def _acknowledge(self, name, reason):
        """Tells the bridge how it went, later if it can't be told now."""
        self._unacknowledged[name] = reason
        if self._box.acknowledge(name) if reason is None else self._box.acknowledge_failure(name, reason):
            del self._unacknowledged[name]

    def _must_wait(self, name):
        """Returns whether a delivery may only swap in silence while its track is heard."""
        try:
            delivery = self._box.read("new", name)
        except (OSError, RefusedError):
            return False
        if delivery.swap != "when-silent":
            return False
        track = find_target_track(self.song, delivery.target)
        return track is not None and track.has_audio_output and track.output_meter_level > SILENCE

    # Words --------------------------------------------------------------------------------------------------------

    def _say(self, text):
        self._surface.show_message("Oneshot Bridge: " + text)
        self._surface.log_message("Oneshot Bridge: " + text)

    def _say_once(self, text):
        if text not in self._said:
            self._said.add(text)
            self._say(text)
