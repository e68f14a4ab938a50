"""Draws one sound of every kind that the built-in synthesiser makes, as waves and spectrograms in one picture.

    pip install matplotlib
    python examples/contact_sheet.py contact-sheet.webp [--seed 1] [--columns 10]

Every cell is one sound over its whole length: the wave above, below it the spectrogram from 30 Hz (bottom) to 20 kHz in
even octaves, 70 dB deep. The picture's format is that of its name: webp, png, svg, pdf.
"""

from __future__ import annotations

import argparse

import matplotlib as mpl
import numpy as np
import scipy.ndimage
import scipy.signal
from matplotlib import pyplot

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth.finish import finish
from bridge.models.synth.render import plan
from bridge.models.synth.voices import KINDS

RATE = 44_100
LOWEST, HIGHEST = 30.0, 20_000.0
DEPTH = 70
"""Decibels under the loudest point that the spectrogram shows."""
HEIGHT, WIDTH = 96, 120
"""Points of a spectrogram."""


def sounds(seed: int) -> list[tuple[str, np.ndarray]]:
    """Returns the title and the samples, `(frames, channels)`, of one sound of every kind."""
    found = []
    for family, row in FAMILIES.items():
        for kind in KINDS[family]:
            brief = Brief(prompt=f"{family} {kind.words[0]}", model="synth", seed=seed, family=family,
                          mapping=row.mapping)  # fmt: skip
            voice, part = plan(brief, seed)
            title = voice.__name__.replace("_", " ")
            if family not in title:
                title = f"{family}: {title}"
            found.append((title, finish(voice(part), part).samples))
    return found


def spectrogram(wave: np.ndarray) -> np.ndarray:
    """Returns levels of shape `(HEIGHT, WIDTH)`, 0…1, the lowest frequency first; a short sound gets short windows."""
    window = min(max(len(wave) // 16, 512), 2048)
    padded = np.pad(wave, (window // 2, window))
    shape = scipy.signal.get_window("hann", window)
    starts = np.linspace(0, len(wave), WIDTH).astype(int)
    blocks = np.stack([padded[start : start + window] * shape for start in starts])
    levels = np.abs(np.fft.rfft(blocks, 8192))
    at = np.geomspace(LOWEST, HIGHEST, HEIGHT) * 8192 / RATE
    places = np.meshgrid(np.arange(WIDTH), at, indexing="ij")
    picture = scipy.ndimage.map_coordinates(levels, places, order=1, mode="nearest").T
    decibels = 20 * np.log10(picture + 1e-9)
    return np.clip(1 + (decibels - decibels.max()) / DEPTH, 0, 1)


def draw(name: str, seed: int, columns: int) -> None:
    """Draws the picture and writes it."""
    everything = sounds(seed)
    rows = -(-len(everything) // columns)
    mpl.rcParams["font.size"] = 6
    figure = pyplot.figure(figsize=(1.6 * columns, 1.75 * rows), facecolor="#15151c")
    grid = figure.add_gridspec(rows, columns, left=0.004, right=0.996, top=0.985, bottom=0.004, wspace=0.04, hspace=0.2)
    for place, (title, samples) in enumerate(everything):
        cell = grid[place].subgridspec(2, 1, height_ratios=(1, 2.2), hspace=0)
        above, below = figure.add_subplot(cell[0]), figure.add_subplot(cell[1])
        wave = samples.mean(axis=1)
        columns_of_wave = np.array_split(wave, 300)
        above.fill_between(
            range(300), [part.min() for part in columns_of_wave], [part.max() for part in columns_of_wave],
            color="#e9c46a", linewidth=0.4,
        )  # fmt: skip
        above.set_title(f"{title}  {len(wave) / RATE:.2f} s", color="#d8d8e0", pad=2)
        above.set(xlim=(0, 299), ylim=(-1, 1), facecolor="#15151c")
        below.imshow(spectrogram(wave), origin="lower", aspect="auto", cmap="magma", vmin=0, vmax=1)
        for axes in (above, below):
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_visible(False)
    smaller = {"quality": 55, "method": 6} if name.endswith(".webp") else {}
    figure.savefig(name, dpi=100, facecolor=figure.get_facecolor(), pil_kwargs=smaller)
    print(f"{name}: {len(everything)} sounds")  # noqa: T201 (a script)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the picture to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=10)
    options = parser.parse_args()
    draw(options.name, options.seed, options.columns)


if __name__ == "__main__":
    main()
