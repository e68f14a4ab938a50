"""The table of the torture tells what its legs counted, and a run that lost something is no good one."""

from __future__ import annotations

import pytest

from torture.__main__ import put_into
from torture.leg import Leg, Row, table


def test_the_table_tells_the_counts_and_the_median_and_longest_recovery():
    row = Row(fault="kill -9", tried=1_000, survived=999, lost=1, doubled=0, recovery_seconds=[0.7, 0.9, 3.0])
    assert table([row]).splitlines()[-1] == "| kill -9 | 1,000 | 999 | 1 | 0 | 0.9 s, at most 3.0 s |"


@pytest.mark.parametrize("bad", [{"survived": 9}, {"lost": 1}, {"doubled": 1}, {"tried": 0, "survived": 0}])
def test_a_leg_that_lost_doubled_or_did_not_survive_is_not_good(bad):
    good = {"fault": "a fault", "tried": 10, "survived": 10}
    assert Leg(name="a leg", rows=[Row(**good)]).good
    assert not Leg(name="a leg", rows=[Row(**good | bad)]).good
    assert not Leg(name="a leg", rows=[Row(**good)], wrong=["half a file"]).good


def test_figures_go_to_their_own_place_in_the_page_and_only_there(tmp_path):
    page = tmp_path / "page.md"
    two = "<!-- torture: two -->\n<!-- end -->\n"
    page.write_text(f"# A\n<!-- torture: one -->\nold\n<!-- end -->\nB\n{two}", encoding="utf-8")
    put_into(page, "one", "new \\1\n")
    said = page.read_text(encoding="utf-8")
    assert said == f"# A\n<!-- torture: one -->\n\nnew \\1\n\n<!-- end -->\nB\n{two}"
    with pytest.raises(ValueError, match="three"):
        put_into(page, "three", "")
