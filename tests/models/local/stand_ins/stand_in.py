"""What the stand-ins share: what they were asked is written down, and a sound follows from it."""

import json
import os

import numpy


def note(what, **said):
    """Writes down a line of what a stand-in was asked."""
    with open(os.environ["STAND_IN_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps({"what": what, **said}, default=_plain) + "\n")


def tone(seed, frames, rate, channels):
    """Returns a decaying sine wave, channels × frames, whose pitch follows from the seed."""
    time = numpy.arange(frames) / rate
    wave = 0.5 * numpy.sin(2 * numpy.pi * pitch(seed) * time) * numpy.exp(-2 * time) * (time < 1)
    return numpy.tile(wave.astype("float32"), (channels, 1))


def pitch(seed):
    return 110.0 * (1 + seed % 7)


def _plain(value):
    shape = getattr(value, "shape", None)
    return {"shape": list(shape)} if shape is not None else repr(value)
