"""Calls to Replicate through a façade of its documented API: whatever breaks, one prediction a call, and what is booked
is what was charged."""

from __future__ import annotations

import asyncio
import io
import logging
import time

import httpx
import numpy as np
import pytest
import soundfile

from bridge.domain.brief import Brief
from bridge.domain.prompt import Question
from bridge.errors import DoubtfulError, ModelError
from bridge.models.catalogue.rows import catalogue
from bridge.models.fetching import fetch, fetched
from bridge.models.registry import ModelContext
from bridge.models.replicate import failures, open_row
from bridge.models.replicate.failures import refusal
from bridge.ports import Answered, Failed, Finished, Lost, ManualClock, Progress, SystemClock
from bridge.store.references import ReferenceShelf
from bridge.units import Seconds
from support.patience import PATIENCE_SECONDS
from support.replicate_facade import KEY, facade

BRIEF = Brief(prompt="deep bell", model="far", seed=7, family="bell", mapping="keys", seconds=Seconds(1.0))
ROW = catalogue()["musicgen"]
OPENED = []


class Here:
    """Runs worker tasks in this process."""

    async def run(self, task, *arguments, priority=0):
        module, _, function = task.partition(":")
        return getattr(__import__(module, fromlist=[function]), function)(*arguments)


def wav(seconds=0.2, rate=32_000, level=0.5) -> bytes:
    file = io.BytesIO()
    at = np.arange(int(seconds * rate)) / rate
    soundfile.write(file, level * np.sin(440 * 2 * np.pi * at), rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


@pytest.fixture
def account(monkeypatch):
    """A façade whose model answers with one WAV; everything that waits, waits shortly."""
    with facade(lambda said: {"output": wav()}) as found:
        monkeypatch.setenv("REPLICATE_BASE_URL", found.url)
        monkeypatch.setattr("bridge.models.replicate.watch.STEPS", ((1e9, 0.02),))
        monkeypatch.setattr("bridge.models.replicate.model.FIND_DELAYS", (0.0, 0.1))
        monkeypatch.setattr("bridge.models.fetching.DELAYS", (0.05, 0.05))
        monkeypatch.setattr("bridge.models.fetching.PAUSE_SECONDS", 0.05)
        monkeypatch.setattr("bridge.models.replicate.api.CREATE_SECONDS", 1.0)
        yield found


def opened(tmp_path, row=ROW, key=KEY, clock=None):
    context = ModelContext(workers=Here(), key_of=lambda provider: key, references=ReferenceShelf(tmp_path / "refs"),
                           clock=clock or SystemClock())
    OPENED.append(open_row("far", row, context))
    return OPENED[-1]


def run(story):
    """Runs a story and closes every model that was opened for it."""

    async def told():
        try:
            return await story
        finally:
            while OPENED:
                await OPENED.pop().close()

    return asyncio.run(told())


async def ended(model, ticket):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state = await model.poll(ticket, Seconds(5.0))
            if not isinstance(state, Progress):
                return state


def called(model, brief=BRIEF, seed=7):
    async def story():
        return await ended(model, await model.submit(brief, seed))

    return run(story())


def test_a_call_brings_the_sound_whole_and_its_true_cost(account, tmp_path):
    end = called(opened(tmp_path))
    assert isinstance(end, Finished)
    assert [take.sound for take in end.takes] == [wav()]
    assert end.takes[0].seed == 7
    assert end.cost == pytest.approx(account.charged)
    (made,) = account.made.values()
    assert made["version"] == ROW.version
    assert made["input"]["duration"] == 1
    assert account.headers[0]["cancel-after"] == "30m"


@pytest.mark.parametrize("fault", ["429 header", "429 words"])
def test_a_call_that_came_too_early_waits_its_turn_and_is_made_once(account, tmp_path, fault):
    account.on_create = [fault]
    assert isinstance(called(opened(tmp_path)), Finished)
    assert len(account.made) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [("401", "does not accept your key"), ("402", "payment method or credit: You have insufficient credit"),
     ("422", "refuses the inputs: - input.duration")],
)
def test_a_refusal_is_named_with_its_cure_and_nothing_was_made(account, tmp_path, fault, words):
    account.on_create = [fault]
    with pytest.raises(ModelError, match=words) as problem:
        called(opened(tmp_path))
    assert not isinstance(problem.value, DoubtfulError)
    assert problem.value.hint
    assert not problem.value.retryable
    assert account.made == {}


