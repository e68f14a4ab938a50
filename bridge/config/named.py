"""Finds what a configuration names and nobody knows: a file can be right and its models missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from bridge.config.fields import did_you_mean
from bridge.config.problems import Location, where
from bridge.config.schema import Config

RULES = "rules"
"""Who writes words without any model."""


def missing_models(
    config: Config, known: Collection[str], origin: Callable[[Location], str] = lambda _: ""
) -> Iterator[str]:
    """Yields a sentence for every place that names a model which is not `known`; `origin` says where it was said."""
    for place, name in _named(config):
        if name not in known:
            whence = origin(place)
            text = f"{where(place)}: there is no model {name!r}{did_you_mean(name, known)}"
            yield f"{text} ({whence})" if whence else text


def _named(config: Config) -> Iterator[tuple[Location, str]]:
    yield ("model",), config.model
    if config.prompts.writer != RULES:
        yield ("prompts", "writer"), config.prompts.writer
    yield ("prompts", "looks"), config.prompts.looks
    for name, pad in config.pads.items():
        if pad.model is not None:
            yield ("pads", name, "model"), pad.model
        if pad.fallback is not None:
            yield ("pads", name, "fallback"), pad.fallback
