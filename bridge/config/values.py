"""Reads values from beside the file as the file spells them."""

from __future__ import annotations

import tomllib
from typing import Any


def value_of(text: str, *kinds: type) -> Any:
    """Returns what a text means: true, numbers, lists and quoted texts as in the config, anything else as it stands.

    `kinds` are further kinds of values that it may mean, like dict.
    """
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # a number may have too many digits
        return text
    value = table["value"]
    return value if len(table) == 1 and isinstance(value, (bool, int, float, str, list, *kinds)) else text
