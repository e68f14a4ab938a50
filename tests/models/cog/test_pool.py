"""One's own servers, real ones of both lines: busy, starting and dead ones are normal, and a call that breaks off is
made again."""

from __future__ import annotations

import asyncio
import io
import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import soundfile

from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import ModelError
from bridge.models.catalogue.rows import catalogue
from bridge.models.cog import open_row
from bridge.models.registry import ModelContext
from bridge.ports import Answered, Failed, Finished, Lost, Progress
from bridge.units import Seconds
from support.cog import LINES, NEW, OLD
from support.patience import PATIENCE_SECONDS, until

NOBODY = "http://127.0.0.1:9"
BRIEF = Brief(prompt="deep bell", model="mine", seed=7, family="bell", mapping="keys", seconds=Seconds(1.0))
FOREVER = replace(BRIEF, prompt="wait 60 bell")
"""Works longer than any test waits."""

both_lines = pytest.mark.parametrize("line", LINES)


class Here:
    """Runs worker tasks in this process."""

    async def run(self, task, *arguments, priority=0):
        module, _, function = task.partition(":")
        return getattr(__import__(module, fromlist=[function]), function)(*arguments)


class Kept:
    """Keeps references in a folder."""

    def __init__(self, folder):
        self.path = folder.joinpath


def opened(*urls: str, like: str = "stable-audio-open", references=None, **changes):
    row = catalogue()[like].model_copy(update={"provider": "cog", "servers": urls, **changes})
    return open_row("mine", row, ModelContext(workers=Here(), references=references))


async def ended(model, ticket, stages=None):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state = await model.poll(ticket, Seconds(0.2))
            if not isinstance(state, Progress):
                return state
            if stages is not None:
                stages.append(state.stage)


async def made(model, asked=BRIEF, stages=None):
    """Asks for a sound, or for words, and returns how that ended."""
    said = (asked, asked.seed) if isinstance(asked, Brief) else (asked,)
    return await ended(model, await model.submit(*said), stages)


async def running(model, brief) -> str:
    """Begins a call and returns its ticket when a server works on it."""
    ticket = await model.submit(brief, brief.seed)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state = await model.poll(ticket, Seconds(0.2))
            assert isinstance(state, Progress), state
            if state.stage == "running":
                return ticket


def run(story, *models):
    async def told():
        try:
            return await story
        finally:
            for model in models:
                await model.close()

    return asyncio.run(told())


def seconds_of(end: Finished) -> list[float]:
    assert isinstance(end, Finished), end
    return [soundfile.info(io.BytesIO(take.sound)).duration for take in end.takes]


# --- calls ----------------------------------------------------------------------------------------------------


@both_lines
def test_a_server_makes_the_takes_that_were_asked_for_nothing(line, cog):
    (server,) = cog("StableAudioOpen", line=line)
    model = opened(server.url)

    async def story():
        return await made(model, replace(BRIEF, count=3)), await model.estimate(BRIEF)

    end, price = run(story(), model)
    assert seconds_of(end) == [pytest.approx(1.0)] * 3
    assert end.takes[0].seed == 7
    assert (end.cost, price) == (0, 0)
    assert model.capabilities.repeatable


@both_lines
def test_what_the_model_says_of_its_failure_is_told_in_its_own_words(line, cog):
    (server,) = cog("StableAudioOpen", line=line)
    model = opened(server.url)
    end = run(made(model, replace(BRIEF, prompt="fail bell")), model)
    assert isinstance(end, Failed)
    assert end.reason in (f"The model on {server.url} failed: {kind}requested failure" for kind in ("", "ValueError: "))
    assert end.retryable


@both_lines
def test_a_refused_input_is_named(line, cog):
    (server,) = cog("Musicgen", line=line)
    row = catalogue()["musicgen"]
    loudness = row.options["normalization_strategy"].model_copy(update={"values": ("loud",), "default": "loud"})
    model = opened(server.url, like="musicgen", options={**row.options, "normalization_strategy": loudness})
    end = run(made(model), model)
    assert isinstance(end, Failed)
    assert server.url in end.reason
    assert "normalization_strategy" in end.reason
    assert not end.retryable


@both_lines
def test_a_sound_that_is_given_arrives_whole(line, cog, tmp_path):
    at = [i / 44_100 for i in range(44_100)]
    soundfile.write(tmp_path / "tune.wav", [math.sin(math.tau * 330.0 * t) for t in at], 44_100)
    (server,) = cog("Musicgen", line=line)
    model = opened(server.url, like="musicgen", references=Kept(tmp_path))
    end = run(made(model, replace(BRIEF, audio="tune.wav", audio_use="melody")), model)
    assert isinstance(end, Finished), end
    sound, rate = soundfile.read(io.BytesIO(end.takes[0].sound), always_2d=True)
    crossings = sum((sound[:-1, 0] < 0) & (sound[1:, 0] >= 0))
    assert crossings * rate / len(sound) == pytest.approx(330.0, abs=2.0)


