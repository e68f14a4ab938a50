"""Requests, as the doors bring them, and briefs, as the models get them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from bridge.domain.family import Mapping
from bridge.units import MidiNote, Seconds

LARGEST_SEED = 2**32 - 1
LARGEST_COUNT = 16
"""Variations of one brief."""

Origin = Literal["osc", "midi", "command", "http", "inbox", "again"]
Priority = Literal["pad", "command", "batch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Holds what a door heard: a pad, a prompt or both, and whatever the user set for this one sound.

    None means "not said": the pad, its family or the config decides. `ref` is the asker's own word for this
    request: it comes back in every reply, and the same `ref` again is the same job.
    """

    pad: str = ""
    prompt: str | None = None
    negative: str | None = None
    model: str | None = None
    seed: int | None = None
    seconds: Seconds | None = None
    note: MidiNote | None = None
    pad_note: MidiNote | None = None
    mapping: Mapping | None = None
    family: str | None = None
    energy: float | None = None
    count: int | None = None
    ref: str = ""
    origin: Origin = "command"
    priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Says what to make, fully resolved: enough to make the same sound again. Never changed.

    `seed` is explicit, 1 … 2³²−1. `note` is the pitch asked for (None: whatever comes), `pad_note` the key on
    which the sound sits in a kit. `energy` is how hard it is played, 0 < energy ≤ 1. `count` variations are made
    from one brief. `pad` is empty for a sound that belongs to no pad. `targets` are `(host, target)` pairs. `shape` are
    the steps of shaping (`bridge.domain.recipe`); empty: those of the family.
    """

    prompt: str
    model: str
    seed: int
    family: str
    mapping: Mapping
    negative: str = ""
    seconds: Seconds | None = None
    note: MidiNote | None = None
    pad_note: MidiNote | None = None
    energy: float = 1.0
    count: int = 1
    pad: str = ""
    targets: tuple[tuple[str, str], ...] = ()
    shape: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns plain JSON values, for the store and the sidecar."""
        return {**asdict(self), "targets": [list(target) for target in self.targets], "shape": list(self.shape)}

    @classmethod
    def from_dict(cls, values: Dict[str, Any]) -> Brief:
        """Reads what `to_dict` wrote; unknown keys of a newer version are left out."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        known["targets"] = tuple((host, target) for host, target in known.get("targets", ()))
        known["shape"] = tuple(known.get("shape", ()))
        return cls(**known)

    def random_key(self, variation: int = 0) -> int:
        """Returns the 128-bit number from which everything random about this sound derives.

        SHA-256 over what shapes the sound itself; where it goes (pad, key, targets) and how it is shaped
        afterwards change nothing.
        """
        sound = {
            key: value
            for key, value in self.to_dict().items()
            if key not in ("pad", "pad_note", "targets", "count", "mapping", "shape")
        }
        text = json.dumps([sound, variation], sort_keys=True, ensure_ascii=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
