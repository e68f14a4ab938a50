"""Which sound becomes which file of a pack, and what its presets play."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.packs.folder import folder_of, instruments_of, manifest
from bridge.packs.names import distinct, stem_of

LAYERED = """
name = "Warm"
[[sounds]]
family = "bass"
prompt = "warm bass"
notes = [36, 48]
velocities = [40, 80, 127]
"""
KICKS = '[[sounds]]\nprompt = "Deep, dark kick drum"\ncount = 200\n'


def paths(pack) -> list[str]:
    return [entry.path for entry in pack.entries]


def test_names_say_pack_family_words_and_key_in_the_letters_that_vendors_take(plan_in, made):
    plan = plan_in(LAYERED)
    found = paths(folder_of(plan, made(plan), "wav", {}))
    assert found[0] == "bass/warm_bass_warm_soft_C.wav"
    assert all(re.fullmatch(r"bass/[A-Za-z0-9_-]+_C\.wav", path) for path in found)
    assert {word for word in ("soft", "medium", "hard") if any(f"_{word}_" in path for path in found)} == {
        "soft", "medium", "hard",
    }  # fmt: skip


def test_only_a_loop_has_its_tempo_in_its_name(plan_in, made):
    plan = plan_in('name = "P"\nbpm = 120\n[[sounds]]\nprompts = ["drum loop", "snare"]\n')
    loop, snare = paths(folder_of(plan, made(plan), "wav", {}))
    assert loop.startswith("loop/p_120_loop")
    assert "120" not in snare


def test_two_hundred_sounds_of_one_prompt_have_two_hundred_names_without_a_running_number(plan_in, made):
    plan = plan_in(KICKS)
    found = paths(folder_of(plan, made(plan), "wav", {}))
    assert len({path.casefold() for path in found}) == 200
    assert not any(re.search(r"\d", path) for path in found)


def test_a_pack_that_grows_renames_nothing(plan_in, made):
    small, large = plan_in(KICKS.replace("200", "20")), plan_in(KICKS)
    outcomes = made(large)
    before = folder_of(small, outcomes, "wav", {})
    after = folder_of(large, outcomes, "wav", before.given)
    assert after.given.items() >= before.given.items()
    assert len(set(paths(after))) == 200


def test_what_was_discarded_is_in_no_pack(plan_in, made):
    plan = plan_in("kick\nsnare\n", "a.txt")
    outcomes = made(plan)
    outcomes[plan.items[0].ref]["samples"][0]["discarded"] = True
    assert [entry.sample["family"] for entry in folder_of(plan, outcomes, "wav", {}).entries] == ["snare"]


NAMINGS = st.sampled_from(["vendor", "prompt", "verbose", "audio_prompt"])


@given(naming=NAMINGS, prompt=st.text(max_size=300), audio=st.text(max_size=60))
def test_whatever_the_prompt_the_name_stays_in_its_folder_on_every_system(naming, prompt, audio):
    fields = {"prompt": prompt, "seed": 7, "audio": audio, "inputs": {"cfg_scale": 7.5}}
    sample = {"family": "kick", "id": "s-abcdefghijkl", "analysis": {"root": None}}
    stem = distinct(stem_of(naming, "My Pack", fields, sample, ""), (), sample["id"])
    assert stem
    assert len(stem.encode()) <= 200
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', stem)
    assert stem == stem.strip(" .")
    assert stem not in (".", "..")
    assert stem.casefold().partition(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert PurePosixPath("a", f"{stem}.wav").name == f"{stem}.wav"


def test_verbose_names_say_scale_and_seed_and_audio_prompt_the_file_that_it_went_by():
    fields = {"prompt": "warm tone", "seed": 12, "inputs": {"cfg_scale": 7.0}, "audio": "/music/my tune.wav"}
    sample = {"family": "lead", "id": "s-abcdefghijkl", "analysis": {"root": None}}
    assert stem_of("verbose", "", fields, sample, "") == "warm tone_cfg7_seed12_my tune"
    assert stem_of("audio_prompt", "", fields, sample, "") == "my tune"
    assert stem_of("prompt", "", fields, sample, "") == "warm tone"


def test_notes_and_velocities_become_one_keyboard_without_a_gap(plan_in, made):
    plan = plan_in(LAYERED)
    (warm,) = instruments_of(folder_of(plan, made(plan), "wav", {}))
    assert (warm.name, warm.mode, len(warm.zones)) == ("warm-bass", "keys", 6)
    for velocity in (1, 50, 51, 95, 96, 127):
        for key in range(29, 56):
            hit = [zone for zone in warm.zones
                   if zone.low <= key <= zone.high and zone.velocity_low <= velocity <= zone.velocity_high]  # fmt: skip
            assert len(hit) == 1
            assert ("soft" in hit[0].path, "hard" in hit[0].path) == (velocity <= 50, velocity >= 96)


def test_drums_become_kits_of_sixty_four_keys(plan_in, made):
    plan = plan_in(KICKS)
    kits = list(instruments_of(folder_of(plan, made(plan), "wav", {})))
    assert [kit.name for kit in kits] == ["kick", "kick-2", "kick-3", "kick-4"]
    assert [len(kit.zones) for kit in kits] == [64, 64, 64, 8]
    assert [zone.low for zone in kits[0].zones] == list(range(36, 100))


def test_two_sounds_on_one_root_are_two_instruments(plan_in, made):
    plan = plan_in('[[sounds]]\nprompt = "warm bass"\nnotes = [36, 48]\ncount = 2\n')
    found = list(instruments_of(folder_of(plan, made(plan), "wav", {})))
    assert [(one.name, len(one.zones)) for one in found] == [("warm-bass", 2), ("warm-bass-2", 2)]


def test_the_list_of_a_pack_says_where_every_sound_comes_from_and_its_terms(plan_in, made):
    plan = plan_in(LAYERED)
    pack = folder_of(plan, made(plan), "wav", {})
    found = json.loads(manifest(pack, ["index.html"], {"synth": {"id": "CC0-1.0"}}))
    assert [sound["file"] for sound in found["sounds"]] == paths(pack)
    first = found["sounds"][0]
    assert (first["prompt"], first["root"], first["key"], first["licence"]["id"], first["seed"]) == (
        "warm bass", 36, "C", "CC0-1.0", plan.items[0].fields["seed"],
    )  # fmt: skip
    assert found["given"] == {entry.sample["id"]: entry.path for entry in pack.entries}


@pytest.mark.parametrize("layout", ["families", "flat"])
def test_a_flat_pack_has_no_folders(plan_in, made, layout):
    plan = plan_in("kick\nsnare\n", "a.txt")
    plan = replace(plan, output=replace(plan.output, layout=layout))
    folders = {str(PurePosixPath(path).parent) for path in paths(folder_of(plan, made(plan), "wav", {}))}
    assert folders == ({"kick", "snare"} if layout == "families" else {"."})
