"""Reads drum kits, soundfonts and effects from Debian packages, each sound with the family that its name says.

The labels are words in file names and zone names, so some are wrong; what no row of the table knows is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soundfile
import sources

from bridge.audio import Audio

DRUMS = ("hydrogen-drumkits", "hydrogen-data", "avldrums.lv2-soundfont", "sonic-pi-samples", "lmms-common")
NOTES = ("timgm6mb-soundfont",)
LONGEST = 12.0
"""Seconds; what is longer is no one-shot."""

FAMILY_NAMES: tuple[tuple[str, str], ...] = (
    # Loops and what is no single sound first, so that no later row takes them for a drum.
    ("loop", r"loop|beats?[_/]|drum_roll|applause|crowd|wind_chimes|bass_drop"),
    (
        "",
        r"emptysample|^/beats_|french|/misc/|^fx|xfx|yfx|/fx|shapes/|vinyl|mehackit|robot|glitch|(guit|rhodes|dist|sitar)_|choke|scratch|metro",
    ),
    ("kick", r"kick|bass[- ]?drum|bassdr|\bbd\b|^bd|/bd_|_bd_|_k_0|drum_heavy|hse_k|drum_bass"),
    (
        "open-hat",
        r"hat.?op|h_?open|hatopen|opened|open.?h|ohh|semi.?open|/ho_|swis|oh_|hi-?hat-open|hhat.*open|hihat-semi",
    ),
    ("hat", r"hat|hihat|\bchh|\bhh|/hh|_hh_|cymbal_(closed|pedal)"),
    ("clap", r"clap|snap"),
    (
        "perc",
        r"side.?stick|rim|clav(?!i)|shak|tamb|cowbell|agogo|conga|bongo|djembe|wood|maraca|guiro|cabasa|castanet|timbale|"
        r"sangban|kenkeni|dununba|cajon|block|perc_(snap|till)|/cb|mc_cb|quinto|tumba|triangle|tabla|/rs_",
    ),
    ("snare", r"snare|snr|\bsn\b|sn_|_sn|/sd|sd_|/sr_|sidestick"),
    ("tom", r"\btom|tom\b|tom[_-]?\d|tom(hi|lo|mid|h\b)|floor|/t[12]_|/ft_|tomh|drum_tom|toms|-ludwig1|-pearl1"),
    ("cymbal", r"crash|ride|china|splash|cymb|/cc_|/rc_|/rd|paiste|zildjian|sabian|/cr"),
    ("bass", r"bass"),
    ("bell", r"bell|chime|carillon"),
    ("mallet", r"kalimba|marimba|vibra|xylo|steeldrum|musicbox|glock"),
    ("pluck", r"guitar|gtr|strat|harp|koto|banjo|sitar|shamis|pizz|piano"),
    ("lead", r"square wave|saw ?wave|syn brass|triangle.?wave"),
    ("pad-synth", r"strings|aahs|doo |vox|pad"),
)
KINDS: tuple[tuple[str, str, str], ...] = (
    # What the classifier tells apart within a family: the mean of a rim shot and a shaker is neither.
    ("perc", "rim", r"rim|stick|clav(?!i)|wood|block|castanet|/rs_|timbale"),
    ("perc", "shaker", r"shak|tamb|maraca|guiro|cabasa"),
    ("perc", "metal", r"cowbell|agogo|triangle|bell|/cb|mc_cb"),
    ("perc", "skin", r""),
)
_ROWS = tuple((family, re.compile(pattern)) for family, pattern in FAMILY_NAMES)
_KINDS = tuple((family, kind, re.compile(pattern)) for family, kind, pattern in KINDS)
_SAME_KIT = {"Black_Pearl_4_LV2": "The Black Pearl 1.0"}
"""One drum set, recorded once and published twice."""
UNSAID = 60
"""What soundfonts give a sample that nobody gave a note."""
NOTHING_SAID = ("rumpf_kit_z01_h2",)
"""Kits whose files are numbered only."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """Holds a sound, the family and the finer kind that its name says (empty: none), and the kit that it comes
    from. `note` is the MIDI note that a soundfont gives it; None where nobody says one."""

    name: str
    kit: str
    family: str
    kind: str
    audio: Audio
    note: int | None = None


def family_named(name: str) -> str:
    """Returns the family that a file's or a zone's name says, empty where none does."""
    return next((family for family, pattern in _ROWS if pattern.search(name)), "")


def sounds(packages: tuple[str, ...] = (*DRUMS, *NOTES)) -> Iterator[Labelled]:
    """Yields every sound of the packages that is not silent and lasts 10 ms to 12 s; each once."""
    seen = set()
    for package in packages:
        for kit, name, samples, rate, note in (*_recordings(package), *_zones(package)):
            key = (kit, name)
            if key in seen or not 0.01 * rate <= len(samples) <= LONGEST * rate or not samples.any():
                continue
            seen.add(key)
            text = f"/{name.lower()}"
            family = "" if kit in NOTHING_SAID else family_named(text)
            kind = next((kind for own, kind, pattern in _KINDS if own == family and pattern.search(text)), family)
            yield Labelled(
                name=name, kit=_SAME_KIT.get(kit, kit), family=family, kind=kind, audio=Audio.of(samples, rate),
                note=note,
            )  # fmt: skip


def _recordings(package: str) -> Iterator[tuple[str, str, np.ndarray, int, None]]:
    for path in sources.files(package):
        try:
            samples, rate = sources.read(path)
        except soundfile.SoundFileError:
            continue
        if samples.shape[1] <= 2:
            kit = path.parent.name if "hydrogen" in package else package
            yield kit, path.name if "hydrogen" in package else f"{path.parent.name}/{path.name}", samples, rate, None


def _zones(package: str) -> Iterator[tuple[str, str, np.ndarray, int, int | None]]:
    """Yields every sample of a package's soundfonts, drums too; of a stereo pair the left one."""
    for path in sorted(sources.fetch(package).rglob("*.sf2")):
        raw = path.read_bytes()
        chunks = dict(sources._chunks(raw, 12, len(raw)))
        headers = np.frombuffer(raw[slice(*chunks[b"shdr"])], dtype=np.dtype(sources._HEADERS[b"shdr"]))
        wave = np.frombuffer(raw[slice(*chunks[b"smpl"])], dtype="<i2")
        for row in headers[:-1]:
            samples = wave[int(row["start"]) : int(row["end"])].astype(np.float32) / 32768
            note = int(row["root"]) if 12 <= row["root"] <= 120 and row["root"] != UNSAID else None
            yield path.stem, row["name"].decode("latin-1").strip("\0 "), samples[:, None], int(row["rate"]), note
