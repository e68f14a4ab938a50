"""What every runner has in common: it speaks with the bridge in lines of JSON and is otherwise a script of its own.

A runner imports this file from beside itself and nothing of the bridge, because the Python that has the library may be
another one, as old as 3.9. It gives `serve` an object like `Runner`.

    from the bridge    {"op": "load", "weights", "device", "half", "loading"}
                       {"op": "generate", "id", "inputs", "seeds", "folder"}
                       {"op": "cancel", "id"}    {"op": "quit"}
    to the bridge      {"is": "hello", "runner", "versions", "devices"}     once, when the library is imported
                       {"is": "loaded", "device", "half", …}
                       {"is": "progress", "id", "stage", "done", "of"}
                       {"is": "takes", "id", "takes": [{"file", "seed"}]}
                       {"is": "failed", "id", "kind", "reason", "hint"}

Whatever a library prints goes to standard error, which is the log. Takes are WAV files of 32-bit floats.
"""

import json
import os
import queue
import struct
import sys
import threading
import traceback
from importlib import metadata

NICENESS = 5
LONGEST_REASON = 600


class RunnerError(Exception):
    """Says why something can't be done; `kind` is a word that the bridge knows.

    `weights` (they are not on this computer), `library` (it is not in this Python), `corrupt` (weights that can't be
    loaded), `memory`, `refused` (what was asked for), `cancelled`, `error` (anything else).
    """

    def __init__(self, kind, reason, hint=""):
        super().__init__(reason)
        self.kind, self.reason, self.hint = kind, reason, hint


class Runner:
    """Shows what a runner has; one may leave out what it does not need to change.

    `packages` are the distributions whose versions are told.
    """

    name = ""
    packages = ()

    def devices(self):
        """Returns the devices that are there, the best first."""
        return ["cpu"]

    def load(self, weights, device, half, loading):
        """Loads weights and returns facts about them (`rate`, `channels` …); raises RunnerError."""
        raise NotImplementedError

    def generate(self, call):
        """Makes the takes of a call: `call.save` for each; raises RunnerError."""
        raise NotImplementedError


class Call:
    """Holds what one call asks for: `seeds` has one for each take."""

    def __init__(self, told):
        self.id = told["id"]
        self.seeds = [int(seed) for seed in told["seeds"]]
        self.takes = []
        # How many, and from which seeds, is said by the list of them.
        self._inputs = {name: value for name, value in told["inputs"].items() if name not in ("seed", "count")}
        self._folder = told["folder"]
        self._stopped = threading.Event()

    def take(self, name, default=None):
        """Returns an input and strikes it off the list."""
        return self._inputs.pop(name, default)

    def no_more(self):
        """Refuses what of the inputs nobody has taken."""
        if self._inputs:
            names = ", ".join(map(repr, sorted(self._inputs)))
            raise RunnerError("refused", f"The runner knows no input {names}.")

    def step(self, done, of, stage="running"):
        """Says how far the call is; ends it here if it was cancelled."""
        if self._stopped.is_set():
            raise RunnerError("cancelled", "The call was cancelled.")
        tell({"is": "progress", "id": self.id, "stage": stage, "done": done, "of": of})

    def stop(self):
        """Has the call end at its next step."""
        self._stopped.set()

    def save(self, samples, rate):
        """Keeps the next take, an array of frames × channels or of frames; refuses what is no sound."""
        import numpy

        samples = numpy.asarray(samples, dtype="<f4")
        if samples.ndim == 1:
            samples = samples[:, None]
        if not numpy.isfinite(samples).all():
            raise RunnerError(
                "error", "The model made numbers that are no sound (NaN).",
                "Where it works in half precision: half = false",
            )
        path = os.path.join(self._folder, f"{self.id}-{len(self.takes)}.wav")
        with open(path, "wb") as file:
            file.write(wav_head(*samples.shape, int(rate)))
            file.write(samples.tobytes())
        self.takes.append({"file": path, "seed": self.seeds[len(self.takes)]})


def wav_head(frames, channels, rate):
    """Returns the beginning of a WAV file of 32-bit floats (format 3, so with a `fact` chunk)."""
    size = frames * channels * 4
    return b"".join((
        b"RIFF", struct.pack("<I", 4 + 26 + 12 + 8 + size), b"WAVE",
        b"fmt ", struct.pack("<IHHIIHHH", 18, 3, channels, rate, rate * channels * 4, channels * 4, 32, 0),
        b"fact", struct.pack("<II", 4, frames),
        b"data", struct.pack("<I", size),
    ))  # fmt: skip


