"""Models that mean harm: what they answer, and the server that their links lead to."""

from __future__ import annotations

import contextlib
import random
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from torture.rubbish import bad_sound, hostile, sound_file, spoilt

LINKS = ("html", "empty", "bomb.flac", "spoilt.wav", "gone", "to-file", "to-ftp", "to-nowhere", "huge", "gzip",
         "script.sh", "..%2f..%2f..%2fetc%2fpasswd", "../../../outside/pwned.wav", "$(touch%20executed).wav",
         "a%00b.wav")
SLOW_LINKS = ("endless",)
"""This takes its time: it sends until it is hung up on."""


class _Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        with contextlib.suppress(OSError):
            self._answer(self.path.rpartition("/")[2])

    def _answer(self, name: str) -> None:
        dice = random.Random(name)
        match name:
            case "html":
                self._say(200, b"<!doctype html><html>502</html>", **{"Content-Type": "audio/wav"})
            case "empty":
                self._say(200, b"")
            case "bomb.flac":
                self._say(200, sound_file("FLAC", frames=384_000 * 10, channels=8, rate=384_000, value=0.0))
            case "spoilt.wav":
                self._say(200, spoilt(dice, sound_file()))
            case "gone":
                self._say(404, b"gone")
            case "to-file":
                self._say(302, b"", Location="file:///etc/passwd")
            case "to-ftp":
                self._say(307, b"", Location="ftp://127.0.0.1/x")
            case "to-nowhere":
                self._say(302, b"", Location="http://[::1")
            case "huge":
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 40))
                self.end_headers()
                self.close_connection = True
            case "endless":
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                for _ in range(260):
                    self.wfile.write(bytes(1 << 20))
            case "gzip":
                self._say(200, b"\x1f\x8b" + bytes(500), **{"Content-Encoding": "gzip"})
            case _:
                self._say(200, b"#!/bin/sh\ntouch executed\n")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def hostile_server() -> Iterator[str]:
    """Serves answers of every bad kind; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class Answers:
    """Knows what the account answers to each prompt; a prompt that nobody planned gets the last that was."""

    def __init__(self) -> None:
        self._planned: dict[str, dict[str, Any]] = {}

    def plan(self, prompt: str, dice: random.Random, server: str, outside: Path, *, quick: bool) -> None:
        self._planned[prompt] = _answer(dice, server, outside, LINKS if quick else LINKS + SLOW_LINKS)

    def pop(self, prompt: str, default: dict[str, Any]) -> dict[str, Any]:
        for planned in list(self._planned):
            if planned in prompt:
                return self._planned[planned]
        return default


answers = Answers()


def _answer(dice: random.Random, server: str, outside: Path, links: tuple[str, ...]) -> dict[str, Any]:
    words = hostile(dice, outside)
    deep: Any = "x"
    for _ in range(300):
        deep = [deep] if dice.random() < 0.5 else {"audio": deep}
    return dice.choice([
        {"output": f"{server}/{dice.choice(links)}"},
        {"output": f"{server}/{dice.choice(links)}"},
        {"output": f"{server}/{dice.choice(links)}"},
        {"output": [f"{server}/{dice.choice(links)}" for _ in range(dice.randint(2, 4))]},
        {"output": [f"{server}/{number}.wav" for number in range(200)]},
        *({"output": bad_sound(dice)[1] or b"\0"} for _ in range(2)),
        {"output": {"audio_out": f"file://{outside}/secret.wav", "path": str(outside / "secret.wav")}},
        {"output": f"file://{outside}/secret.wav"},
        {"output": str(outside / "secret.wav")},
        {"output": "http://[::1"}, {"output": "http://"}, {"output": "https://:99999/x"}, {"output": "data:"},
        {"output": "data:audio/wav;base64,%%%"}, {"output": "data:audio/wav;base64," + "A" * 100_000},
        {"output": "data:audio/wav," + words}, {"output": words}, {"output": [words, 7, None, True, {}, []]},
        {"output": deep}, {"output": 10**300}, {"output": None}, {"output": [[[]]]}, {"output": {"": {"": ""}}},
        {"error": words or "x"}, {"error": "x" * 3_000_000}, {"error": {"a": [words]}}, {"error": 7},
        {"output": f"{server}/spoilt.wav", "logs": words * 1_000}, {"output": f"{server}/spoilt.wav", "seconds": -1e9},
        {"output": b"RIFF" + struct.pack("<I", 2**32 - 1) + b"WAVE" + dice.randbytes(100)},
    ])
