"""A stand-in for Appflow of PaddleMIX: tasks in a row, each of which passes its results on. The one of AudioLDM gives
its pipeline only the words, the steps and the length, as the published one does."""

import os
import socket

from stand_in import note, tone

MODELS = ("miniGPT4/MiniGPT4-7B", "THUDM/chatglm-6b", "cvssp/audioldm")
RATE = 16_000


class Appflow:
    def __init__(self, app, models=None, mode=None, device_id=0, from_hf_hub=False, **kwargs):
        assert app == "music_generation", f"The task name:{app} is not in Taskflow list"
        for model in models:
            assert model in MODELS, f"The models name: {model} is not in task:[{app}]"
            if model not in os.environ.get("STAND_IN_HUB", "").split():
                socket.getaddrinfo("models.example", 443)
        note("appflow", models=models, device=device_id)
        self.task_instances = [TASKS[model]() for model in models]

    def __call__(self, **inputs):
        for task in self.task_instances:
            inputs = task(inputs)
        return inputs


class MiniGpt4:
    def __call__(self, inputs):
        note("look", text=inputs["minigpt4_text"], image=inputs["image"].mode)
        return {"result": "A crowded room with green lights.###Human: and now?"}


class ChatGlm:
    def __call__(self, inputs):
        note("write", prompt=inputs["prompt"])
        return {"prompt": "pulsing lights in a dark room", "inpaint_prompt": ""}


class AudioLdm:
    def __init__(self):
        self._model = Pipeline()

    def __call__(self, inputs):
        result = self._model(
            prompt=inputs["prompt"], num_inference_steps=inputs.get("num_inference_steps", 10),
            audio_length_in_s=inputs.get("audio_length_in_s", 5.0),
        ).audios[0]  # fmt: skip
        return {**inputs, "result": result}


class Pipeline:
    def __call__(self, prompt, audio_length_in_s=None, num_inference_steps=10, guidance_scale=2.5, negative_prompt=None,
                 generator=None, callback=None, callback_steps=1):  # fmt: skip
        note("pipeline", prompt=prompt, seconds=audio_length_in_s, steps=num_inference_steps, guidance=guidance_scale,
             negative=negative_prompt, seed=generator.seed)  # fmt: skip
        for step in range(num_inference_steps):
            callback(step, 0, None)
        self.audios = [tone(generator.seed, int(audio_length_in_s * RATE), RATE, 1)[0]]
        return self


TASKS = dict(zip(MODELS, (MiniGpt4, ChatGlm, AudioLdm), strict=True))
