"""A row in words, for tables and pages; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.config.models import Input, Row
from bridge.domain.licence import Licence
from bridge.domain.text import without_password
from bridge.models.catalogue.base import licence_of, version_of
from bridge.models.catalogue.inputs import variations
from bridge.models.catalogue.price import HARDWARE
from bridge.ports import Model

_USES = {
    "melody": "a melody to follow", "continue": "a sound to go on from", "init": "a sound to start with",
    "finish": "a sound to finish",
}


def row_view(name: str, row: Row) -> dict[str, Any]:
    """Returns what is to be known of a row, as plain JSON values, in the order in which people read it."""
    licence = licence_of(row.licence)
    return {
        "name": name,
        "text": row.text,
        "kind": row.kind,
        "provider": row.provider or "",
        "version": version_of(row),
        **(_local(row) if row.provider == "local" else {}),
        "pinned": row.version,
        "servers": [without_password(server) for server in row.servers],
        "makes": makes(row),
        "seconds": list(row.seconds) if row.kind == "sound" else [],
        "variations": variations(row),
        "takes": [_USES[use] for use in row.audio] + (["a picture"] if "image" in row.inputs else []),
        "price": price(row),
        "licence": licence_view(licence),
        "inputs": {field: f"{one.name}: {_input(one)}" for field, one in row.inputs.items()},
        "options": {field: _input(one) for field, one in row.options.items()},
        "fixed": dict(row.fixed),
        "rules": list(row.rules),
    }


def _local(row: Row) -> dict[str, Any]:
    """Returns how this computer runs a model, as far as the config says it."""
    half = {None: "on cuda and mps", True: "always", False: "never"}[row.half]
    return {
        "weights": row.weights, "gated": row.gated, "runner": row.runner, "python": row.python or "the bridge's own",
        "device": row.device, "half": half, "memory": f"{row.memory:g} GB" if row.memory else "as much as there is",
        "unload": row.unload, "loading": dict(row.loading),
        "loads": {name: _input(one) for name, one in row.loads.items()},
    }  # fmt: skip


def model_view(model: Model) -> dict[str, Any]:
    """Returns what is to be known of an installed model that has no row; its price is its own affair."""
    can = model.capabilities
    return {
        "name": model.name,
        "kind": "sound",
        "provider": model.provider,
        "version": model.version,
        "makes": "{:g}–{:g} s".format(*can.seconds),
        "seconds": list(can.seconds),
        "variations": can.variations,
        "takes": [_USES[use] for use in sorted(can.audio)] + (["a picture"] if can.image else []),
        "price": "free" if can.repeatable else "",
        "licence": licence_view(model.licence),
    }


def licence_view(licence: Licence) -> dict[str, str]:
    return {"id": licence.id, "link": licence.link, "commercial": licence.commercial, "note": licence.note}


def makes(row: Row) -> str:
    """Returns what comes back, in a few words: `loops, 2–20 s, mono 32 kHz`."""
    if row.kind == "chat":
        return "words, sees pictures" if row.sees else "words"
    parts = ["loops" if row.output.loops else ""]
    parts.append(f"always {row.usual:g} s" if row.usual and "seconds" not in row.inputs else lengths(row))
    kind = {1: "mono", 2: "stereo"}.get(row.output.channels, "")
    rate = f"{row.output.rate / 1000:g} kHz" if row.output.rate else ""
    parts.append(" ".join(word for word in (kind, rate) if word))
    return ", ".join(part for part in parts if part)


def lengths(row: Row) -> str:
    """Returns the lengths that a row's model itself makes: `1–47 s`."""
    wanted = row.inputs.get("seconds")
    low = wanted.low if wanted is not None and wanted.low is not None else row.seconds[0]
    return f"{low:g}–{row.seconds[1]:g} s"


def price(row: Row) -> str:
    """Returns what a call costs, in a few words."""
    cost = row.price
    match cost.by:
        case "run":
            return f"{usd(cost.usd)} a call"
        case "output":
            return f"{usd(cost.usd)} a sound"
        case "tokens":
            return f"{usd(cost.question)} + {usd(cost.usd)} per 1000 tokens"
        case "second":
            rate = cost.usd or HARDWARE.get(cost.hardware, 0.0)
            return f"about {usd(rate * cost.seconds)}, at most {usd(rate * cost.most)}"
    return "free"


def usd(amount: float) -> str:
    """Returns an amount with as many decimals as it takes to see two digits of it."""
    return f"${amount:.2f}" if amount >= 0.1 or amount == 0 else f"${float(f'{amount:.2g}'):.5f}".rstrip("0")


def table(rows: Mapping[str, Row]) -> str:
    """Returns the catalogue as a table in Markdown, for docs/models.md."""
    head = ("name", "where", "makes", "takes besides words", "price of a call", "licence", "commercial use")
    lines = [_line(head), _line(["---"] * len(head))]
    for name, row in rows.items():
        view = row_view(name, row)
        licence = view["licence"]
        link = f"[{licence['id'].removeprefix('LicenseRef-')}]({licence['link']})"
        where = f"[{row.reference}](https://replicate.com/{row.reference})"
        lines.append(_line((f"`{name}`", where, view["makes"], ", ".join(view["takes"]) or "–", view["price"], link,
                            licence["commercial"])))  # fmt: skip
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _input(one: Input) -> str:
    """Returns what an input takes, in one line: `integer 1–200, 50 unless said. Work per sound.`"""
    bounds = ""
    if one.values:
        bounds = " " + ", ".join(one.values)
    elif one.low is not None and one.high is not None:
        bounds = f" {one.low:.15g}–{one.high:.15g}"
    elif one.low is not None or one.high is not None:
        bounds = f" from {one.low:.15g}" if one.low is not None else f" up to {one.high:.15g}"
    usual = f", {str(one.default).lower() if isinstance(one.default, bool) else one.default} unless said"
    needed = ", needed" if one.required else ""
    said = f"{one.type}{bounds}{usual if one.default is not None else ''}{needed}"
    return f"{said}. {one.text}" if one.text else said
