from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from bridge.domain.brief import Brief
from bridge.domain.licence import Licence
from bridge.domain.recipe import RECIPES
from bridge.domain.take import Call, Take, Verdict
from bridge.errors import LibraryError
from bridge.library.sidecar import decode_sidecar, encode_sidecar, marks_of, sidecar_of

BRIEF = Brief(
    prompt="tiefer 808 — 太鼓", model="synth", seed=7, family="808", mapping="keys", targets=(("reaper", "selected"),)
)
CALLS = [
    Call(id="c-a", job="j-a", model="synth", attempt=1, seed=7, estimate=0.1, created=1.0, cost=0.1, outcome="failed"),
    Call(id="c-b", job="j-a", model="synth", attempt=2, seed=8, estimate=0.1, created=2.0, cost=0.2, outcome="takes"),
]
TAKE = Take(id="t-a", call="c-b", job="j-a", index=0, seed=8, file="t-a.wav")


@pytest.fixture
def sidecar(make_sample):
    verdicts = (
        Verdict(name="peak", figure=0.123456789, rule="pass"), Verdict(name="tail", figure=-math.inf, rule="repair")
    )
    sample = make_sample(root=33, cents=-12.34567, kept=True, verdicts=verdicts)
    return sidecar_of(sample, brief=BRIEF, calls=CALLS, take=TAKE, licence=Licence(id="CC0-1.0", link="https://example.org"))


def test_a_sidecar_holds_the_whole_provenance(sidecar):
    assert set(sidecar) == {
        "schema", "id", "created", "job", "ref", "pad", "path", "prompt", "brief", "written", "calls", "take", "root",
        "cents", "confidence", "key", "family", "tags", "character", "fingerprint", "duplicate_of", "part_of",
        "layer", "turn", "verdicts", "shape", "licence", "licence_link", "commercial", "cost", "sha256", "marks",
        "understood",
    }


def test_the_brief_in_a_sidecar_makes_the_same_sound_again(sidecar):
    again = Brief.from_dict(json.loads(encode_sidecar(sidecar))["brief"])
    assert again == BRIEF
    assert again.random_key() == BRIEF.random_key()


def test_a_sidecar_says_how_the_sound_was_shaped(make_sample):
    def steps(brief):
        return sidecar_of(make_sample(), brief=brief, calls=CALLS, take=TAKE, licence=Licence(id=""))["shape"]["steps"]

    assert steps(BRIEF) == list(RECIPES["808"])
    assert steps(replace(BRIEF, shape=("trim", "level hot"))) == ["trim", "rate", "level -0.3 dBTP"]


def test_a_sidecar_costs_what_all_calls_cost_the_failed_ones_too(sidecar):
    assert sidecar["cost"] == 0.3


def test_figures_are_rounded_and_infinity_is_no_figure(sidecar):
    assert sidecar["cents"] == -12.35
    assert [verdict["figure"] for verdict in sidecar["verdicts"]] == [0.1235, None]


def test_the_text_is_strict_sorted_json_in_utf8(sidecar):
    content = encode_sidecar(sidecar)
    assert "太鼓".encode() in content
    assert content.endswith(b"}\n")
    assert list(json.loads(content)) == sorted(sidecar)
    assert decode_sidecar(content, "a.json") == sidecar


def test_broken_unicode_in_a_prompt_comes_back_as_it_was():
    assert decode_sidecar(encode_sidecar({"prompt": "a\udce4b"}), "a.json") == {"prompt": "a\udce4b"}


def test_marks_are_what_the_user_set(make_sample):
    assert marks_of(make_sample(kept=True)) == {"kept": True, "discarded": False}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_json_object_is_no_sidecar(content):
    with pytest.raises(LibraryError, match=r"a\.json"):
        decode_sidecar(content, "a.json")
