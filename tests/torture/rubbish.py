"""What nobody should send: packets, bytes, files, settings and answers that are nearly right, and some that mean harm.

Everything comes from the dice that it is given, so the same seed is the same rubbish.
"""

from __future__ import annotations

import io
import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.midi.sysex import HEAD, encode
from bridge.osc.addresses import INCOMING
from support.osc import osc_packet

SECRET = "the-secret-of-the-outside"
"""Stands in the files outside the library; where it turns up inside, a link was followed."""

HOSTILE_TEXTS = (
    "", " ", "../../outside/pwned", "/etc/passwd", "..\\..\\outside\\pwned", "$(touch {outside}/executed)",
    "`touch {outside}/executed`", "; touch {outside}/executed #", "| touch {outside}/executed", "& calc.exe",
    "-o {outside}/executed", "--help", "%s%n%x", "{pad}{0}{__class__}", "\x1b[2J\x1b]0;pwned\x07", "a\nb\tc\rd",
    "\u202egnp.exe", "\u0000nul", "x" * 5_000, "𝕳𝖊𝖑𝖑𝖔 \U0001f600" * 20, "e\u0301" * 200, "ﷺ" * 300,
    "'; DROP TABLE jobs; --",
    "<script>alert(1)</script>", "file://{outside}/secret.txt", "http://127.0.0.1:9/", "NaN", "-1", "1e999", "null",
    "sample={outside}/secret.txt", "#include \"{outside}/secret.txt\"", "default_path={outside}/", "a|b|c", "con",
    "...",
)


def hostile(dice: random.Random, outside: Path) -> str:
    return dice.choice(HOSTILE_TEXTS).replace("{outside}", str(outside))


# --- bytes ----------------------------------------------------------------------------------------------------


def spoilt(dice: random.Random, content: bytes, other: bytes = b"") -> bytes:
    """Returns bytes with one to six things wrong with them."""
    found = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(found) + 1)
        match dice.randrange(9):
            case 0 if found:
                found[at - 1] ^= 1 << dice.randrange(8)
            case 1 if found:
                found[at - 1] = dice.choice((0, 1, 0x7F, 0x80, 0xC0, 0xDB, 0xFE, 0xFF, 0x2F, 0x2C, 0x0A))
            case 2:
                del found[at:]
            case 3:
                del found[at : at + dice.randint(1, 8)]
            case 4:
                found[at:at] = dice.randbytes(dice.randint(1, 12))
            case 5:
                found[at:at] = found[at : at + dice.randint(1, 40)] * dice.randint(1, 3)
            case 6:
                place = at & ~3
                found[place : place + 4] = struct.pack(">i", dice.choice((-1, 0, 1, 4, 2**31 - 1, -(2**31), 65_536)))
            case 7 if other:
                found[at:] = other[dice.randrange(len(other)) :]
            case _:
                found[at : at + 4] = dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b",\0\0\0", b"#bun", b"/\0\0\0"))
    return bytes(found[:70_000])


# --- OSC ------------------------------------------------------------------------------------------------------


