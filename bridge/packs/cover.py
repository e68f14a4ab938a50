"""Draws the cover sheet of a pack: one page that stands by itself, with the waveform of every sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import quote

import numpy as np

from bridge.audio import Audio, Samples
from bridge.packs.folder import Entry
from bridge.packs.names import key_of

COLUMNS, HEIGHT = 160, 32
_STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin: 2rem 0 .5rem; text-transform: capitalize; }
.sounds { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .75rem; }
figure { margin: 0; padding: .6rem; border: 1px solid #8884; border-radius: .4rem; }
figcaption { overflow-wrap: anywhere; } small { opacity: .7; }
svg { display: block; width: 100%; height: 3rem; fill: #2a7; } audio { width: 100%; height: 2rem; }
@media print { audio { display: none; } figure { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def outline(sound: Audio) -> str:
    """Returns the waveform as the path of an SVG of `COLUMNS` by `HEIGHT`: in each column from the lowest to the
    highest value of all channels; a silent sound is a line."""
    middle = HEIGHT / 2
    highs, lows = edges(sound, COLUMNS)
    up = [f"{x} {middle * (1 - high):.1f}" for x, high in enumerate(highs.tolist())]
    down = [f"{x} {middle * (1 - low) + 0.3:.1f}" for x, low in reversed(list(enumerate(lows.tolist())))]
    return f"M{'L'.join([*up, *down])}Z"


def edges(sound: Audio, columns: int) -> tuple[Samples, Samples]:
    """Returns the highest values of a sound in so many columns, 0 to 1, and the lowest, −1 to 0."""
    if not sound.frames:
        return np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    starts = np.linspace(0, sound.frames, columns, endpoint=False).astype(int)
    highs = np.maximum.reduceat(sound.samples, starts, axis=0).max(axis=1)
    lows = np.minimum.reduceat(sound.samples, starts, axis=0).min(axis=1)
    return np.clip(highs, 0.0, 1.0), np.clip(lows, -1.0, 0.0)


def cover(
    name: str, entries: Sequence[Entry], outlines: Mapping[str, str], licences: Mapping[str, Mapping[str, Any]]
) -> bytes:
    """Returns the page: the sounds by family, in the order of the pack; `outlines` are the waveforms by path, and
    `licences` those of the models. Everything that people wrote is escaped: a prompt is no markup."""
    return "\n".join(_lines(name, entries, outlines, licences)).encode()


def _lines(
    name: str, entries: Sequence[Entry], outlines: Mapping[str, str], licences: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
    total = sum(entry.sample["analysis"]["seconds"] for entry in entries)
    yield f"<h1>{escape(name)}</h1><p>{len(entries)} sounds, {total:.0f} seconds</p>"
    by_family = sorted(entries, key=lambda entry: str(entry.sample["family"]))
    for family, members in groupby(by_family, key=lambda entry: str(entry.sample["family"])):
        yield f'<h2>{escape(family)}</h2><div class="sounds">'
        for entry in members:
            yield _figure(entry, outlines[entry.path])
        yield "</div>"
    yield "<h2>Terms</h2><ul>"
    for model in dict.fromkeys(entry.outcome["model"] for entry in entries):
        licence = licences.get(model, {})
        said = " ".join(str(licence[key]) for key in ("id", "link", "note") if licence.get(key)) or "unknown"
        yield f"<li>{escape(model)}: {escape(said)}</li>"
    yield "</ul></body></html>\n"


def _figure(entry: Entry, path: str) -> str:
    facts = [key_of(entry.sample), f"{entry.sample['analysis']['seconds']:.2f} s", entry.sample["prompt"]]
    picture = f'<svg viewBox="0 0 {COLUMNS} {HEIGHT}" preserveAspectRatio="none"><path d="{path}"/></svg>'
    sound = f'<audio controls preload="none" src="{quote(entry.path)}"></audio>'
    said = f"{escape(entry.path.rpartition('/')[2])}<br><small>{escape(' · '.join(filter(None, facts)))}</small>"
    return f"<figure>{picture}{sound}<figcaption>{said}</figcaption></figure>"
