"""A layout of TouchOSC (hexler.net/touchosc/manual, version 1.2 and newer): zlib-compressed XML, a tree of nodes with
typed properties.

Its scripts, which lie beside this module, are Lua 5.1 with few functions, and each control runs its own: a pad sends
what is played on it, and the root hears the bridge, lights the pads and keeps the lease. Which of TouchOSC's
connections leads to the bridge can't be written into a layout: it is the first one.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from xml.etree import ElementTree

from bridge.surfaces import (
    ACTIONS,
    BLINK_SECONDS,
    DARK,
    JOIN_SECONDS,
    LIGHTS,
    Page,
    Surface,
    SurfaceFormat,
    SurfacePad,
    columns_of,
)

_WIDTH, _HEIGHT, _TAB, _BAR, _GAP = 1024, 768, 40, 130, 6
_LINE = 26
_NAMESPACE = uuid.UUID("6f6e6573-686f-7400-8000-746f7563686f")
"""Makes the ids of the nodes out of their places: the same pads are the same file."""

_Colour = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    x: int
    y: int
    w: int
    h: int


_Property = str | bool | int | float | _Frame | _Colour


def write_layout(surface: Surface) -> bytes:
    """Returns the layout file of a surface."""
    lines = {
        "touched": "touch a pad, near its upper edge for a hard stroke", "now": "", "last": "no sound yet",
        "trouble": "",
    }  # fmt: skip
    kits = any(page.kit for page in surface.pages)
    bar = _node(
        "GROUP", "bar", _Frame(0, _HEIGHT - _BAR, _WIDTH, _BAR),
        children=[*_buttons((*ACTIONS, "kit") if kits else ACTIONS), *_lines(lines)],
    )  # fmt: skip
    pages = _node(
        "PAGER", "pages", _Frame(0, 0, _WIDTH, _HEIGHT - _BAR),
        properties={"tabbar": True, "tabLabels": True, "tabbarSize": _TAB},
        values={"page": "0"}, children=[_page(page) for page in surface.pages],
    )  # fmt: skip
    root = _node(
        "GROUP", "root", _Frame(0, 0, _WIDTH, _HEIGHT), properties={"script": _settings(surface) + _script("root")},
        children=[pages, bar],
    )  # fmt: skip
    document = ElementTree.Element("lexml", version="3")
    document.append(root)
    _name(root, "")
    return zlib.compress(ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True), 9)


def _script(name: str) -> str:
    """Returns one of the scripts that lie beside this module."""
    return (resources.files(__package__) / f"{name}.lua").read_text(encoding="utf-8")


def _settings(surface: Surface) -> str:
    """Returns what differs from layout to layout, as Lua."""
    on: dict[str, list[str]] = {}
    for page in surface.pages:
        for pad in page.pads:
            on.setdefault(pad.name, []).append(page.title)
    pads = (f"[{_quoted(pad)}] = {_list(titles)}" for pad, titles in on.items())
    lights = (f"{state} = {_list(f'{colour}ff' for colour in colours)}" for state, colours in LIGHTS.items())
    return (
        f"local PORT, JOIN_MS, BLINK_MS = {surface.listens}, {1000 * JOIN_SECONDS}, {round(1000 * BLINK_SECONDS)}\n"
        f"local LIGHTS = {{ {', '.join(lights)} }}\n"
        f"local PADS = {{ {', '.join(pads)} }}\n"
        f"local KITS = {_list(page.kit for page in surface.pages)}\n"
    )


def _quoted(name: str) -> str:
    # Names are of a–z, 0–9 and -, so nothing in them ends the quote.
    return f"'{name}'"


def _list(names: Iterable[str]) -> str:
    return f"{{ {', '.join(map(_quoted, names))} }}"


def _page(page: Page) -> ElementTree.Element:
    columns = columns_of(len(page.pads))
    rows = -(-len(page.pads) // columns)
    wide, high = _WIDTH // columns, (_HEIGHT - _BAR - _TAB) // rows
    pads = []
    for place, pad in enumerate(page.pads):
        row, column = divmod(place, columns)
        pads.append(_pad(pad, _Frame(column * wide, row * high, wide, high)))
    return _node(
        "GROUP", page.title, _Frame(0, _TAB, _WIDTH, _HEIGHT - _BAR - _TAB),
        properties={"tabLabel": page.title}, children=pads,
    )  # fmt: skip


def _pad(pad: SurfacePad, place: _Frame) -> ElementTree.Element:
    """Returns a pad: a button that is lit in the colour of its state, its name on it and the state in words below."""
    inner = _Frame(_GAP // 2, _GAP // 2, place.w - _GAP, place.h - _GAP)
    button = _node(
        "BUTTON", "button", inner, colour=_colour(DARK),
        properties={"tag": pad.name, "script": _script("pad"), "buttonType": 0}, values={"x": "0"},
    )  # fmt: skip
    name = _label("name", _Frame(inner.x, inner.y, inner.w, inner.h - _LINE), pad.name, size=22, colour=pad.colour)
    state = _label("state", _Frame(inner.x, inner.y + inner.h - _LINE, inner.w, _LINE), "idle", size=12)
    return _node("GROUP", pad.name, place, children=[button, name, state])


def _buttons(names: Iterable[str]) -> list[ElementTree.Element]:
    words = tuple(names)
    wide, high = _WIDTH // (2 * len(words)), _BAR - 2 * _GAP
    found = []
    for place, word in enumerate(words):
        frame = _Frame(place * wide + _GAP // 2, _GAP, wide - _GAP, high)
        found.append(_node(
            "BUTTON", word, frame, colour=_colour("555555"),
            properties={"tag": word, "script": _script("button"), "buttonType": 0}, values={"x": "0"},
        ))  # fmt: skip
        found.append(_label(f"{word}_name", frame, word, size=16))
    return found


def _lines(texts: Mapping[str, str]) -> list[ElementTree.Element]:
    left, high = _WIDTH // 2, (_BAR - 2 * _GAP) // len(texts)
    return [
        _label(
            name, _Frame(left, _GAP + place * high, left - _GAP, high), text, size=14, align=1,
            colour=LIGHTS["failed"][0] if name == "trouble" else "ffffff",
        )
        for place, (name, text) in enumerate(texts.items())
    ]  # fmt: skip


def _label(
    name: str, frame: _Frame, text: str, *, size: int, align: int = 2, colour: str = "ffffff"
) -> ElementTree.Element:
    """Returns a text that lets touches through to what lies below it."""
    return _node(
        "LABEL", name, frame,
        properties={
            "interactive": False, "background": False, "outline": False, "textSize": size, "textAlignH": align,
            "textColor": _colour(colour),
        },
        values={"text": text},
    )  # fmt: skip


def _node(
    kind: str, name: str, frame: _Frame, *, colour: _Colour = (0.0, 0.0, 0.0, 1.0),
    properties: Mapping[str, _Property] | None = None, values: Mapping[str, str] | None = None,
    children: Iterable[ElementTree.Element] = (),
) -> ElementTree.Element:  # fmt: skip
    node = ElementTree.Element("node", type=kind)
    held = ElementTree.SubElement(node, "properties")
    for key, value in {"name": name, "frame": frame, "color": colour, **(properties or {})}.items():
        _write_property(held, key, value)
    held = ElementTree.SubElement(node, "values")
    for key, text in {"touch": "false", **(values or {})}.items():
        entry = ElementTree.SubElement(held, "value")
        parts = {"key": key, "locked": "0", "lockedDefaultCurrent": "0", "default": text, "defaultPull": "0"}
        for part, content in parts.items():
            ElementTree.SubElement(entry, part).text = content
    ElementTree.SubElement(node, "messages")
    ElementTree.SubElement(node, "children").extend(children)
    return node


def _write_property(held: ElementTree.Element, key: str, value: _Property) -> None:
    """Adds a property with the letter of its type."""
    parts: dict[str, float] = {}
    if isinstance(value, _Frame):
        letter, parts = "r", {"x": value.x, "y": value.y, "w": value.w, "h": value.h}
    elif isinstance(value, tuple):
        letter, parts = "c", dict(zip("rgba", value, strict=True))
    else:
        letter = {bool: "b", int: "i", float: "f", str: "s"}[type(value)]
    entry = ElementTree.SubElement(held, "property", type=letter)
    ElementTree.SubElement(entry, "key").text = key
    written = ElementTree.SubElement(entry, "value")
    if parts:
        for part, number in parts.items():
            ElementTree.SubElement(written, part).text = f"{number:g}"
    else:
        written.text = str(int(value)) if isinstance(value, bool) else str(value)


def _name(node: ElementTree.Element, path: str) -> None:
    """Gives a node and all below it an id each, made from their places."""
    name = node.findtext("properties/property[key='name']/value")
    place = f"{path}/{name}"
    node.set("ID", str(uuid.uuid5(_NAMESPACE, place)))
    for child in node.iterfind("children/node"):
        _name(child, place)


def _colour(colour: str) -> _Colour:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue, 1.0


FORMAT = SurfaceFormat(
    suffix=".tosc",
    listens=9000,
    step="Open it in TouchOSC. Its first OSC connection: UDP, to the address and port of the bridge, receive port as "
    "in the layout.",
    write=write_layout,
)
