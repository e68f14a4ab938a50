"""What the words of a request say of note and length becomes part of its brief."""

from __future__ import annotations

import pytest

from bridge.config.schema import Config, Pad
from bridge.domain.brief import Request
from bridge.jobs.briefs import resolve
from bridge.models.file import open_model as open_file
from bridge.models.registry import ModelContext
from bridge.models.synth import open_model
from bridge.ports import Reader
from bridge.workers import WorkerPool

CONTEXT = ModelContext(workers=WorkerPool(1))
SYNTH = open_model(CONTEXT)
PADS = {"bass": Pad(prompt="round bass C2, half a second"), "low": Pad(prompt="bass C2", note=33, seconds=1.0)}


def brief(config: Config | None = None, **said):
    config = config or Config()
    return resolve(Request(seed=1, **said), PADS, lambda name: SYNTH, [SYNTH], config, config.song)


def test_only_a_model_that_reads_words_by_rules_can_tell():
    assert isinstance(SYNTH, Reader)
    assert not isinstance(open_file(CONTEXT), Reader)


@pytest.mark.parametrize(
    ("said", "note", "seconds"),
    [
        ({"prompt": "bass F1, 300 ms"}, 29, 0.3),
        ({"prompt": "bass F1, 300 ms", "note": 40, "seconds": 2.0}, 40, 2.0),
        ({"prompt": "bass in F"}, None, None),
        ({"prompt": "one bar"}, None, 2.0),
        ({"prompt": "one bar", "bpm": 60}, None, 4.0),
        ({"prompt": "90 seconds of drone"}, None, 30.0),
        ({"pad": "bass"}, 36, 0.5),
        ({"pad": "low"}, 33, 1.0),
        ({"pad": "low", "prompt": "bass D2"}, 33, 1.0),
    ],
)
def test_words_say_what_nobody_else_said(said, note, seconds):
    made = brief(**said)
    assert (made.note, made.seconds) == (note, seconds)


def test_a_note_in_words_is_meant_in_the_octave_of_the_user():
    config = Config.model_validate({"library": {"middle_c_octave": 3}})
    assert brief(config, prompt="bass C3").note == 60