@pytest.mark.parametrize("fault", ["html, accepted", "reset", "hang", "nonsense"])
def test_an_answer_that_is_lost_leaves_a_doubt_and_the_call_is_found_again(account, tmp_path, fault):
    account.on_create = [fault]
    model = opened(tmp_path)

    async def story():
        with pytest.raises(DoubtfulError):
            await model.submit(BRIEF, 7)
        (ticket,) = await model.find(BRIEF, 7, 0.0)
        return await ended(model, ticket)

    assert isinstance(run(story()), Finished)
    assert len(account.made) == 1


def test_a_call_that_never_arrived_is_surely_not_there(account, tmp_path):
    account.on_create = ["html, not accepted"]
    model = opened(tmp_path)

    async def story():
        with pytest.raises(DoubtfulError):
            await model.submit(BRIEF, 7)
        return await model.find(BRIEF, 7, 0.0)

    assert tuple(run(story())) == ()


def test_another_call_is_never_taken_for_the_lost_one(account, tmp_path):
    model = opened(tmp_path)

    async def story():
        await model.submit(BRIEF, 8)
        return await model.find(BRIEF, 7, 0.0)

    assert tuple(run(story())) == ()


@pytest.mark.parametrize(
    "listed",
    [
        {"created_at": "at some time"}, {"version": "hidden", "model": ROW.reference},
        {"data_removed": True, "input": {}, "version": ROW.version},
    ],
    ids=["no time", "another version", "inputs forgotten"],
)
def test_a_call_that_is_listed_otherwise_than_it_was_sent_is_found_all_the_same(account, tmp_path, listed):
    account.on_create = ["reset"]
    account.listed = listed
    model = opened(tmp_path)

    async def story():
        with pytest.raises(DoubtfulError):
            await model.submit(BRIEF, 7)
        return await model.find(BRIEF, 7, time.time())

    assert tuple(run(story())) == tuple(account.made)
    assert len(account.made) == 1


@pytest.mark.parametrize("wrong", [-30 * 86_400.0, -5 * 3_600.0, 5 * 3_600.0, 30 * 86_400.0])
def test_a_lost_call_is_found_by_a_computer_whose_clock_goes_wrong(account, tmp_path, wrong):
    account.on_create = ["reset"]
    clock = ManualClock(time.time() + wrong)
    model = opened(tmp_path, clock=clock)

    async def story():
        with pytest.raises(DoubtfulError):
            await model.submit(BRIEF, 7)
        return await model.find(BRIEF, 7, clock.now())

    assert tuple(run(story())) == tuple(account.made)
    assert len(account.made) == 1


def test_a_lost_call_is_found_although_the_clock_was_set_back_and_none_that_is_missing_counts_as_never_sent(
    account, tmp_path
):
    account.on_create = ["reset"]
    clock = ManualClock(time.time())
    model = opened(tmp_path, clock=clock)
    sent = clock.now() + 5 * 3_600  # by the clock as it went then

    async def story():
        with pytest.raises(DoubtfulError):
            await model.submit(BRIEF, 7)
        assert tuple(await model.find(BRIEF, 7, sent)) == tuple(account.made)
        with pytest.raises(ModelError, match="set back") as problem:
            await model.find(BRIEF, 8, sent)
        return problem.value

    assert not run(story()).retryable


def test_a_call_is_found_behind_newer_ones_and_where_they_are_too_many_nobody_says_that_it_is_not_there(
    account, tmp_path, monkeypatch
):
    monkeypatch.setattr("bridge.models.replicate.pace.STEP_SECONDS", 0.001)
    account.page = 2
    model = opened(tmp_path)

    async def story():
        first = await model.submit(BRIEF, 7)
        for seed in range(8, 13):
            await model.submit(BRIEF, seed)
        assert await model.find(BRIEF, 7, 0.0) == [first]
        monkeypatch.setattr("bridge.models.replicate.api.MOST_PAGES", 2)
        with pytest.raises(ModelError, match="too many newer calls") as problem:
            await model.find(BRIEF, 7, 0.0)
        return problem.value

    assert run(story()).retryable


