"""Writes `.dspreset`: a text file that Decent Sampler plays, in a plug-in host, by itself and on a tablet.

After its documented format (decentsampler-developers-guide.readthedocs.io): tuning in semitones, loops with their last
frame included, `tags` and `silencedByTags` for sounds that cut each other off.
"""

from __future__ import annotations

from itertools import groupby

from bridge.domain.instrument import Instrument, Zone
from bridge.instruments.formats import Files, Format, Sounds, beside, file_stem
from bridge.instruments.formats.packing import Element, document, element, names_of_sounds

RELEASE_SECONDS = 0.12
VELOCITY = 0.8
"""How much the velocity moves the level, 0…1; at 127 every sound has the level of its file."""


def write_dspreset(instrument: Instrument, folder: str, sounds: Sounds) -> Files:
    """Yields the one file of an instrument. A group holds what takes turns together: the player counts by groups."""
    names_of_sounds(instrument)  # refuses what no player could find
    runs = groupby(instrument.zones, key=lambda zone: (zone.low, zone.high, zone.velocity_low, zone.sequence[1]))
    groups = [_group(list(zones), folder) for _, zones in runs]
    root = element("DecentSampler", {}, element("groups", {}, *groups))
    yield f"{folder}/{file_stem(instrument.name)}.dspreset", document(root)


def _group(zones: list[Zone], folder: str) -> Element:
    turns = zones[0].sequence[1]
    about: dict[str, object] = {"ampVelTrack": VELOCITY}
    if turns > 1:
        about |= {"seqMode": "round_robin", "seqLength": turns}
    return element("group", about, *(element("sample", _sample(zone, folder)) for zone in zones))


def _sample(zone: Zone, folder: str) -> dict[str, object]:
    said: dict[str, object] = {
        "path": beside(zone.path, folder),
        "rootNote": zone.root,
        "loNote": zone.low,
        "hiNote": zone.high,
        "loVel": zone.velocity_low,
        "hiVel": zone.velocity_high,
    }
    if zone.sequence[1] > 1:
        said["seqPosition"] = zone.sequence[0]
    if zone.follows_keys:
        said |= {"tuning": -zone.cents / 100, "release": RELEASE_SECONDS}
    else:
        # Without an envelope nothing ends the sound when its key is let go.
        said |= {"pitchKeyTrack": 0, "ampEnvEnabled": False}
    if zone.choke:
        said |= {"tags": f"choke{zone.choke}", "silencedByTags": f"choke{zone.choke}", "silencingMode": "fast"}
    # Always said: the player would take a loop out of the WAV otherwise.
    said["loopEnabled"] = zone.loop is not None
    if zone.loop is not None:
        said |= {"loopStart": zone.loop[0], "loopEnd": zone.loop[1]}
    return said


DSPRESET = Format(title="Decent Sampler", players="Decent Sampler", sounds="beside", write=write_dspreset)
