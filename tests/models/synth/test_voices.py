"""The voices: on the note, alive, different, and what the words make of them."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.domain.brief import Brief
from bridge.domain.family import FAMILIES
from bridge.models.synth import words
from bridge.models.synth.dice import Dice
from bridge.models.synth.render import render
from bridge.models.synth.voices import KINDS, kind_for
from bridge.shaping.tasks import check
from bridge.units import Seconds

PITCHED = [
    pytest.param(family, kind.voice, id=f"{family}-{kind.voice.__name__}")
    for family in (*(name for name, row in FAMILIES.items() if row.tonal), "kick", "tom")
    for kind in KINDS[family]
]
HITS = [name for name in KINDS if name not in ("fx", "loop", "perc", "clap", "hat", "open-hat", "cymbal")]


@pytest.mark.parametrize(("family", "voice"), PITCHED)
def test_the_asked_note_sounds_within_two_cents(family, voice, lab):
    low, high = FAMILIES[family].register
    seconds = 2.5 if family == "pad-synth" else 1.0
    for seed, note in enumerate((low, (low + high) // 2, high), start=1):
        samples, pitch = lab.played(voice, family, seed, note=note, seconds=seconds)
        assert pitch == pytest.approx(440 * 2 ** ((note - 69) / 12))
        assert abs(lab.cents_off(samples, pitch)) < 2


@pytest.mark.parametrize("family", ["808", "bass", "pluck", "mallet", "bell", "lead"])
def test_the_bridge_hears_the_asked_note_too(family, lab):
    from bridge.audio import Audio
    from bridge.sound.pitch import measure

    low, high = FAMILIES[family].register
    for kind in KINDS[family]:
        samples, _ = lab.played(kind.voice, family, 4, note=(low + high) // 2)
        heard = measure(Audio.of(samples, 44_100), FAMILIES[family].register)
        assert heard.claimed()
        assert (heard.root, abs(heard.cents) < 5) == ((low + high) // 2, True)


def test_without_a_note_the_pitch_is_a_key_in_the_register(lab):
    from bridge.models.synth.render import plan

    for family, row in FAMILIES.items():
        if row.tonal:
            for seed in range(1, 30):
                pitch = 69 + 12 * np.log2(plan(lab.brief(family), seed)[1].pitch / 440)
                assert pitch == pytest.approx(round(pitch), abs=1e-6)
                assert row.register[0] <= pitch <= row.register[1]


def test_a_key_in_the_prompt_decides_the_pitch_class(lab):
    from bridge.models.synth.render import plan

    for seed in range(1, 20):
        pitch = plan(lab.brief("808", "dark 808 in F#"), seed)[1].pitch
        assert round(69 + 12 * np.log2(pitch / 440)) % 12 == 6


@pytest.mark.parametrize("family", list(KINDS))
def test_brightness_length_and_hardness_follow_the_words(family, lab):
    def moves(prompt, measure, seconds=0.4, **wishes):
        """Returns by what the words multiply what is measured, for two seeds."""
        return [
            measure(lab.made(family, prompt, seed, seconds=seconds, **wishes))
            / measure(lab.made(family, "", seed, seconds=seconds))
            for seed in (1, 2)
        ]

    assert min(moves("bright", lab.centroid)) > 1
    assert max(moves("not bright", lab.centroid)) < 1
    assert max(moves("", lab.centroid, energy=0.3)) < 1
    assert max(moves("short", lab.lasts, seconds=None)) < 0.75
    if family != "pad-synth":  # a long one takes long to make
        assert min(moves("long", lab.lasts, seconds=None)) > 1.3
    if family in HITS:
        assert max(moves("soft", lab.early)) < 1


def test_more_of_a_word_is_more_of_the_property(lab):
    centroids = [lab.centroid(lab.made("snare", f"{much} dark", 3)) for much in ("extremely", "very", "", "slightly")]
    assert centroids == sorted(centroids)


def test_unknown_words_give_the_same_sound(lab):
    assert np.array_equal(lab.made("kick"), lab.made("kick", "zorgle the quux 鼓"))


def test_distortion_adds_overtones_to_an_808(lab):
    plain, driven = (lab.made("808", prompt, 5, note=36, seconds=1.0) for prompt in ("very clean", "ultra distorted"))

    def overtones(samples):
        power = np.square(np.abs(np.fft.rfft(samples[:, 0])))
        place = np.fft.rfftfreq(len(samples), 1 / 44_100)
        return power[place > 120].sum() / power.sum()

    assert overtones(driven) > 5 * overtones(plain)


def test_low_and_bass_families_stay_in_the_middle(lab):
    for family in ("kick", "snare", "808", "bass", "tom", "hat"):
        assert lab.made(family, "very wide").shape[1] == 1


def test_stereo_is_gentle_and_folds_to_mono(lab):
    for family in ("clap", "cymbal", "pad-synth"):
        left, right = lab.made(family, seed=2).T
        assert np.square(left - right).sum() > 0
        assert np.corrcoef(left, right)[0, 1] > -0.1
        assert np.square((left + right) / 2).mean() > 0.3 * (np.square(left).mean() + np.square(right).mean()) / 2
        assert lab.made(family, "mono", 2).shape[1] == 1


def test_families_differ_more_than_their_members(lab):
    """A nearest-mean judge on a few coarse features finds most families again."""

    def features(samples):
        mono = samples.mean(axis=1)
        power = np.square(np.abs(np.fft.rfft(mono, 1 << 15)))
        edges = np.geomspace(20, len(power), 13).astype(int)
        spectrum = np.log10(np.add.reduceat(power, edges[:-1]) + 1e-9)
        return np.array([*(spectrum - spectrum.max()), 2 * np.log2(lab.lasts(samples)), 20 * lab.early(samples)])

    told = ("kick", "snare", "hat", "open-hat", "clap", "808", "pluck", "bell")
    learnt = {family: np.mean([features(lab.made(family, seed=s)) for s in range(1, 4)], axis=0) for family in told}
    right = sum(
        min(told, key=lambda name: np.abs(learnt[name] - features(lab.made(family, seed=seed))).sum()) == family
        for family in told
        for seed in (11, 12)
    )
    assert right >= 0.8 * len(told) * 2


def test_a_word_chooses_the_kind_and_a_negative_one_does_not():
    dice = Dice(1)
    for family, kinds in KINDS.items():
        for kind in kinds:
            if family != "open-hat":
                assert kind_for(family, words.read(kind.words[0]), dice).voice is kind.voice
    assert kind_for("bass", words.read("not a reese, fm"), dice).voice.__name__ == "fm_bass"


def test_every_family_has_voices_and_the_seed_uses_them():
    assert set(KINDS) == set(FAMILIES)
    for family, kinds in KINDS.items():
        drawn = {kind_for(family, words.read(""), Dice(seed)).voice for seed in range(60)}
        assert drawn == {kind.voice for kind in kinds if kind.usual}


def test_a_loop_is_whole_bars_at_the_asked_tempo(lab):
    for tempo in (93, 120, 174):
        bars = len(lab.made("loop", f"{tempo} bpm", 3)) / 44_100 * tempo / 240
        assert bars == pytest.approx(round(bars), abs=1e-4)
    samples = lab.made("loop", "120 bpm", 1, seconds=4.0).mean(axis=1)
    level = np.abs(samples).reshape(-1, 441).max(axis=1)
    # Two bars of 2 s: what sounds in the first sounds again in the second.
    assert np.corrcoef(level[:190], level[200:390])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("prompt", "family", "seconds"),
    [("glassy bell", "bell", 0.3), ("glassy bell", "bell", 0.5), ("rim", "snare", 0.1), ("snap", "clap", 0.1),
     ("glockenspiel", "mallet", 0.2), ("reese bass", "bass", 6.0), ("reese bass", "bass", 12.0)],
)
def test_a_length_that_is_unusual_is_no_reason_to_refuse_it(prompt, family, seconds):
    for seed in range(1, 7):
        brief = Brief(
            prompt=prompt, model="synth", seed=seed, family=family, mapping=FAMILIES[family].mapping,
            seconds=Seconds(seconds),
        )
        (take,) = render(brief, seed)
        assert not [verdict for verdict in check(take.sound, brief) if verdict.rule in ("retry", "fail")]