@pytest.mark.parametrize(("said", "seconds"), [
    ("7", 7.0), ("Sat, 21 Nov 2026 10:00:25 GMT", 25.0), ("Sat, 21 Nov 2026 12:00:00 GMT", 120.0),
    ("Sat, 21 Nov 2026 09:00:00 GMT", 0.2), ("Saturday", 10.0), ("Sat, 21 Nov 2026 10:00:25 -0000", 10.0),
])
def test_a_wait_is_told_in_seconds_or_as_a_moment(said, seconds):
    headers = {"retry-after": said, "date": "Sat, 21 Nov 2026 10:00:00 GMT"}
    assert failures.wait_of(headers, "") == seconds


@pytest.mark.parametrize("said", ["nan", "inf", "-5", "soon"])
def test_a_wait_that_makes_no_sense_is_a_usual_one(said):
    assert 0.2 <= failures.wait_of({"retry-after": said}, "") <= 120.0


@pytest.mark.parametrize(
    ("link", "keys"),
    [("https://x.replicate.delivery/a", ["", "Bearer k"]), ("http://x.replicate.delivery/a", [""]),
     ("https://x.replicate.delivery/clear", ["", "Bearer k", ""])],
)
def test_a_key_never_travels_in_the_clear(link, keys):
    seen = []

    def answer(request):
        seen.append(request.headers.get("authorization", ""))
        if not seen[-1]:
            return httpx.Response(401)
        if request.url.path == "/clear":
            return httpx.Response(302, headers={"location": "http://x.replicate.delivery/a"})
        return httpx.Response(200, stream=httpx.ByteStream(b"sound"))

    async def story():
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await fetch(client, link, token_for=lambda host: "k")

    if link.endswith("/a") and link.startswith("https"):
        assert asyncio.run(story()) == b"sound"
    else:
        with pytest.raises(ModelError, match="refuses to give"):
            asyncio.run(story())
    assert seen == keys


@pytest.mark.parametrize("link", [
    "http://", "https://:99999/x", "http://[::1", "ftp://a.b/c", "file:///etc/passwd", "gopher://a", "http:///etc/passwd",
    "https://a.b/to/http://[::1", "https://a.b/to/file:///etc/passwd", "https://a.b/to/http://",
])
def test_a_link_that_leads_nowhere_is_given_up_at_once(link):
    asked = []

    def answer(request):
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": request.url.path.removeprefix("/to/")})

    async def story():
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await fetch(client, link)

    with pytest.raises(ModelError, match="a place that can't be fetched") as refused:
        asyncio.run(story())
    assert not refused.value.retryable
    assert len(asked) == ("/to/" in link)


@pytest.mark.parametrize("place", [
    "127.0.0.1:9128", "localhost", "192.168.1.1", "10.0.0.1", "169.254.169.254", "[::1]", "[fe80::1]", "router.local",
    "0.0.0.0", "100.64.0.1",
])
def test_an_answer_from_the_internet_leads_nobody_into_the_users_own_network(place):
    def answer(request):
        assert request.url.host == "a.b", "it was asked"
        return httpx.Response(302, headers={"location": f"http://{place}/x"})

    async def story(link):
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await fetch(client, link, nearby=False)

    for link in (f"http://{place}/x", "https://a.b/x"):
        with pytest.raises(ModelError, match="into your own network"):
            asyncio.run(story(link))


