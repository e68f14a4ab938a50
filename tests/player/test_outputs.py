"""Which device somebody means."""

from __future__ import annotations

import pytest

from bridge.errors import NotFoundError
from bridge.player.outputs import Output, choose

HEADPHONES = Output(index=0, name="Headphones", system="MME", channels=2, rate=44_100)
LONG = Output(index=1, name="Headphones (USB)", system="WASAPI", channels=2, rate=48_000)
DESK = Output(index=2, name="Mixing Desk", system="WASAPI", channels=8, rate=48_000, default=True)
SAME = Output(index=3, name="Headphones", system="WASAPI", channels=2, rate=48_000)
ALL = [HEADPHONES, LONG, DESK, SAME]


@pytest.mark.parametrize(("wanted", "found"), [
    ("", DESK), ("desk", DESK), ("headphones usb", LONG), ("HEADPHONES", SAME), ("headphones mme", HEADPHONES),
])  # fmt: skip
def test_a_device_is_named_by_all_of_its_name_or_by_words_of_it_or_not_at_all(wanted, found):
    assert choose(ALL, wanted, 1) is found


def test_one_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NotFoundError, match="'Scarlett'") as problem:
        choose(ALL, "Scarlett", 1)
    assert problem.value.hint == "There are: Headphones, Headphones (USB), Mixing Desk."


def test_a_computer_without_any_says_so():
    for there in ([], [HEADPHONES]):
        with pytest.raises(NotFoundError, match="no sound device"):
            choose(there, "", 1)


def test_a_sound_goes_to_no_output_that_was_not_chosen():
    assert choose(ALL, "", 8) is DESK
    with pytest.raises(NotFoundError, match="Mixing Desk has 8 outputs, and no output 9"):
        choose(ALL, "", 9)
