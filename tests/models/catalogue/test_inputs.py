"""A brief becomes inputs that the model takes, or is refused by name before anything is sent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.config.models import Input
from bridge.domain.brief import LARGEST_SEED, Brief
from bridge.domain.family import FAMILIES
from bridge.domain.prompt import Question
from bridge.errors import RequestError
from bridge.models.catalogue.inputs import check, files_of, inputs_of, question_inputs
from bridge.models.catalogue.rows import catalogue
from bridge.models.catalogue.values import fitting
from support.schemas import SCHEMAS

SOUNDS = {name: row for name, row in catalogue().items() if row.kind == "sound"}


def asked(name: str, brief: Brief, **files: str) -> dict:
    return inputs_of(catalogue()[name], brief, brief.seed, files)


def refused(name: str, brief: Brief) -> RequestError:
    with pytest.raises(RequestError) as caught:
        check(catalogue()[name], brief)
    return caught.value


def test_a_kick_becomes_what_stable_audio_open_takes(brief):
    values = asked("stable-audio-open", brief(negative="hiss", seconds=0.5, count=3, inputs=(("steps", 50),)))
    assert values == {
        "prompt": "a tight kick", "negative_prompt": "hiss", "seconds_total": 1, "seed": 7, "batch_size": 3,
        "steps": 50, "cfg_scale": 6,
    }  # fmt: skip


def test_a_loop_gets_its_tempo_as_a_number(brief):
    values = asked("musicgen-looper", brief(bpm=128.5, seconds=4.0))
    assert (values["bpm"], values["max_duration"], values["variations"]) == (128.5, 4, 1)


def test_every_input_of_the_eight_songs_is_sent_as_it_is_said(brief):
    said = {
        "continuation_start": 2, "continuation_end": 5, "multi_band_diffusion": True, "normalization_strategy": "rms",
        "top_k": 100, "top_p": 0.5, "temperature": 0.8, "classifier_free_guidance": 5, "output_format": "mp3",
    }  # fmt: skip
    full = brief(audio="tune", audio_use="continue", seconds=6.0, inputs=tuple(said.items()))
    values = asked("musicgen-8songs", full, audio="https://files/tune.wav")
    assert values == {
        **said, "prompt": "a tight kick", "input_audio": "https://files/tune.wav", "duration": 6, "continuation": True,
        "seed": 7,
    }  # fmt: skip
    assert set(values) == set(SCHEMAS["musicgen-8songs"]["components"]["schemas"]["Input"]["properties"])


def test_a_melody_is_followed_without_continuing(brief):
    values = asked("musicgen", brief(audio="tune", audio_use="melody"), audio="data:audio/wav;base64,AA")
    assert values["input_audio"] == "data:audio/wav;base64,AA"
    assert not values.get("continuation")


def test_how_much_of_a_sound_stays_is_turned_into_how_much_noise_is_added(brief):
    row = catalogue()["stable-audio-3"]
    values = inputs_of(row, brief(audio="tune", strength=0.75), 7, {"audio": "https://x/y"})
    assert values["init_noise_level"] == pytest.approx(0.25)
    assert "init_noise_level" not in inputs_of(row, brief(audio="tune"), 7, {"audio": "https://x/y"})


def test_only_what_the_model_takes_is_needed_as_a_file(brief):
    both = brief(audio="tune", image="dance")
    assert files_of(catalogue()["musicgen"], both) == {"audio": "tune"}
    assert files_of(catalogue()["lyria-3"], both) == {"image": "dance"}
    assert files_of(catalogue()["lyria-2"], both) == {}


def test_a_picture_goes_into_a_list_where_the_model_wants_one(brief):
    assert asked("lyria-3", brief(image="dance"), image="https://x/y.png")["images"] == ["https://x/y.png"]


def test_fixed_inputs_are_always_sent_and_never_changed(brief):
    assert asked("flux-music", brief())["save_spectrogram"] is False
    assert "always False" in refused("flux-music", brief(inputs=(("save_spectrogram", True),))).message


def test_a_brief_without_a_length_gets_the_room_of_its_family(brief):
    for family in FAMILIES.values():
        assert asked("musicgen", brief(family=family.name))["duration"] == min(30, math.ceil(family.longest))


def test_a_length_between_two_seconds_becomes_the_longer_one(brief):
    assert asked("musicgen", brief(seconds=2.1))["duration"] == 3
    assert asked("stable-audio-3", brief(seconds=2.1))["duration"] == 2.1


def test_a_call_makes_as_many_takes_as_the_model_makes_at_once(brief):
    assert asked("stable-audio-open", brief(count=16))["batch_size"] == 4


def test_a_seed_is_never_one_that_means_any(brief):
    for seed in (1, 2**31, 2**31 + 1, LARGEST_SEED):
        assert 1 <= inputs_of(catalogue()["lyria-2"], brief(), seed, {})["seed"] < 2**31


@pytest.mark.parametrize(
    ("name", "said", "message", "hint"),
    [
        ("musicgen", {"seconds": 31.0}, "seconds is 31", "within"),
        ("musicgen-looper", {"bpm": 20.0}, "bpm is 20.0, outside its range", "from 40 to 300"),
        ("musicgen-looper", {"prompt": ""}, "prompt is missing", ""),
        ("musicgen", {"prompt": ""}, "neither a prompt nor a sound", "Say a prompt"),
        ("musicgen", {"inputs": (("top_kk", 5),)}, "There is no input 'top_kk'", "Did you mean top_k?"),
        ("musicgen", {"inputs": (("duration", 5),)}, "'duration' is set by seconds", "Say seconds"),
        ("musicgen", {"inputs": (("temperature", math.nan),)}, "temperature is nan", "a number from 0 to 10"),
        ("musicgen", {"inputs": (("top_k", 2.5),)}, "top_k is 2.5, which is not a whole number", "at least 0"),
        ("musicgen", {"inputs": (("top_k", True),)}, "top_k is True, which is not a whole number", ""),
        ("musicgen", {"inputs": (("output_format", "ogg"),)}, "output_format is 'ogg'", "wav, mp3"),
        ("musicgen", {"inputs": (("multi_band_diffusion", 1),)}, "multi_band_diffusion does not go with",
         "melody-large or large"),
        ("musicgen", {"audio": "a", "inputs": (("model_version", "large"),)}, "'large' can't follow a melody",
         "stereo-melody-large or melody-large"),
        ("musicgen", {"audio_use": "continue"}, "There is no sound to use", ""),
        ("musicgen", {"inputs": (("continuation_start", 3),)}, "continuation_start is set", "Give a sound"),
        ("musicgen", {"audio": "a", "audio_use": "continue",
                      "inputs": (("continuation_start", 3), ("continuation_end", 3))}, "is not after", "seconds"),
        ("musicgen", {"audio": "a", "audio_use": "init"}, "can't use a sound as 'init'", "melody, continue"),
        ("musicgen", {"audio": "a", "strength": 0.5}, "can't be told how much", ""),
        ("stable-audio-3", {"audio": "a", "strength": 1.5}, "strength is 1.5", "from 0 to 1"),
        ("tangoflux", {"audio": "a"}, "takes no sound", "oneshot models"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_take_is_refused_by_name(brief, name, said, message, hint):
    problem = refused(name, brief(**said))
    assert message in problem.message
    assert hint in problem.hint


def test_large_goes_on_from_a_sound_though_it_follows_no_melody(brief):
    check(catalogue()["musicgen"], brief(audio="a", audio_use="continue", inputs=(("model_version", "large"),)))


def test_diffusion_goes_with_a_mono_version(brief):
    check(catalogue()["musicgen"], brief(inputs=(("multi_band_diffusion", True), ("model_version", "large"))))


def test_a_file_that_is_not_there_is_missed(brief):
    with pytest.raises(RequestError, match="file of audio"):
        asked("musicgen", brief(audio="tune"))


def test_osc_says_switches_as_numbers_and_integers_as_floats():
    assert fitting(Input(name="x", type="switch"), 1) is True
    assert fitting(Input(name="x", type="integer"), 3.0) == 3
    with pytest.raises(RequestError):
        fitting(Input(name="x", type="switch"), 2)


SETTINGS = st.one_of(
    st.booleans(), st.integers(-10, 400), st.floats(), st.text(max_size=8),
    st.sampled_from(["wav", "mp3", "large", "stereo-melody-large", "melody-large", "medium", "giant", "rms"]),
)  # fmt: skip


def fit(option: Input) -> st.SearchStrategy:
    """Draws what the option takes, and now and then what it may not."""
    if option.type == "choice":
        right = st.sampled_from(option.values)
    elif option.type == "integer":
        right = st.integers(int(option.low or 0), int(option.high or 999))
    elif option.type == "number":
        right = st.floats(option.low or 0.0, option.high or 999.0)
    else:
        right = st.booleans() if option.type == "switch" else st.text(max_size=8)
    return st.one_of(right, right, right, SETTINGS)


@st.composite
def briefs(draw: st.DrawFn, name: str) -> Brief:
    row = SOUNDS[name]
    sound = draw(st.sampled_from(["", *(["tune"] if row.audio else [])] if draw(st.integers(0, 9)) else ["tune"]))
    chosen = draw(st.lists(st.sampled_from(sorted(row.options)), max_size=3, unique=True)) if row.options else []
    return Brief(
        prompt=draw(st.sampled_from(["a kick", "ü" * 99, "a kick", ""])), model=name,
        seed=draw(st.integers(1, LARGEST_SEED)), family=draw(st.sampled_from(sorted(FAMILIES))), mapping="drum",
        negative=draw(st.sampled_from(["", "hiss"])), count=draw(st.integers(1, 16)),
        seconds=draw(st.one_of(st.none(), st.floats(*row.seconds), st.floats(*row.seconds), st.floats(-1, 500))),
        bpm=draw(st.none() | st.floats(40, 300) | st.floats(0, 400)), key=draw(st.sampled_from(["", "F# minor"])),
        audio=sound, image=draw(st.sampled_from(["", "dance"])),
        audio_use=draw(st.none() | st.sampled_from(["melody", "continue", "init"])) if sound else None,
        strength=draw(st.none() | st.floats(-0.1, 1.1)) if sound else None,
        inputs=tuple((option, draw(fit(row.options[option]))) for option in chosen),
    )  # fmt: skip


def _takes(schema: dict, schemas: dict, value: object) -> bool:
    """Judges a value by the model's own documented schema, as a Cog server would."""
    if "allOf" in schema:
        return value in schemas[schema["allOf"][0]["$ref"].rpartition("/")[2]]["enum"]
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list}
    right = isinstance(value, kinds[schema["type"]]) and (schema["type"] == "boolean" or not isinstance(value, bool))
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    return right and (not isinstance(value, int | float) or (math.isfinite(value) and low <= value <= high))


