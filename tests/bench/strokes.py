"""Puts recorded strokes of one drum in order of their strength, and compares how alike strokes and other drums are.

The truth is the makers' own: the velocity layers of the drum kits of Hydrogen (`drumkit.xml`).

    python tests/bench/strokes.py
"""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import numpy as np
import soundfile
import sources

from bridge.audio import Audio
from bridge.instruments.mapping import ALIKE, layers_of
from bridge.sound.layers import character, turns
from bridge.sound.level import level
from bridge.sound.trim import trim


def drums():
    """Yields the name of every drum with three or more velocity layers, and its sounds, softest first."""
    for package in ("hydrogen-data", "hydrogen-drumkits"):
        for path in sorted(sources.fetch(package).rglob("drumkit.xml")):
            tree = ElementTree.parse(path).getroot()
            for element in tree.iter():
                element.tag = element.tag.split("}")[-1]
            for instrument in tree.iter("instrument"):
                layers = list(instrument.iter("layer"))
                found = [(float(layer.findtext("min")), layer.findtext("filename")) for layer in layers]
                if len(found) < 3 or len({low for low, _ in found}) < len(found):
                    continue
                try:
                    sounds = [sources.read(path.parent / name) for _, name in sorted(found)]
                except soundfile.SoundFileError:
                    continue
                if all(len(samples) > 500 and np.abs(samples).max() > 1e-3 for samples, _ in sounds):
                    name = f"{path.parent.name}: {instrument.findtext('name')}"
                    yield name, [shaped(Audio.of(samples, rate)) for samples, rate in sounds]


def shaped(audio):
    """A sound as it leaves the bridge: trimmed, and as loud as every other, so that level tells nothing."""
    return level(trim(audio, longest=2.0).audio)[0]


def agreement(order):
    """Kendall's tau between an order of places and the true one: 1 the same, −1 backwards, 0 by chance."""
    pairs = list(itertools.combinations(order, 2))
    return np.mean([1 if one < other else -1 for one, other in pairs])


def cosine(one, other):
    one, other = np.array(one.profile), np.array(other.profile)
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)


def main():
    taus, counts, near, firsts, strokes = [], [], [], [], []
    for name, sounds in drums():
        found = [character(audio) for audio in sounds]
        layers = layers_of(found)
        taus.append(agreement([place for layer in layers for place in layer]))
        counts.append((len(found), len(layers)))
        near += [cosine(one, other) for one, other in itertools.pairwise(found)]
        firsts.append((name, found[-1]))
        if len(strokes) < 400:
            strokes += [cosine(found[-1], character(turn)) for turn in turns(sounds[-1], 3, name)[1:]]
    far = [cosine(one, other) for (_, one), (_, other) in itertools.combinations(firsts, 2)]
    print(f"{len(taus)} drums, {sum(recorded for recorded, _ in counts)} recorded velocity layers, each levelled alone")
    taus = np.array(taus)
    print(f"  order by brightness against the makers': tau median {np.median(taus):.2f}, mean {taus.mean():.2f}; "
          f"right throughout {np.mean(taus == 1):.0%}, backwards {np.mean(taus == -1):.0%}")
    recorded, made = np.median(counts, axis=0)
    print(f"  layers made: median {made:.0f} of {recorded:.0f}")
    for text, values in (("turns made from one sample", strokes), ("neighbouring layers", near), ("other drums", far)):
        print(f"  {text:<28} cosine 5 / 50 / 95 %: {' / '.join(f'{np.percentile(values, p):.3f}' for p in (5, 50, 95))}"
              f"   alike (≥ {ALIKE}): {np.mean(np.array(values) >= ALIKE):.0%}")


if __name__ == "__main__":
    main()