def test_a_provider_that_is_away_takes_nothing_and_that_is_sure(tmp_path, monkeypatch):
    monkeypatch.setenv("REPLICATE_BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="can't be reached") as problem:
        called(opened(tmp_path))
    assert problem.value.retryable
    assert not isinstance(problem.value, DoubtfulError)


@pytest.mark.parametrize("fault", ["cut", "html", "slow", "redirect", "key wanted"])
def test_a_download_that_breaks_is_fetched_again_until_it_is_whole(account, tmp_path, fault):
    account.on_file = [fault]
    end = called(opened(tmp_path))
    assert isinstance(end, Finished), end
    assert end.takes[0].sound == wav()
    assert len(account.made) == 1


def test_the_key_goes_only_where_it_is_asked_for(account, tmp_path):
    called(opened(tmp_path))
    assert set(account.file_keys) == {""}
    account.on_file = ["key wanted"]
    called(opened(tmp_path))
    assert account.file_keys[-2:] == ["", f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("fault", "words"), [("expired", "gone"), ("500 MB", "more than 209,715,200 bytes")]
)
def test_an_answer_that_can_not_be_had_is_a_failure_that_cost_money(account, tmp_path, fault, words):
    account.on_file = [fault] * 10
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert words in end.reason
    assert "paid" in end.hint
    assert not end.retryable
    assert end.cost == pytest.approx(account.charged)


def test_an_answer_that_can_not_be_fetched_yet_is_waited_for_and_that_is_said(account, tmp_path):
    account.on_file = ["html"] * 12
    model = opened(tmp_path)

    async def story():
        ticket = await model.submit(BRIEF, 7)
        stages = []
        while isinstance(state := await model.poll(ticket, Seconds(5.0)), Progress):
            stages.append(state.stage)
        return stages, state

    stages, end = run(story())
    assert stages[-1] == "waiting (The answer on 127.0.0.1 can't be fetched: status 503)"
    assert isinstance(end, Finished)
    assert len(account.made) == 1


@pytest.mark.parametrize("fault", ["html", "slow"])
def test_an_answer_is_given_up_when_the_provider_no_longer_keeps_it(account, tmp_path, monkeypatch, fault):
    monkeypatch.setattr("bridge.models.replicate.model.KEPT_SECONDS", 0.1)
    account.on_file = [fault] * 1_000
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert "took more than 0.1 s" in end.reason
    assert "paid" in end.hint
    assert end.cost == pytest.approx(account.charged)


def test_a_cancel_ends_the_wait_for_an_answer_and_books_what_it_cost(account, tmp_path):
    account.on_file = ["html"] * 1_000
    model = opened(tmp_path)

    async def story():
        ticket = await model.submit(BRIEF, 7)
        while not (await model.poll(ticket, Seconds(5.0))).stage.startswith("waiting (The answer"):
            pass
        await model.cancel(ticket)
        asked = len(account.file_keys)
        return await ended(model, ticket), len(account.file_keys) - asked

    end, asked = run(story())
    assert isinstance(end, Failed)
    assert end.cost == pytest.approx(account.charged)
    assert asked == 0


def test_the_files_of_an_answer_are_bounded_together(account, tmp_path, monkeypatch):
    account.runner = lambda said: {"output": [wav(), wav(level=0.3)]}
    assert isinstance(called(opened(tmp_path)), Finished)
    monkeypatch.setattr("bridge.models.fetching.MOST_BYTES", 2 * len(wav()) - 1)
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert "more than" in end.reason


def test_one_large_answer_is_held_at_a_time_and_small_ones_beside_it(monkeypatch):
    monkeypatch.setattr("bridge.models.fetching.SMALL_BYTES", 100)
    told = []

    async def story():
        room = asyncio.Lock()
        answer = httpx.MockTransport(lambda request: httpx.Response(
            200, stream=httpx.ByteStream(bytes(int(request.url.path[1:])))
        ))

        async def hold(name, *sizes, until=None):
            links = [f"https://a.b/{size}" for size in sizes]
            async with fetched(client, links, room) as files:
                told.append((name, [len(file) for file in files]))
                if until:
                    await until.wait()

        async with httpx.AsyncClient(transport=answer) as client, asyncio.TaskGroup() as group:
            first, second = asyncio.Event(), asyncio.Event()
            group.create_task(hold("large", 60, 60, until=first))
            while not told:
                await asyncio.sleep(0.001)
            group.create_task(hold("large too", 101, until=second))
            await hold("small", 60, 40)
            for _ in range(20):
                await asyncio.sleep(0.001)
            assert [name for name, _ in told] == ["large", "small"]
            first.set()
            second.set()

    asyncio.run(story())
    assert told == [("large", [60, 60]), ("small", [60, 40]), ("large too", [101])]


def test_an_answer_of_too_many_files_is_a_failure_that_cost_money(account, tmp_path):
    account.runner = lambda said: {"output": [f"{account.url}/files/{number}" for number in range(65)]}
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert "more than 64 files" in end.reason
    assert end.cost == pytest.approx(account.charged)


@pytest.mark.parametrize(
    ("fault", "retryable", "words"),
    [
        ("failed:Failed to generate a loop in the requested 120 bpm. Please try again.", True, "loop"),
        ("failed:Less than one bar detected. Try increasing max_duration", True, "one bar"),
        ("failed:CUDA out of memory", True, "memory"),
        ("failed:something nobody knows", False, "nobody knows"),
        ("aborted", True, "in time"),
        ("data removed", False, "deleted"),
    ],
)
def test_a_prediction_that_fails_says_why_and_books_what_it_cost(account, tmp_path, fault, retryable, words):
    account.on_create = [fault]
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert end.retryable is retryable
    assert words in end.reason
    assert end.cost == pytest.approx(account.charged)
    assert len(account.made) == 1


@pytest.mark.parametrize(
    "shape",
    [
        lambda sound: sound, lambda sound: [sound], lambda sound: [[sound]],
        lambda sound: {"audio": sound, "spectrogram": b"\x89PNG\r\n\x1a\n", "error": None},
        lambda sound: {"variation_01": sound, "variation_02": None}, lambda sound: [b"\x89PNG\r\n\x1a\n", sound],
        lambda sound: [{"audio": {"url": sound}}],
    ],
)
def test_the_sound_is_found_in_every_shape(account, tmp_path, shape):
    account.runner = lambda said: {"output": shape(wav())}
    end = called(opened(tmp_path))
    assert isinstance(end, Finished)
    assert [take.sound for take in end.takes] == [wav()]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\nxxxx", b"<html>"])
def test_what_is_no_sound_is_named_and_booked(account, tmp_path, content):
    account.runner = lambda said: {"output": content if content[:1] != b"\x89" else {"audio": b"" + content[1:]}}
    end = called(opened(tmp_path))
    assert isinstance(end, Failed)
    assert "instead of" in end.reason or "no sound" in end.reason
    assert end.cost == pytest.approx(account.charged)


def test_a_batch_in_one_file_becomes_takes(account, tmp_path):
    account.runner = lambda said: {"output": wav(seconds=0.5 * said["batch_size"])}
    brief = Brief(prompt="x", model="far", seed=7, family="bell", mapping="keys", count=3)
    end = called(opened(tmp_path, catalogue()["stable-audio-open"]), brief)
    assert isinstance(end, Finished)
    assert len(end.takes) == 3


def test_a_cancel_stops_the_work_and_books_what_it_cost(account, tmp_path):
    account.hold = True
    model = opened(tmp_path)

    async def story():
        ticket = await model.submit(BRIEF, 7)
        await model.cancel(ticket)
        await model.cancel(ticket)
        return await ended(model, ticket)

    end = run(story())
    assert isinstance(end, Failed)
    assert end.cost == pytest.approx(account.charged) == pytest.approx(0.0028)


def test_a_call_that_works_longer_than_its_price_allows_is_stopped(account, tmp_path, monkeypatch):
    monkeypatch.setattr("bridge.models.catalogue.price.longest_seconds", lambda row, inputs: 0.1)
    account.looks = 10_000
    account.on_create = ["at work"]
    model = opened(tmp_path)

    async def story():
        ticket = await model.submit(BRIEF, 7)
        while isinstance(state := await model.poll(ticket, Seconds(0.05)), Progress):
            pass
        return state

    end = run(story())
    assert isinstance(end, Failed)
    assert "longer than its price" in end.reason
    assert end.cost == pytest.approx(account.charged)


def test_after_a_restart_the_same_call_is_watched_on(account, tmp_path):
    account.hold = True

    async def first():
        return await opened(tmp_path).submit(BRIEF, 7)

    ticket = run(first())
    account.hold = False

    async def second():
        return await ended(opened(tmp_path), ticket)

    end = run(second())
    assert isinstance(end, Finished)
    assert end.takes[0].seed == 7
    assert len(account.made) == 1


def test_a_ticket_that_nobody_knows_is_lost(account, tmp_path):
    async def story():
        return await ended(opened(tmp_path), "nobody")

    assert isinstance(run(story()), Lost)


def test_the_stages_are_named(account, tmp_path):
    account.looks = 3

    async def story():
        model, stages = opened(tmp_path), []
        ticket = await model.submit(BRIEF, 7)
        while isinstance(state := await model.poll(ticket, Seconds(5.0)), Progress):
            stages.append((state.stage, state.fraction))
        return stages

    stages = run(story())
    assert ("running 42 %", 0.42) in stages


def test_a_file_travels_small_in_the_call_and_large_by_upload(account, tmp_path):
    model = opened(tmp_path)
    shelf = ReferenceShelf(tmp_path / "refs")
    for seconds, uploads in ((0.2, 0), (10.0, 1)):
        (tmp_path / "tune.wav").write_bytes(wav(seconds))
        name = shelf.take_in(tmp_path / "tune.wav", "sound")
        brief = Brief(prompt="x", model="far", seed=7, family="bell", mapping="keys", audio=name, audio_use="melody")
        assert isinstance(called(opened(tmp_path), brief), Finished)
        assert len(account.uploads) == uploads
        given = list(account.made.values())[-1]["input"]["input_audio"]
        assert given.startswith("data:audio/" if not uploads else account.url)
    assert model.capabilities.audio == {"melody", "continue"}


def test_a_chat_model_answers_in_one_text(account, tmp_path):
    account.runner = lambda said: {"output": ["deep ", "bell"]}
    chat = opened(tmp_path, catalogue()["gpt-4o"])

    async def story():
        return await ended(chat, await chat.submit(Question(text="bell?", system="short")))

    end = run(story())
    assert isinstance(end, Answered)
    assert end.text == "deep bell"
    (made,) = account.made.values()
    assert made["model"] == "openai/gpt-4o"
    assert made["input"]["system_prompt"] == "short"


def test_fifty_calls_that_wait_are_looked_at_seldom(account, tmp_path, monkeypatch):
    account.hold = True

    async def story():
        model = opened(tmp_path)
        monkeypatch.setattr("bridge.models.replicate.pace.STEP_SECONDS", 0.001)
        tickets = [await model.submit(BRIEF, seed) for seed in range(1, 51)]
        before = account.gets
        await asyncio.gather(*(model.poll(ticket, Seconds(2.0)) for ticket in tickets))
        return account.gets - before

    assert run(story()) <= 40
    assert len(account.made) == 50


def test_the_key_is_in_no_log_error_or_repr(account, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    texts = []
    for faults in (["401"], ["402"], ["html, accepted"], ["reset"], ["failed:boom"], [""]):
        account.on_create = faults
        model = opened(tmp_path)
        try:
            texts.append(repr(called(model)))
        except ModelError as problem:
            texts += [str(problem), repr(problem)]
        texts += [repr(model), repr(vars(model))]
    assert KEY not in caplog.text + "".join(texts)


def test_without_a_key_nothing_is_sent_and_the_cure_is_named(account, tmp_path):
    with pytest.raises(ModelError, match="no key for Replicate") as problem:
        called(opened(tmp_path, key=None))
    assert "oneshot keys set replicate" in problem.value.hint
    assert account.made == {}


def test_a_request_that_timed_out_there_leaves_a_doubt():
    assert isinstance(refusal(408, ""), DoubtfulError)
    assert not isinstance(refusal(404, ""), DoubtfulError)


def test_silence_and_nan_come_through_as_they_are_for_the_gate_to_judge(account, tmp_path):
    for frames in (np.zeros(9_000), np.full(9_000, np.nan)):
        file = io.BytesIO()
        soundfile.write(file, frames, 32_000, format="WAV", subtype="FLOAT")
        sound = file.getvalue()
        account.runner = lambda said, sound=sound: {"output": sound}
        end = called(opened(tmp_path))
        assert isinstance(end, Finished)
        assert end.takes[0].sound == file.getvalue()
