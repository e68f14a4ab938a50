"""Runs PaddleMIX's Appflow `music_generation`: words to music by AudioLDM, and a picture to music over two chat models.

The published task of AudioLDM passes only the words, the steps and the length on to its pipeline. What else its page
shows (what to avoid, a generator with a seed) is given to the pipeline behind the task, so that it counts.
"""

import os
import socket

from wire import Runner, RunnerError, serve

APP = "music_generation"
RATE = 16_000
LOOKS, WRITES = "miniGPT4/MiniGPT4-7B", "THUDM/chatglm-6b"
QUESTION = "describe the image, "
REQUEST = "Describe in one sentence a piece of music that fits this scene: {}"
USUAL_STEPS = 20


class PaddleMix(Runner):
    name = "paddlemix"
    packages = ("paddlemix", "ppdiffusers")

    def __init__(self):
        self._weights, self._task, self._pipeline = "", None, None

    def devices(self):
        import paddle

        return ["cuda", "cpu"] if paddle.device.is_compiled_with_cuda() else ["cpu"]

    def load(self, weights, device, half, loading):
        import paddle

        if half:
            # The task of AudioLDM loads its pipeline as it is published.
            raise RunnerError("refused", "Appflow knows no half precision.", "Say half = false.")
        paddle.set_device("gpu" if device == "cuda" else "cpu")
        self._weights = weights
        if os.environ.get("HF_HUB_OFFLINE") == "1":
            _stay_offline()
        self._task = _appflow([weights], device)
        self._pipeline = _pipeline_of(self._task)
        self._device = device
        return {"device": device, "half": False, "rate": RATE}

    def generate(self, call):
        import paddle

        prompt, image = call.take("prompt", "") or "", call.take("image")
        said = {"num_inference_steps": call.take("num_inference_steps") or USUAL_STEPS,
                "audio_length_in_s": call.take("audio_length_in_s", 5.0)}  # fmt: skip
        for name in ("negative_prompt", "guidance_scale"):
            value = call.take(name)
            if value is not None:
                said[name] = value
        if said.get("negative_prompt") and said.get("guidance_scale", 2.5) <= 1:
            raise RunnerError("refused", "With a guidance_scale of 1 no model looks at a negative_prompt.")
        words = {name: call.take(name, usual) for name, usual in (("minigpt4_text", QUESTION), ("request", REQUEST))}
        call.no_more()
        if image is not None:
            prompt = self._words_for(image, prompt, words, call)
        for number, seed in enumerate(call.seeds):
            paddle.seed(seed)
            generator = paddle.Generator().manual_seed(seed)
            self._pipeline.begin(dict(said, generator=generator, callback=_steps(call, number, said)))
            result = self._task(prompt=prompt, **said, generator=generator)["result"]
            call.save(result, self._pipeline.rate)

    def _words_for(self, image, prompt, words, call):
        """Returns words for music that fits a picture: one model says what is on it, another what that sounds like."""
        from PIL import Image

        call.step(0, 0, "looking at the picture")
        with Image.open(image) as picture:
            looking = _appflow([LOOKS], self._device)
            seen = looking(image=picture.convert("RGB"), minigpt4_text=words["minigpt4_text"])["result"]
        # Its answers go on with a turn of the asker, which begins with ###.
        scene = seen.split("#")[0].strip()
        del looking
        call.step(0, 0, "writing the words")
        written = _appflow([WRITES], self._device)(prompt=words["request"].format(scene))["prompt"]
        return ", ".join(part for part in (prompt, written) if part)


class _Pipeline:
    """Stands between the task and its pipeline, and adds to every call what the task leaves out."""

    def __init__(self, pipeline):
        self._pipeline, self._more = pipeline, {}

    @property
    def rate(self):
        config = getattr(getattr(self._pipeline, "vocoder", None), "config", None)
        return int(getattr(config, "sampling_rate", RATE))

    def begin(self, more):
        self._more = more

    def __call__(self, *args, **said):
        return self._pipeline(*args, **{**self._more, **said})


def _appflow(models, device):
    from paddlemix.appflow import Appflow

    try:
        return Appflow(app=APP, models=models, device_id=0 if device == "cuda" else -1)
    except AssertionError as problem:
        raise RunnerError("refused", f"Appflow has no {models[0]} for music: {problem}") from problem
    except OSError as problem:
        raise RunnerError("weights", f"The weights of {models[0]} are not on this computer: {problem}") from problem


def _stay_offline():
    """Has every connection fail that leaves this computer: the library fetches what is missing without asking, and
    knows no switch against that."""

    def refuse(*_, **__):
        raise OSError("nothing is fetched unless you ask for it")

    socket.getaddrinfo = refuse


def _pipeline_of(flow):
    """Puts ours in front of the pipeline of the last task; a release that is made otherwise is refused by name."""
    task = (getattr(flow, "task_instances", None) or [None])[-1]
    if not callable(getattr(task, "_model", None)):
        raise RunnerError(
            "error", "This release of PaddleMIX hides the pipeline of its task, so a seed could not be passed on."
        )
    task._model = _Pipeline(task._model)
    return task._model


def _steps(call, number, said):
    steps = said["num_inference_steps"]

    def heard(step, *_):
        call.step(number * steps + min(int(step) + 1, steps), steps * len(call.seeds))

    return heard


if __name__ == "__main__":
    serve(PaddleMix())
