# The files between the bridge and this script: settings, deliveries, acknowledgements. Knows nothing of Live.

import os
import re
import sys
import unicodedata

HOST = "live"
USUAL_OSC_PORT = 9127
STATES = ("new", "claimed", "done", "failed")

ZONE_FIELDS = ("path", "root", "cents", "lo", "hi", "vlo", "vhi", "loop_start", "loop_end", "turn", "turns")
_NUMBER = re.compile(r"[0-9]+$")


class RefusedError(Exception):
    """A delivery that fails for a reason that the user is told."""


class Delivery:
    def __init__(self, values, zones):
        self.pad = values["pad"] or "unassigned"
        self.action = values["action"]
        self.mode = values["mode"]
        self.target = values["target"]
        self.path = values.get("path", "")
        self.mtime = values.get("mtime", "")
        self.swap = values.get("swap", "now")
        self.zones = zones


class Zone:
    def __init__(self, text):
        fields = dict(zip(ZONE_FIELDS, text.split("|")))
        try:
            self.path = fields["path"]
            self.root, self.low, self.high = int(fields["root"]), int(fields["lo"]), int(fields["hi"])
            self.cents = float(fields["cents"])
            self.loudest = int(fields["vhi"])
            self.turn = int(fields.get("turn") or 1)
        except (KeyError, ValueError) as problem:
            raise RefusedError("a zone of the delivery is damaged: " + text) from problem


def parse(content):
    values, zones = {}, []
    for line in content.decode("utf-8", "replace").split("\n"):
        key, tab, value = line.rstrip("\r").partition("\t")
        if key == "zone":
            zones.append(Zone(value))
        elif tab:
            values[key] = value
    if values.get("v") != "1":
        raise RefusedError("this script is too old or the delivery is damaged: update the script")
    if not all(key in values for key in ("pad", "action", "mode", "target")):
        raise RefusedError("the delivery is damaged")
    return Delivery(values, zones)


def read_settings(folder):
    """Returns what the installer wrote beside the script, where it did."""
    settings = {}
    try:
        with open(os.path.join(folder, "oneshot_bridge.settings"), encoding="utf-8") as lines:
            for line in lines:
                key, tab, value = line.rstrip("\r\n").partition("\t")
                if tab:
                    settings[key] = value
    except (OSError, UnicodeDecodeError):
        pass
    return settings


def port_of(text):
    return int(text) if text.isdigit() and 0 < int(text) < 65536 else USUAL_OSC_PORT


def usual_library():
    return os.path.join(os.path.expanduser("~"), "Music", "Oneshot Bridge")


def is_library(folder):
    return os.path.isfile(os.path.join(folder, ".oneshot-bridge", "library.json"))


def plain_path(path):
    """Returns a path so that two writings of one file are equal: macOS decomposes letters, Windows ignores their
    case and knows two separators and a long form."""
    if path.startswith("\\\\?\\"):
        path = path[4:]
    path = unicodedata.normalize("NFC", os.path.normpath(path))
    return path.lower() if sys.platform in ("win32", "darwin") else path


def lies_in(path, folder):
    return plain_path(path).startswith(plain_path(folder) + os.sep)


class Box:
    """The folder <library>/deliveries/<host>, by which the bridge and this script hand each other files."""

    def __init__(self, library):
        self.folder = os.path.join(library, "deliveries", HOST)

    def register(self):
        for state in STATES:
            os.makedirs(self._path(state), exist_ok=True)

    def waiting_in(self, state):
        """Returns the deliveries in one state, oldest first: all have twelve digits, so they sort by number."""
        return sorted(name for name in os.listdir(self._path(state)) if _NUMBER.match(name))

    def read(self, state, name):
        with open(self._path(state, name), "rb") as file:
            return parse(file.read())

    def claim(self, name):
        """Returns whether this script, and nobody else, has the delivery now. It may have been withdrawn meanwhile."""
        return self._move(name, "new", "claimed")

    def acknowledge(self, name):
        """Returns whether the bridge was told: Windows refuses to rename what another program just reads."""
        return self._move(name, "claimed", "done") or not os.path.exists(self._path("claimed", name))

    def acknowledge_failure(self, name, reason):
        """Returns whether the bridge was told why a delivery failed."""
        plain = "".join(letter if letter.isprintable() else " " for letter in reason)
        hidden = self._path("failed", "." + name + ".tmp")
        try:
            with open(self._path("claimed", name), "rb") as file:
                content = file.read()
            if content and not content.endswith(b"\n"):
                content += b"\n"
            with open(hidden, "wb") as file:
                file.write(content + b"reason\t" + plain.encode("utf-8", "replace") + b"\n")
            os.replace(hidden, self._path("failed", name))
            os.remove(self._path("claimed", name))
        except OSError:
            return not os.path.exists(self._path("claimed", name))
        return True

    def _move(self, name, before, after):
        try:
            os.replace(self._path(before, name), self._path(after, name))
        except OSError:
            return False
        return True

    def _path(self, *names):
        return os.path.join(self.folder, *names)
