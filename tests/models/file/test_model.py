"""The model whose take is the user's own sound."""

from __future__ import annotations

import pytest

from bridge.domain.brief import Brief
from bridge.errors import ModelError
from bridge.models.file import open_model
from bridge.models.registry import ModelContext
from bridge.ports import Failed, Finished
from bridge.store.references import ReferenceShelf
from bridge.units import Seconds

pytestmark = pytest.mark.anyio
SOUND = b"RIFF\0\0\0\0WAVE and more"


@pytest.fixture
def shelf(tmp_path):
    return ReferenceShelf(tmp_path / "references")


def brief(audio: str) -> Brief:
    return Brief(prompt="kick", model="file", seed=1, family="kick", mapping="drum", audio=audio, audio_use="finish")


async def test_its_take_is_the_file_byte_for_byte_and_free(shelf, tmp_path):
    path = tmp_path / "kick.wav"
    path.write_bytes(SOUND)
    model = open_model(ModelContext(workers=None, references=shelf))
    asked = brief(shelf.take_in(path, "recording"))
    path.unlink()
    assert await model.estimate(asked) == 0
    state = await model.poll(await model.submit(asked, 7), Seconds(1.0))
    assert isinstance(state, Finished)
    assert [take.sound for take in state.takes] == [SOUND]


async def test_another_process_collects_a_ticket_of_the_one_that_died(shelf, tmp_path):
    path = tmp_path / "kick.wav"
    path.write_bytes(SOUND)
    ticket = await open_model(ModelContext(workers=None, references=shelf)).submit(
        brief(shelf.take_in(path, "recording")), 7
    )
    state = await open_model(ModelContext(workers=None, references=shelf)).poll(ticket, Seconds(1.0))
    assert isinstance(state, Finished)


async def test_a_reference_that_is_gone_is_a_failure_with_its_cure(shelf):
    state = await open_model(ModelContext(workers=None, references=shelf)).poll("0" * 64 + ".wav", Seconds(1.0))
    assert isinstance(state, Failed)
    assert "not kept any more" in state.reason


async def test_without_a_sound_or_a_shelf_it_says_what_is_missing(shelf):
    with pytest.raises(ModelError, match="no sound to finish"):
        await open_model(ModelContext(workers=None, references=shelf)).submit(brief(""), 1)
    with pytest.raises(ModelError, match="no shelf"):
        open_model(ModelContext(workers=None))
