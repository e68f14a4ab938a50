"""A stand-in of Ableton Live: the objects that a Remote Script reaches, with what Live does to them and refuses.

Built from the introspected stubs of Live 11.0 to 12.3.6, the Live Object Model's documentation, Live's release notes,
and what others measured in Live 12.4. It stands in for Live and is not Live. A script holds handles to its objects, as
in Live: those know only what this version of Live has, take the types that Live takes, refuse other threads, changes
outside a turn of the script, and objects that are gone. Loading takes time, and the browser's index more.
"""

from __future__ import annotations

from pathlib import Path

from live_handles import Core, Handle, known

INSTRUMENT, AUDIO_EFFECT, MIDI_EFFECT = 1, 2, 4
CLIPS = "clips"  # came to 11 in 11.3.25, and to 12 not before 12.0.5


class LimitationError(Exception):
    """What this edition of Live has no more of."""


class Parameter(Core):
    members = known("name original_name min max value is_enabled")
    settable = {"value": (float, int)}

    def __init__(self, host, name, low, high, value=0.0):
        super().__init__(host)
        self.name = self.original_name = name
        self.min, self.max, self._value = low, high, value
        self.is_enabled = True

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        if not self.is_enabled:
            raise RuntimeError("The parameter is disabled.")
        if not self.min <= value <= self.max:
            raise RuntimeError("Invalid value. Check the parameters range with min/max")
        self._value = float(value)


class Sample(Core):
    members = known("file_path warping gain length")
    settable = {"warping": (bool,)}

    def __init__(self, host, path):
        super().__init__(host)
        self.file_path, self.warping = path, True


class Device(Core):
    members = known("name class_name class_display_name type parameters can_have_chains can_have_drum_pads _live_ptr")
    settable = {"name": (str,)}
    can_have_chains = can_have_drum_pads = False

    def __init__(self, host, name, kind=INSTRUMENT, class_name=None):
        super().__init__(host)
        self.name, self.type, self.class_name = name, kind, class_name or name.replace(" ", "")
        self.class_display_name = name
        self.parameters = [Parameter(host, "Device On", 0.0, 1.0, 1.0)]


class Simpler(Device):
    members = {
        **Device.members, **known("sample multi_sample_mode playback_mode"),
        **known("replace_sample", (12, 4, 0)),
    }
    settable = {**Device.settable, "playback_mode": (int,)}

    def __init__(self, host, path=None):
        super().__init__(host, "Simpler", INSTRUMENT, "OriginalSimpler")
        self.sample, self.multi_sample_mode, self.playback_mode = None, False, 0
        self.loads = 0
        self.parameters += [
            Parameter(host, "Transpose", -48.0, 48.0), Parameter(host, "Detune", -50.0, 50.0),
            Parameter(host, "Filter Freq", 0.0, 1.0, 1.0),
        ]
        if path:
            self.take(path)

    def replace_sample(self, path):
        assert isinstance(path, str)
        self.host.check_sound(path)
        if self.host.replaces and not self.multi_sample_mode:  # there it does nothing, and does not say so
            self.host.later(self.host.replace_ticks, lambda: self.take(path))

    def take(self, path):
        self.sample = Sample(self.host, path)
        self.loads += 1
        self.name = Path(path).stem
        track = self.host.track_of(self)
        if track is not None and track.named_by_live:
            track._name = self.name

    def shift(self, key):
        """Returns how many semitones away from how it was recorded the sample sounds for a key."""
        transpose, detune = self.parameters[1].value, self.parameters[2].value
        return key - 60 + transpose + detune / 100


class DeviceList:
    """What tracks and chains have in common."""

    def delete_device(self, index):
        self.devices.pop(index).gone = True

    def insert_device(self, name, index=-1):
        host = self.host
        if name in host.unavailable:
            raise RuntimeError(f"{name} is not available")
        index = len(self.devices) if index == -1 else index
        assert 0 <= index <= len(self.devices)
        device = {"Simpler": lambda: Simpler(host), "Drum Rack": lambda: DrumRack(host)}[name]()
        if any(found.type == INSTRUMENT for found in self.devices):
            raise RuntimeError("Device chains cannot have more than one instrument each")
        before, after = self.devices[:index], self.devices[index:]
        if any(d.type == AUDIO_EFFECT for d in before) or any(d.type == MIDI_EFFECT for d in after):
            raise RuntimeError("The device can't be inserted at the given index")
        if isinstance(self, Track) and (not self.has_midi_input or self.is_frozen):
            raise RuntimeError("The device can't be inserted on this track")
        self.devices.insert(index, device)
        return device


