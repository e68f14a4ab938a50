# Where a sound goes: finds tracks, Drum Racks and Simplers in the Live Set, and makes what is missing.
#
# Whether this Live can do a thing is asked of the thing itself, with hasattr: what came when is no fixed order
# (11.3.25 makes audio clips, the later 12.0.0 does not), and Live Lite refuses what Live Suite allows.

from .deliveries import RefusedError, lies_in, plain_path

# Whether a track that a delivery names and the Set lacks is made; otherwise such a delivery fails.
CREATE_TRACKS = True
# The track with the Drum Rack for targets like pad:36.
PADS_TRACK = "Oneshot Bridge"

# Simpler plays a sample as recorded on this key (C3), and a Drum Rack's pad sends it this key unless told otherwise.
PLAIN_KEY = 60
INSTRUMENT, MIDI_EFFECT = 1, 4  # Live.Device.DeviceType


class NotHereError(Exception):
    """What this Live, or this edition of it, can't do: the next way down the ladder is tried."""


def label_of(pad):
    """The name of the Simpler or clip that plays a pad; by it the script knows its own again."""
    return "Oneshot: " + pad


def is_simpler(device):
    return device.class_name == "OriginalSimpler"


def file_of(simpler):
    """Reads back which file a Simpler holds; an empty one has no sample."""
    sample = simpler.sample
    return sample.file_path if sample is not None else ""


def holds(simpler, paths):
    return plain_path(file_of(simpler)) in [plain_path(path) for path in paths]


def is_simpler_of(device, pad, folders):
    """Returns whether a device is the Simpler of a pad: by its name, or, as Live renames devices, by its sample."""
    if not is_simpler(device):
        return False
    if device.name == label_of(pad):
        return True
    return not device.name.startswith(label_of("")) and any(lies_in(file_of(device), folder) for folder in folders)


def simplers_under(container, drums=True):
    """Yields every Simpler of a track or chain with what it lies in, those in racks too, and in Drum Racks if so."""
    for device in container.devices:
        if is_simpler(device):
            yield device, container
        elif device.can_have_chains and (drums or not device.can_have_drum_pads):
            for chain in device.chains:
                yield from simplers_under(chain, drums)


def drum_rack_of(track):
    for device in track.devices:
        if device.can_have_drum_pads:
            return device
    return None


def tracks_of(song):
    """Returns the tracks that can hold a sound: group tracks only hold tracks."""
    return [track for track in song.tracks if not track.is_foldable]


def find_track(song, name, audio=False):
    """Returns the track with a name, exactly written before otherwise; of two, the one that takes MIDI (or audio)."""
    ranked = []
    for track in tracks_of(song):
        if track.name.lower() == name.lower():
            ranked.append((track.name != name, bool(track.has_midi_input) == audio, len(ranked), track))
    return min(ranked, key=lambda found: found[:3])[3] if ranked else None


def create_track(song, name):
    if not CREATE_TRACKS:
        raise RefusedError("there is no track named " + name)
    try:
        track = song.create_midi_track(-1)
        track.name = name
    except Exception as problem:
        raise RefusedError(f"Live can't make a track named {name}: {problem}") from problem
    # The user's default track may come with an instrument, and a track has one at most.
    for index in reversed(range(len(track.devices))):
        if track.devices[index].type == INSTRUMENT:
            track.delete_device(index)
    return track


def insert_device(container, name, index):
    if not hasattr(container, "insert_device"):
        raise NotHereError("this Live can't insert devices from a script")
    try:
        container.insert_device(name, index)
    except RuntimeError as problem:
        raise NotHereError(f"Live can't insert a {name}: {problem}") from problem
    return container.devices[index]


class TrackPlace:
    """The instrument of a MIDI track."""

    plain_key = None  # Simpler hears the very key that is played
    browser_target = None  # what is selected

    def __init__(self, track):
        self.track = track
        self.name = "the track " + track.name

    def containers(self):
        return [self.track]

    def insert_simpler(self, pad):
        # An instrument stands behind the MIDI effects and before the audio effects.
        index = 0
        for device in self.track.devices:
            if device.type != MIDI_EFFECT:
                break
            index += 1
        return insert_device(self.track, "Simpler", index)

    def select(self, song):
        """Makes the browser load here."""
        song.view.selected_track = self.track


