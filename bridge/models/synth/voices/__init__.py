"""The voices: one function each, from a part to a wave, and the table that says which word means which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.family import DEFAULT_FAMILY
from bridge.models.synth.dice import Dice
from bridge.models.synth.part import Part, Wave
from bridge.models.synth.voices import basses, drums, effects, leads, loops, metals, pads, percussion, plucked, struck
from bridge.models.synth.words import Words

Voice = Callable[[Part], Wave]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Says which words of a prompt ask for a voice.

    A kind that is not `usual` sounds only when it is asked for. Where no note is asked, it lies so many `octaves`
    above the register of its family.
    """

    voice: Voice
    words: tuple[str, ...]
    usual: bool = True
    octaves: int = 0


KINDS: dict[str, tuple[Kind, ...]] = {
    "kick": (
        Kind(voice=drums.dusty_kick, words=("dusty", "lofi", "lo fi", "boom bap", "old", "sp 1200"), usual=False),
        Kind(voice=drums.hard_kick, words=("hard", "hardcore", "gabber", "distorted", "industrial"), usual=False),
        Kind(voice=drums.acoustic_kick, words=("acoustic", "live", "felt", "jazz", "rock", "bass drum")),
        Kind(voice=drums.punchy_kick, words=("909", "punchy", "house", "techno", "club", "dance")),
        Kind(voice=drums.deep_kick, words=("808", "deep", "boomy", "trap", "sub", "round")),
    ),
    "snare": (
        Kind(voice=drums.rim_shot, words=("rim", "rimshot", "rim shot"), usual=False),
        Kind(voice=drums.acoustic_snare, words=("acoustic", "live", "jazz", "rock", "brass", "wooden", "brush")),
        Kind(voice=drums.machine_snare, words=("808", "606", "machine", "electro", "trap")),
        Kind(voice=drums.tight_snare, words=("909", "tight", "house", "techno", "dance")),
    ),
    "clap": (
        Kind(voice=drums.snap, words=("snap", "finger snap", "finger", "fingers"), usual=False),
        Kind(voice=drums.clap, words=("clap", "hands", "handclap")),
    ),
    "tom": (
        Kind(voice=drums.machine_tom, words=("808", "909", "606", "machine", "electro", "analog", "synth")),
        Kind(voice=drums.tom, words=("acoustic", "live", "rock", "jazz", "floor")),
    ),
    "hat": (
        Kind(voice=metals.pedal_hat, words=("pedal", "foot", "pedalled", "chick"), usual=False),
        Kind(voice=metals.acoustic_hat, words=metals.METALS[0].words),
        Kind(voice=metals.machine_hat, words=metals.METALS[1].words),
        Kind(voice=metals.crisp_hat, words=metals.METALS[2].words),
    ),
    "cymbal": (
        Kind(voice=metals.ride, words=("ride", "ping"), usual=False),
        Kind(voice=metals.splash, words=("splash",), usual=False),
        Kind(voice=metals.china, words=("china", "trash", "trashy"), usual=False),
        Kind(voice=metals.crash, words=("crash",)),
    ),
    "perc": (
        Kind(voice=percussion.rim, words=("rim", "rimshot", "rim shot", "sidestick", "side stick")),
        Kind(voice=percussion.cowbell, words=("cowbell", "cow bell", "agogo")),
        Kind(voice=percussion.shaker, words=("shaker", "maraca", "maracas", "cabasa", "egg")),
        Kind(voice=percussion.conga, words=("conga", "bongo", "bongos", "djembe", "tabla", "timbale", "hand drum")),
        Kind(voice=percussion.clave, words=("clave", "claves", "sticks"), octaves=2),
        Kind(voice=percussion.woodblock, words=("woodblock", "wood block", "block", "wooden"), octaves=1),
        Kind(voice=metals.tambourine, words=("tambourine", "jingle", "jingles")),
    ),
    "808": (
        Kind(voice=basses.gliding_sub, words=("glide", "gliding", "slide", "sliding", "portamento"), usual=False),
        Kind(voice=basses.driven_sub, words=("driven", "drive", "phonk", "rage", "broken"), usual=False),
        Kind(voice=basses.sub, words=("808", "sub")),
    ),
    "bass": (
        Kind(voice=basses.plucked_bass, words=("bass guitar", "finger", "fingered", "picked", "plucked", "electric")),
        Kind(voice=basses.reese, words=("reese", "neuro", "growl", "dnb", "jungle")),
        Kind(voice=basses.fm_bass, words=("fm", "slap", "garage", "metallic", "donk")),
        Kind(voice=basses.acid_bass, words=("acid", "303", "squelchy", "resonant"), usual=False),
        Kind(voice=basses.plain_bass, words=("plain", "analog", "synth bass", "moog", "funk")),
    ),
    "pluck": (
        Kind(voice=plucked.harp, words=("harp", "nylon")),
        Kind(voice=plucked.koto, words=("koto", "sitar", "banjo", "steel", "harpsichord")),
        Kind(voice=plucked.guitar, words=("guitar", "string", "acoustic", "plucked", "ukulele")),
        Kind(voice=plucked.synth_pluck, words=("synth", "saw", "trance", "house", "analog")),
    ),
    "mallet": (
        Kind(voice=struck.xylophone, words=("xylophone", "wooden")),
        Kind(voice=struck.vibraphone, words=("vibraphone", "vibes", "jazz")),
        Kind(voice=struck.kalimba, words=("kalimba", "mbira", "thumb piano", "music box")),
        Kind(voice=struck.glockenspiel, words=("glockenspiel", "glock", "toy", "celesta")),
        Kind(voice=struck.marimba, words=("marimba", "balafon")),
    ),
    "bell": (
        Kind(voice=struck.gong, words=("gong", "tam tam", "bowl"), usual=False, octaves=-2),
        Kind(voice=struck.church_bell, words=("church", "tubular", "tubular bell", "cathedral", "carillon")),
        Kind(voice=struck.fm_bell, words=("fm", "electric", "synth", "digital", "dx7")),
        Kind(voice=struck.glass_bell, words=("glass", "glassy", "crystal", "wine")),
        Kind(voice=struck.hand_bell, words=("hand bell", "handbell", "chime", "chimes")),
    ),
    "lead": (
        Kind(voice=leads.chord_stab, words=("chord", "chords", "chord stab"), usual=False),
        Kind(voice=leads.stab, words=("stab", "rave", "hoover"), usual=False),
        Kind(voice=leads.super_lead, words=("supersaw", "super", "trance", "edm", "huge")),
        Kind(voice=leads.square_lead, words=("square", "pulse", "chiptune", "8 bit", "hollow", "pwm")),
        Kind(voice=leads.fm_lead, words=("fm", "digital", "metallic")),
        Kind(voice=leads.saw_lead, words=("saw", "saw lead", "analog")),
    ),
    "pad-synth": (
        Kind(voice=pads.strings, words=("strings", "string", "orchestra", "orchestral", "violins", "cinematic")),
        Kind(voice=pads.choir, words=("choir", "voices", "vocal", "ah", "oh", "oo", "eh", "human")),
        Kind(voice=pads.drone, words=("drone", "dark", "ominous", "ambient"), usual=False, octaves=-1),
        Kind(voice=pads.glass_pad, words=("glass", "glassy", "crystal", "ethereal", "shimmer", "digital")),
        Kind(voice=pads.warm_pad, words=("warm", "analog", "saw", "supersaw")),
    ),
    "fx": (
        Kind(voice=effects.riser, words=("riser", "rise", "uplifter", "build", "build up", "buildup", "tension")),
        Kind(voice=effects.faller, words=("downer", "downlifter", "faller", "fall"), usual=False),
        Kind(voice=effects.sweep, words=("sweep", "filter sweep", "sweep down", "sweep up"), usual=False),
        Kind(voice=effects.impact, words=("impact", "hit", "boom", "slam", "explosion", "thud", "braam")),
        Kind(voice=effects.whoosh, words=("whoosh", "swoosh", "transition", "pass by", "swish")),
        Kind(voice=effects.zap, words=("zap", "laser", "blaster", "beam", "sci fi", "pew")),
        Kind(voice=effects.glitch, words=("glitch", "glitchy", "stutter", "computer", "robot", "data", "broken")),
        Kind(voice=effects.vinyl, words=("vinyl", "needle", "record", "turntable"), usual=False),
        Kind(voice=effects.foley, words=("foley", "footstep", "knock", "door", "drop", "object", "click")),
        Kind(voice=effects.crackle, words=("crackle", "rustle", "rain", "fire", "paper", "leaves")),
        Kind(voice=effects.texture, words=("texture", "noise", "static", "wind", "atmosphere", "white noise", "hiss")),
    ),
    "loop": (Kind(voice=loops.beat, words=("loop",)),),
}  # fmt: skip
KINDS["open-hat"] = KINDS["hat"]


def kind_for(family: str, words: Words, dice: Dice) -> Kind:
    """Returns the kind that the words name, else one that the seed chooses; an unknown family is an effect."""
    kinds = KINDS.get(family, KINDS[DEFAULT_FAMILY])
    named = [kind for kind in kinds if any(words.name(word) for word in kind.words)]
    return named[0] if named else dice.choice("kind", [kind for kind in kinds if kind.usual])
