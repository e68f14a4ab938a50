"""Pads, kits and the song as they count now: what the config says, and above it what was set until the restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from bridge.config.changes import still_said
from bridge.config.fields import MIDDLE_C_OCTAVE
from bridge.config.problems import sentences
from bridge.config.schema import Config, Pad, pad_note_of
from bridge.errors import RequestError, unknown


class Settings:
    """Holds the song, the selected kit, and the pads in a table that others share."""

    def __init__(self, config: Config, pads: dict[str, Pad]) -> None:
        self._config = config
        self._pads = pads
        self._overrides: dict[str, dict[str, Any]] = {}
        self.song = config.song
        self.kit = _first_kit(config)

    def configure(self, config: Config) -> None:
        """Takes up a changed configuration; what was set stays, unless the file says something new of that very
        thing."""
        old, self._config = self._config, config
        self._overrides = {
            name: kept for name, said in self._overrides.items()
            if name in config.pads and (kept := still_said(said, old.pads[name], config.pads[name]))
        }
        self._pads.clear()
        self._pads |= {name: pad.model_copy(update=self._overrides.get(name, {})) for name, pad in config.pads.items()}
        said = {name: getattr(self.song, name) for name in type(self.song).model_fields}
        self.song = config.song.model_copy(update=still_said(said, old.song, config.song))
        if config.kit != old.kit or self.kit not in config.kits:
            self.kit = _first_kit(config)

    def overrides(self, pad: str) -> dict[str, Any]:
        """Returns what was set of a pad until the restart."""
        return {**self._overrides.get(pad, {})}

    def set_pad(self, pad: str, key: str, value: object) -> None:
        """Changes a key of a pad; raises RequestError or NotFoundError, and changes nothing, where that can't be."""
        if pad not in self._pads:
            raise unknown("pad", pad, self._pads)
        if key not in Pad.model_fields:
            raise unknown(f"setting of pad {pad}", key, Pad.model_fields)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # Pure Data and Max know only floats
        context = {MIDDLE_C_OCTAVE: self._config.library.middle_c_octave}
        try:
            changed = Pad.model_validate({**self._pads[pad].model_dump(), key: value}, context=context)
        except ValidationError as problem:
            raise RequestError(f"Pad {pad}: {sentences(problem, Pad)[0]}.", "It stays as it was.") from problem
        self._pads[pad] = changed
        self._overrides.setdefault(pad, {})[key] = getattr(changed, key)

    def set_song(self, *, bpm: float | None = None, key: str | None = None) -> None:
        """Changes the song's tempo in beats per minute, or its key."""
        said = {name: value for name, value in (("bpm", bpm), ("key", key)) if value is not None}
        self.song = self.song.model_copy(update=said)

    def kits(self) -> dict[str, Sequence[str]]:
        """Returns the pads of every kit."""
        return {name: kit.pads for name, kit in self._config.kits.items()}

    def select_kit(self, name: str) -> Sequence[str]:
        """Makes a kit the one that notes play, and returns its pads."""
        if name not in self._config.kits:
            raise unknown("kit", name, self._config.kits)
        self.kit = name
        return self._config.kits[name].pads

    def pad_for_note(self, note: int, channel: int) -> str | None:
        """Returns the pad that a note plays: of the kit that has the channel for itself, else of the selected one."""
        own = next((name for name, kit in self._config.kits.items() if channel and kit.channel == channel), "")
        pads = self._config.kits[own or self.kit].pads if own or self.kit else ()
        return next((pad for pad in pads if pad_note_of(pad, self._pads[pad]) == note), None)


def _first_kit(config: Config) -> str:
    return config.kit or next(iter(config.kits), "")
