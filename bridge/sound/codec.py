"""Reads the bytes of audio files, and writes raw takes and finished PCM.

Reading is libsndfile's work (WAV, AIFF, FLAC, Ogg, MP3 and a dozen more); it sees bytes, never a path.
"""

from __future__ import annotations

import io

import numpy as np
import soundfile

from bridge.audio import Audio
from bridge.errors import SoundError
from bridge.sound.wav import wav_bytes
from bridge.units import Seconds

LONGEST = Seconds(600.0)
"""A take that lasts longer is no one-shot; a few kilobytes may claim hours, so the claim is checked before reading."""

MOST_VALUES = 120_000_000
"""Frames times channels: ten minutes in stereo at 96 kHz. FLAC packs gigabytes of silence into a small file."""

FULL_SCALE_24 = 1 << 23


UNDECODABLE = "undecodable"
READABLE = "WAV, AIFF, FLAC, Ogg and MP3 can be read."


def decode(sound: bytes) -> Audio:
    """Returns the sound in the bytes of an audio file, integers scaled to ±1, floats as they are.

    Raises SoundError with the verdict `undecodable` for bytes that are no audio and for a sound longer than `LONGEST`
    or of more than `MOST_VALUES`; SoundError too for channels and rates that `Audio` does not take.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(sound)) as file:
            seconds = file.frames / file.samplerate
            if seconds > LONGEST:
                problem = f"This sound lasts {seconds:.0f} s; at most {LONGEST:.0f} s are read."
                raise SoundError(problem, "Ask for a shorter sound, or cut the file.", verdict=UNDECODABLE)
            if file.frames * file.channels > MOST_VALUES:
                problem = f"This sound has {file.frames:,} frames in {file.channels} channels, too much to read."
                raise SoundError(problem, "Save it with fewer channels, or another sample rate.", verdict=UNDECODABLE)
            return Audio.of(file.read(dtype="float32", always_2d=True), file.samplerate)
    except soundfile.LibsndfileError as problem:
        # The text of the error names the in-memory file; only libsndfile's own reason is worth a user's time.
        reason = problem.error_string.strip().rstrip(".")
        message = f"These {len(sound)} bytes are no sound that can be read: {reason}."
        raise SoundError(message, READABLE, verdict=UNDECODABLE) from problem


def encode_float(audio: Audio) -> bytes:
    """Returns a sound as the bytes of a float32 WAV of 1–2 channels: exact, and the same bytes for the same sound."""
    pcm = np.ascontiguousarray(audio.samples, dtype="<f4").tobytes()
    return wav_bytes(pcm, sample_rate=audio.sample_rate, channels=audio.channels, bits=32)


def to_pcm24(audio: Audio) -> bytes:
    """Returns interleaved 24-bit little-endian PCM, rounded to the nearest step.

    Full scale 1 is 2²³ steps, as libsndfile reads it. Values outside [−1, 1) are clipped to the last step; raises
    SoundError for NaN and infinities, because no number is right for them.
    """
    if not np.isfinite(audio.samples).all():
        raise SoundError("A sound with NaN or infinite values can't be written.", verdict="finite")
    steps = np.rint(audio.samples.astype(np.float64) * FULL_SCALE_24)
    whole = np.clip(steps, -FULL_SCALE_24, FULL_SCALE_24 - 1).astype("<i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
