# How a sound gets there: the ways to load that this Live has, best first.
#
#   replace  12.4 and newer       Simpler.replace_sample, into a Simpler that 12.3 and newer can also insert
#   browse   11 to 12.3           Browser.load_item, of a link to the sample in the User Library
#   clip     11.3.25, 12.0.5 ...  ClipSlot.create_audio_clip, for audio tracks
#
# Loading is a generator: it yields where Live needs time, and goes on with Live's next tick. Live never waits for it.

import os
from contextlib import contextmanager

from .browsing import await_item, link_names, put_link
from .deliveries import RefusedError, plain_path
from .places import (
    PLAIN_KEY,
    ClipPlace,
    NotHereError,
    delete_simpler,
    find_simpler,
    find_track,
    holds,
    is_simpler_of,
    label_of,
    resolve,
    simplers_under,
    tracks_of,
)

# In ticks, ten a second: how long Live may take until a load can be read back.
READ_BACK_TICKS = 50

CLASSIC, ONE_SHOT = 0, 1  # Live.SimplerDevice.PlaybackMode: until the key is let go, to the end
TRANSPOSE_RANGE, DETUNE_RANGE = 48, 50.0


@contextmanager
def undo_step(song):
    song.begin_undo_step()
    try:
        yield
    finally:
        song.end_undo_step()


def wait_until(true, ticks):
    """Yields until something is true; returns whether it came to be."""
    for _ in range(ticks):
        if true():
            return True
        yield
    return true()


class Job:
    """One delivery in the making: what all ways to load need."""

    def __init__(self, bridge, delivery, place):
        self.song, self.browser, self.user_library = bridge.song, bridge.browser, bridge.user_library
        self.delivery, self.place = delivery, place
        self.pad = delivery.pad
        self.track_name = place.track.name
        self.folders = bridge.folders_of(delivery.pad)
        self.zone = main_zone(delivery)
        self.path = self.zone.path
        self.link_names = link_names(delivery, self.path)
        self.link = os.path.join(bridge.user_library or "", *self.link_names)
        self.inserted = None

    def simpler(self):
        return find_simpler(self.place, self.pad, self.folders)

    def is_loaded(self):
        simpler = self.simpler()
        return simpler is not None and holds(simpler, (self.path, self.link))


def main_zone(delivery):
    """Returns the one zone that a Simpler can hold: of turns the first, the sample itself, of layers the loudest."""
    if not delivery.zones:
        raise RefusedError("the delivery has no zones")
    return max(delivery.zones, key=lambda zone: (zone.turn == 1, zone.path == delivery.path, zone.loudest))


# Settings of a Simpler ------------------------------------------------------------------------------------------


def shift_of(job):
    """Returns semitones and cents to transpose by.

    A Simpler plays key k by k - 60 semitones away from how the sample was recorded, whatever root the file states.
    A drum's key is to play it as recorded, and key k of a tuned sound k - root - cents/100 away.
    """
    zone = job.zone
    if job.place.plain_key is not None:
        return PLAIN_KEY - job.place.plain_key, 0.0
    if job.delivery.mode == "drum":
        return PLAIN_KEY - zone.low, 0.0
    return PLAIN_KEY - zone.root, -zone.cents


def checked_shift(job):
    semitones, cents = shift_of(job)
    if abs(semitones) > TRANSPOSE_RANGE:
        raise RefusedError(f"a Simpler can't transpose by {semitones} semitones: give the pad a note from 12 to 108")
    return semitones, cents


def set_parameter(simpler, name, value):
    for parameter in simpler.parameters:
        if parameter.original_name == name:
            if parameter.value != value:
                if not parameter.is_enabled:
                    raise RefusedError(f"the Simpler's {name} is held by a macro: unmap it")
                parameter.value = value
            return
    raise RefusedError("this Live's Simpler has no parameter " + name)


def settle(job):
    """Maps and names a Simpler that holds the sample."""
    simpler = job.simpler()
    semitones, cents = checked_shift(job)
    mode = ONE_SHOT if job.delivery.mode == "drum" else CLASSIC
    if simpler.playback_mode != mode:
        simpler.playback_mode = mode
    if simpler.sample.warping:
        simpler.sample.warping = False
    set_parameter(simpler, "Transpose", float(semitones))
    set_parameter(simpler, "Detune", cents / DETUNE_RANGE * detune_range(simpler))
    # Live names the device after the sample, and a track that was never named as well: then no target would find it.
    if simpler.name != label_of(job.pad):
        simpler.name = label_of(job.pad)
    if job.place.track.name != job.track_name:
        job.place.track.name = job.track_name


def detune_range(simpler):
    return max([parameter.max for parameter in simpler.parameters if parameter.original_name == "Detune"] + [0.0])


# The ways --------------------------------------------------------------------------------------------------------


