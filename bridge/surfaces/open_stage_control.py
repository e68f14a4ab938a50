"""A session of Open Stage Control: JSON that its server shows to every browser (openstagecontrol.ammd.net/docs,
"Properties reference" and "Scripting").

The buttons send by script, for a script may choose the type of an argument and its energy: a pad that is touched near
its upper edge is hit hard. Of what the bridge sends, every widget with its address gets the arguments as its value.
"""

from __future__ import annotations

import json
from typing import Any

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

VERSION = "1.27.5"
"""The oldest version that knows all that is used here; newer ones convert what has changed since."""
_START_MS = 500
_ROW, _LINE = 46, 26


def write_session(surface: Surface) -> bytes:
    """Returns the session file of a surface."""
    target = f"{surface.host}:{surface.port}"
    session = {
        "createdWith": "Open Stage Control", "version": VERSION, "type": "session",
        "content": {
            "type": "root", "id": "root", "layout": "vertical", "scroll": False,
            "onCreate": _start(target, surface.listens),
            "widgets": [
                {
                    "type": "panel", "id": "pages", "expand": True, "scroll": False, "bypass": True,
                    "tabs": [_page(page, target) for page in surface.pages],
                },
                _buttons(surface, target),
                _text("touched", "touch a pad, near its upper edge for a hard stroke"), _text("now", ""),
                _text("last", "no sound yet"), _text("trouble", "", colour=LIGHTS["failed"][0]),
                *_ears(),
            ],
        },
    }  # fmt: skip
    return json.dumps(session, indent=2, ensure_ascii=False).encode()


def _start(target: str, listens: int) -> str:
    """Returns what runs when the session opens: the colours for all widgets, and the subscription, again and again."""
    looks = {state: [f"#{colour}" for colour in colours] for state, colours in LIGHTS.items()}
    return (
        f"globals.lights = {json.dumps(looks)}\n"
        "function join() {\n"
        f"  send('{target}', '/oneshot/subscribe', {{type: 'i', value: {listens}}})\n"
        f"  send('{target}', '/oneshot/pads')\n"
        "}\n"
        f"setTimeout('start', join, {_START_MS})\n"
        f"setInterval('join', join, {1000 * JOIN_SECONDS})\n"
    )


def _page(page: Page, target: str) -> dict[str, Any]:
    return {
        "type": "tab", "id": f"page_{page.title}", "label": page.title, "layout": "grid",
        "gridTemplate": columns_of(len(page.pads)), "bypass": True,
        "widgets": [_pad(page, pad, target) for pad in page.pads],
    }  # fmt: skip


def _pad(page: Page, pad: SurfacePad, target: str) -> dict[str, Any]:
    """Returns a pad: a button that is lit in the colour of the pad's state, and the state in words below."""
    # Names have no underscore, so these are different for every pad of every page.
    button = f"{page.title}_{pad.name}"
    return {
        "type": "panel", "id": f"{button}_pad", "layout": "vertical", "scroll": False, "bypass": True, "padding": 2,
        "widgets": [
            {
                "type": "button", "id": button, "label": pad.name, "mode": "tap", "expand": True, "bypass": True,
                "colorStroke": f"#{pad.colour}", "colorText": f"#{pad.colour}", "lineWidth": 3,
                "colorFill": f"VAR{{light, #{DARK}}}", "alphaFillOff": 0.6, "alphaFillOn": 1,
                "onValue": (
                    "var energy = Math.max(1, Math.min(127, Math.round(127 * locals.touchCoords[1])))\n"
                    f"send('{target}', '/oneshot/pad/{pad.name}', {{type: 'i', value: energy}})\n"
                    f"globals.pad = '{pad.name}'\n"
                    "set('touched', globals.pad)\n"
                ),
            },
            {
                "type": "text", "id": f"{button}_state", "address": f"/oneshot/pad/{pad.name}/state", "bypass": True,
                "default": "idle", "height": _LINE, "onValue": _light(button),
            },
        ],
    }  # fmt: skip


def _light(button: str) -> str:
    """Returns what shows a state that came: its colour, or two in turn."""
    return (
        "var colours = globals.lights[value], beat = 0\n"
        "clearInterval('blink')\n"
        "if (colours) {\n"
        f"  setVar('{button}', 'light', colours[0])\n"
        "  if (colours.length > 1) setInterval('blink', function() {\n"
        "    beat = 1 - beat\n"
        f"    setVar('{button}', 'light', colours[beat])\n"
        f"  }}, {round(1000 * BLINK_SECONDS)})\n"
        "}\n"
    )


def _buttons(surface: Surface, target: str) -> dict[str, Any]:
    widgets = [
        _button(action, (
            f"if (globals.pad) send('{target}', '/oneshot/{action}', {{type: 's', value: globals.pad}})\n"
            f"else send('{target}', '/oneshot/{action}')\n"
        ))
        for action in ACTIONS
    ]  # fmt: skip
    kits = [page.kit for page in surface.pages]
    if any(kits):
        widgets.append(_button("kit", (
            f"var kit = {json.dumps(kits)}[get('pages')]\n"
            f"if (kit) send('{target}', '/oneshot/kit', {{type: 's', value: kit}})\n"
        )))  # fmt: skip
    return {
        "type": "panel", "id": "buttons", "layout": "horizontal", "scroll": False, "bypass": True, "height": _ROW,
        "widgets": widgets,
    }  # fmt: skip


def _button(name: str, script: str) -> dict[str, Any]:
    label = "play this kit by MIDI" if name == "kit" else name
    return {
        "type": "button", "id": name, "label": label, "mode": "momentary", "expand": True, "bypass": True,
        "onValue": script,
    }  # fmt: skip


def _text(name: str, shown: str, *, colour: str = "auto") -> dict[str, Any]:
    """Returns a line of text; `shown` stands there while it has no value."""
    return {
        "type": "text", "id": name, "bypass": True, "default": shown, "height": _LINE, "align": "left",
        "colorText": colour if colour == "auto" else f"#{colour}",
    }  # fmt: skip


def _ears() -> list[dict[str, Any]]:
    """Returns what hears the bridge and writes it into the texts; nothing of it is seen."""
    heard = {
        "sample/ready": "set('last', value[6] + '  ' + String(value[1]).split(/[\\\\/]/).pop())\n",
        "job/progress": "set('now', value[1] + '  ' + Math.round(100 * value[2]) + ' %')\n",
        "job/ready": "set('now', '')\nset('trouble', '')\n",
        "job/cancelled": "set('now', '')\n",
        "job/failed": "set('now', '')\nset('trouble', value[1])\n",
        "job/rejected": "set('trouble', value[1])\n",
        "error": "set('trouble', value[0] + ' ' + value[1])\n",
    }
    return [
        {
            "type": "variable", "id": f"hears_{address}", "address": f"/oneshot/{address}", "bypass": True,
            "onValue": script,
        }
        for address, script in heard.items()
    ]  # fmt: skip


FORMAT = SurfaceFormat(
    suffix=".json",
    listens=8080,
    step="Open it in Open Stage Control: set `load` to this file and start the server, then open its address in any "
    "browser.",
    write=write_session,
)