@both_lines
def test_a_chat_model_answers_in_one_text_and_sees_the_picture_that_it_is_given(line, cog, tmp_path):
    (tmp_path / "bell.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (server,) = cog("Chat", line=line)
    model = opened(server.url, like="gpt-4o", references=Kept(tmp_path))

    async def story():
        return (await made(model, Question(text="a bell", system="short")),
                await made(model, Question(text="what is it?", images=("bell.png",))))

    blind, seeing = run(story(), model)
    assert blind == Answered(text="deep temple bell, struck with wood, long shimmering decay")
    assert seeing.text.startswith('{"source": "a temple bell", "action"')


def test_a_file_that_is_gone_is_named():
    model = opened(NOBODY, like="musicgen", references=Kept(Path("nowhere")))
    with pytest.raises(ModelError, match=r"tune\.wav can't be read"):
        run(made(model, replace(BRIEF, audio="tune.wav", audio_use="melody")), model)


@pytest.fixture
def shelf() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Takes files by PUT and gives them back, as a store of files does; its address and what it holds."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            files[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer({"Location": f"{address}{self.path}"})

        def do_GET(self) -> None:
            self._answer({}, files[self.path])

        def _answer(self, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield address, files
    server.shutdown()
    server.server_close()


@both_lines
def test_a_server_that_puts_its_files_elsewhere_is_understood(line, cog, shelf):
    """The older line does so only where a call asks for it, so its files come in the answer all the same."""
    address, files = shelf
    server = cog.fresh("StableAudioOpen", line=line, arguments=("--upload-url", f"{address}/"))
    server.wait()
    model = opened(server.url)
    assert seconds_of(run(made(model), model)) == [1.0]
    assert len(files) == (line == NEW)
    server.stop()


# --- several servers ------------------------------------------------------------------------------------------


def test_the_servers_of_a_pool_work_at_the_same_time_whatever_their_line(cog, tmp_path):
    """Each call works until another one works beside it."""
    servers = [cog("StableAudioOpen", line=line)[0] for line in LINES]
    model = opened(*(server.url for server in servers))
    assert model.capabilities.concurrent == 2
    brief = replace(BRIEF, prompt=f"meet {tmp_path} bell")

    async def story():
        return await asyncio.gather(made(model, brief), made(model, brief))

    assert [seconds_of(end) for end in run(story(), model)] == [[1.0], [1.0]]


def test_the_server_that_has_worked_least_comes_first(cog, tmp_path):
    """The first call goes to the first server; the second one, which would end the second server, goes there."""
    (tired,), fresh = cog("StableAudioOpen"), cog.fresh("StableAudioOpen", line=NEW)
    fresh.wait()
    model = opened(tired.url, fresh.url)

    async def story():
        return await made(model), await made(model, replace(BRIEF, prompt=f"crash once {tmp_path} bell"))

    assert [seconds_of(end) for end in run(story(), model)] == [[1.0], [1.0]]
    assert fresh.wait("UNHEALTHY") == "UNHEALTHY"


@both_lines
def test_a_busy_server_is_waited_for(line, cog):
    (server,) = cog("StableAudioOpen", line=line)
    somebody, model, stages = opened(server.url), opened(server.url), []

    async def story():
        await running(somebody, replace(BRIEF, prompt="wait 1 bell"))
        return await made(model, BRIEF, stages)

    assert seconds_of(run(story(), somebody, model)) == [1.0]
    assert set(stages) <= {"queued", "running", "fetching"}
    assert stages[0] == "queued"


def test_two_models_that_see_the_same_server_free_both_get_their_sound(cog):
    (server,) = cog("StableAudioOpen")
    models = [opened(server.url) for _ in range(4)]

    async def story():
        return await asyncio.gather(*(made(model, replace(BRIEF, prompt="wait 0 bell")) for model in models))

    assert [seconds_of(end) for end in run(story(), *models)] == [[1.0]] * 4


@both_lines
def test_a_server_that_loads_its_model_is_waited_for(line, cog):
    server = cog.fresh("SlowlyLoading", line=line)
    server.wait("STARTING")
    model, stages = opened(server.url), []
    assert seconds_of(run(made(model, BRIEF, stages), model)) == [1.0]
    assert "cold start" in stages[:2], "it may be asked before its server says what it does"
    server.stop()


@pytest.mark.parametrize("dead", [NOBODY, "http://name.invalid:5000"])
def test_a_server_that_is_away_is_passed_over(dead, cog):
    model = opened(dead, cog("StableAudioOpen")[0].url)
    assert seconds_of(run(made(model), model)) == [1.0]


def test_servers_that_are_all_away_are_named_with_the_cure_and_without_their_password():
    model = opened(NOBODY, "http://ada:secret@127.0.0.1:7/box/")
    end = run(made(model), model)
    assert isinstance(end, Failed)
    assert end.reason == (
        f"No server of mine can make it now: {NOBODY} can't be reached; http://127.0.0.1:7/box can't be reached."
    )
    assert end.hint == "Start it, or correct its address under [models.mine] in the config."
    assert end.retryable


@both_lines
def test_a_server_that_could_not_load_its_model_is_named(line, cog):
    server = cog.fresh("NeverLoading", line=line, arguments=("--await-explicit-shutdown", "true"))
    server.wait("SETUP_FAILED")
    model = opened(server.url)
    end = run(made(model), model)
    assert isinstance(end, Failed)
    assert f"{server.url} could not load its model (" in end.reason
    assert end.reason.endswith("no weights here).")
    assert "docker logs" in end.hint
    server.stop()


# --- deaths ---------------------------------------------------------------------------------------------------


def test_a_call_moves_to_another_server_when_its_own_is_killed(cog):
    dying, (living,) = cog.fresh("StableAudioOpen"), cog("StableAudioOpen")
    dying.wait()
    model = opened(dying.url, living.url)

    async def story():
        ticket = await running(model, replace(BRIEF, prompt="wait 1 bell"))
        await asyncio.to_thread(dying.wait, "BUSY")
        dying.stop()
        return await ended(model, ticket)

    assert seconds_of(run(story(), model)) == [1.0]


@both_lines
def test_a_call_is_made_again_when_the_model_crashes_under_it(line, cog, tmp_path):
    fragile, (sound,) = cog.fresh("StableAudioOpen", line=line), cog("StableAudioOpen")
    fragile.wait()
    model = opened(fragile.url, sound.url)
    end = run(made(model, replace(BRIEF, prompt=f"crash once {tmp_path} bell")), model)
    assert seconds_of(end) == [1.0]
    assert (tmp_path / "crashed").exists()
    fragile.stop()


def test_a_server_that_is_started_anew_is_waited_for(cog, tmp_path):
    """As Docker does with `--restart unless-stopped`."""
    server = cog.fresh("StableAudioOpen")
    server.wait()
    model, stages = opened(server.url), []

    async def story():
        ticket = await model.submit(replace(BRIEF, prompt=f"crash once {tmp_path} bell"), 7)
        await until((tmp_path / "crashed").exists)
        end = asyncio.create_task(ended(model, ticket, stages))
        await until(lambda: "cold start" in stages)
        server.stop()
        server.start()
        return await end

    assert seconds_of(run(story(), model)) == [1.0]
    server.stop()


def test_a_server_whose_model_crashed_for_good_is_named(cog):
    server = cog.fresh("StableAudioOpen", line=NEW)
    server.wait()
    model = opened(server.url)
    end = run(made(model, replace(BRIEF, prompt="crash bell")), model)
    assert isinstance(end, Failed)
    assert f"{server.url} is not well" in end.reason
    assert "start it anew" in end.hint
    server.stop()


# --- cancelling -----------------------------------------------------------------------------------------------


@both_lines
def test_cancelling_ends_the_work_on_the_server(line, cog):
    (server,) = cog("StableAudioOpen", line=line)
    model = opened(server.url)

    async def story():
        ticket = await running(model, FOREVER)
        await asyncio.to_thread(server.wait, "BUSY")
        await model.cancel(ticket)
        await model.cancel(ticket)
        return await model.poll(ticket, Seconds(1.0)), await made(model)

    lost, after = run(story(), model)
    assert isinstance(lost, Lost)
    assert seconds_of(after) == [1.0]


@both_lines
def test_a_bridge_that_ends_leaves_no_server_at_work(line, cog):
    (server,) = cog("StableAudioOpen", line=line)
    model = opened(server.url)
    run(running(model, FOREVER), model)
    after = opened(server.url)
    assert seconds_of(run(made(after), after)) == [1.0]


def test_a_call_that_waits_and_is_cancelled_never_comes_to_a_server(cog, tmp_path):
    (server,) = cog("StableAudioOpen", line=OLD)
    model = opened(server.url)

    async def story():
        first = await running(model, FOREVER)
        second = await model.submit(replace(BRIEF, prompt=f"crash once {tmp_path} bell"), 8)
        await asyncio.sleep(0.1)
        await model.cancel(second)
        await model.cancel(first)
        return await made(model)

    assert seconds_of(run(story(), model)) == [1.0]
    assert not (tmp_path / "crashed").exists()


# --- rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "localhost:5000", "ftp://box", "http://", "http://[::1", "http://box:port"])
def test_what_is_no_address_is_refused_with_the_cure(address):
    with pytest.raises(ModelError, match="is no address of a server of mine") as problem:
        opened(address)
    assert "servers = " in problem.value.hint


def test_a_row_without_servers_is_refused_with_the_cure():
    with pytest.raises(ModelError, match="names no servers") as problem:
        opened()
    assert "servers = " in problem.value.hint


def test_an_address_that_is_there_twice_is_one_server():
    assert opened(NOBODY, NOBODY).capabilities.concurrent == 1