def osc_seeds() -> list[bytes]:
    """Returns a right message for every address, and some that are more than one."""
    arguments: dict[str, tuple[Any, ...]] = {
        "pad/<pad>": (100,), "generate": ("kick", "seed", 7, "seconds", 0.2, "ref", "r"), "set/<pad>/<key>": (1,),
        "again": ("kick",), "keep": ("kick",), "discard": ("kick",), "cancel": ("kick",), "play": ("kick",),
        "accept": ("kick", "prompt", "bell"), "tempo": (120.0,), "key": ("F# minor",), "kit": ("main",),
        "subscribe": (9, "sampler"), "loaded": ("sampler", 1), "load_failed": ("sampler", 1, "no"),
    }
    messages = []
    for key, row in INCOMING.items():
        address = row.pattern.replace("<pad>", "kick").replace("<key>", "seconds")
        messages += [osc_packet(address, *arguments.get(key, ())), osc_packet(address)]
    messages += [osc_packet("/oneshot/generate", "ключ", "pad", "kick"), osc_packet("/oneshot/keep", b"blob", 1.5, 7),
                 b"/oneshot/ping\0\0\0,TFNI\0\0\0", osc_packet("/live/song/get/tempo", 1)]
    sizes = [struct.pack(">i", len(one)) + one for one in messages]
    now = struct.pack(">Q", 1)
    bundles = [b"#bundle\0" + now + b"".join(sizes[:6]), b"#bundle\0" + struct.pack(">Q", 2**63) + sizes[0]]
    nested = sizes[3]
    for _ in range(7):
        nested = (lambda inner: struct.pack(">i", len(inner)) + inner)(b"#bundle\0" + now + nested)
    return [*messages, *bundles, nested[4:]]


def osc_packets(dice: random.Random) -> Iterator[bytes]:
    """Yields packets without an end: most are nearly right."""
    seeds = osc_seeds()
    while True:
        seed, other = dice.choice(seeds), dice.choice(seeds)
        yield dice.randbytes(dice.randrange(200)) if dice.random() < 0.05 else spoilt(dice, seed, other)


# --- MIDI -----------------------------------------------------------------------------------------------------


def midi_pieces(dice: random.Random, outside: Path) -> Iterator[list[int]]:
    """Yields what a port may hand over: messages, halves of them, floods of clocks, System Exclusive of any kind."""
    said = ("hello", "ask", "loaded", "load_failed", "welcome", "pad", "nonsense")
    while True:
        match dice.randrange(8):
            case 0:
                yield list(dice.randbytes(dice.randrange(1, 40)))
            case 1:
                yield [dice.choice((0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF, 0xF2, 0xF6))] * dice.randint(1, 30)
            case 2:
                yield [0x90 | dice.randrange(16), *(dice.randrange(128) for _ in range(dice.randint(0, 9)))]
            case 3:
                yield [dice.randrange(0x80, 0x100), dice.randrange(128), dice.randrange(128)]
            case 4:
                yield [0xF0, *(dice.randrange(128) for _ in range(dice.randrange(300))), 0xF7]
            case 5:
                text = f"message\t{dice.choice(said)}\nv\t1\nseq\t{dice.randint(-9, 99)}\n"
                text += f"host\t{dice.choice(('fl-studio', hostile(dice, outside)))}\n"
                text += f"action\t{dice.choice(('trigger', 'again', 'keep', 'discard', 'cancel', 'kit', ''))}\n"
                text += f"pad\t{dice.choice(('kick', hostile(dice, outside)))}\nenergy\t{dice.uniform(-1, 2)}\n"
                yield from (list(one) for one in encode(text.encode(errors="replace").decode(), dice.randrange(128)))
            case 6:
                (message, *_) = encode("message\thello\nhost\tfl-studio\n" * dice.randint(1, 40), dice.randrange(128))
                yield list(spoilt(dice, message))
            case _:
                yield [*HEAD, *(dice.randrange(128) for _ in range(dice.randrange(20))), *([0xF7] * dice.randrange(2))]


# --- settings -------------------------------------------------------------------------------------------------


