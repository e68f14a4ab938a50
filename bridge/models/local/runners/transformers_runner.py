"""Runs MusicGen out of the library transformers: from words, following a melody, going on from a sound."""

import json
import math
import os

from wire import Runner, RunnerError, find_weights, read_sound, serve, torch_devices

KINDS = {"musicgen": "MusicgenForConditionalGeneration", "musicgen_melody": "MusicgenMelodyForConditionalGeneration"}


class Transformers(Runner):
    name = "transformers"
    packages = ("transformers", "torch")

    def devices(self):
        return torch_devices()

    def load(self, weights, device, half, loading):
        import torch
        import transformers

        index = find_weights(weights, "config.json", loading.get("revision"))
        with open(index, encoding="utf-8") as file:
            self.kind = json.load(file).get("model_type")
        if self.kind not in KINDS:
            raise RunnerError("refused", f"{weights} is a {self.kind}; those that make sounds are {', '.join(KINDS)}.")
        said = {"local_files_only": True}
        if "revision" in loading:
            said["revision"] = loading["revision"]
        if self.kind == "musicgen":
            self.processor = transformers.AutoProcessor.from_pretrained(weights, **said)
        else:
            self.processor = transformers.AutoTokenizer.from_pretrained(weights, **said)
            hearing = find_weights(weights, "preprocessor_config.json", loading.get("revision"))
            with open(hearing, encoding="utf-8") as file:
                self.hearing = json.load(file)
        kind = getattr(transformers, KINDS[self.kind])
        self.model = kind.from_pretrained(weights, dtype=torch.float16 if half else torch.float32, **said)
        self.model.to(device).eval()
        codec = self.model.config.audio_encoder
        self.rate, self.frame_rate = codec.sampling_rate, codec.frame_rate
        self.channels = self.model.config.decoder.audio_channels
        self.codebooks = self.model.config.decoder.num_codebooks // self.channels
        return {"pipeline": self.kind, "rate": self.rate}

    def generate(self, call):
        import torch

        seconds = call.take("seconds")
        sound = self._sound(call)
        given, before = self._given(call.take("prompt"), sound)
        said = {
            "do_sample": call.take("sampling", True),
            "guidance_scale": call.take("guidance"),
            "temperature": call.take("temperature"),
            "top_k": call.take("top_k"),
            "top_p": call.take("top_p"),
        }
        call.no_more()
        said = {name: value for name, value in said.items() if value is not None}
        frames = math.ceil(seconds * self.rate) - before
        if frames <= 0:
            raise RunnerError(
                "refused", f"The sound to go on from lasts {before / self.rate:g} s, and {seconds:g} s are asked for.",
                "Ask for more seconds, or for less of the sound (continuation_start, continuation_end).",
            )
        # Each codebook lags one token behind the one before it, so the last ones of the first have no company.
        tokens = math.ceil(frames / self.rate * self.frame_rate) + self.codebooks
        for number, seed in enumerate(call.seeds):
            torch.manual_seed(seed)
            steps = _Steps(call, number * tokens, tokens, len(call.seeds) * tokens)
            with torch.inference_mode():
                made = self.model.generate(
                    **given, **said, max_new_tokens=tokens, stopping_criteria=_criteria(steps),
                )
            call.save(made[0].float().cpu().numpy().T[: before + frames], self.rate)

    def _sound(self, call):
        """Returns the part of the sound that is to be followed or gone on from; None where there is none."""
        path = call.take("audio")
        start, end = call.take("continuation_start"), call.take("continuation_end")
        if path is None:
            return None
        samples, rate = read_sound(path)
        if rate != self.rate:
            raise RunnerError("refused", f"The sound has {rate} Hz instead of {self.rate}.")
        part = samples[round((start or 0.0) * rate) : None if end is None else round(end * rate)]
        if not len(part):
            raise RunnerError(
                "refused", "Between continuation_start and continuation_end there is nothing of the sound, which lasts "
                f"{len(samples) / rate:g} s.",
            )
        return part

    def _given(self, prompt, sound):
        """Returns what the model is given, and how many frames of it come back at the beginning of each take."""
        continues = sound is not None and self.kind == "musicgen"
        extra = {"audio": self._channels(sound), "sampling_rate": self.rate} if continues else {}
        given = dict(self.processor(text=[prompt or ""], padding=True, return_tensors="pt", **extra))
        if sound is not None and not continues:
            given["input_features"] = chroma(sound.mean(axis=1), self.hearing)
        for name, value in given.items():
            kind = self.model.dtype if value.is_floating_point() else value.dtype
            given[name] = value.to(self.model.device, kind)
        return given, len(sound) if continues else 0

    def _channels(self, sound):
        """Returns a sound with as many channels as the model has, as its processor wants it."""
        if self.channels == 1:
            return sound.mean(axis=1)
        return sound if sound.shape[1] == 2 else sound.repeat(2, axis=1)


def chroma(wave, hearing):
    """Returns which of the twelve pitch classes is the strongest from moment to moment: 1 × moments × 12, each a one
    among zeros, as MusicGen's melody model hears a tune.

    `hearing` are the settings of its feature extractor. That one needs torchaudio, for this spectrogram alone: power,
    periodic Hann window, divided by the window's energy.
    """
    import torch
    from transformers.audio_utils import chroma_filter_bank

    size, hop = hearing["n_fft"], hearing["hop_length"]
    wave = torch.tensor(wave[: hearing["chunk_length"] * hearing["sampling_rate"]], dtype=torch.float32)
    if (missing := size - len(wave)) > 0:
        wave = torch.nn.functional.pad(wave, (missing // 2, missing - missing // 2))
    window = torch.hann_window(size)
    spectrum = torch.stft(wave, size, hop, window=window, center=True, pad_mode="reflect", return_complex=True)
    power = spectrum.abs().square() / window.square().sum()
    filters = torch.from_numpy(chroma_filter_bank(
        sampling_rate=hearing["sampling_rate"], num_frequency_bins=size, tuning=0, num_chroma=hearing["num_chroma"]
    )).float()  # fmt: skip
    strongest = (filters @ power).argmax(dim=0)
    return torch.nn.functional.one_hot(strongest, hearing["num_chroma"]).float()[None]


class _Steps:
    """Tells how far the tokens are, and ends a call that was cancelled."""

    def __init__(self, call, before, tokens, of):
        self.call, self.before, self.tokens, self.of, self.done = call, before, tokens, of, 0

    def __call__(self, tokens, scores, **_):
        import torch

        self.done = min(self.done + 1, self.tokens)
        self.call.step(self.before + self.done, self.of)
        return torch.zeros(tokens.shape[0], dtype=torch.bool, device=tokens.device)


def _criteria(steps):
    from transformers import StoppingCriteriaList

    return StoppingCriteriaList([steps])


if __name__ == "__main__":
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    serve(Transformers())
