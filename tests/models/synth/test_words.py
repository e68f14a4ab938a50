"""What the words of a prompt are taken for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth.model import Synth
from bridge.models.synth.words import STRONGEST, Character, read
from bridge.models.synth.words.grammar import ENGLISH, RARELY_ENGLISH
from bridge.models.synth.words.lexicon import ENDINGS, lexicon
from bridge.models.synth.words.vocabulary import ADJECTIVES, MACHINES
from bridge.workers import WorkerPool


def character(prompt: str, negative: str = "") -> dict[str, float]:
    said = read(prompt, negative).character
    return {name: getattr(said, name) for name in Character.__slots__ if getattr(said, name)}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("bright", {"brightness": 1.0}),
        ("a brighter sound", {"brightness": 1.0}),
        ("very dark", {"brightness": -1.6}),
        ("slightly dark", {"brightness": -0.5}),
        ("super-bright", {"brightness": 1.6}),
        ("not bright", {"brightness": -1.0}),
        ("not too bright", {"brightness": -1.0}),
        ("no distortion", {"drive": -1.0}),
        ("not bright, long", {"brightness": -1.0, "length": 1.0}),
        ("Wide, fatter", {"width": 1.0, "thickness": 1.0, "depth": 0.5}),
        ("slow attack", {"punch": -1.0, "brightness": -0.4}),
        ("lo-fi", {"dirt": 1.0, "brightness": -0.4}),
        ("bright dark", {}),
    ],
)
def test_adjectives_move_properties(prompt, expected):
    assert character(prompt) == pytest.approx(expected)


def test_not_very_is_less_than_not():
    assert -1 < read("not very bright").character.brightness < 0


def test_a_word_of_the_negative_prompt_counts_against():
    assert read("kick", "bright").character.brightness < 0
    assert read("kick", "not bright").character.brightness > 0
    assert read("reese bass", "reese").name("reese") is False


@pytest.mark.parametrize("prompt", ["", "kick", "qwertz uiop", "Pauke für Änne", "🥁🥁", "鼓", "light the underground"])
def test_unknown_words_change_nothing(prompt):
    assert character(prompt) == {}


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("808 in F#", 6), ("bass in Bb minor", 10), ("lead in the key of C", 0), ("pad in a minor", 9),
        ("in d# please", 3), ("snare in a big room", None), ("in between", None), ("F# bass", 6), ("in Cb", 11),
    ],
)  # fmt: skip
def test_a_key_is_read_where_one_is_meant(prompt, key):
    assert read(prompt).key == key


@pytest.mark.parametrize(("prompt", "tempo"), [("loop 124 bpm", 124), ("174BPM", 174), ("00bpm", None), ("808", None)])
def test_a_tempo_is_a_number_with_its_unit(prompt, tempo):
    assert read(prompt).tempo == tempo


def test_words_in_a_row_name_a_thing_only_together():
    said = read("wood-block and a block of wood, not a shaker")
    assert said.name("wood block")
    assert not said.name("wood wood")
    assert not said.name("shaker")


@settings(max_examples=150, deadline=None)
@given(prompt=st.text(max_size=300), negative=st.text(max_size=60))
def test_any_text_is_a_prompt(prompt, negative):
    said = read(prompt, negative)
    assert all(abs(getattr(said.character, name)) <= STRONGEST for name in Character.__slots__)


def test_a_very_long_prompt_is_read_at_once():
    assert read("very " * 100_000 + "dark").character == Character()


BRIGHT, DARK, LONG, SHORT = {"brightness": 1.0}, {"brightness": -1.0}, {"length": 1.0}, {"length": -1.0}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("helle Snare", BRIGHT), ("eine sehr helle Snare", {"brightness": 1.6}), ("die hellste Snare", BRIGHT),
        ("nicht zu hell, bitte", {"brightness": -1.0}), ("Snare ohne Hall", {"space": -1.0}),
        ("kürzerer Kick", SHORT), ("kuerzerer Kick", SHORT), ("etwas dunklere Glocke", {"brightness": -0.5}),
        ("weder hell noch lang", {"brightness": -1.0, "length": -1.0}), ("noch hellere Snare", BRIGHT),
        ("nicht ohne Hall", {"space": 1.0}), ("trockene Klatscher", {"length": -0.6, "space": -1.0}),
        ("caisse claire très brillante", {"brightness": 1.6}), ("un son pas trop long", {"length": -1.0}),
        ("une cloche un peu sombre", {"brightness": -0.5}), ("sans réverbération", {"space": -1.0}),
        ("plus court", {"length": -1.3}), ("l'attaque rapide", {"punch": 1.0}),
        ("caja muy brillante", {"brightness": 1.6}), ("no muy larga", {"length": -1 / 1.6}),
        ("un bombo oscurísimo", {"brightness": -2.0}), ("sin reverb", {"space": -1.0}),
        ("campanas oscuras y cortas", {"brightness": -1.0, "length": -1.0}),
        ("não muito brilhante", {"brightness": -1 / 1.6}), ("caixa mais escura", {"brightness": -1.3}),
        ("um pouco distorcida", {"drive": 0.5}), ("sem distorção", {"drive": -1.0}),
        ("明るいスネア", BRIGHT), ("とても明るいスネア", {"brightness": 1.6}), ("明るくないスネア", DARK),
        ("明るすぎないスネア", DARK), ("少し暗い鐘", {"brightness": -0.5}), ("歪みのないベース", {"drive": -1.0}),
        ("リバーブなし", {"space": -1.0}), ("短くて明るいｷｯｸ", {"brightness": 1.0, "length": -1.0}),
    ],
)  # fmt: skip
def test_adjectives_are_read_in_six_languages_with_endings_degrees_and_denials(prompt, expected):
    assert character(prompt) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("drums from hell", {}), ("hell snare", {}), ("Snare, hell und kurz", {**BRIGHT, **SHORT}),
        ("kick from the grave", {}), ("bombo grave", {"pitch": -0.8, "depth": 1.0, "brightness": -0.3}),
        ("un bombo largo", LONG), ("um bumbo largo", {"width": 1.0}),
        ("a large kick", {"width": 0.6, "depth": 0.6, "length": 0.4, "space": 0.4}),
        ("une nappe large", {"width": 1.0}), ("a sin of a kick with reverb", {"space": 1.0}),
        ("an alt snare", {}), ("eine alte Snare", {"dirt": 1.0, "brightness": -0.4}),
        ("kick plus reverb", {"space": 1.0}), ("plus de réverbération", {"space": 1.3}),
        ("the sale of a clap", {}), ("un clap sale", {"drive": 0.8, "dirt": 0.3}), ("no matter", {}),
        ("som no fundo, mais escuro", {"pitch": -0.8, "depth": 1.0, "brightness": -1.6}),
        ("bombo bajo", {"pitch": -1.0}), ("bajo", {}), ("grosse caisse basse", {"pitch": -1.0}), ("basse", {}),
    ],
)  # fmt: skip
def test_a_word_of_two_languages_means_what_it_means_in_the_language_of_the_others(prompt, expected):
    assert character(prompt) == pytest.approx(expected)


def test_the_languages_differ_about_no_word_that_nobody_looked_at():
    words = lexicon()
    forms = set(words._words) | {stem + ending for language, stem in words._stems for ending in ENDINGS[language]}
    differing = set()
    for form in forms:
        found = [reading for reading in words.readings(form) if reading.row not in MACHINES]
        if len({reading.meaning for reading in found}) > 1 and len({reading.language for reading in found}) > 1:
            differing.add(form)
    told = {"largo", "larga", "largos", "largas", "large", "larges", "mais", "mas", "no", "o", "bass", "basse", "bajo",
            "baixo"}  # fmt: skip
    made_up = {form for form in differing if form.startswith("larg")} | {"altes", "grosses"}
    assert differing - made_up <= ENGLISH | RARELY_ENGLISH | told
    assert {"hell", "grave", "largo", "large", "mais"} <= differing


@pytest.mark.parametrize("word", [word for row in ADJECTIVES for word in row.en.split(", ")])
def test_every_english_adjective_is_read_as_its_own_row(word):
    assert read(word).known in (((row.name, 1.0),) for row in ADJECTIVES if word in row.en.split(", "))


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "ja"])
def test_every_adjective_has_words_in_every_language_and_they_mean_the_same(language):
    small = {"de": "und", "fr": "avec", "es": "y con el", "pt": "com uma", "ja": ""}[language]
    for row in ADJECTIVES:
        words = getattr(row, language)
        assert words, row.name
        for word in words.split(", "):
            found = dict(read(f"{small} kick {word}").known)
            assert row.name in found or any(other.offsets == row.offsets for other in ADJECTIVES if other.name in found)


def test_machines_choose_a_voice_and_a_character():
    assert read("LinnDrum snare").name("acoustic")
    assert read("SP-1200 kick").character.dirt > 1
    assert read("Roland TR-909 hat").wanted[1] == "tr 909"
    assert read("DX7 bell").name("fm")


def test_things_of_other_languages_are_known_by_their_english_names():
    for prompt in ("Streicher", "cuerdas", "ストリングス", "des cordes"):
        assert read(prompt).name("strings")
    assert not read("Streicher ohne Chor").name("choir")


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("bass C2", 36), ("F#1 808", 30), ("Bb3 bell", 58), ("in c2", 36), ("c2", None), ("note 40", 40),
        ("MIDI 60", 60),
        ("bell f sharp 3", 54), ("bell F sharp 3", 54), ("Fis2 Bass", 42), ("DX7 pad", None), ("a big room 2", None),
        ("C-1", 0), ("G9", 127), ("B9", None), ("mp3", None), ("120 bpm", None), ("808", None),
        ("quarter note 120 bpm", None),
    ],
)  # fmt: skip
def test_a_note_is_read_with_its_octave(prompt, note):
    assert read(prompt).note() == note


def test_the_octave_of_a_note_is_that_of_the_user():
    assert read("bass C3").note(middle_c_octave=3) == 60


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("f sharp minor pad", 6), ("F# minor", 6), ("Fis-Moll", 6), ("in Es-Dur", 3), ("B-Dur Fläche", 10),
        ("in H", 11), ("pad en sol menor", 7), ("do mayor", 0), ("fa dièse mineur", 6), ("si bémol majeur", 10),
        ("lá menor", 9),
        ("fá sustenido menor", 6), ("ハ長調", 0), ("嬰ヘ短調", 6), ("変ロ長調", 10), ("Cマイナー", 0), ("C#m", 1),
        ("A sharp attack", None), ("a flat sound", None), ("sol y sombra", None), ("la caja", None), ("F#", 6),
    ],
)  # fmt: skip
def test_a_key_is_read_by_the_names_that_languages_give_it(prompt, key):
    assert read(prompt).key == key


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("kick 300 ms", 0.3), ("300ms", 0.3), ("2 s riser", 2.0), ("0.3s", 0.3), ("1,5 Sekunden", 1.5),
        ("half a second", 0.5),         ("a 2-second drone", 2.0), ("two seconds", 2.0), ("halbe Sekunde", 0.5),
        ("une demi-seconde", 0.5), ("medio segundo", 0.5), ("meio segundo", 0.5), ("2秒", 2.0), ("半秒", 0.5),
        ("300ミリ秒", 0.3),
        ("one bar at 120 bpm", 2.0), ("2 bars, 60 bpm", 8.0), ("a quarter note at 90 bpm", 2 / 3), ("1/8 note", 0.25),
        ("eine Viertelnote", 0.5), ("zwei Takte bei 120 bpm", 4.0), ("une noire à 100 bpm", 0.6),
        ("una corchea a 60 bpm", 0.5), ("uma semínima", 0.5), ("4分音符 BPM 120", 0.5), ("1小節", 2.0),
        ("dotted quarter note", 0.75), ("80s snare", None), ("90s", None), ("808s", None), ("5 ms attack", None),
        ("300 ms delay", None), ("a second snare", None), ("0 s", None),
    ],
)  # fmt: skip
def test_a_length_is_a_number_with_its_unit(prompt, seconds):
    assert read(prompt).seconds() == pytest.approx(seconds)


def test_beats_without_a_tempo_go_by_that_of_the_song():
    assert read("one bar").seconds(tempo=60) == 4.0
    assert read("one bar at 120 bpm").seconds(tempo=60) == 2.0


def test_what_is_said_in_the_brief_comes_before_what_the_words_say(lab):
    assert len(lab.made("kick", "300 ms")) == round(0.3 * 44_100)
    assert len(lab.made("kick", "300 ms", seconds=0.5)) == round(0.5 * 44_100)
    assert lab.cents_off(lab.made("bell", "C5, 2 s"), 523.25) == pytest.approx(0, abs=2)
    assert lab.cents_off(lab.made("bell", "C5, 2 s", note=69), 440.0) == pytest.approx(0, abs=2)


def test_the_synthesiser_tells_what_it_took_the_words_for():
    brief = Brief(prompt="dicke 808 Basstrommel F1, sehr lang, nicht hell, 300 ms", model="synth", seed=1,
                  family="kick", mapping="drum")  # fmt: skip
    said = Synth(WorkerPool(1)).understood(brief, 4)
    assert said.words == ("kick", "fat", "808", "bass drum", "long +1.6", "not bright")
    assert (said.note, said.seconds, said.key, said.tempo) == (29, 0.3, "", None)
    unknown = Brief(prompt="рыжая собака", model="synth", seed=1, family="fx", mapping="drum")
    assert Synth(WorkerPool(1)).understood(unknown, 4).words == ()


ALPHABET = st.sampled_from([
    *(word for row in ADJECTIVES for word in (*row.de.split(", "), *row.ja.split(", "))),
    *(word for row in FAMILIES.values() for thing in row.things for word in thing.split()),
    "not", "sehr", "pas", "no", "in", "F#", "C2", "300", "ms", "1/8", "bar", "bpm", "120", "くない", "-", ",", "#", "'",
])  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(words=st.lists(ALPHABET, max_size=25), glue=st.sampled_from([" ", "", "-", ", "]))
def test_any_words_of_the_table_in_any_order_are_a_prompt(words, glue):
    said = read(glue.join(words))
    assert all(abs(getattr(said.character, name)) <= STRONGEST for name in Character.__slots__)
    assert said.seconds() is None or said.seconds() > 0
    assert said.note() is None or 0 <= said.note() <= 127


@settings(max_examples=100, deadline=None)
@given(nonsense=st.text(st.characters(min_codepoint=0x0400, max_codepoint=0x04FF), max_size=40))
def test_words_of_no_language_of_the_table_change_nothing(nonsense):
    assert read(f"helle, kurze Snare in C2, {nonsense}").character == read("helle, kurze Snare in C2").character