def configs(dice: random.Random, right: str) -> Iterator[str]:
    """Yields a config again and again, each time with something else wrong with it."""
    lines = right.splitlines(keepends=True)
    values = ("true", "-1", "1e999", "nan", '""', '"../../x"', '"\\u0000"', "[]", "{}", "[[1]]", "9" * 30,
              '"' + "x" * 9_000 + '"', "1979-05-27", "'''\n'''", "0xFFFFFFFFFFFFFFFFFF", '["a", 1, {}]', '"0.0.0.0"',
              "[" * 60 + "]" * 60)
    while True:
        found = list(lines)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(found)) if found else 0
            match dice.randrange(6):
                case 0 if found:
                    key = found[at].lstrip("# ").partition("=")[0].strip() or "x"
                    found[at] = f"{key} = {dice.choice(values)}\n"
                case 1 if found:
                    del found[at]
                case 2:
                    found.insert(at, dice.choice(lines))
                case 3:
                    table = dice.choice(("pads", "kits", "hosts", "models", "samplers", "osc", "x"))
                    found.insert(at, f"[{table}.{dice.choice(('kick', 'a.b', '-', '..', 'X'))}]\n")
                case 4 if found:
                    found[at] = spoilt(dice, found[at].encode()).decode(errors="replace")
                case _:
                    dice.shuffle(found)
        yield "".join(found)


# --- files ----------------------------------------------------------------------------------------------------


def sound_file(kind: str = "WAV", subtype: str | None = "PCM_16", frames: int = 4_000, channels: int = 1,
               rate: int = 44_100, value: float | None = None) -> bytes:
    buffer = io.BytesIO()
    samples = np.sin(np.arange(frames) * 0.06)[:, None] * np.ones(channels) * 0.5 if value is None \
        else np.full((frames, channels), value)
    soundfile.write(buffer, samples.astype(np.float32), rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def _wav(channels: int, rate: int, bits: int, claim: int) -> bytes:
    body = bytes(400)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 & 0xFFFFFFFF, 2, bits)
    return (b"RIFF" + struct.pack("<I", claim) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data"
            + struct.pack("<I", claim) + body)


def bad_sound(dice: random.Random) -> tuple[str, bytes]:
    """Returns a name and the bytes of a sound that is broken, or claims what is not so."""
    kinds: list[Callable[[], tuple[str, bytes]]] = [
        lambda: ("spoilt.wav", spoilt(dice, sound_file())),
        lambda: ("spoilt.flac", spoilt(dice, sound_file("FLAC"))),
        lambda: ("spoilt.ogg", spoilt(dice, sound_file("OGG", "VORBIS"))),
        lambda: ("spoilt.mp3", spoilt(dice, sound_file("MP3", None))),
        lambda: ("spoilt.aiff", spoilt(dice, sound_file("AIFF"))),
        lambda: ("spoilt.caf", spoilt(dice, sound_file("CAF"))),
        lambda: ("spoilt.au", spoilt(dice, sound_file("AU"))),
        lambda: ("spoilt.w64", spoilt(dice, sound_file("W64"))),
        lambda: ("claims.wav", _wav(dice.choice((0, 1, 2, 255, 65_535)), dice.choice((0, 1, 44_100, 2**32 - 1)),
                                    dice.choice((0, 1, 16, 64)), dice.choice((0, 400, 2**31 - 1, 2**32 - 1)))),
        lambda: ("short.wav", sound_file(frames=dice.choice((0, 1, 2, 3, 10)))),
        lambda: ("silent.wav", sound_file(value=0.0)),
        lambda: ("constant.wav", sound_file(subtype="FLOAT", value=1.0)),
        lambda: ("nan.wav", sound_file(subtype="FLOAT", value=float("nan"))),
        lambda: ("infinite.wav", sound_file(subtype="FLOAT", value=float("inf"))),
        lambda: ("huge.wav", sound_file(subtype="FLOAT", value=1e38)),
        lambda: ("eight.wav", sound_file(channels=8)),
        lambda: ("nine.wav", sound_file(channels=9)),
        lambda: ("slow.wav", sound_file(rate=dice.choice((1, 100, 3_999)))),
        lambda: ("bomb.flac", sound_file("FLAC", frames=384_000 * 10, channels=8, rate=384_000, value=0.0)),
        lambda: ("long.flac", sound_file("FLAC", frames=8_000 * 601, rate=8_000, value=0.0)),
        lambda: ("page.wav", b"<!doctype html><html><body>502 Bad Gateway</body></html>"),
        lambda: ("archive.wav", b"PK\x03\x04" + dice.randbytes(300)),
        lambda: ("noise.wav", dice.randbytes(3_000)),
        lambda: ("empty.wav", b""),
    ]
    return dice.choice(kinds)()


