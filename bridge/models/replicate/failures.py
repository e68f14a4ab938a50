"""What Replicate's errors mean: one table for refused requests, one for predictions that failed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bridge.errors import DoubtfulError, ModelError

REFUSALS: dict[int, tuple[str, str]] = {
    400: ("Replicate did not understand the call", "See: oneshot models check"),
    401: ("Replicate does not accept your key", "Set it anew with: oneshot keys set replicate"),
    402: ("Replicate wants a payment method or credit", "Add it at https://replicate.com/account/billing"),
    403: ("Replicate does not allow this with your key", "Look at https://replicate.com/account"),
    404: ("Replicate does not know this model or version", "See: oneshot models check"),
    413: ("Replicate says that the call is too large", "Take a smaller file."),
    422: ("Replicate refuses the inputs", "See them with: oneshot models show"),
}
"""By status: what happened, and the cure. None of these was accepted."""

FAILURES: tuple[tuple[re.Pattern[str], bool, str], ...] = (
    (re.compile(r"Failed to generate a loop", re.IGNORECASE), True, ""),
    (re.compile(r"Less than one bar detected", re.IGNORECASE), True, "Ask for more seconds."),
    (re.compile(r"\bE1001\b|out of memory|\bOOM\b", re.IGNORECASE), True, "Ask for fewer seconds or variations."),
    (re.compile(r"\bE\d{4}\b"), True, ""),
    (re.compile(r"interrupted|try again|timed? ?out|unavailable|overloaded|CUDA error", re.IGNORECASE), True, ""),
    (re.compile(r"NSFW|moderation|flagged|sensitive", re.IGNORECASE), False, "Say it in other words."),
    (re.compile(r"disabled|deprecated", re.IGNORECASE), False, "See: oneshot models check"),
)
"""By what a failed prediction says: whether another seed or a later time may do better, and the cure."""

REQUEST_TIMEOUT = 408
_RESETS = re.compile(r"resets in ~?(\d+(?:\.\d+)?)\s*s")
USUAL_WAIT_SECONDS = 10.0
"""Between two calls of an account without a payment method: six a minute."""
LONGEST_WAIT_SECONDS = 120.0


def refusal(status: int, body: str) -> ModelError:
    """Returns the error of a request that was refused; DoubtfulError where it may have been accepted all the same."""
    if status >= 500 or status == REQUEST_TIMEOUT:
        return DoubtfulError(f"Replicate answered a call with {status}.", "See https://www.replicatestatus.com")
    what, hint = REFUSALS.get(status, (f"Replicate refused with {status}", ""))
    said = detail(body)
    return ModelError(f"{what}{f': {said}' if said else ''}.", hint)


def detail(body: str) -> str:
    """Returns what an error's body says to people; nothing for a web page."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = (found.get("detail") or found.get("title") or "") if isinstance(found, dict) else ""
    return str(said).strip().rstrip(".")[:300]


def wait_of(headers: Mapping[str, str], body: str) -> float:
    """Returns how many seconds to wait after a 429: its header, else its words, else the usual; never too long.

    `Retry-After` is a number of seconds, or a moment (RFC 9110, 10.2.3), here by the clock of the answer itself.
    """
    after = headers.get("retry-after", "")
    said = _number(after)
    if said is None:
        said = _seconds_between(headers.get("date", ""), after)
    if said is None and (match := _RESETS.search(body)):
        said = float(match.group(1))
    if said is None:
        said = _number(headers.get("ratelimit-reset", ""))
    return min(max(USUAL_WAIT_SECONDS if said is None else said, 0.2), LONGEST_WAIT_SECONDS)


def failure(error: str) -> tuple[bool, str]:
    """Returns whether a prediction that failed with these words may do better next time, and the cure."""
    return next(((retryable, hint) for known, retryable, hint in FAILURES if known.search(error)), (False, ""))


def _seconds_between(first: str, second: str) -> float | None:
    try:
        return (parsedate_to_datetime(second) - parsedate_to_datetime(first)).total_seconds()
    except (ValueError, TypeError):  # one is no date, or only one says its zone
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
