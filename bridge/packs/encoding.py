"""Writes a finished sound as the kind of file that a pack is to hold. Needs libsndfile: import it late."""

from __future__ import annotations

import functools
import io
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.audio import Audio
from bridge.errors import RequestError, SoundError, unknown
from bridge.sound.codec import decode
from bridge.sound.rate import convert

FADE_SECONDS = 0.005
"""How long the end of a sound fades that is cut: short enough to keep its length, long enough not to click."""
_LOWEST_MP3_K, _SPAN_MP3_K = 320, 288
"""libsndfile counts compression from 0, at 320 kbit/s, to 1, at 32 kbit/s."""
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Describes a kind of file: its ending, and what libsndfile or else ffmpeg is told, or where ffmpeg lacks the
    encoder, fdkaac. `rates` are the only sample rates that it has (none: all), the highest last. `played` says that
    samplers play it from a preset."""

    ending: str
    told: Mapping[str, Any] | None = None
    encoder: tuple[str, ...] = ()
    fdkaac: tuple[str, ...] = ()
    rates: tuple[int, ...] = ()
    played: bool = False

    def rate_of(self, sample_rate: int) -> int:
        """Returns the rate of a file of this kind: the sound's own where the kind has it."""
        return sample_rate if not self.rates or sample_rate in self.rates else self.rates[-1]


_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


def _mp3(kilobits: int) -> Kind:
    told = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT",
            "compression_level": (_LOWEST_MP3_K - kilobits) / _SPAN_MP3_K}  # fmt: skip
    return Kind(ending="mp3", told=told, rates=_MP3_RATES)


def _he_aac_v2(bitrate: str) -> Kind:
    return Kind(
        ending="m4a", rates=_MP3_RATES, fdkaac=("-p", "29", "-b", bitrate),
        encoder=("libfdk_aac", "-profile:a", "aac_he_v2", "-ac", "2", "-b:a", bitrate),
    )  # fmt: skip


_VARIABLE = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "VARIABLE", "compression_level": 0.0}

KINDS: dict[str, Kind] = {
    "wav": Kind(ending="wav", played=True),
    "flac": Kind(ending="flac", told={"format": "FLAC", "subtype": "PCM_24"}, played=True),
    "ogg": Kind(ending="ogg", told={"format": "OGG", "subtype": "VORBIS", "compression_level": 0.2}, played=True),
    "opus": Kind(ending="opus", told={"format": "OGG", "subtype": "OPUS"}, rates=(48_000,)),
    "mp3 v0": Kind(ending="mp3", told=_VARIABLE, rates=_MP3_RATES),
    "mp3 320k": _mp3(320),
    "mp3 128k": _mp3(128),
    "m4a aac 128k": Kind(ending="m4a", encoder=("aac", "-b:a", "128k"), rates=_MP3_RATES),
    "m4a aac_he_v2 32k": _he_aac_v2("32k"),
    "m4a aac_he_v2 64k": _he_aac_v2("64k"),
}
"""The kinds of files by the names that packs give them."""


def kind_of(name: str) -> Kind:
    """Returns a kind of file; raises NotFoundError for one that is not known and RequestError where the program is
    missing that writes it."""
    if name not in KINDS:
        raise unknown("file format", name, KINDS)
    kind = KINDS[name]
    if kind.told and kind.told["format"] not in soundfile.available_formats():
        raise RequestError(f"This libsndfile writes no {name}.", "Take another format, or: pip install -U soundfile")
    if kind.encoder and not _takes_fdkaac(kind):
        _check_encoder(name, kind.encoder[0])
    return kind


def encoded(wav: bytes, kind: Kind, longest: float | None = None) -> bytes:
    """Returns a finished sound as a file of a kind, cut after `longest` seconds; a WAV that is not cut stays as it is.

    Raises SoundError where it can't be read or written.
    """
    if kind.ending == "wav" and longest is None:
        return wav
    sound = decode(wav)
    if longest is not None and sound.seconds > longest:
        sound = _cut(sound, longest)
    elif kind.ending == "wav":
        return wav
    if kind.rate_of(sound.sample_rate) != sound.sample_rate:
        sound = convert(sound, kind.rate_of(sound.sample_rate))
    if not kind.encoder:
        return _by_libsndfile(sound, kind.told)
    if _takes_fdkaac(kind):
        both = sound.samples if sound.channels == 2 else np.repeat(sound.samples[:, :1], 2, axis=1)
        return _by_program(sound.with_samples(both), ("fdkaac", "--silent", *kind.fdkaac, "-", "-o"))
    return _by_program(sound, ("ffmpeg", "-loglevel", "error", "-f", "wav", "-i", "pipe:", "-c:a", *kind.encoder))


def _cut(sound: Audio, longest: float) -> Audio:
    samples = sound.samples[: max(1, int(longest * sound.sample_rate))].copy()
    fade = min(len(samples), round(FADE_SECONDS * sound.sample_rate))
    samples[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    return sound.with_samples(samples)


def _by_libsndfile(sound: Audio, told: Mapping[str, Any] | None) -> bytes:
    file = io.BytesIO()
    try:
        soundfile.write(file, sound.samples, sound.sample_rate, **(told or {"format": "WAV", "subtype": "PCM_24"}))
    except soundfile.LibsndfileError as problem:
        raise SoundError(f"A sound can't be written: {problem.error_string.strip()}.") from problem
    return file.getvalue()


def _by_program(sound: Audio, command: tuple[str, ...]) -> bytes:
    """Gives a sound as WAV to a program, and the name of a file to write behind its arguments."""
    with tempfile.TemporaryDirectory() as folder:
        # The container is written backwards and forwards, so it can be no pipe.
        file = Path(folder) / "sound.m4a"
        try:
            subprocess.run([*command, str(file)], input=_by_libsndfile(sound, None), capture_output=True, check=True,
                           timeout=_PATIENCE_SECONDS)  # fmt: skip
            return file.read_bytes()
        except subprocess.CalledProcessError as problem:
            said = problem.stderr.decode(errors="replace").strip().splitlines() or [problem.returncode]
            raise SoundError(f"{command[0]} can't write a sound: {said[-1]}.") from problem
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise SoundError(f"{command[0]} can't write a sound: {problem}.") from problem


@functools.cache
def _encoders() -> frozenset[str]:
    """Returns the names of the encoders of the installed ffmpeg; none where there is no ffmpeg."""
    program = shutil.which("ffmpeg")
    if program is None:
        return frozenset()
    listed = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, text=True, check=False)
    return frozenset(words[1] for words in map(str.split, listed.stdout.splitlines()) if len(words) > 1)


def _takes_fdkaac(kind: Kind) -> bool:
    return bool(kind.fdkaac) and kind.encoder[0] not in _encoders() and shutil.which("fdkaac") is not None


def _check_encoder(name: str, encoder: str) -> None:
    found = _encoders()
    if encoder in found:
        return
    if KINDS[name].fdkaac:
        raise RequestError(
            f"{name} needs the program fdkaac, or an ffmpeg with the encoder {encoder}; there is neither.",
            'Install fdkaac (apt install fdkaac, brew install fdk-aac-encoder), or take "m4a aac 128k".',
        )
    if not found:
        raise RequestError(f"{name} needs ffmpeg, and there is none.", "Install ffmpeg, or take mp3, flac, ogg or wav.")
    raise RequestError(
        f"{name} needs the encoder {encoder}, and the installed ffmpeg was built without it.",
        f'Install an ffmpeg with {encoder}, or take "m4a aac 128k".',
    )
