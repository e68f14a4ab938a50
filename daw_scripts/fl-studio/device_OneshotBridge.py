# name=Oneshot Bridge
# What it is: asks Oneshot Bridge for sounds from inside FL Studio, and shows what becomes of them, by MIDI.
# Install:    oneshot daw install fl-studio, then README.md beside this file: two ports and one setting.
# Versions:   FL Studio 20.8 and newer (MIDI scripting 8; Python as old as 3.6). No files, no threads, no packages.
# Limits:     FL Studio lets no script load a sound. sfizz in a channel does that: it plays kits/main.sfz out of the
#             library and reads it again with every new sound. This script looks whether such a channel is there.

import time

import channels
import device
import midi
import plugins
import ui

# ------------------------------------------------------------------------------------------------------ settings

# The name by which the bridge knows this host.
HOST = "fl-studio"
# Notes on this MIDI channel (1 to 16) ask for the sound of the pad that has the note as its pad_note.
CHANNEL = 16
# Controllers on that channel act on the pad with the name of the selected channel of the channel rack.
ACTIONS = {102: "again", 103: "keep", 104: "discard", 105: "cancel", 106: "trigger"}
# The plugin that plays the sounds.
SAMPLER = "sfizz"
# How often the bridge is told that FL Studio is there.
HELLO_SECONDS = 20.0

HEAD = b"\xf0\x7d\x4f\x42"
END = b"\xf7"
FRONT = len(HEAD) + 5
PART_BYTES = 480
NO_SAMPLER = "no channel plays sfizz: add one, and load kits/main.sfz out of the library into it once"


class State:
    """Holds what is known: the pads' notes and states, and the parts of a message that have come."""

    def __init__(self):
        self.notes = {}
        self.states = {}
        self.pieces = []
        self.serial = -1
        self.sent = 0
        self.next_hello = 0.0
        self.welcomed = False


state = State()


# ------------------------------------------------------------------------------------------------------ messages


def encode(pairs):
    """Returns the System Exclusive messages that carry keys and values."""
    text = "".join("%s\t%s\n" % (key, " ".join(str(value).split())) for key, value in pairs)
    plain = bytearray()
    for byte in text.encode("utf-8"):
        if (byte >= 0x20 or byte in (9, 10)) and byte < 0x7F and byte != 0x25:
            plain.append(byte)
        else:
            plain += ("%%%02X" % byte).encode("ascii")
    pieces = [bytes(plain[start : start + PART_BYTES]) for start in range(0, len(plain), PART_BYTES)] or [b""]
    state.sent = (state.sent + 1) % 128
    count = bytes([len(pieces) >> 7, len(pieces) & 127])
    return [
        HEAD + bytes([state.sent, number >> 7, number & 127]) + count + piece + END
        for number, piece in enumerate(pieces)
    ]


def parse(message):
    """Takes one message; returns the keys and values that are complete with it, else None."""
    message = bytes(message)
    if len(message) <= FRONT or message[: len(HEAD)] != HEAD or message[-1:] != END:
        return None
    serial, number = message[4], message[5] << 7 | message[6]
    if number == 0:
        state.serial, state.pieces = serial, []
    if serial != state.serial or number != len(state.pieces):
        state.serial = -1
        return None
    state.pieces.append(message[FRONT:-1])
    if len(state.pieces) < (message[7] << 7 | message[8]):
        return None
    state.serial = -1
    lines = unescape(b"".join(state.pieces)).split("\n")
    return [tuple(line.split("\t", 1)) for line in lines if "\t" in line]


def unescape(plain):
    first, *others = plain.split(b"%")
    found = bytearray(first)
    for piece in others:
        found.append(int(piece[:2], 16))
        found += piece[2:]
    return found.decode("utf-8", "replace")


def send(*pairs):
    if device.isAssigned():
        for message in encode(pairs):
            device.midiOutSysex(message)


def ask(action, pad, velocity=0):
    """Asks the bridge to do something with a pad."""
    pairs = [("message", "ask"), ("v", 1), ("action", action), ("pad", pad)]
    send(*(pairs + [("energy", velocity)] if velocity else pairs))


def acknowledge(seq):
    send(("message", "loaded"), ("host", HOST), ("seq", seq))


def fail(seq, reason):
    send(("message", "load_failed"), ("host", HOST), ("seq", seq), ("reason", reason))


# ---------------------------------------------------------------------------------------------------- deliveries


def plugin_names():
    """Returns the names of the plugins in the channel rack; an older FL Studio shows those of the open group only."""
    try:
        count = channels.channelCount(True)
        return [plugins.getPluginName(i, -1, False, True) for i in range(count) if plugins.isValid(i, -1, True)]
    except TypeError:
        return [plugins.getPluginName(i) for i in range(channels.channelCount()) if plugins.isValid(i)]


def is_played():
    """Returns whether some channel reads the bridge's presets."""
    return any(SAMPLER in name.lower() for name in plugin_names())


def take_delivery(said):
    if said.get("host") != HOST:
        return
    seq, pad = said.get("seq", ""), said.get("pad") or "unassigned"
    if said.get("v") != "1" or said.get("action") not in ("load", "clear"):
        fail(seq, "this script is too old, or the delivery is damaged: update the script")
    elif said["action"] == "load" and not is_played():
        fail(seq, NO_SAMPLER)
        show("%s: %s" % (pad, NO_SAMPLER))
    else:
        acknowledge(seq)
        show("%s has a new sound" % pad if said["action"] == "load" else "%s is empty" % pad)


def take_pad(said):
    pad, now = said.get("pad", ""), said.get("state", "")
    if said.get("note", "").isdigit():
        state.notes[int(said["note"])] = pad
    before = state.states.get(pad)
    state.states[pad] = now
    if before not in (None, now) and now in ("queued", "rendering", "asking", "failed"):
        show("%s: %s" % (pad, now))


def take_welcome(said):
    state.notes.clear()
    if not state.welcomed:
        show("the bridge %s is there" % said.get("version", ""))
    state.welcomed = True


def take_error(said):
    show("%s %s" % (said.get("text", ""), said.get("hint", "")))


TAKERS = {"delivery": take_delivery, "pad": take_pad, "welcome": take_welcome, "error": take_error}


def show(text):
    ui.setHintMsg("Oneshot Bridge: " + text.strip())


# ----------------------------------------------------------------------------------- what FL Studio calls by name


def OnInit():
    state.next_hello = 0.0
    state.welcomed = False
    if not device.isAssigned():
        show("give the output of the bridge the same port number as this input, in the MIDI settings")


def OnIdle():
    now = time.time()
    if now >= state.next_hello or now < state.next_hello - HELLO_SECONDS:
        state.next_hello = now + HELLO_SECONDS
        send(("message", "hello"), ("host", HOST))


def OnSysEx(event):
    pairs = parse(event.sysex)
    if pairs is None:
        return
    event.handled = True
    said = dict(pairs)
    taker = TAKERS.get(said.get("message", ""))
    if taker is not None:
        taker(said)


def OnMidiMsg(event):
    if event.midiChan != CHANNEL - 1:
        return
    if event.midiId == midi.MIDI_NOTEON and event.data2 > 0 and event.data1 in state.notes:
        event.handled = True
        ask("trigger", state.notes[event.data1], event.data2)
    elif event.midiId == midi.MIDI_CONTROLCHANGE and event.data1 in ACTIONS:
        event.handled = True
        pad = channels.getChannelName(channels.selectedChannel()).strip().lower()
        if event.data2 >= 64:
            ask(ACTIONS[event.data1], pad)
