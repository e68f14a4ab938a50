"""Reads sounds that the user names to a runner, with whatever reader its environment has."""

import wave

from wire import RunnerError


def read_any(path):
    """Returns the samples of a file (frames × channels, 32-bit floats) and its sample rate."""
    import numpy

    try:
        import soundfile
    except ImportError:
        return _read_wave(path, numpy)
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as problem:
        raise RunnerError("refused", f"{path} can't be read: {problem}") from problem
    return samples, rate


def _read_wave(path, numpy):
    """Reads a WAV file of 16, 24 or 32 bit without a library."""
    try:
        with wave.open(path, "rb") as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            content = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as problem:
        raise RunnerError(
            "refused", f"{path} can't be read: {problem}", "Other files than WAV need the package soundfile there."
        ) from problem
    if width not in (2, 3, 4):
        raise RunnerError("refused", f"{path} has {8 * width} bits; 16, 24 and 32 can be read.")
    # The bytes of a sample are the highest of 32 bits.
    raw = numpy.frombuffer(content, "u1").reshape(-1, width)
    padded = numpy.concatenate([numpy.zeros((len(raw), 4 - width), "u1"), raw], axis=1)
    samples = numpy.ascontiguousarray(padded).view("<i4").astype("float32") / 2.0**31
    return samples.reshape(-1, channels), rate
