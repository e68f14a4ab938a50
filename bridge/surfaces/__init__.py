"""Surfaces to touch: layouts for programs that show buttons and speak OSC, made from the pads of the configuration.

A format is an object of the entry point group `oneshot_bridge.surfaces` that names its file and turns a `Surface` into
bytes. It touches no disk and knows no clock: the same pads are always the same bytes. Whatever a surface sends is a
row of the address table (`bridge.osc.addresses`), and it keeps its own lease: it subscribes again every
JOIN_SECONDS, so that a daemon that was started anew finds it, and asks for the state of every pad each time.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.metadata import EntryPoint

from bridge.domain.family import FAMILIES
from bridge.errors import BridgeError, unknown

GROUP = "oneshot_bridge.surfaces"
JOIN_SECONDS = 20
"""Well within the lease of a subscription, so that one lost packet costs nothing."""
BLINK_SECONDS = 0.25

DARK = "333333"
LIGHTS: Mapping[str, tuple[str, ...]] = {
    "idle": (DARK,),
    "queued": ("f2c500", DARK),
    "rendering": ("ff7a00", "f2c500"),
    "asking": ("2f7bff", DARK),
    "ready": ("1fb84a",),
    "failed": ("e02424",),
}
"""The colours that show each state of a pad, as RRGGBB; two of them take turns."""
ACTIONS = ("again", "keep", "discard", "cancel")
"""What can be done with the pad that was touched last."""

_GOLDEN = 0.381966
"""The part of a circle by which the hues of neighbours differ most, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacePad:
    """Describes a button: the pad that it asks for, and its colour as RRGGBB."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Describes what is seen at once: `kit` is empty on the page of the pads that are in none."""

    title: str
    kit: str
    pads: tuple[SurfacePad, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Describes a surface: its pages, where the bridge listens, and the port on which the surface itself listens."""

    pages: tuple[Page, ...]
    host: str
    port: int
    listens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceFormat:
    """Describes a format: `listens` is the port on which its program usually hears OSC, `suffix` names its file, and
    `step` says what its user has to do with it."""

    suffix: str
    listens: int
    step: str
    write: Callable[[Surface], bytes]


def colour_of(family: str) -> str:
    """Returns the colour of a family as RRGGBB: the same on every surface, and unlike that of its neighbours."""
    place = list(FAMILIES).index(family) if family in FAMILIES else len(FAMILIES)
    channels = colorsys.hls_to_rgb(place * _GOLDEN % 1, 0.6, 0.75)
    return "".join(f"{round(255 * channel):02x}" for channel in channels)


def pages_of(families: Mapping[str, str], kits: Mapping[str, Iterable[str]]) -> tuple[Page, ...]:
    """Returns a page for each kit, and one for the pads that are in none; `families` are the pads with theirs."""
    pads = {name: SurfacePad(name=name, colour=colour_of(family)) for name, family in families.items()}
    pages = [Page(title=kit, kit=kit, pads=tuple(pads[name] for name in names)) for kit, names in kits.items()]
    shown = {pad.name for page in pages for pad in page.pads}
    if rest := tuple(pad for name, pad in pads.items() if name not in shown):
        pages.append(Page(title="others" if pages else "pads", kit="", pads=rest))
    return tuple(pages)


def columns_of(pads: int) -> int:
    """Returns how many columns show so many pads about as wide as high: 4 for up to 16, as on a pad controller."""
    return max(1, min(pads, 4)) if pads <= 16 else 8


def format_names(entry_points: Iterable[EntryPoint] | None = None) -> tuple[str, ...]:
    """Returns the formats that are installed."""
    return tuple(sorted(entry.name for entry in entry_points or metadata.entry_points(group=GROUP)))


def open_format(name: str, entry_points: Iterable[EntryPoint] | None = None) -> SurfaceFormat:
    """Returns the format of that name; raises NotFoundError with the nearest one, BridgeError for a broken one."""
    found = {entry.name: entry for entry in entry_points or metadata.entry_points(group=GROUP)}
    if name not in found:
        raise unknown("surface format", name, found)
    try:
        opened = found[name].load()
    except Exception as problem:  # a foreign package is imported: anything may come out
        message = f"The surface format {name} can't be used: {type(problem).__name__}: {problem}"
        raise BridgeError(message) from problem
    if not isinstance(opened, SurfaceFormat):
        raise BridgeError(f"The surface format {name} can't be used: it is no SurfaceFormat.")
    return opened