def bad_picture(dice: random.Random) -> tuple[str, bytes]:
    """Returns a picture that is none, or claims to be four gigapixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 65_535, 65_535, 8, 6, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + bytes(8) + b"IEND\xaeB`\x82"
    return dice.choice([
        ("bomb.png", bomb), ("spoilt.png", spoilt(dice, bomb)), ("cut.jpg", b"\xff\xd8\xff\xe0" + dice.randbytes(90)),
        ("bomb.gif", b"GIF89a\xff\xff\xff\xff" + bytes(20) + b";"), ("script.png", b"#!/bin/sh\ntouch executed\n"),
        ("page.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(30)),
    ])


def bad_text(dice: random.Random, outside: Path) -> tuple[str, bytes]:
    words = hostile(dice, outside).encode(errors="replace")
    return dice.choice([
        ("words.txt", words), ("words.md", words), ("wide.txt", hostile(dice, outside).encode("utf-16")),
        ("long.txt", b"kick " * 20_000), ("binary.txt", dice.randbytes(500)), ("mark.txt", b"\xff\xfe\x00"),
        ("wider.txt", b"\xff\xfe\0\0" + dice.randbytes(33)), ("script.txt", b"#!/bin/sh\ntouch executed\n"),
        ("nul.txt", b"kick\0drum"), ("spoilt.txt", spoilt(dice, b"tight punchy kick drum, dry")),
    ])


NAMES = (
    b"new\nline", b"tab\there", "\u202egnp.evil".encode(), b"\xff\xfe no text", b"-rf", b"--help", b"$(touch executed)",
    b"`touch executed`", b"a;b&c|d", b"'\"", b"con", b"aux", b" ", b"a..", b"%2e%2e%2f", b"*?[x]", "é".encode() * 90,
    b"x" * 240, "🥁".encode() * 20, b"kick.j-abcdefghijkl", b"a\\b", b"{pad}", b"desktop.ini.", b"\x7f\x1b[2J", b"~x",
)


def named(dice: random.Random, name: str) -> bytes:
    """Returns a name with something odd before its ending, as bytes: not every name is text."""
    ending = os.fsencode(name[name.rindex(".") :])
    if dice.random() < 0.4:
        ending = dice.choice((ending.upper(), ending + b" ", b".exe" + ending, ending))
    odd = dice.choice(NAMES)[: 248 - len(ending)]
    return odd + b"%d" % dice.randrange(10_000) + ending


def odd_thing(dice: random.Random, folder: Path, outside: Path) -> Path:
    """Puts something into a folder that is no plain file, or one that should not be read; returns its path."""
    path = folder / f"odd-{dice.randrange(10**9)}{dice.choice(('.txt', '.wav', '.png', ''))}"
    match dice.randrange(9):
        case 0:
            path.symlink_to(outside / "secret.txt")
        case 1:
            path.symlink_to(outside)
        case 2:
            path.symlink_to(path)
        case 3:
            path.symlink_to(folder / "nothing")
        case 4:
            os.mkfifo(path)
        case 5:
            with socket.socket(socket.AF_UNIX) as made:
                try:
                    made.bind(str(path))
                except OSError:  # the path is too long for a socket
                    os.mkfifo(path)
        case 6:
            path.symlink_to("/dev/zero")
        case 7:
            with path.open("wb") as file:
                file.truncate(1 << 30)
        case _:
            deep = path
            for number in range(dice.randint(1, 12)):
                deep = deep / f"d{number}"
            deep.mkdir(parents=True)
            (deep / "script.txt").write_text("#!/bin/sh\ntouch executed\n")
    return path
