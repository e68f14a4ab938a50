"""A stand-in for a runner with a library: speaks the same lines, makes sine waves, and misbehaves where it is asked to.

What it does hangs on its prompt: `crash`, `hang`, `slow`, `nan`, `noise` (prints all over standard output), `eat`
(takes memory), `torch` (fails like a library). A sound that it is given comes back as it is. Runs like a real one: in a
process of its own, with `wire` to be imported.
"""

import os
import sys
import time

from wire import Runner, RunnerError, read_sound, serve

RATE = 44_100


class StandIn(Runner):
    name = "stand-in"
    packages = ("numpy",)

    def load(self, weights, device, half, loading):
        if weights == "not-here":
            raise RunnerError("weights", f"The weights {weights} are not on this computer.")
        if weights == "broken":
            raise ValueError("header too large")
        if weights == "slow":
            time.sleep(1.0)
        return {"rate": RATE, "channels": 1, "device": device, "half": half}

    def generate(self, call):
        import numpy

        prompt, seconds = call.take("prompt"), call.take("seconds", 0.2)
        steps, given = call.take("steps", 4), call.take("audio")
        call.no_more()
        if prompt == "noise":
            print("50%|#####     | on standard output")
            os.write(1, b'{"is": "takes"}\n')
        if prompt == "eat":
            hoard = [bytearray(os.urandom(1)) * 20_000_000 for _ in range(50)]
            time.sleep(len(hoard))
        if prompt == "crash":
            print("Segmentation something", file=sys.stderr)
            os._exit(7)
        if prompt == "torch":
            raise RuntimeError("mat1 and mat2 must have the same dtype")
        if prompt == "hang":
            call.step(1, steps)
            time.sleep(60)
        for done in range(steps):
            call.step(done, steps)
            time.sleep(0.05 if prompt == "slow" else 0.0)
        if given is not None:
            call.save(*read_sound(given))
            return
        for seed in call.seeds:
            time_axis = numpy.arange(round(seconds * RATE)) / RATE
            wave = 0.5 * numpy.sin(2 * numpy.pi * (200 + seed % 200) * time_axis) * numpy.exp(-3 * time_axis)
            call.save(wave * (numpy.nan if prompt == "nan" else 1.0), RATE)


serve(StandIn())
