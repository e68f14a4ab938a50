"""Turns what the bridge shows (plain JSON values) into words for people; pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

Shown = dict[str, Any]
"""A job, sample, pad … as `bridge.web.views` shows it."""
NameOf = Callable[[int | None], str]
"""Names a note in the user's octave convention."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def pitch(analysis: Shown, name_of: NameOf) -> str:
    """Returns what a sound's pitch is: `A1 (33) +4 cents`, or `unpitched`."""
    if analysis["root"] is None:
        return "unpitched"
    return f"{name_of(analysis['root'])} {round(analysis['cents'] or 0):+d} cents".replace("-", "−")


def sample_line(sample: Shown, name_of: NameOf) -> str:
    """Returns a sample on one line: where it is, its pitch, and what the gate and the shaping had to say."""
    remarks = [verdict["text"] or verdict["name"] for verdict in sample["verdicts"] if verdict["rule"] != "pass"]
    return "  ".join([sample["file"], pitch(sample["analysis"], name_of), "; ".join(remarks)]).rstrip()


SAMPLE_COLUMNS = ("sample", "pad", "family", "pitch", "length", "age", "marks", "file")
NEAR_COLUMNS = ("likeness", *SAMPLE_COLUMNS)


def sample_row(sample: Shown, name_of: NameOf) -> tuple[str, ...]:
    """Returns a sample as a row of the list, under `NEAR_COLUMNS` if it was searched for by likeness."""
    near = (f"{sample['likeness']:.3f}",) if "likeness" in sample else ()
    return (
        *near, sample["id"], sample["pad"], sample["family"], pitch(sample["analysis"], name_of),
        f"{sample['analysis']['seconds']:.2f} s", ago(sample["created"]), marks(sample), sample["file"],
    )  # fmt: skip


def for_people(answer: Shown) -> Shown:
    """Returns an answer about one sample without what only programs read, and with what is not known said; any other
    answer as it is."""
    if "sample" not in answer:
        return answer
    sample, sidecar = answer["sample"], answer["sidecar"]
    analysis = {**sample["analysis"], "character": sample["analysis"]["character"] or "unknown"}
    return {
        "sample": {**sample, "analysis": analysis},
        "sidecar": {key: value for key, value in sidecar.items() if key != "fingerprint"},
    }


def understood(said: Shown, name_of: NameOf) -> str:
    """Returns what a model took the words for, on one line: `understood: kick, long +1.6; note F1 (29); 300 ms`."""
    seconds = said["seconds"]
    parts = [
        ", ".join(said["words"]),
        f"note {name_of(said['note'])}" if said["note"] is not None else f"in {said['key']}" if said["key"] else "",
        "" if seconds is None else f"{seconds:g} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms",
        f"{said['tempo']:g} bpm" if said["tempo"] else "",
    ]
    return f"understood: {'; '.join(filter(None, parts)) or 'none of the words'}"


def marks(sample: Shown) -> str:
    """Returns the user's marks, and which sample this is a duplicate of."""
    said = [mark for mark in ("kept", "discarded") if sample[mark]]
    return ", ".join([*said, *([f"duplicate of {sample['duplicate_of']}"] if sample["duplicate_of"] else [])])


def job_end(job: Shown) -> str:
    """Returns how a job ended, on one line: `j-… (kick): failed: the sound is silent`."""
    pad = f" ({job['brief']['pad']})" if job["brief"]["pad"] else ""
    reason = f": {job['reason']}" if job["reason"] else ""
    return f"{job['id']}{pad}: {job['state']}{reason}"


def event_parts(event: Shown) -> tuple[str, str, str] | None:
    """Returns an event on one line, in three parts: when and of what, what happened, and more of it; None for those
    that only say again what another said."""
    if event["kind"] == "pad":
        return None
    when = time.strftime("%H:%M:%S", time.localtime(event["at"] or None))
    happened = event["stage"] if event["kind"] == "progress" else event["kind"].replace("_", " ")
    more = _more(event)
    before = f"{when}  {event['job']:<14}  {event['pad']:<10}  "
    return before, f"{happened:<11}" if more else happened, f"  {more}" if more else ""


def _more(event: Shown) -> str:
    said = [event["sample"], f"{event['host']} {event['seq']}" if event["host"] else "", event["reason"], event["hint"]]
    if event["kind"] == "progress":
        said[:2] = [f"{100 * event['fraction']:.0f} %", left(event["eta_seconds"])]
    return " ".join(part for part in said if part)


def left(seconds: float) -> str:
    """Returns how long something will take; nothing for less than a second."""
    return f"about {seconds:.0f} s left" if seconds >= 1 else ""


def ago(then: float) -> str:
    """Returns how long ago a moment (seconds since 1970) was, short enough for a table."""
    seconds = max(0, int(time.time() - then))
    unit, length = next((row for row in _UNITS if seconds >= row[1]), _UNITS[-1])
    return f"{seconds // length} {unit}"


def facts(shown: Shown, indent: str = "") -> Iterator[str]:
    """Yields the fields of anything, a line each and in their order; what is empty is left out."""
    for key, value in shown.items():
        if isinstance(value, dict):
            if value:
                yield f"{indent}{key}"
                yield from facts(value, indent + "  ")
        elif isinstance(value, list):
            yield from _entries(key, value, indent)
        elif value is not None and value != "":
            yield f"{indent}{key:<12} {_word(value)}"


def _entries(key: str, values: list[Any], indent: str) -> Iterator[str]:
    if values and all(isinstance(value, dict) for value in values):
        for value in values:
            yield f"{indent}{key}"
            yield from facts(value, indent + "  ")
    elif values:
        yield f"{indent}{key:<12} {', '.join(_word(value) for value in values)}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