@pytest.mark.parametrize("name", sorted(SOUNDS))
@settings(max_examples=60, deadline=None)
@given(drawn=st.data())
def test_whatever_is_asked_the_inputs_are_in_the_models_ranges_or_nothing_is_sent(name, drawn):
    brief = drawn.draw(briefs(name))
    schemas = SCHEMAS[name]["components"]["schemas"]
    files = {field: f"https://files/{file}" for field, file in files_of(SOUNDS[name], brief).items()}
    try:
        values = inputs_of(SOUNDS[name], brief, brief.seed, files)
    except RequestError:
        return
    assert values == inputs_of(SOUNDS[name], brief, brief.seed, files)
    assert set(schemas["Input"].get("required", ())) <= set(values)
    for key, value in values.items():
        assert _takes(schemas["Input"]["properties"][key], schemas, value), (key, value)


def test_a_question_becomes_what_the_chat_model_takes():
    question = Question(text="What is this?", system="Be short.", images=("dance",), longest=120)
    assert question_inputs(catalogue()["gpt-4o"], question, ["data:image/png;base64,AA"]) == {
        "prompt": "What is this?", "system_prompt": "Be short.", "max_completion_tokens": 120, "temperature": 0.7,
        "image_input": ["data:image/png;base64,AA"],
    }  # fmt: skip


def test_a_question_without_pictures_sends_none():
    assert "image_input" not in question_inputs(catalogue()["gpt-4o"], Question(text="x"), [])


@pytest.mark.parametrize(
    ("question", "images"),
    [(Question(text=""), []), (Question(text="x", longest=9_999), []), (Question(text="x", images=("a",)), [])],
)
def test_a_question_that_can_not_be_asked_is_refused(question, images):
    with pytest.raises(RequestError):
        question_inputs(catalogue()["gpt-4o"], question, images)


def test_how_to_answer_is_said_with_the_question_where_the_model_has_no_place_for_it():
    row = catalogue()["gpt-4o"]
    plain = row.model_copy(update={"inputs": {field: row.inputs[field] for field in ("prompt", "longest")}})
    assert question_inputs(plain, Question(text="A kick?", system="Be short."), [])["prompt"] == "Be short.\n\nA kick?"


def test_a_chat_model_that_does_not_see_refuses_pictures():
    blind = catalogue()["gpt-4o"].model_copy(update={"sees": False})
    with pytest.raises(RequestError, match="pictures"):
        question_inputs(blind, Question(text="x", images=("a",)), ["https://x/y.png"])