def by_replacing(job):
    with undo_step(job.song):
        simpler = job.simpler()
        if simpler is None:
            simpler = job.inserted = job.place.insert_simpler(job.pad)
        if not hasattr(simpler, "replace_sample"):
            raise NotHereError("this Live can't put a sample into a Simpler from a script")
        try:
            simpler.replace_sample(job.path)
        except ValueError as problem:
            raise RefusedError(f"Live can't load {job.path}: {problem}") from problem
        except RuntimeError as problem:
            raise NotHereError(f"Live can't put a sample into a Simpler: {problem}") from problem
        if job.is_loaded():
            settle(job)
            return
    loaded = yield from wait_until(job.is_loaded, READ_BACK_TICKS)
    if not loaded:
        raise NotHereError("Live did not take the sample into the Simpler")
    with undo_step(job.song):
        settle(job)


def by_browsing(job):
    if job.user_library is None:
        raise NotHereError("Live's User Library was not found")
    put_link(job.path, job.link)
    item = yield from await_item(job.browser, job.link_names)
    selected = job.song.view.selected_track
    job.place.select(job.song)
    yield  # Live selects with its next tick
    simpler = job.simpler()
    target = job.place.browser_target if simpler is None else simpler
    job.browser.hotswap_target = target
    try:
        if target is not None and job.browser.hotswap_target is None:
            raise NotHereError("Live's browser does not load into " + job.place.name)
        job.browser.load_item(item)
    finally:
        job.browser.hotswap_target = None
    loaded = yield from wait_until(job.is_loaded, READ_BACK_TICKS)
    if job.song.view.selected_track == job.place.track and selected in list(job.song.tracks):
        job.song.view.selected_track = selected
    if not loaded:
        raise NotHereError("Live's browser did not load the sample")
    with undo_step(job.song):
        settle(job)


def by_clip(job):
    """Puts the sound on the audio track of the same name, if the user has one."""
    track = job.place.track
    if not isinstance(job.place, ClipPlace):
        track = find_track(job.song, track.name, audio=True)
        if not track.has_audio_input or track.is_frozen:
            raise NotHereError("there is no audio track of that name for a clip")
    with undo_step(job.song):
        put_clip(job, track)
    return ()  # nothing to wait for


# Clips -----------------------------------------------------------------------------------------------------------


def slot_of(track, pad):
    """Returns the slot with the pad's clip; None if it has none."""
    for slot in track.clip_slots:
        if slot.has_clip and slot.clip.name == label_of(pad):
            return slot
    return None


def empty_slot(song, track):
    for slot in track.clip_slots:
        if not slot.has_clip:
            return slot
    song.create_scene(-1)
    return track.clip_slots[len(track.clip_slots) - 1]


def put_clip(job, track):
    if not hasattr(track.clip_slots[0], "create_audio_clip"):
        raise NotHereError("this Live can't make audio clips from a script")
    slot = slot_of(track, job.pad)
    if slot is not None and plain_path(slot.clip.file_path) == plain_path(job.path):
        return
    if slot is None:
        slot = empty_slot(job.song, track)
    else:
        slot.delete_clip()
    try:
        slot.create_audio_clip(job.path)
    except ValueError as problem:
        raise RefusedError(f"Live can't load {job.path}: {problem}") from problem
    clip = slot.clip
    clip.name = label_of(job.pad)
    clip.warping = False
    if plain_path(clip.file_path) != plain_path(job.path):
        raise RefusedError("Live can't load " + job.path)


# Actions ---------------------------------------------------------------------------------------------------------


def load(bridge, delivery):
    zone = main_zone(delivery)
    if delivery.mode not in ("drum", "keys"):
        raise RefusedError("Live has no mode " + delivery.mode)
    if not os.path.isfile(zone.path):
        raise RefusedError("the sample is missing: " + zone.path)
    job = Job(bridge, delivery, resolve(bridge.song, delivery))
    ways = [by_clip]
    if not isinstance(job.place, ClipPlace):
        checked_shift(job)
        if job.is_loaded():  # a crash came between loading and acknowledging
            settle(job)
            return
        ways = [by_replacing, by_browsing, by_clip]
    problems = []
    for way in ways:
        try:
            yield from way(job)
            return
        except NotHereError as problem:
            problems.append(str(problem))
    if job.inserted is not None and job.inserted.sample is None:
        delete_simpler(job.place.track, job.inserted)
    raise RefusedError("; ".join(problems))


def clear(bridge, delivery):
    """Takes a pad's Simpler and clip away; what the user put beside them stays."""
    kind, _, name = delivery.target.partition(":")
    folders = bridge.folders_of(delivery.pad)
    with undo_step(bridge.song):
        for track in tracks_of(bridge.song):
            if kind == "track" and track.name.lower() != name.lower():
                continue
            for device, _ in list(simplers_under(track)):
                if is_simpler_of(device, delivery.pad, folders):
                    delete_simpler(track, device)
            slot = slot_of(track, delivery.pad)
            if slot is not None:
                slot.delete_clip()
    return ()


ACTIONS = {"load": load, "clear": clear}


def carry_out(bridge, delivery):
    """Returns the steps that a delivery takes, one for every tick."""
    if delivery.action not in ACTIONS:
        raise RefusedError("Live has no action " + delivery.action)
    return iter(ACTIONS[delivery.action](bridge, delivery))