def read_sound(path):
    """Returns the samples (frames × channels, floats) and the rate of a WAV file of 32-bit floats, as the bridge
    hands sounds over."""
    import numpy

    with open(path, "rb") as file:
        content = file.read()
    place, channels, rate, samples = 12, 0, 0, b""
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        if name == b"fmt ":
            channels, rate = struct.unpack_from("<HI", content, place + 10)
        elif name == b"data":
            samples = content[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    return numpy.frombuffer(samples, dtype="<f4").reshape(-1, channels), rate


def find_weights(weights, file, revision=None):
    """Returns the path of a file of the weights, which lie in a folder or were fetched from Hugging Face before."""
    folder = os.path.expanduser(weights)
    if os.path.isdir(folder):
        path = os.path.join(folder, file)
        if not os.path.isfile(path):
            raise RunnerError("weights", f"In {folder} there is no {file}.", "Name the folder that has it.")
        return path
    if os.path.isabs(folder) or weights.startswith((".", "~")) or weights.count("/") != 1:
        raise RunnerError("weights", f"There is no folder {weights}.", "Name a folder, or owner/name at Hugging Face.")
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(weights, file, revision=revision)
    if not isinstance(found, str):
        raise RunnerError("weights", f"The weights {weights} are not on this computer.")
    return found


def torch_devices():
    """Returns the devices of PyTorch that are there, the best first."""
    import torch

    found = ["cuda"] if torch.cuda.is_available() else []
    if getattr(torch.backends, "mps", None) is not None and torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def tell(message):
    """Sends a line to the bridge."""
    line = json.dumps(message, allow_nan=False).encode() + b"\n"
    answers = _pipes()[1]
    with _SENDING:
        answers.write(line)
        answers.flush()


def serve(runner):
    """Does what the bridge asks until it is gone; never returns."""
    _pipes()
    asked = queue.Queue()
    calls = {}
    threading.Thread(target=_listen, args=(asked, calls), daemon=True).start()
    tell({"is": "hello", "runner": runner.name, "versions": _versions(runner.packages), "devices": _devices(runner)})
    while True:
        told = asked.get()
        answer = _answer(runner, told, calls)
        if answer is not None:
            tell(answer)


def failure(problem):
    """Returns what a foreign exception comes to, by its type alone where there is one."""
    if isinstance(problem, RunnerError):
        return problem
    text = "{}: {}".format(type(problem).__name__, " ".join(str(problem).split()))
    short = text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
    if isinstance(problem, MemoryError) or _is_torch_memory(problem):
        return RunnerError("memory", short)
    if isinstance(problem, ImportError):
        return RunnerError("library", short)
    return RunnerError("error", short)


def _is_torch_memory(problem):
    torch = sys.modules.get("torch")
    out = getattr(torch, "OutOfMemoryError", None) or getattr(getattr(torch, "cuda", None), "OutOfMemoryError", None)
    # On the CPU the allocator has no type of its own: this is the name of it in the message.
    return bool(out and isinstance(problem, out)) or (
        isinstance(problem, RuntimeError) and "DefaultCPUAllocator" in str(problem)
    )


def _answer(runner, told, calls):
    name = told.get("id", "")
    try:
        if told["op"] == "load":
            facts = runner.load(told["weights"], told["device"], told["half"], told["loading"])
            return {"is": "loaded", **facts}
        call = calls[name]
        call.step(0, 0, "starting")
        runner.generate(call)
        return {"is": "takes", "id": name, "takes": call.takes}
    except Exception as problem:
        found = failure(problem)
        if found.kind == "error" and not isinstance(problem, RunnerError):
            traceback.print_exc()
        if told["op"] == "load" and found.kind == "error":
            found.kind = "corrupt"
        return {"is": "failed", "id": name, "kind": found.kind, "reason": found.reason, "hint": found.hint}
    finally:
        calls.pop(name, None)


def _listen(asked, calls):
    """Takes in lines while the main thread works; the end of them is the end of the bridge, and of this process."""
    for line in _pipes()[0]:
        told = json.loads(line)
        if told["op"] == "quit":
            break
        if told["op"] == "cancel":
            call = calls.get(told["id"])
            if call is not None:
                call.stop()
            continue
        if told["op"] == "generate":
            calls[told["id"]] = Call(told)
        asked.put(told)
    os._exit(0)


def _devices(runner):
    try:
        return runner.devices()
    except ImportError:  # the versions tell which library is missing
        return ["cpu"]


def _versions(packages):
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = ""
    return found


def _pipes():
    """Returns where lines come from and where they go: what were standard input and output.

    From the first time on these are empty and the log, whatever a library reads or prints.
    """
    if not _PIPES:
        _PIPES.extend((os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")))
        empty = os.open(os.devnull, os.O_RDONLY)
        os.dup2(empty, 0)
        os.close(empty)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        if hasattr(os, "nice"):
            os.nice(NICENESS)
    return _PIPES


_SENDING = threading.Lock()
_PIPES = []
