"""The built-in synthesiser: procedural one-shots from the words of a prompt, a note, a length, an energy and a seed.

`model` is what the daemon sees; everything else runs in the worker processes. `words` reads the prompt, `render`
makes a `part` of it, `voices` play it from `oscillators`, `envelopes` and `filters`, `finish` makes it a take.
"""

from __future__ import annotations

from bridge.models.registry import ModelContext
from bridge.models.synth.model import Synth


def open_model(context: ModelContext) -> Synth:
    """Opens the synthesiser; it needs no key, no network and no configuration."""
    return Synth(context.workers, context.clock)
