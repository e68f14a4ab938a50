"""Takes secrets out of texts that people keep and send: keys, tokens, passwords in links."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

HIDDEN = "[hidden]"
SHORTEST = 6
"""Letters; what is shorter would blacken half of every text, and is no secret anybody hands out."""
ASK_AGAIN_SECONDS = 10.0

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\br8_[A-Za-z0-9]{8,}"), HIDDEN),
    (re.compile(r"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?(?:\w+\s+)?)[^\s\"']{6,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{16,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s@\"']+(?=@)"), HIDDEN),
    (re.compile(r"(?i)([?&][\w-]*(?:token|key|secret|signature|password|credential|sig)[\w-]*=)[^&\s\"']+"),
     rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(?<=/hooks/)[\w/-]{8,}|(?<=/webhooks/)[\w/-]{8,}"), HIDDEN),
)  # fmt: skip
"""What secrets look like, wherever they come from."""


class Redactor:
    """Hides the secrets that are known now, and all that looks like one.

    `secrets` may take its time (a keyring), so it is asked once in a while.
    """

    def __init__(self, secrets: Callable[[], Iterable[str]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._secrets = secrets
        self._monotonic = monotonic
        self._asked = float("-inf")
        self._known: set[str] = set()

    def __call__(self, text: str) -> str:
        """Returns the text without secrets. One that was known stays hidden after it was changed."""
        if (now := self._monotonic()) - self._asked >= ASK_AGAIN_SECONDS:
            self._asked = now
            self._known |= {secret for secret in self._secrets() if len(secret) >= SHORTEST}
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        for shape, put in _SHAPES:
            text = shape.sub(put, text)
        return text
