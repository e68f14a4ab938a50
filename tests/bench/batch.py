"""Measures packs: a thousand sounds of the built-in synthesiser into a finished pack, on one core and on two, and how
long a batch of ten thousand takes to find out what is left of it.

    python tests/bench/batch.py [make] [resume]

What the bridge adds to a sound is what is left of a batch's processor time on one core when the bare generator and the
bare finishing (gate, trim, pitch, tune, level, what it is like) of the same sounds are taken away.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from bridge.domain.brief import Brief
from bridge.domain.ids import new_id
from bridge.packs.plan import Plan
from bridge.packs.recipe import read_recipe
from bridge.workers.process import ONE_THREAD

SOUNDS, BARE, LARGE, LEFT = 1_000, 100, 10_000, 20
ROUNDS = 5
CONFIG = """
state_folder = "{folder}/state"
[library]
folder = "{folder}/library"
[osc]
port = 0
[control]
port = 0
[midi]
enabled = false
[jobs]
workers = {workers}
"""
RECIPE = """
name = "Bench"
[[sounds]]
families = ["kick", "snare", "hat", "clap", "perc", "tom", "cymbal", "808", "bass", "pluck"]
prompts = ["{{tone}} {{family}}"]
words.tone = ["deep", "bright", "short", "soft"]
count = {count}
seconds = 1
"""


def recipe(folder: Path, count: int) -> Path:
    file = folder / f"{count}.toml"
    file.write_text(RECIPE.format(count=count // 40), encoding="utf-8")
    return file


def plan_of_file(file: Path) -> Plan:
    return read_recipe(file.name, file.read_text("utf-8"), model="synth", edition="", octave=-1, digest=str)


def command(folder: Path, workers: int, *words: str) -> list[str]:
    (folder / "config.toml").write_text(CONFIG.format(folder=folder.as_posix(), workers=workers), encoding="utf-8")
    return [sys.executable, "-m", "bridge", "--config", str(folder / "config.toml"), "batch", *words, "--json"]


class Run:
    """Runs a command on some cores and holds what it took: seconds, processor seconds of all its processes and (`own`,
    to half a second) without its workers, and the memory of its own process over time, in MiB."""

    def __init__(self, words: list[str], cores: set[int]) -> None:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        self.memory: list[float] = []
        self.own = 0.0
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: os.sched_setaffinity(0, cores))  # fmt: skip
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        self.answer = json.loads(process.communicate()[0])
        self.seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _watch(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            self.memory += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
            ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            self.own = max(self.own, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))
            time.sleep(0.5)


def make(folder: Path) -> None:
    generator, finishing = bare(plan_of_file(recipe(folder, SOUNDS)))
    print(f"bare generator {generator * 1000:.1f} ms a sound, bare finishing {finishing * 1000:.1f} ms")
    cores = sorted(os.sched_getaffinity(0))
    runs = {}
    for count in (1, 2):
        home = folder / f"cores-{count}"
        home.mkdir()
        words = command(home, count, str(recipe(folder, SOUNDS)), "-o", str(home / "pack"))
        runs[count] = run = Run(words, set(cores[:count]))
        files = len(run.answer["report"]["files"])
        added = run.busy / files - generator - finishing
        early, late = (max(part) for part in (run.memory[: len(run.memory) // 2], run.memory[len(run.memory) // 2 :]))
        print(f"{count} core(s): {files} files in {run.seconds:.1f} s; ms of processor a sound: "
              f"{run.busy / files * 1000:.1f}, {added * 1000:.1f} more than bare, {run.own / files * 1000:.1f} without "
              f"workers; memory {early:.0f} MiB in the first half, {late:.0f} MiB in the second")  # fmt: skip
    print(f"two cores are {runs[1].seconds / runs[2].seconds:.2f} times as fast as one")


def bare(plan: Plan) -> tuple[float, float]:
    """Returns the processor seconds a sound that the generator and the finishing take by themselves, in one process."""
    os.environ.update(ONE_THREAD)  # as in a worker; counts for what is imported from here on
    from bridge.models.synth.render import render
    from bridge.shaping.tasks import check, shape_set

    spent = [0.0, 0.0]
    briefs = list(islice(_briefs(plan), 0, None, len(plan.items) // BARE))
    for brief in [briefs[0], *briefs]:
        began = time.process_time()
        takes = render(brief, brief.seed)
        made = time.process_time()
        check(takes[0].sound, brief)
        shape_set([takes[0].sound], brief, 44_100)
        if brief is not briefs[0]:
            spent = [spent[0] + made - began, spent[1] + time.process_time() - made]
    return spent[0] / (len(briefs) - 1), spent[1] / (len(briefs) - 1)


def _briefs(plan: Plan) -> Iterator[Brief]:
    for item in plan.items:
        said = item.fields
        yield Brief(prompt=said["prompt"], model="synth", seed=said["seed"], family=said["family"], mapping="drum",
                    seconds=said["seconds"])  # fmt: skip


def resume(folder: Path) -> None:
    """Makes a few sounds, writes them down as most of a large batch, and looks how soon it is known what is left."""
    home = folder / "large"
    home.mkdir()
    few = recipe(folder, 40)
    subprocess.run(command(home, 2, str(few)), check=True, stdout=subprocess.DEVNULL)
    large = recipe(folder, LARGE)
    copy_outcomes(next((home / "state" / "libraries").glob("*/store.sqlite")), plan_of_file(large))
    runs = [Run(command(home, 2, str(large), "--dry-run"), os.sched_getaffinity(0)) for _ in range(ROUNDS)]
    assert {run.answer["plan"]["missing"] for run in runs} == {LEFT}
    seconds, busy = sorted(run.seconds for run in runs), sorted(run.busy for run in runs)
    print(f"{LARGE} sounds, {LEFT} of them left: known after {seconds[0]:.2f} to {seconds[-1]:.2f} s, "
          f"{busy[0]:.2f} to {busy[-1]:.2f} s of processor")  # fmt: skip


def copy_outcomes(store: Path, plan: Plan) -> None:
    """Writes the outcome of one job once for each item of a plan, but for the last ones."""
    with closing(sqlite3.connect(store)) as database, database:
        database.row_factory = sqlite3.Row
        job = dict(database.execute("SELECT * FROM jobs WHERE state = 'ready'").fetchone())
        (call, take, sample) = (
            dict(database.execute(f"SELECT * FROM {table} WHERE job = ?", (job["id"],)).fetchone())
            for table in ("calls", "takes", "samples")
        )
        for item in plan.items[:-LEFT]:
            ids = {kind: new_id(kind) for kind in "jcts"}
            for table, row, changed in (
                ("jobs", job, {"id": ids["j"], "ref": item.ref}),
                ("calls", call, {"id": ids["c"], "job": ids["j"]}),
                ("takes", take, {"id": ids["t"], "call": ids["c"], "job": ids["j"], "file": ""}),
                ("samples", sample, {"id": ids["s"], "take": ids["t"], "job": ids["j"], "path": ids["s"]}),
            ):
                row = {key: value for key, value in {**row, **changed}.items() if key != "number"}
                marks = ", ".join(f":{key}" for key in row)
                database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


if __name__ == "__main__":
    for name in sys.argv[1:] or ("make", "resume"):
        with tempfile.TemporaryDirectory() as place:
            {"make": make, "resume": resume}[name](Path(place))
