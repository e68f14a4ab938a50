"""Fetches the files that a model answered with: whole, of bounded size and time, and without telling strangers a
secret."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from itertools import chain, repeat
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bridge.errors import ModelError
from bridge.models.catalogue.outputs import data_bytes

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 200 * 1024 * 1024
"""How large all files of an answer may be together."""
SMALL_BYTES = 16 * 1024 * 1024
"""How large an answer may be that shares the memory with others: a minute and a half in stereo."""
DELAYS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the tries of a download."""
PAUSE_SECONDS = 30.0
"""What lies between the tries after these, where somebody waits for trouble to pass."""
MOST_REDIRECTS = 5
LONGEST_SECONDS = 300.0
"""How long a whole file may take; a server that sends a byte now and then is none."""
SILENCE_SECONDS = 30.0
"""How long a server may send nothing in the middle of a file."""

_REFUSED = frozenset({401, 403})
_GONE = frozenset({404, 410})


def no_token(host: str) -> str | None:
    """Knows no key for any host."""
    return None


async def _bounded(length: int) -> None:
    if length > MOST_BYTES:
        raise ModelError(f"The answer has more than {MOST_BYTES:,} bytes; nobody makes a one-shot that large.")


@asynccontextmanager
async def fetched(
    client: httpx.AsyncClient,
    links: Sequence[str],
    room: asyncio.Lock,
    *,
    token_for: Callable[[str], str | None] = no_token,
    nearby: bool = True,
    longest: float = LONGEST_SECONDS,
    waiting: Callable[[str], None] | None = None,
) -> AsyncIterator[list[bytes]]:
    """Holds the files behind the links of one answer, fetched one after the other within `longest` seconds.

    Of all answers that are held one may be large, whoever has the `room`; others wait when they come to SMALL_BYTES.
    See `fetch` for the rest. Raises ModelError, retryable where the time was over or trouble did not pass.
    """
    files: list[bytes] = []
    async with AsyncExitStack() as held:
        roomy = False

        async def grown(length: int) -> None:
            nonlocal roomy
            length += sum(map(len, files))
            await _bounded(length)
            if length > SMALL_BYTES and not roomy:
                await held.enter_async_context(room)
                roomy = True

        try:
            async with asyncio.timeout(longest):
                for link in links:
                    files.append(
                        await fetch(client, link, grown=grown, token_for=token_for, nearby=nearby, waiting=waiting)
                    )
        except TimeoutError as problem:
            host = urlsplit(links[len(files)]).hostname
            raise ModelError(
                f"The answer on {host} can't be fetched: it took more than {longest:g} s.", retryable=True
            ) from problem
        yield files


async def fetch(
    client: httpx.AsyncClient,
    link: str,
    *,
    grown: Callable[[int], Awaitable[None]] = _bounded,
    token_for: Callable[[str], str | None] = no_token,
    nearby: bool = True,
    waiting: Callable[[str], None] | None = None,
) -> bytes:
    """Returns the file behind a link (`https:`, `http:` or `data:`).

    A file that breaks off or is shorter than announced is fetched again, a few times, or with `waiting` until it is
    there, which is told what it waits for. `grown` is told how large the file is, as it comes, and may raise or wait.
    `token_for` is asked for a host's key only where that host refuses those who have none, and a redirect to another
    host never takes it along. An answer from elsewhere may not lead into the user's own network, where asking alone may
    do something: then it is not `nearby`, and addresses of such networks are refused. Raises ModelError: final for a
    file that is gone or too large and for a place that can't be asked, retryable otherwise.
    """
    import httpx

    if link.startswith("data:"):
        content = await asyncio.to_thread(data_bytes, link)
        await grown(len(content))
        return content
    trouble = ""
    for delay in chain((0.0,), DELAYS, repeat(PAUSE_SECONDS) if waiting else ()):
        await asyncio.sleep(delay)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await _whole(client, link, grown, token_for, nearby)
        except TimeoutError:
            trouble = f"it took more than {LONGEST_SECONDS:g} s"
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as problem:
            raise _nowhere() from problem
        except (httpx.HTTPError, httpx.StreamError) as problem:
            if isinstance(problem.__context__, httpx.InvalidURL):  # where a redirect leads
                raise _nowhere() from problem
            trouble = type(problem).__name__
        except _UnwellError as problem:
            trouble = str(problem)
        trouble = f"The answer on {urlsplit(link).hostname} can't be fetched: {trouble}."
        if waiting:
            waiting(trouble)
    raise ModelError(trouble, retryable=True)


class _UnwellError(Exception):
    """Says that a file came, but not whole, or that its server is unwell; another try may do."""


async def _whole(
    client: httpx.AsyncClient, link: str, grown: Callable[[int], Awaitable[None]],
    token_for: Callable[[str], str | None], nearby: bool,
) -> bytes:
    key: str | None = None
    for _ in range(MOST_REDIRECTS + 2):
        host = _host(link)
        if not nearby and is_nearby(host):
            raise ModelError(f"The answer leads into your own network, to {host}.")
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {key}"} if key else {})}
        async with client.stream(
            "GET", link, headers=headers, follow_redirects=False, timeout=SILENCE_SECONDS
        ) as answer:
            if answer.is_redirect:
                following = str(answer.url.join(answer.headers["location"]))
                key = key if _origin(following) == _origin(link) else None
                link = following
                continue
            if answer.status_code in _REFUSED and key is None and _private(link) and (key := token_for(host)):
                continue
            return await _body(answer, host, grown)
    raise _UnwellError("it leads in circles")


def is_nearby(host: str) -> bool:
    """Tells whether a host is this computer, or surely one of the user's own network: by its address, or a name that
    only such networks know. A public name that leads there is not found out."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
    return not address.is_global


def _host(link: str) -> str:
    """Returns the host of a link that can be asked; raises ModelError for any other."""
    try:
        parts = urlsplit(link)
        _ = parts.port
    except ValueError as problem:
        raise _nowhere() from problem
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _nowhere()
    return parts.hostname


def _nowhere() -> ModelError:
    return ModelError("The answer leads to a place that can't be fetched.")


def _origin(link: str) -> tuple[str, str]:
    parts = urlsplit(link)
    return parts.scheme, parts.netloc


def _private(link: str) -> bool:
    """Tells whether nobody on the way can read what is sent there: a key never travels in the clear."""
    parts = urlsplit(link)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")


async def _body(answer: httpx.Response, host: str, grown: Callable[[int], Awaitable[None]]) -> bytes:
    if answer.status_code in _GONE:
        raise ModelError(f"The answer is gone from {host} ({answer.status_code}).", "It may have expired; ask again.")
    if answer.is_client_error:
        raise ModelError(f"{host} refuses to give the answer ({answer.status_code}).")
    if answer.is_error:
        raise _UnwellError(f"status {answer.status_code}")
    announced = answer.headers.get("content-length", "")
    length = int(announced) if announced.isdecimal() else None
    if length is not None:
        await grown(length)
    parts, came = [], 0
    async for part in answer.aiter_raw():
        came += len(part)
        await grown(came)
        parts.append(part)
    if length is not None and came != length:
        raise _UnwellError(f"{came:,} of {length:,} bytes came")
    return b"".join(parts)
