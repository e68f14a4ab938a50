"""Turns the bridge's nouns into plain JSON values: the same shape over HTTP and from `--json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from bridge.domain.job import Job
from bridge.domain.sample import Sample
from bridge.errors import BridgeError
from bridge.ports import Engine, Model, Outcome, PadView

_PLAIN = frozenset({str, int, bool, type(None)})
"""What JSON carries as it is; a class that is made of one of them may mean something else."""


def plain(value: Any) -> Any:
    """Returns a value made of dicts, lists, texts, numbers, switches and None; what JSON has no number for is None."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def to_json(value: Any) -> str:
    """Returns one line of JSON in ASCII: any terminal, pipe and encoding carries it."""
    return json.dumps(plain(value), ensure_ascii=True, allow_nan=False)


def job_view(job: Job, engine: Engine) -> dict[str, Any]:
    """Adds `stage`, what goes on in the job right now, empty where nobody knows more than its state."""
    return {**plain(job), "stage": engine.stage(job.id)}


def sample_view(sample: Sample, engine: Engine) -> dict[str, Any]:
    """Adds its `key` and `file`, the absolute path on this computer, to the fields of a sample."""
    return {**plain(sample), "key": sample.key, "file": engine.absolute(sample.path)}


def outcome_view(outcome: Outcome, engine: Engine, *, samples: bool) -> dict[str, Any]:
    """Shows how a job ended and what came of it, short enough for thousands at once; with `samples` those, too."""
    shown = {
        "id": outcome.job, "ref": outcome.ref, "state": str(outcome.state), "reason": outcome.reason,
        "hint": outcome.hint, "sounds": outcome.sounds, "usd": outcome.usd, "model": outcome.model,
        "refused": list(outcome.refused),
    }  # fmt: skip
    return {**shown, "samples": [sample_view(sample, engine) for sample in outcome.samples]} if samples else shown


def pad_view(pad: PadView, engine: Engine) -> dict[str, Any]:
    """Adds `file`, the absolute path of the current sound, empty where there is none."""
    return {**plain(pad), "file": engine.absolute(pad.path) if pad.path else ""}


def model_view(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "version": model.version,
        "provider": model.provider,
        "licence": plain(model.licence),
        "capabilities": plain(model.capabilities),
    }


def error_view(error: BridgeError) -> dict[str, Any]:
    return {"error": {"message": error.message, "hint": error.hint, "type": type(error).__name__}}