class PadPlace:
    """A pad of a Drum Rack."""

    def __init__(self, track, rack, note):
        self.track, self.rack, self.note = track, rack, note
        self.name = f"pad {note} of the Drum Rack on the track {track.name}"

    def pad(self):
        for pad in self.rack.drum_pads:
            if pad.note == self.note:
                return pad
        raise RefusedError(f"the Drum Rack on the track {self.track.name} has no pads")

    def containers(self):
        return list(self.pad().chains)

    @property
    def plain_key(self):
        """The key that a Simpler hears here, whatever key is played."""
        chains = self.containers()
        return chains[0].out_note if chains else PLAIN_KEY

    def insert_simpler(self, pad):
        chains = self.containers()
        if chains:
            return insert_device(chains[0], "Simpler", 0)
        if not hasattr(self.rack, "insert_chain"):
            raise NotHereError("this Live can't fill an empty pad from a script")
        self.rack.insert_chain(-1)
        chain = self.rack.chains[len(self.rack.chains) - 1]
        chain.in_note = self.note
        chain.name = pad
        return insert_device(chain, "Simpler", 0)

    def select(self, song):
        song.view.selected_track = self.track
        self.rack.view.selected_drum_pad = self.pad()

    @property
    def browser_target(self):
        """What the browser has to be told to fill: without it, it would replace the whole Drum Rack."""
        return self.pad()


def delete_simpler(track, simpler):
    """Deletes a Simpler on a track, and the Drum Rack's pad that has nothing else."""
    for device, container in list(simplers_under(track)):
        if device == simpler:
            container.delete_device(list(container.devices).index(device))
            break
    rack = drum_rack_of(track)
    for pad in rack.drum_pads if rack is not None else ():
        if len(pad.chains) == 1 and pad.chains[0] == container and not len(container.devices):
            pad.delete_all_chains()


class ClipPlace:
    """A clip slot of an audio track."""

    def __init__(self, track):
        self.track = track
        self.name = "the audio track " + track.name


def find_simpler(place, pad, folders):
    """Returns the Simpler to load into, the pad's own before any; None where there is no instrument yet. Never takes
    the place of another instrument: that one is the user's."""
    for container in place.containers():
        for device, _ in simplers_under(container, drums=False):
            if is_simpler_of(device, pad, folders):
                return single(device, place)
    for container in place.containers():
        for device in container.devices:
            if is_simpler(device):
                return single(device, place)
            if device.type == INSTRUMENT:
                raise RefusedError(f"{place.name} has an instrument, {device.name}: give the sound another place")
    return None


def single(simpler, place):
    if simpler.multi_sample_mode:
        raise RefusedError(f"the Simpler on {place.name} holds many samples: replace it by an empty one")
    return simpler


def place_on(track, delivery, note=None):
    if track.is_frozen:
        raise RefusedError(f"the track {track.name} is frozen: unfreeze it")
    if not track.has_midi_input:
        if not track.has_audio_input:
            raise RefusedError(f"the track {track.name} takes no sounds: name a MIDI or an audio track")
        return ClipPlace(track)
    rack = drum_rack_of(track)
    if rack is None or delivery.mode != "drum":
        return TrackPlace(track)
    return PadPlace(track, rack, delivery.zones[0].low if note is None else note)


def find_rack(song):
    """Returns a track with its Drum Rack for `pad:NOTE`: on the track that is named for it, else the Set's first."""
    tracks = tracks_of(song)
    for track in sorted(tracks, key=lambda track: track.name != PADS_TRACK):
        rack = drum_rack_of(track)
        if rack is not None:
            return track, rack
    return None, None


def create_rack(song):
    track = find_track(song, PADS_TRACK) or create_track(song, PADS_TRACK)
    try:
        return track, insert_device(track, "Drum Rack", 0)
    except NotHereError as problem:
        raise RefusedError(f"there is no Drum Rack ({problem}): put one on a track") from problem


def resolve(song, delivery):
    """Returns the place that a delivery's target means, and makes it if it may."""
    kind, _, name = delivery.target.partition(":")
    if kind == "track" and name:
        track = find_track(song, name)
        return place_on(track if track is not None else create_track(song, name), delivery)
    if kind == "pad" and name.isdigit() and int(name) <= 127:
        track, rack = find_rack(song)
        if rack is None:
            track, rack = create_rack(song)
        if track.is_frozen:
            raise RefusedError(f"the track {track.name} is frozen: unfreeze it")
        return PadPlace(track, rack, int(name))
    if delivery.target == "selected":
        track = song.view.selected_track
        rack = drum_rack_of(track)
        pad = rack.view.selected_drum_pad if rack is not None else None
        return place_on(track, delivery, pad.note if pad is not None else None)
    raise RefusedError(f"Live has no target {delivery.target}: use track:NAME, pad:NOTE or selected")


def find_target_track(song, target):
    """Returns the track that a target means now, without making anything; None if there is none."""
    kind, _, name = target.partition(":")
    if kind == "track":
        return find_track(song, name)
    return find_rack(song)[0] if kind == "pad" else song.view.selected_track
