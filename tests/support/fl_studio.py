"""A stand-in for what the FL Studio script may use: modules with the documented functions of MIDI scripting.

It refuses what FL Studio refuses: files and threads, System Exclusive without its frame, positions that a version does
not know. It is not FL Studio.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

SCRIPT = Path(__file__).parents[2] / "daw_scripts" / "fl-studio" / "device_OneshotBridge.py"
OLDEST_PYTHON = (3, 6)
ALLOWED = {"time", "channels", "device", "midi", "plugins", "ui"}


class FlStudio:
    """Holds a running script. `rack` are the channels, each a name and its plugin (empty: a plain sampler); `out` takes
    the System Exclusive that the script sends."""

    def __init__(self, out: Callable[[bytes], None] = lambda message: None, *, global_indexes: bool = True) -> None:
        self.out = out
        self.assigned = True
        self.rack: list[tuple[str, str]] = [("Kick", ""), ("sfz", "sfizz")]
        self.group = 2
        """How many channels of the rack the open group has."""
        self.selected = 0
        self.hints: list[str] = []
        self.ignored: list[bytes] = []
        self.now = 1_000.0
        self._global = global_indexes
        self._script = self._load()
        self._call("OnInit")

    # --- what the user and FL Studio do -----------------------------------------------------------------------

    def idle(self, seconds: float = 0.02) -> None:
        self.now += seconds
        self._call("OnIdle")

    def hear(self, message: bytes) -> bool:
        """Hands the script a message of its input; returns whether it took it."""
        event = SimpleNamespace(sysex=bytes(message), handled=False)
        self._call("OnSysEx", event)
        return event.handled

    def play(self, status: int, data1: int, data2: int) -> bool:
        event = SimpleNamespace(
            midiId=status & 0xF0, midiChan=status & 0x0F, data1=data1, data2=data2, handled=False, status=status
        )
        self._call("OnMidiMsg", event)
        return event.handled

    # --- what the script may call -----------------------------------------------------------------------------

    def _modules(self) -> dict[str, ModuleType]:
        def module(name: str, **functions: object) -> ModuleType:
            made = ModuleType(name)
            vars(made).update(functions)
            return made

        return {
            "device": module("device", isAssigned=lambda: self.assigned, midiOutSysex=self._send),
            "ui": module("ui", setHintMsg=lambda text: self.hints.append(_text(text))),
            "midi": module("midi", MIDI_NOTEON=0x90, MIDI_NOTEOFF=0x80, MIDI_CONTROLCHANGE=0xB0),
            "time": module("time", time=lambda: self.now),
            "channels": module(
                "channels", channelCount=lambda everywhere=False: len(self._rack(everywhere)),
                selectedChannel=lambda: self.selected, getChannelName=lambda index: self._rack(False)[index][0],
            ),
            "plugins": module("plugins", isValid=self._is_valid, getPluginName=self._plugin),
        }

    def _send(self, message: bytes) -> None:
        assert self.assigned, "FL Studio has nowhere to send it"
        assert isinstance(message, bytes)
        if message[:1] == b"\xf0" and message[-1:] == b"\xf7":
            assert max(message[1:-1]) < 0x80
            self.out(message)
        else:
            self.ignored.append(message)

    def _rack(self, everywhere: bool) -> list[tuple[str, str]]:
        return self.rack if everywhere else self.rack[: self.group]

    def _is_valid(self, index: int, slot: int = -1, *everywhere: bool) -> bool:
        return bool(self._channel(index, slot, *everywhere)[1])

    def _plugin(self, index: int, slot: int = -1, user_name: bool = False, *everywhere: bool) -> str:
        name, plugin = self._channel(index, slot, *everywhere)
        if not plugin:
            raise TypeError("Operation unsafe at current time")
        return name if user_name else plugin

    def _channel(self, index: int, slot: int, *everywhere: bool) -> tuple[str, str]:
        if everywhere and not self._global:
            raise TypeError("too many arguments")
        assert slot == -1
        return self._rack(any(everywhere))[index]

    # --- how it runs ------------------------------------------------------------------------------------------

    def _load(self) -> dict[str, object]:
        source = SCRIPT.read_text(encoding="utf-8")
        assert source.startswith("# name=")
        tree = ast.parse(source, feature_version=OLDEST_PYTHON)
        wanted = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert wanted <= ALLOWED, wanted
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.JoinedStr)]

        def no_file(*_: object, **__: object) -> None:
            raise SystemError("<class '_io.FileIO'> returned NULL without setting an exception")

        names = {**vars(builtins), "open": no_file}
        space: dict[str, object] = {"__name__": "device_OneshotBridge", "__builtins__": names}
        known = {name: sys.modules.get(name) for name in ALLOWED}
        sys.modules.update(self._modules())
        try:
            exec(compile(tree, str(SCRIPT), "exec"), space)
        finally:
            for name, before in known.items():
                if before is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = before
        return space

    def _call(self, name: str, *arguments: object) -> None:
        self._script[name](*arguments)  # type: ignore[operator]  # the functions that FL Studio calls by name

    def __getitem__(self, name: str) -> object:
        return self._script[name]


def _text(text: object) -> str:
    assert isinstance(text, str)
    return text
