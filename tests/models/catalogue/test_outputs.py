"""Sounds are found in an answer of any shape, in order, and pictures are not taken for them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.models import Output, Row
from bridge.errors import ModelError
from bridge.models.catalogue.outputs import MOST_LINKS, data_bytes, sound_links, text_of
from bridge.models.catalogue.rows import catalogue

ANY = Row()
A, B, C = "https://replicate.delivery/x/a.wav", "http://127.0.0.1:5000/b.mp3", "data:audio/x-wav;base64,UklGRg=="
LOOPER = catalogue()["musicgen-looper"]
FLUX = catalogue()["flux-music"]
RIFFUSION = catalogue()["riffusion"]


@pytest.mark.parametrize(
    ("row", "output", "links"),
    [
        (ANY, A, (A,)),
        (ANY, [A, B, C], (A, B, C)),
        (ANY, [[A, B], [C]], (A, B, C)),
        (ANY, [{"wav": A}, {"wav": B}], (A, B)),
        (LOOPER, {"variation_01": A, "variation_02": B, "variation_03": None}, (A, B)),
        (LOOPER, [[A], [B]], (A, B)),
        (LOOPER, [{"variation_01": A}], (A,)),
        (LOOPER, A, (A,)),
        (FLUX, {"melspectrogram": "https://replicate.delivery/p.png", "wav": A}, (A,)),
        (FLUX, {"melspectrogram": "https://replicate.delivery/no-extension", "wav": A}, (A,)),
        (FLUX, A, (A,)),
        (RIFFUSION, {"audio": B, "spectrogram": "https://x/s.jpg", "error": None}, (B,)),
        (RIFFUSION, {"audio": None, "spectrogram": "https://x/s.jpg", "error": "NSFW"}, ()),
        (ANY, {"melspectrogram": "data:image/png;base64,AA", "wav": C}, (C,)),
        (ANY, ["data:text/html,<p>", "HTTPS://X/Y.WAV?x=y.png", "ftp://x/a.wav", "words", 3, None, True],
         ("HTTPS://X/Y.WAV?x=y.png",)),
        (ANY, ["https://x/a.JPEG", "https://[bad/a.wav", "https://x/output", "data:;base64,AA"],
         ("https://x/output", "data:;base64,AA")),
        (ANY, None, ()),
        (ANY, {}, ()),
    ],
)  # fmt: skip
def test_sounds_are_found_in_every_documented_shape(row, output, links):
    assert sound_links(row, output) == links


LINKS = st.integers(0, 10**6).map(lambda number: f"https://replicate.delivery/{number}/out.wav") | st.binary(
    max_size=6
).map(lambda sound: f"data:audio/wav;base64,{base64.b64encode(sound).decode()}")
OTHERS = st.none() | st.booleans() | st.integers() | st.sampled_from(["", "ok", "https://x/y.png", "data:image/png,x"])
NESTS = st.recursive(
    LINKS | OTHERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def leaves(nest: object) -> list[str]:
    if isinstance(nest, list):
        return [leaf for part in nest for leaf in leaves(part)]
    if isinstance(nest, dict):
        return leaves(list(nest.values()))
    return [nest] if isinstance(nest, str) and (nest.startswith("https://replicate") or "audio/wav" in nest) else []


@given(NESTS)
def test_any_nest_gives_its_links_in_order_and_no_address_twice(nest):
    expected = leaves(nest)
    once = [link for at, link in enumerate(expected) if link.startswith("data:") or link not in expected[:at]]
    assert list(sound_links(ANY, nest)) == once


def test_an_answer_deeper_than_the_stack_is_walked():
    nest: object = A
    for _ in range(100_000):
        nest = [nest]
    assert sound_links(ANY, nest) == (A,)


def test_an_answer_of_very_many_files_is_refused():
    many = [f"https://x/{number}.wav" for number in range(MOST_LINKS + 1)]
    assert len(sound_links(ANY, many[:-1])) == MOST_LINKS
    with pytest.raises(ModelError):
        sound_links(ANY, many)


def test_keys_narrow_only_objects_that_have_them():
    row = Row(output=Output(keys=("audio",)))
    assert sound_links(row, {"files": {"audio": A, "other": B}}) == (A,)
    assert sound_links(row, {"left": A, "right": B}) == (A, B)


@given(st.binary(max_size=200), st.sampled_from(["audio/wav", "audio/x-wav", "", "audio/mpeg;charset=x"]))
def test_a_data_uri_gives_its_bytes(sound, kind):
    assert data_bytes(f"data:{kind};base64,{base64.b64encode(sound).decode()}") == sound


def test_a_data_uri_may_be_percent_encoded():
    assert data_bytes("data:,a%20b") == b"a b"
    assert data_bytes("DATA:audio/wav;BASE64,QUI%3D") == b"AB"


@pytest.mark.parametrize("link", ["data:", "data:audio/wav;base64", "data:;base64,%%%", "data:;base64,AAA", "https://x",
                                  "data:;base64,ü"])
def test_nonsense_is_no_data_uri(link):
    with pytest.raises(ModelError):
        data_bytes(link)


@pytest.mark.parametrize(
    ("output", "text"), [("hello", "hello"), (["hel", "lo ", None, "you"], "hello you")]
)
def test_words_come_whole_or_in_pieces(output, text):
    assert text_of(output) == text


@pytest.mark.parametrize("output", [None, 3, {"text": "x"}, ["a", 3], [["a"]], [], "", " ", [None]])
def test_what_is_no_text_is_refused(output):
    with pytest.raises(ModelError):
        text_of(output)
