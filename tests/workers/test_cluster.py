"""The way to a cluster where there is none; `tests/cluster` has a real one."""

from __future__ import annotations

import pytest

from bridge import __version__
from bridge.errors import BridgeError
from bridge.workers.child import work_for
from bridge.workers.cluster import ClusterPool
from bridge.workers.frames import HEADER, pack, unpack_answer

pytestmark = pytest.mark.anyio


async def test_where_nothing_answers_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    pool = ClusterPool("ray")
    with pytest.raises(BridgeError, match=r"pip install 'oneshot-bridge\[ray\]'|ray start --head"):
        await pool.run("operator:add", 1, 2)
    await pool.close()
    with pytest.raises(BridgeError, match="was left"):
        await pool.run("operator:add", 1, 2)


def test_a_machine_with_another_version_says_so_instead_of_making_another_sound():
    frame = pack(("operator:add", (1, 2)))[HEADER.size :]
    assert unpack_answer(work_for("operator:add", frame, __version__)[HEADER.size :]) == 3
    with pytest.raises(BridgeError, match=r"this one 0\.0\.0") as refused:
        unpack_answer(work_for("operator:add", frame, "0.0.0")[HEADER.size :])
    assert "==0.0.0" in refused.value.hint
