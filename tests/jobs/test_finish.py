"""What a request to finish a sound becomes."""

from __future__ import annotations

import pytest

from bridge.config.schema import Config, Pad
from bridge.domain.brief import FINISH, Request
from bridge.errors import NotFoundError, RequestError
from bridge.jobs.briefs import as_finish, resolve
from bridge.models.file.model import File
from bridge.models.synth.model import Synth

PADS = {
    "bass": Pad(prompt="round bass", model="synth", note=36, count=4, enhance="ask", fallback="synth",
                inputs={"depth": 3}, shape=("trim", "fade")),
}  # fmt: skip
MODELS = {"file": File(references=None), "synth": Synth(workers=None)}  # nobody calls them


def model_of(name: str):
    if name not in MODELS:
        raise NotFoundError(f"no {name}")
    return MODELS[name]


def brief_of(**said):
    name, config = "Kick_01 (deep).wav", Config()
    request = as_finish(Request(audio="0a.wav", audio_use=FINISH, **said), PADS, name)
    return resolve(request, PADS, model_of, list(MODELS.values()), config, config.song, name)


def test_it_is_made_by_the_file_itself_and_named_by_the_words_of_its_name():
    brief = brief_of()
    assert (brief.model, brief.prompt, brief.family, brief.source) == (
        "file", "Kick 01 deep", "kick", "Kick_01 (deep).wav",
    )  # fmt: skip


def test_a_pad_gives_its_family_note_and_steps_but_not_what_only_models_need():
    brief = brief_of(pad="bass")
    assert (brief.family, brief.mapping, brief.note, brief.shape) == ("bass", "keys", 36, PADS["bass"].shape)
    assert (brief.count, brief.enhance, brief.fallback, brief.inputs) == (1, "never", "", ())


def test_what_was_said_now_goes_before_everything():
    brief = brief_of(pad="bass", family="bell", note=60, prompt="my bell")
    assert (brief.family, brief.note, brief.prompt) == ("bell", 60, "my bell")


def test_another_model_can_not_finish_and_the_file_can_do_nothing_else():
    with pytest.raises(RequestError, match="synth takes no sound"):
        brief_of(model="synth")
    for request in (Request(prompt="kick", model="file"), Request(prompt="kick", model="file", audio="0a.wav")):
        with pytest.raises(RequestError, match=r"file makes no sound of its own. Give it one: oneshot finish FILE"):
            resolve(request, PADS, model_of, list(MODELS.values()), Config(), Config().song)


def test_an_unknown_pad_is_named_with_the_nearest():
    with pytest.raises(NotFoundError, match="Did you mean bass"):
        brief_of(pad="bas")


def test_a_library_for_sale_takes_what_the_user_brings():
    config = Config.model_validate({"library": {"commercial": True}})
    request = as_finish(Request(audio="0a.wav", audio_use=FINISH), {}, "a.wav")
    assert resolve(request, {}, model_of, list(MODELS.values()), config, config.song).model == "file"