class Chain(DeviceList, Core):
    members = {
        **known("name devices delete_device out_note canonical_parent _live_ptr"),
        **known("insert_device in_note", (12, 3, 0)),
    }
    settable = {"name": (str,), "in_note": (int,), "out_note": (int,)}

    def __init__(self, host, rack, note=-1, devices=()):
        super().__init__(host)
        self.canonical_parent, self.name, self.in_note, self.out_note = rack, "", note, 60
        self.devices = list(devices)


class DrumPad(Core):
    members = known("name note chains delete_all_chains")

    def __init__(self, host, rack, note):
        super().__init__(host)
        self.rack, self.note = rack, note

    @property
    def chains(self):
        return [chain for chain in self.rack.chains if chain.in_note == self.note]

    def delete_all_chains(self):
        for chain in self.chains:
            chain.gone = True
            self.rack.chains.remove(chain)


class RackView(Core):
    members = known("selected_drum_pad")
    not_undone = ("selected_drum_pad",)
    settable = {"selected_drum_pad": (Handle,)}

    def __init__(self, host):
        super().__init__(host)
        self.selected_drum_pad = None


class Rack(Device):
    members = {**Device.members, **known("chains view drum_pads"), **known("insert_chain", (12, 3, 0))}
    can_have_chains = True

    def __init__(self, host, name="Instrument Rack", chains=()):
        super().__init__(host, name, INSTRUMENT)
        self.chains = [Chain(host, self, devices=[device]) for device in chains]
        self.view = RackView(host)
        self.drum_pads = []

    def insert_chain(self, index=-1):
        chain = Chain(self.host, self)
        self.chains.insert(len(self.chains) if index == -1 else index, chain)
        return chain


class DrumRack(Rack):
    can_have_drum_pads = True

    def __init__(self, host):
        super().__init__(host, "Drum Rack")
        self.drum_pads = [DrumPad(host, self, note) for note in range(128)]
        self.view.selected_drum_pad = self.drum_pads[36]

    def fill(self, note, *devices):
        """Puts devices on a pad, as a user does."""
        chain = Chain(self.host, self, note, devices)
        self.chains.append(chain)
        return chain


class Clip(Core):
    members = known("name file_path warping")
    settable = {"name": (str,), "warping": (bool,)}

    def __init__(self, host, name="", path=None):
        super().__init__(host)
        self.name, self.file_path, self.warping = name, path, True


class ClipSlot(Core):
    members = {**known("has_clip clip delete_clip"), **known("create_audio_clip", CLIPS)}

    def __init__(self, host, track):
        super().__init__(host)
        self.track, self.clip = track, None

    @property
    def has_clip(self):
        return self.clip is not None

    def create_audio_clip(self, path):
        assert isinstance(path, str)
        if self.track.has_midi_input:
            raise RuntimeError("Audio clips can only be created on audio tracks")
        if self.clip is not None:
            raise RuntimeError("This clip slot already has a clip")
        self.host.check_sound(path)
        self.clip = Clip(self.host, Path(path).stem, path)
        return self.clip

    def delete_clip(self):
        if self.clip is None:
            raise RuntimeError("The clip slot is empty")
        self.clip.gone, self.clip = True, None


class Track(DeviceList, Core):
    members = {
        **known("name devices clip_slots delete_device is_foldable is_frozen has_midi_input has_audio_input"),
        **known("has_audio_output output_meter_level playing_slot_index fired_slot_index _live_ptr"),
        **known("insert_device", (12, 3, 0)),
    }
    settable = {"name": (str,)}

    def __init__(self, host, name, *, midi=True, scenes=4, named_by_live=False):
        super().__init__(host)
        self._name, self.named_by_live = name, named_by_live
        self.devices = []
        self.has_midi_input, self.has_audio_input, self.has_audio_output = midi, not midi, True
        self.is_foldable = self.is_frozen = False
        self.output_meter_level = 0.0
        self.playing_slot_index = self.fired_slot_index = -1
        self.clip_slots = [ClipSlot(host, self) for _ in range(scenes)]

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name, self.named_by_live = name, False

    @property
    def simpler(self):
        """The first Simpler, racks' too, for tests."""
        return next(iter(self.simplers()), None)

    def simplers(self):
        def under(devices):
            for device in devices:
                if isinstance(device, Simpler):
                    yield device
                for chain in getattr(device, "chains", ()):
                    yield from under(chain.devices)

        return list(under(self.devices))

    def heard(self, key):
        """Returns (file, semitones away from how it was recorded) of all that a key plays."""
        def under(devices, key):
            for device in devices:
                if isinstance(device, Simpler) and device.sample is not None:
                    yield device.sample.file_path, device.shift(key)
                if isinstance(device, DrumRack):
                    for chain in device.chains:
                        if chain.in_note in (key, -1):
                            yield from under(chain.devices, chain.out_note)
                elif isinstance(device, Rack):
                    for chain in device.chains:
                        yield from under(chain.devices, key)

        return list(under(self.devices, key))


