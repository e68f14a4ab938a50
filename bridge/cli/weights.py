"""Finds the model that the options of stable-audio-tools' script name; adds it to the config where there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.cli.editing import add_model
from bridge.config.load import ensure_config
from bridge.config.models import Row
from bridge.errors import RequestError
from bridge.models.catalogue.rows import LOCAL, known_weights, rows
from bridge.packs.tools import model_of_weights

if TYPE_CHECKING:
    from bridge.cli.shell import Shell

RUNNER = "stable-audio-tools"
CONFIG, PRETRANSFORM = "model_config", "pretransform_ckpt_path"
"""What its runner calls these files of a model."""
OWN = "own"
"""The known model of that runner that is any of the user's own."""
LONGEST_NAME = 28
"""Of a model that is added, so that a number behind it stays within 32 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Holds what the script's options say of its model: `pretrained` by its published name, or a `config` and a
    `checkpoint`; where it works, and whether in half precision (False: as its row says)."""

    pretrained: str | None = None
    config: Path | None = None
    checkpoint: Path | None = None
    pretransform: Path | None = None
    half: bool = False
    device: str | None = None

    @property
    def are_named(self) -> bool:
        return any((self.pretrained, self.config, self.checkpoint, self.pretransform, self.half, self.device))

    @property
    def are_local(self) -> bool:
        """Tells whether they say something that only a model on this computer can be told."""
        return any((self.config, self.checkpoint, self.pretransform, self.half, self.device))

    def check(self) -> None:
        """Raises RequestError where they contradict each other, or a file that they name is missing."""
        if self.pretrained and (self.config or self.checkpoint):
            raise RequestError("--pretrained-name brings its own config and checkpoint.", "Say one or the other.")
        if not self.pretrained and not (self.config and self.checkpoint):
            missing = "--ckpt-path" if self.config else "--model-config"
            raise RequestError(f"{missing} is missing.",
                               "A model is a --pretrained-name, or a --model-config with its --ckpt-path.")  # fmt: skip
        for file in (self.config, self.checkpoint, self.pretransform):
            if file is not None and not file.is_file():
                raise RequestError(f"{file} is not there.", "Nothing was started.")

    def row(self) -> dict[str, Any]:
        """Returns the row of the config that says the same."""
        files = {CONFIG: self.config, PRETRANSFORM: self.pretransform}
        loading = {name: str(file.absolute()) for name, file in files.items() if file is not None}
        said: dict[str, Any] = {"provider": LOCAL, "runner": RUNNER}
        if self.config and self.checkpoint:
            seconds = seconds_of(self.config)
            said |= {"like": OWN, "weights": str(self.checkpoint.absolute()), "seconds": [0.05, seconds]}
        else:
            published = {row.weights for row in known_weights()[RUNNER].values()}
            said |= {"weights": self.pretrained} | ({} if self.pretrained in published else {"like": OWN})
        said |= {"device": self.device} if self.device else {}
        said |= {"half": True} if self.half else {}
        return said | ({"loading": loading} if loading else {})


def named_model(shell: Shell, weights: Weights, *, dry_run: bool) -> tuple[str, bool]:
    """Returns the model that the options name, and whether it was added to the config just now.

    A row of the config that says the same comes first, then, where nothing asks for this computer, a known model with
    these weights wherever it runs. Raises RequestError where a dry run would have to add one.
    """
    weights.check()
    known = rows(shell.config.models)
    wanted = weights.row()
    for name, row in known.items():
        if says_the_same(row, wanted):
            return name, False
    if weights.pretrained and not weights.are_local:
        links = {name: row.licence.link for name, row in known.items() if row.licence}
        if "like" in wanted or any(f"/{weights.pretrained}/" in link for link in links.values()):
            return model_of_weights(weights.pretrained, links), False
    name = free_name(weights.pretrained or (weights.checkpoint or Path()).stem, known)
    if dry_run:
        raise RequestError(f"{weights.pretrained or weights.checkpoint} is no model of your config yet.",
                           f"Without --dry-run it is added, as [models.{name}].")  # fmt: skip
    rows({**shell.config.models, name: Row.model_validate(wanted)})
    ensure_config(shell.path)
    add_model(shell.path, name, wanted)
    shell.reread()
    return name, True


def says_the_same(row: Row, wanted: Mapping[str, Any]) -> bool:
    """Tells whether a row is the wanted one; where the options say nothing the row is free to."""
    if (row.provider, row.runner, row.weights) != (wanted["provider"], wanted["runner"], wanted["weights"]):
        return False
    if dict(row.loading) != wanted.get("loading", {}):
        return False
    return all(getattr(row, key) == wanted[key] for key in ("device", "half") if key in wanted)


def seconds_of(config: Path) -> float:
    """Returns how long the sounds of a model are at most; RequestError for what is no model config."""
    told = read_model_config(config)
    return max(0.05, round(float(told["sample_size"]) / float(told["sample_rate"]), 3))


def read_model_config(config: Path) -> Mapping[str, Any]:
    """Returns the config of a model of stable-audio-tools; RequestError where a file is none."""
    try:
        told = json.loads(config.read_text(encoding="utf-8"))
        if told["sample_size"] / told["sample_rate"] > 0 and told["model_type"]:
            return dict(told)
        raise ValueError("has no length")
    except OSError as problem:
        raise RequestError(f"{config} can't be read: {problem.strerror}.") from problem
    except (ValueError, TypeError, KeyError, ZeroDivisionError, RecursionError) as problem:
        raise RequestError(f"{config} is no model config of stable-audio-tools: it says no {problem}.",
                           "It is the JSON file that the model was trained with.") from problem  # fmt: skip


def heard(config: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the options that a model with this config listens to: what none of its conditioners takes, and what its
    kind of sampler never looks at, is not among them."""
    try:
        model = config["model"]
        takes = {one["id"] for one in model["conditioning"]["configs"]}
        flow = model["diffusion"].get("diffusion_objective", "v") != "v"
    except (KeyError, TypeError, AttributeError):
        return dict(options)
    deaf = {"audio_prompt", "seconds_start"} - takes | ({"sigma_min", "rho"} if flow else set())
    return {name: option for name, option in options.items() if name not in deaf}


def free_name(wanted: str, taken: Mapping[str, Any]) -> str:
    """Returns a name for a model that no other has: `stable-audio-open-1-0` of `stabilityai/stable-audio-open-1.0`."""
    last = re.sub(r"[^a-z0-9]+", "-", wanted.rpartition("/")[2].lower()).strip("-")[:LONGEST_NAME].strip("-") or "own"
    name, number = last, 1
    while name in taken:
        number += 1
        name = f"{last}-{number}"
    return name
