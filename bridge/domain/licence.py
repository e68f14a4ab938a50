"""Licences: what a sound's maker asks of those who use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Commercial = Literal["yes", "conditions", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Names the terms that a model's sounds come under.

    `id` is an SPDX identifier where there is one, else the provider's own name for it. `commercial` says whether the
    sounds may be sold with a track: `yes`, `conditions` (a limit on revenue, a registration, a credit), `no`.
    """

    id: str
    link: str = ""
    commercial: Commercial = "yes"
    note: str = ""

    def __str__(self) -> str:
        return f"{self.id} ({self.link})" if self.link else self.id
