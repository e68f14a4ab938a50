"""Writes down sounds and their words, as scripts for fine-tuning read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = ("path", "prompt")


def table_of(samples: Sequence[Mapping[str, Any]]) -> str:
    """Returns a CSV file with a line for each sample, as the bridge shows it: its absolute path and its words.

    A sound that nobody described is described by its family.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((sample["file"], sample["prompt"] or sample["family"]) for sample in samples)
    return text.getvalue()
