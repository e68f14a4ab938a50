# Asks the bridge for sounds from inside Live: a clip that is launched and named like "oneshot: kick" presses a pad.
#
#   oneshot: kick            a new sound for the pad
#   oneshot: again kick      one more of what it has; likewise keep, discard, cancel
#   oneshot: kit main        another kit
#
# Clips are launched by hand, by key and MIDI mappings, by scenes and by follow actions. What they launch is looked up
# with every tick: Live calls no listener that could do anything. The bridge is asked by OSC on this machine.

import re
import socket

CLIP_NAME = re.compile(r"\s*oneshot\s*:\s*(?:(again|keep|discard|cancel|kit)\s+)?([a-z0-9-]{1,32})\s*$", re.IGNORECASE)
COMPLAINTS = {"/oneshot/job/failed": 1, "/oneshot/job/rejected": 1, "/oneshot/error": 0}  # which text says why
LARGEST = 65536


def message_of(clip_name):
    """Returns the OSC address and arguments that a clip's name means; None for any other clip."""
    said = CLIP_NAME.match(clip_name)
    if not said:
        return None
    action, name = (said.group(1) or "").lower(), said.group(2).lower()
    return ("/oneshot/" + action, name) if action else ("/oneshot/pad/" + name,)


class Launches:
    """Notices which clips of the Set were launched since the last look."""

    def __init__(self):
        self._seen = {}

    def look(self, song):
        seen, launched = {}, []
        for track in song.tracks:
            playing, fired = track.playing_slot_index, track.fired_slot_index
            key = track._live_ptr
            seen[key] = (playing, fired)
            before = self._seen.get(key)
            # A clip that plays already is launched again when it stops being about to.
            if before is not None and playing >= 0 and (
                playing != before[0] or (before[1] == playing and fired != playing)
            ):
                launched.append(track.clip_slots[playing].clip.name)
        self._seen = seen
        return launched


def padded(text):
    raw = text.encode("utf-8") + b"\0"
    return raw + b"\0" * (-len(raw) % 4)


def encode(address, *texts):
    return padded(address) + padded("," + "s" * len(texts)) + b"".join(padded(text) for text in texts)


def read_text(raw, start):
    end = raw.index(b"\0", start)
    return raw[start:end].decode("utf-8", "replace"), end + 4 - end % 4


def decode(raw):
    """Returns the address of an OSC message and the texts that it begins with."""
    address, position = read_text(raw, 0)
    types, position = read_text(raw, position)
    texts = []
    for letter in types[1:]:
        if letter != "s":
            break
        text, position = read_text(raw, position)
        texts.append(text)
    return address, texts


class Line:
    """The OSC line to the bridge; never waits."""

    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        # Connected, it hears only the bridge, and also that nobody is there.
        self._socket.connect(("127.0.0.1", port))

    def send(self, message):
        try:
            self._socket.send(encode(*message))
        except ConnectionError:  # what became of the message before; this one was not sent
            self._socket.send(encode(*message))

    def complaints(self):
        """Returns what went wrong with what was asked for, as far as the bridge has said by now."""
        said = []
        while True:
            try:
                address, texts = decode(self._socket.recv(LARGEST))
            except BlockingIOError:
                return said
            except ConnectionError:
                said.append("the bridge does not run: start it with `oneshot run`")
                continue
            except (ValueError, IndexError):
                continue
            position = COMPLAINTS.get(address)
            if position is not None and len(texts) > position:
                said.append(texts[position])

    def close(self):
        self._socket.close()
