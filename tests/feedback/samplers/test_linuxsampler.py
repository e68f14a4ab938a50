"""LinuxSampler, by its protocol: a stand-in for it gets each new sound, on the channel that hears the right notes."""

from __future__ import annotations

import pytest

from bridge.config.schema import Sampler as Settings
from bridge.errors import BridgeError
from bridge.feedback.samplers import AwayError, Part, SamplerVoice
from bridge.feedback.samplers.linuxsampler import LinuxSampler
from bridge.library.folder import Library
from support.linuxsampler import LinuxSamplerStandIn
from support.patience import until
from support.samplers import answers, made

pytestmark = pytest.mark.anyio

KIT = Part(name="main", channel=10, is_kit=True)


@pytest.fixture
async def peer_sampler():
    """A sampler with three channels; the third hears MIDI channel 10, which it counts as 9."""
    running = LinuxSamplerStandIn({0: "ALL", 1: "0", 4: "9"})
    await running.start()
    yield running
    await running.stop()


def driver(peer_sampler):
    sampler = LinuxSampler("127.0.0.1", peer_sampler.port)
    sampler.look_seconds = 0.05
    return sampler


async def test_each_new_sound_is_loaded_under_a_name_that_was_never_used(peer_sampler, engine, library):
    voice = SamplerVoice(engine, library, "linuxsampler", driver(peer_sampler), Settings(channels={"bell": 1}))
    await voice.start()
    for turn in (1, 2):
        name = await made(engine, library, "linuxsampler", "bell")
        await until(lambda turn=turn: len(answers(engine)) == turn)
        assert answers(engine)[-1][0] == "loaded"
        assert set(peer_sampler.instruments) == {1, 4}
        for file in peer_sampler.instruments.values():
            assert name in peer_sampler.shared[file]
            assert (file.parent / ".." / ".." / "samples").is_dir()
    assert peer_sampler.engines == {1: "SFZ", 4: "SFZ"}
    assert len(peer_sampler.shared) == 4
    await voice.close()


async def test_one_that_was_started_anew_is_told_everything(peer_sampler, engine, library):
    voice = SamplerVoice(engine, library, "linuxsampler", driver(peer_sampler), Settings())
    await voice.start()
    await made(engine, library, "linuxsampler", "kick")
    await until(lambda: len(answers(engine)) == 1)
    await peer_sampler.stop()
    await until(lambda: voice.notice == f"LinuxSampler does not answer at 127.0.0.1:{peer_sampler.port}.")
    await peer_sampler.start()
    await until(lambda: set(peer_sampler.instruments) == {4})
    assert len(answers(engine)) == 1
    await voice.close()


async def test_a_midi_channel_that_nothing_hears_is_said_with_the_cure(peer_sampler, engine, library):
    voice = SamplerVoice(engine, library, "linuxsampler", driver(peer_sampler), Settings(channel=3))
    await voice.start()
    await made(engine, library, "linuxsampler", "kick")
    await until(lambda: answers(engine))
    assert answers(engine)[0][0] == "load_failed"
    assert answers(engine)[0][3].startswith("LinuxSampler has no channel that hears MIDI channel 3. Make one")
    await voice.close()


async def test_a_file_that_it_does_not_take_is_an_error_in_its_own_words(peer_sampler, tmp_path):
    sampler = driver(peer_sampler)
    assert await sampler.connect()
    with pytest.raises(BridgeError, match="LinuxSampler refused: Failed to load instrument"):
        await sampler.load(KIT, tmp_path / "gone.sfz")
    await sampler.close()


async def test_a_path_with_quotes_blanks_and_umlauts_is_the_same_file(peer_sampler, tmp_path):
    folder = Library.open(tmp_path / "Ada's \"Sounds\" é")
    file = folder.root / "main.sfz"
    file.write_text("<region>\n", encoding="ascii")
    sampler = driver(peer_sampler)
    assert await sampler.connect()
    await sampler.load(KIT, file)
    assert peer_sampler.instruments[4] == file
    await sampler.clear(KIT)
    assert peer_sampler.instruments == {}
    await sampler.close()
    folder.close()


async def test_where_nobody_listens_it_is_away(peer_sampler):
    sampler = driver(peer_sampler)
    await peer_sampler.stop()
    with pytest.raises(AwayError, match="does not answer"):
        await sampler.connect()
    await peer_sampler.start()
