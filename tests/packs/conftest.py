"""Plans and what became of them, as the bridge shows it, without a bridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bridge.domain.family import FAMILIES, family_of
from bridge.packs.plan import Plan
from bridge.packs.recipe import read_recipe


@pytest.fixture
def plan_in() -> Callable[..., Plan]:
    def plan(text: str, name: str = "night.toml") -> Plan:
        return read_recipe(name, text, model="synth", edition="", octave=4, digest=lambda path: "")

    return plan


@pytest.fixture
def made() -> Callable[..., dict[str, dict[str, Any]]]:
    """Returns an outcome for every item of a plan: one sample, its root the note that was asked for."""

    def outcomes(plan: Plan, **more: Any) -> dict[str, dict[str, Any]]:
        return {item.ref: outcome(number, item, more) for number, item in enumerate(plan.items)}

    def outcome(number: int, item: Any, more: dict[str, Any]) -> dict[str, Any]:
        letters = "".join(chr(97 + int(digit)) for digit in f"{number:012d}")
        family = item.fields.get("family") or family_of(item.fields.get("prompt", "")) or "fx"
        sample = {
            "id": f"s-{letters}", "job": f"j-{letters}", "take": f"t-{letters}", "pad": "", "pad_note": None,
            "family": family, "mapping": FAMILIES[family].mapping, "prompt": item.fields.get("prompt", ""),
            "path": f"samples/{letters}.wav", "sha256": "0", "created": 0.0, "verdicts": [], "tags": [],
            "file": f"/library/samples/{letters}.wav", "key": None, "discarded": False, "kept": False,
            "analysis": {"root": item.fields.get("note"), "cents": 0.0, "confidence": 1.0, "seconds": 0.5,
                         "peak": -1.0, "channels": 1, "sample_rate": 44_100},
            **more,
        }  # fmt: skip
        return {"ref": item.ref, "state": "ready", "model": "synth", "usd": 0.0, "refused": [], "samples": [sample]}

    return outcomes
