"""A model's words: the user's survive, every answer of a chat model is survived, and the way goes on after a crash."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.models import Guide
from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.domain.text import LONGEST_PROMPT, plain_text
from bridge.errors import ModelError
from bridge.ports import Capabilities
from bridge.prompts import rules
from bridge.prompts.answers import words_of
from bridge.prompts.chain import Writing
from bridge.prompts.pictures import read_scene
from bridge.units import MidiNote

TAGS = Guide(form="tags", tempo=True, pitch=True, extra=("one-shot", "dry"), negative=("music", "loop"))
SENTENCE = Guide(form="sentence", extra=("isolated sound",))
SCENE = '{"source": "temple bell", "action": "struck with wood", "decay": "long", "space": "stone hall"}'


def can(guide: Guide | None = TAGS, **more) -> Capabilities:
    return Capabilities(seconds=(0.1, 30.0), negative=True, guide=guide, **more)


def brief(prompt: str = "glassy bell", family: str = "bell", **more) -> Brief:
    return Brief(prompt=prompt, model="far", seed=1, family=family, mapping="keys", **{"enhance": "always", **more})


def tidy(text: str) -> str:
    try:
        return plain_text(text)[:LONGEST_PROMPT]
    except ValueError:
        return ""


@given(st.text(max_size=300).map(tidy), st.sampled_from(sorted(FAMILIES)), st.sampled_from([TAGS, SENTENCE]),
       st.floats(0.01, 1.0))
def test_the_users_words_come_first_and_whole(prompt, family, guide, energy):
    written = rules.write(brief(prompt, family, energy=energy, bpm=120.0, key="A minor"), can(guide))
    assert written.original == prompt
    assert written.prompt.startswith(prompt.strip(" ,").rstrip("."))
    assert 0 < len(written.prompt) <= LONGEST_PROMPT
    assert written == rules.write(brief(prompt, family, energy=energy, bpm=120.0, key="A minor"), can(guide))
    assert plain_text(written.prompt) == written.prompt


def test_words_that_fill_the_prompt_are_not_cut():
    prompt = "x" * LONGEST_PROMPT
    assert rules.write(brief(prompt), can()).prompt == prompt


def test_a_model_without_a_guide_gets_the_words_as_they_are():
    written = rules.write(brief("glassy bell", negative="noise"), can(None))
    assert (written.prompt, written.negative, written.by) == ("glassy bell", "noise", "user")


def test_what_was_said_is_not_said_twice():
    written = rules.write(brief("dry one-shot kick drum, short decay", "kick"), can())
    assert written.prompt == "dry one-shot kick drum, short decay"


@pytest.mark.parametrize(
    ("more", "capable", "expected"),
    [
        ({"note": MidiNote(61)}, {}, "note C#4"),
        ({"note": MidiNote(61)}, {"notes": True}, None),
        ({"key": "F# minor"}, {}, "in F# minor"),
        ({"key": "F# minor"}, {"key": True}, None),
        ({"energy": 0.2}, {}, "played softly"),
    ],
)
def test_what_a_model_has_no_input_for_is_said_in_words(more, capable, expected):
    prompt = rules.write(brief(**more), can(**capable)).prompt
    assert (expected in prompt) if expected else ("C#" not in prompt and "minor" not in prompt)


def test_the_tempo_belongs_to_loops_and_only_once():
    loop = brief("shaker groove", "loop", bpm=97.0)
    assert "97 BPM" in rules.write(loop, can()).prompt
    assert "BPM" not in rules.write(loop, can(tempo=True)).prompt
    assert "BPM" not in rules.write(brief("bell", bpm=97.0), can()).prompt
    assert "one-shot" not in rules.write(loop, can()).prompt


def test_nobody_is_refused_what_they_asked_for():
    assert "music" not in rules.write(brief("music box", "bell"), can()).negative
    assert "loop" not in rules.write(brief("groove", "loop"), can()).negative.split(", ")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("deep bell, long decay", "deep bell, long decay"),
        ('"deep bell"', "deep bell"),
        ("```json\n{\"prompt\": \"deep bell\"}\n```", "deep bell"),
        ("Sure! Here it is:\n- deep bell\n- long decay", "deep bell, long decay"),
        ("Prompt: **deep bell**", "deep bell"),
        ("tiefe Glocke,\tlanger Ausklang", "tiefe Glocke, langer Ausklang"),
    ],
)
def test_an_answer_is_read_whatever_stands_around_it(answer, words):
    assert words_of(answer) == words


@pytest.mark.parametrize("answer", ["", "```\n```", "I'm sorry, I can't help with that.", "{}", "x" * 100_000])
def test_an_answer_that_is_none_is_refused(answer):
    with pytest.raises(ModelError):
        words_of(answer)


@given(st.text(max_size=400))
def test_whatever_comes_back_is_plain_words_or_refused(answer):
    try:
        words = words_of(answer)
    except ModelError:
        return
    assert words
    assert "\n" not in words
    assert plain_text(words) == words


@given(st.lists(st.text(max_size=200), max_size=4), st.booleans(), st.sampled_from([None, "gpt"]))
def test_the_way_ends_with_words_whatever_was_answered(answers, picture, writer):
    asked = brief("bell", image="a.png" if picture else "")
    writing = Writing.begin(asked, can(), writer=writer, looker="gpt")
    given_so_far: list[str] = []
    for answer in answers:
        if writing.pending(given_so_far) is None:
            break
        given_so_far.append(answer)
    written = writing.finish(given_so_far)
    assert written.original == "bell"
    assert written.prompt
    assert len(written.prompt) <= LONGEST_PROMPT


def test_a_picture_becomes_a_scene_a_style_and_words_and_every_text_is_kept():
    writing = Writing.begin(brief("", image="a.png"), can(), writer="gpt", looker="eyes")
    answers: list[str] = []
    first = writing.pending(answers)
    assert first.images == ("a.png",)
    answers.append(SCENE)
    assert "temple bell" in writing.pending(answers).text
    answers.append("solemn ambient, dark and wide")
    third = writing.pending(answers)
    assert "temple bell" in third.text
    assert "solemn" in third.text
    answers.append("temple bell struck with wood, long decay, stone hall")
    assert writing.pending(answers) is None
    written = writing.finish(answers)
    assert [(step.what, step.by) for step in written.steps] == [("scene", "eyes"), ("style", "gpt"), ("prompt", "gpt")]
    assert written.prompt == "temple bell struck with wood, long decay, stone hall"
    assert written.by == "gpt"


def test_a_picture_and_the_rules_need_two_questions():
    writing = Writing.begin(brief("", image="a.png"), can(), writer=None, looker="eyes")
    answers = [SCENE, "solemn ambient"]
    assert writing.pending(answers) is None
    written = writing.finish(answers)
    assert written.prompt.startswith("temple bell, struck with wood, long, stone hall, solemn ambient")
    assert written.by == "eyes"


def test_a_writer_that_fails_costs_its_words_and_says_so():
    writing = Writing.begin(brief(), can(), writer="gpt", looker="gpt")
    written = writing.finish([], "gpt is away")
    assert written == replace(rules.write(brief(), can()), trouble="gpt is away")


def test_a_picture_that_nobody_saw_is_an_error_unless_there_are_words():
    with pytest.raises(ModelError, match="could not be looked at"):
        Writing.begin(brief("", image="a.png"), can(), writer=None, looker="eyes").finish([], "no money")
    assert Writing.begin(brief("bell", image="a.png"), can(), writer=None, looker="eyes").finish([], "no money").prompt


def test_a_scene_in_plain_words_is_a_source():
    assert read_scene("a rusty gate").source == "a rusty gate"


@pytest.mark.parametrize(
    ("prompt", "family", "more", "unsaid"),
    [
        ("bass in A minor", "bass", {"key": "F# minor"}, "F#"),
        ("Am stab", "lead", {"key": "F# minor"}, "F#"),
        ("bass C2", "bass", {"note": MidiNote(40)}, "E2"),
        ("drum loop 120bpm", "loop", {"bpm": 97.0}, "97"),
        ("bell in a huge hall", "bell", {}, "dry"),
    ],
)
def test_nothing_is_added_that_the_user_said_otherwise(prompt, family, more, unsaid):
    assert unsaid not in rules.write(brief(prompt, family, **more), can()).prompt


@pytest.mark.parametrize(
    ("prompt", "family", "allowed"),
    [("choir pad", "pad-synth", "voice"), ("steel drum", "mallet", "drums"), ("kick with a cymbal", "kick", "cymbals")],
)
def test_what_was_asked_for_is_not_kept_away(prompt, family, allowed):
    assert allowed not in rules.write(brief(prompt, family), can()).negative.split(", ")
    assert allowed in rules.write(brief("", family), can()).negative.split(", ")


def test_a_length_far_from_usual_is_said():
    assert "long decay" in rules.write(brief("kick", "kick", seconds=3.0), can()).prompt
    assert "short decay" in rules.write(brief("bell", seconds=0.4), can()).prompt


@given(st.text(max_size=3 * LONGEST_PROMPT).map(lambda text: "".join(filter(str.isprintable, text))))
def test_no_text_makes_a_prompt_too_long_or_loses_its_beginning(prompt):
    written = rules.write(brief(prompt), can())
    assert 0 < len(written.prompt) <= LONGEST_PROMPT
    if prompt.strip(" ,"):
        assert written.prompt[:20].startswith(prompt.strip(" ,")[:20])


@pytest.mark.parametrize("enhance", ["never", "always"])
def test_a_picture_beside_a_long_prompt_leaves_the_prompt_whole_and_bounded(enhance):
    asked = brief("x" * (LONGEST_PROMPT - 5), image="a.png", enhance=enhance)
    written = Writing.begin(asked, can(), writer=None, looker="eyes").finish([SCENE, "solemn ambient"])
    assert written.prompt.startswith(asked.prompt)
    assert len(written.prompt) <= LONGEST_PROMPT


def test_a_chat_models_words_keep_the_pitch_and_never_exclude_what_they_ask_for():
    writing = Writing.begin(brief("bell", note=MidiNote(61)), can(), writer="gpt", looker="gpt")
    written = writing.finish(["shiny glass music box"])
    assert written.prompt == "shiny glass music box, note C#4"
    assert "music" not in written.negative
    assert writing.finish(["glass bell, C#4"]).prompt == "glass bell, C#4"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Sure! Here is your prompt: deep bell", "deep bell"),
        ('["deep bell", "long decay"]', "deep bell, long decay"),
        ('{"note": 1} or rather {"prompt": ["deep bell"]}', "deep bell"),
        ("deep bell\n\nLet me know if you want another one.", "deep bell"),
        ("deep \u202ebell", "deep bell"),
    ],
)
def test_an_answer_is_read_through_talk_and_lists(answer, words):
    assert words_of(answer) == words


@pytest.mark.parametrize(
    "answer",
    ["Désolé, je ne peux pas vous aider.", "I won't do that.", '{"prompt": "dee', "{" * 100_000, "```" * 9_000],
)
def test_refusals_and_broken_answers_are_no_words(answer):
    with pytest.raises(ModelError):
        words_of(answer)


@pytest.mark.parametrize(
    ("answer", "scene"),
    [
        ('{"scene": {"source": "bell", "action": "struck"}}', "bell, struck"),
        ("Source: bell\n**Action:** struck\nSpace: hall", "bell, struck, hall"),
        ('{"source": "bell", "action": "n/a", "decay": "' + "x" * 300 + '"}', "bell"),
    ],
)
def test_a_scene_is_read_from_whatever_part_of_it_is_usable(answer, scene):
    assert str(read_scene(answer)) == scene


@pytest.mark.parametrize("answer", ['{"source": "none"}', '{"source": "bell", "decay": "no', '{"source": 7}', ""])
def test_a_scene_without_a_source_is_none(answer):
    with pytest.raises(ModelError):
        read_scene(answer)


def test_a_key_in_the_words_does_not_silence_the_note_that_was_asked():
    assert "note F1" in rules.write(brief("808 in A minor", "808", note=MidiNote(29)), can()).prompt


def test_a_guides_phrases_are_weighed_by_their_words():
    guide = Guide(extra=("single note", "dry recording"), negative=("music loop", "vocals"))
    assert rules.write(brief("bell in a hall"), can(guide)).prompt == "bell in a hall, long ringing decay, single note"
    assert "note" not in rules.write(brief("kick", "kick"), can(guide)).prompt
    loop = rules.write(brief("choir loop", "loop"), can(guide))
    assert (loop.prompt, loop.negative) == ("choir loop, dry recording", "")