class SongView(Core):
    members = known("selected_track")
    not_undone = ("selected_track",)
    settable = {"selected_track": (Handle,)}

    def __init__(self, host):
        super().__init__(host)
        self.selected_track = None


class Song(Core):
    members = known("tracks view create_midi_track create_scene begin_undo_step end_undo_step")
    not_undone = ("begin_undo_step", "end_undo_step")

    def __init__(self, host):
        super().__init__(host)
        self.tracks, self.view = [], SongView(host)
        self.undo_depth, self.undo_steps = 0, []

    def create_midi_track(self, index=None):
        if len(self.tracks) >= self.host.track_limit:
            raise LimitationError("The maximum number of tracks is reached")
        name = f"{len(self.tracks) + 1}-MIDI"
        track = Track(self.host, name, scenes=self.scenes, named_by_live=True)
        if self.host.default_instrument:
            track.devices.append(Device(self.host, self.host.default_instrument))
        self.tracks.insert(len(self.tracks) if index in (None, -1) else index, track)
        return track

    @property
    def scenes(self):
        return max([len(track.clip_slots) for track in self.tracks], default=4)

    def create_scene(self, index):
        for track in self.tracks:
            track.clip_slots.append(ClipSlot(self.host, track))

    def begin_undo_step(self):
        self.undo_depth += 1
        if self.undo_depth == 1:
            self.undo_steps.append(0)

    def end_undo_step(self):
        self.undo_depth -= 1
        if not self.undo_steps[-1]:
            self.undo_steps.pop()  # nothing happened in it

    def changed(self):
        if self.undo_depth:
            self.undo_steps[-1] += 1
        else:
            self.undo_steps.append(1)


class BrowserItem(Core):
    members = known("name children is_loadable is_folder uri")

    def __init__(self, host, folder):
        super().__init__(host)
        self.folder = folder
        self.name = folder.name

    @property
    def is_loadable(self):
        return self.folder.suffix == ".wav"

    @property
    def children(self):
        self.host.browser_looks += 1
        below = [path for path in self.host.indexed if path.parent == self.folder]
        return [BrowserItem(self.host, path) for path in sorted(below)]


class Browser(Core):
    members = known("user_library hotswap_target filter_type load_item")
    not_undone = ("hotswap_target", "filter_type", "load_item")
    settable = {"hotswap_target": (Handle, type(None)), "filter_type": (int,)}

    def __init__(self, host):
        super().__init__(host)
        self._target, self._filter = None, 0

    @property
    def user_library(self):
        return BrowserItem(self.host, self.host.user_library)

    @property
    def filter_type(self):
        return self._filter

    @filter_type.setter
    def filter_type(self, kind):
        if kind != self._filter and self.host.index_works:
            self.host.later(self.host.index_ticks, self.host.read_index)
        self._filter = kind

    @property
    def hotswap_target(self):
        return self._target

    @hotswap_target.setter
    def hotswap_target(self, target):
        self._target = None if isinstance(target, DrumPad) and not self.host.fills_pads else target

    def load_item(self, item):
        assert item.is_loadable
        target, track = self._target, self.host.selected_before_turn
        self.host.later(self.host.load_ticks, lambda: self.fill(target or track, str(item.folder)))

    def fill(self, target, path):
        fresh = Simpler(self.host)
        fresh = Simpler(self.host)
        self.host.song.changed()  # a step of Live's own
        if isinstance(target, DrumPad):
            target.delete_all_chains()
            target.rack.fill(target.note, fresh).name = Path(path).stem
        elif isinstance(target, Simpler):
            for devices in self.host.device_lists():
                if target in devices:
                    devices[devices.index(target)] = fresh
                    target.gone = True
        elif target.has_midi_input:
            for device in target.devices:
                device.gone = device.gone or device.type == INSTRUMENT
            target.devices[:] = [device for device in target.devices if not device.gone]
            effects = [device for device in target.devices if device.type == MIDI_EFFECT]
            target.devices.insert(len(effects), fresh)
        fresh.take(path)


class Application(Core):
    members = known("browser")

    def __init__(self, host):
        super().__init__(host)
        self.browser = Browser(host)
