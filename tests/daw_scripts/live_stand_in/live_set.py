"""A stand-in of Ableton Live: the objects that a Remote Script reaches, with what Live does to them and refuses.

Built from the introspected stubs of Live 11.0 to 12.3.6, the Live Object Model's documentation, Live's release notes,
and what others measured in Live 12.4. It stands in for Live and is not Live. A script holds handles to its objects, as
in Live: those know only what this version of Live has, take the types that Live takes, refuse other threads, changes
outside a turn of the script, and objects that are gone. Loading takes time, and the browser's index more.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

ALWAYS = (0, 0, 0)
INSTRUMENT, AUDIO_EFFECT, MIDI_EFFECT = 1, 2, 4
CLIPS = "clips"  # came to 11 in 11.3.25, and to 12 not before 12.0.5


class LimitationError(Exception):
    """What this edition of Live has no more of."""


class Killed(BaseException):
    """Ends the script as a crash would: nothing that it does afterwards has an effect."""


class Vector:
    """What Live returns for a list: countable, with whole numbers from 0 on."""

    def __init__(self, things):
        self._things = tuple(things)

    def __len__(self):
        return len(self._things)

    def __iter__(self):
        return iter(self._things)

    def __getitem__(self, index):
        assert isinstance(index, int)
        assert index >= 0
        return self._things[index]


class Handle:
    """What a script holds of an object of Live."""

    __slots__ = ("_core",)

    def __init__(self, core):
        object.__setattr__(self, "_core", core)

    def __eq__(self, other):
        return isinstance(other, Handle) and self._core is other._core

    def __hash__(self):
        return id(self._core)

    def __getattr__(self, name):
        core = self._core
        core.host.touched(core)
        if not core.host.has(core.members.get(name)):
            raise AttributeError(name)
        value = getattr(core, name)
        if not callable(value):
            return wrapped(value)

        def call(*arguments):
            core.host.touched(core)
            core.host.changing(core, name)
            return wrapped(value(*(unwrapped(argument) for argument in arguments)))

        return call

    def __setattr__(self, name, value):
        core = self._core
        core.host.touched(core)
        if not core.host.has(core.members.get(name)) or name not in core.settable:
            raise AttributeError(f"can't set attribute {name}")
        core.host.changing(core, name)
        kinds = core.settable[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"Python argument types in None.None({type(core).__name__}, {type(value).__name__})")
        setattr(core, name, unwrapped(value))


def wrapped(value):
    if isinstance(value, Core):
        return Handle(value)
    if isinstance(value, (list, tuple)):
        return Vector(wrapped(thing) for thing in value)
    return value


def unwrapped(value):
    return value._core if isinstance(value, Handle) else value


class Core:
    """An object of Live. `members` says since which version it has what, `settable` what may be set to which types."""

    members: dict = {}
    settable: dict = {}
    not_undone: tuple = ()

    def __init__(self, host):
        self.host = host
        self.gone = False

    @property
    def _live_ptr(self):
        return id(self)


def known(names, since=ALWAYS):
    return dict.fromkeys(names.split(), since)


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
        if not self.multi_sample_mode:  # there it does nothing, and does not say so
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
    members = known("browser get_version_string")

    def __init__(self, host):
        super().__init__(host)
        self.browser = Browser(host)


class Host:
    """Live itself, and the test's side of it."""

    running: Host

    def __init__(self, version, user_library):
        self.version = version
        self.user_library = Path(user_library)
        self.thread = threading.get_ident()
        self.unavailable, self.track_limit, self.default_instrument = set(), 10**6, None
        self.replace_ticks, self.load_ticks, self.index_ticks = 0, 2, 7
        self.index_works = self.fills_pads = True
        self.indexed, self.browser_looks = set(), 0
        self.song, self.application = Song(self), Application(self)
        self.messages, self.log = [], []
        self.now = 0
        self.kill_after = None
        self._in_turn = False
        self._dead = False
        self._scheduled = []  # (tick, whose, what)
        self.selected_before_turn = None
        self.scripts, self.ever_started = [], []
        Host.running = self
        self.add_track("1-MIDI", named_by_live=True)
        self.song.view.selected_track = self.song.tracks[0]

    # What the user does ------------------------------------------------------------------------------------------

    def add_track(self, name, *devices, **kind):
        track = Track(self, name, scenes=self.song.scenes, **kind)
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
                    self._in_turn = True
                    self._guarded(what)
                    self._in_turn = False
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
        if not self._in_turn:
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
