"""Measures the bridge's own time in a remote job, beyond the provider's: the way to the wire, from the last byte to the
published file, and what fifty calls in flight cost while they wait.

The provider is the façade of the tests, in a process of its own; nothing of the network is in these figures.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import soundfile

from bridge.app import open_bridge
from bridge.config.schema import Config
from bridge.domain.brief import Request
from bridge.units import Seconds
from support.replicate_facade import KEY, facade

ROUNDS = 100
IN_FLIGHT = 50
WATCHED_SECONDS = 20.0


def bell(seconds: float = 2.0, rate: int = 44_100) -> bytes:
    at = np.arange(int(seconds * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 880 * at) * np.exp(-3 * at)
    file = io.BytesIO()
    soundfile.write(file, np.stack([tone, tone], axis=1), rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def serve(orders: Any, answers: Any) -> None:
    """Runs the façade; notes when a call came in and when the last byte of an answer went out."""
    came: list[float] = []
    went: list[float] = []
    sound = bell()
    with facade(lambda said: {"output": sound}) as account:
        create, file = account._create, account._file

        async def noted_create(path: str, asked: dict[str, Any], send: Any) -> None:
            came.append(time.time())
            await create(path, asked, send)

        async def noted_file(name: str, headers: dict[str, str], send: Any) -> None:
            await file(name, headers, send)
            went.append(time.time())

        account._create, account._file = noted_create, noted_file  # type: ignore[method-assign]
        account.looks = 0
        answers.put(account.url)
        while (order := orders.get()) != "end":
            if order == "hold":
                account.hold = True
            answers.put((came[-1] if came else 0.0, went[-1] if went else 0.0, account.gets))


def shown(what: str, seconds: list[float], aim: str) -> None:
    ordered = sorted(seconds)
    p95 = ordered[int(0.95 * len(ordered))]
    print(f"{what:<42} p50 {1e3 * statistics.median(ordered):6.1f} ms  p95 {1e3 * p95:6.1f} ms   ({aim})")


async def measure(url: str, ask: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Config.model_validate({
            "library": {"folder": f"{folder}/library"}, "state_folder": f"{folder}/state", "jobs": {"workers": 1},
            "budget": {"day": 1_000.0, "month": 1_000.0, "job": 5.0},
            "models": {"far": {"like": "stable-audio-open", "concurrent": IN_FLIGHT}},
            "pads": {"bell": {"prompt": "glassy bell", "family": "bell", "model": "far", "seconds": 2.0}},
        })
        async with open_bridge(config, doors=False) as app:
            await app.engine.wait((await app.engine.trigger(Request(pad="bell"))).id, Seconds(60))
            wire, publishing = [], []
            for _ in range(ROUNDS):
                published: list[float] = []
                stop = app.engine.subscribe(
                    lambda event, published=published: published.append(time.time()) if event.kind == "sample" else None
                )
                began = time.time()
                job = await app.engine.trigger(Request(pad="bell"))
                await app.engine.wait(job.id, Seconds(60))
                stop()
                came, went, _ = ask("look")
                wire.append(came - began)
                publishing.append(published[0] - went)
            shown("trigger to request on the wire", wire, "aim: p95 50 ms")
            shown("last byte to published, 2 s stereo", publishing, "aim: p95 150 ms")
            ask("hold")
            for _ in range(IN_FLIGHT):
                await app.engine.trigger(Request(pad="bell"))
            await asyncio.sleep(8.0)
            gets = ask("look")[2]
            began, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(WATCHED_SECONDS)
            share = (time.process_time() - used) / (time.perf_counter() - began)
            looks = (ask("look")[2] - gets) / WATCHED_SECONDS
            print(f"{IN_FLIGHT} calls in flight: {100 * share:.1f} % of a core, {looks:.1f} looks a second (aim: 5 %)")


def main() -> None:
    context = multiprocessing.get_context("spawn")
    orders, answers = context.Queue(), context.Queue()
    server = context.Process(target=serve, args=(orders, answers), daemon=True)
    server.start()
    os.environ["REPLICATE_BASE_URL"], os.environ["REPLICATE_API_TOKEN"] = answers.get(), KEY

    def ask(order: str) -> Any:
        orders.put(order)
        return answers.get()

    try:
        asyncio.run(measure(os.environ["REPLICATE_BASE_URL"], ask))
    finally:
        orders.put("end")
        server.join(5)


if __name__ == "__main__":
    main()
