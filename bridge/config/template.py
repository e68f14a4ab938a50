"""Writes the default configuration file: every setting off with its default, and a kit of pads ready to play."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bridge.config.models import Row
from bridge.config.schema import Config, Host, Kit, Pad, Sampler

KIT_NAME = "main"
KIT: dict[str, dict[str, Any]] = {
    "kick": {"prompt": "deep punchy kick drum, dry", "pad_note": 36},
    "snare": {"prompt": "crisp snare drum, bright wires, dry", "pad_note": 38},
    "clap": {"prompt": "wide analog handclap", "pad_note": 39},
    "hat": {"prompt": "closed hi-hat, bright and very short", "pad_note": 42},
    "open-hat": {"prompt": "open hi-hat, sizzling metal, medium decay", "pad_note": 46},
    "tom": {"prompt": "round low tom, warm skin, dry", "pad_note": 45},
    "perc": {"prompt": "dry wooden rimshot, short", "pad_note": 37},
    "808": {"prompt": "long 808, clean sub with a little drive", "pad_note": 40, "note": 36},
    "bass": {"prompt": "short analog synth bass, round and solid", "pad_note": 41, "note": 36},
    "pluck": {"prompt": "bright synth pluck, quick decay", "pad_note": 43, "note": 60},
    "bell": {"prompt": "glassy FM bell, clear, long decay", "pad_note": 44, "note": 72},
    "pad": {
        "prompt": "warm wide analog pad, slow and soft",
        "pad_note": 47,
        "note": 60,
        "family": "pad-synth",
        "seconds": 4.0,
    },
    "fx": {"prompt": "rising noise sweep, airy", "pad_note": 48, "seconds": 2.0},
}
"""The pads of the default file, on the notes 36 to 51 of a 4 × 4 pad controller."""

_HEAD = """\
Oneshot Bridge: press a pad, get a new, tuned, playable sound in your sampler.

A setting with # in front is off and shows its default. To change it, take the # away and write what you want.
Save the file, and the running bridge takes it up; `oneshot config check` says whether all is well.
"""
_PADS = """\
The pads. [pads.NAME] makes one: `oneshot trigger NAME`, the OSC message /oneshot/pad/NAME and its MIDI note ask for
a new sound. Names have up to 32 of the characters a–z, 0–9 and -. The first pad here shows all that a pad can say.
"""
_KITS = "The kits: pads that are played together, each on its pad_note."
_HOSTS = """\
The hosts: DAWs and samplers that load the sounds by themselves. One that is not named here gets the default.
"""
_SAMPLERS = """\
The samplers without a script: fluidsynth, hydrogen and linuxsampler. One that is named here is told what to load
(docs/samplers.md).
"""
_MODELS = """\
The models: `oneshot models` lists those that the bridge knows. [models.NAME] adds one, or changes the known one of
that name. This one asks a server of your own; docs/models.md tells all that a row can say.
"""
MODEL: dict[str, Any] = {
    "provider": "cog",
    "like": "stable-audio-open",
    "servers": ["http://127.0.0.1:5000"],
    "text": "Stable Audio Open on the computer with the big graphics card.",
}
"""The row that the default file shows."""
_WIDTH = 116
_TABLES_BY_NAME = ("pads", "kits", "models", "hosts", "samplers")


def default_config_text() -> str:
    """Returns the default configuration file. Every setting comes from the schema: none can be forgotten here."""
    blocks: list[str] = [_prose(_HEAD)]
    blocks += _off(Config, skip=by_table(Config))
    for name, field in Config.model_fields.items():
        if section := _section(field):
            blocks.append(f"{_prose(field.description or '')}\n[{name}]")
            blocks += _off(section)
    blocks.append(_prose(_PADS))
    for index, (name, settings) in enumerate(KIT.items()):
        blocks.append("\n".join([f"[pads.{name}]", *_on(settings)]))
        if index == 0:
            blocks += _off(Pad, skip=settings)
    blocks.append("\n".join([_prose(_KITS), f"[kits.{KIT_NAME}]", *_on({"pads": list(KIT)})]))
    blocks += _off(Kit, skip=("pads",))
    blocks.append(_prose(_MODELS) + "\n#[models.my-box]")
    blocks += _shown(Row, MODEL)
    blocks.append(_prose(_HOSTS) + "\n#[hosts.reaper]")
    blocks += _off(Host)
    blocks.append(_prose(_SAMPLERS) + "\n#[samplers.fluidsynth]")
    blocks += _off(Sampler)
    return "\n\n".join(blocks) + "\n"


def toml_value(value: Any) -> str:
    """Returns a value as TOML spells it: texts, numbers, switches, paths, lists, and tables on one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {toml_value(entry)}" for key, entry in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(entry) for entry in value)}]"
    if isinstance(value, str | Path):
        # TOML's basic strings are JSON's, but for one more character that must be escaped.
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def by_table(model: type[BaseModel]) -> list[str]:
    """Returns the fields of a model that are tables of their own."""
    return [name for name, field in model.model_fields.items() if name in _TABLES_BY_NAME or _section(field)]


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """Returns the model of a field that is a table of settings."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _on(settings: Mapping[str, Any]) -> Iterator[str]:
    for key, value in settings.items():
        yield f"{key} = {toml_value(value)}"


def _off(model: type[BaseModel], skip: Container[str] = ()) -> Iterator[str]:
    """Yields a block of prose and `#key = default` for every field of a model; an example where nothing is default."""
    for key, field in model.model_fields.items():
        if key not in skip:
            shown = field.examples[0] if field.examples else field.get_default(call_default_factory=True)
            yield _commented(field, key, shown)


def _shown(model: type[BaseModel], settings: Mapping[str, Any]) -> Iterator[str]:
    """Yields a block like those of `_off` for each of these settings alone."""
    for key, value in settings.items():
        yield _commented(model.model_fields[key], key, value)


def _commented(field: FieldInfo, key: str, value: Any) -> str:
    return f"{_prose(field.description or '')}\n#{key} = {toml_value(value)}"


def _prose(text: str) -> str:
    lines = [line for part in text.strip().split("\n") for line in (textwrap.wrap(part, _WIDTH) or [""])]
    return "\n".join(f"# {line}".rstrip() for line in lines)
