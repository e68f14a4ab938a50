"""What each listed model documents of itself, written as Cog writes it: OpenAPI documents by the catalogue's names.

Typed off the models' own pages and sources, not off the catalogue: one is to be held against the other.
"""

from __future__ import annotations

from typing import Any

Openapi = dict[str, Any]

URI = {"type": "string", "format": "uri", "title": "Output"}
TEXT, INT, NUM, BOOL, FILE = "string", "integer", "number", "boolean", "file"


def document(inputs: dict[str, dict[str, Any]], output: Any, *, required: tuple[str, ...] = ()) -> Openapi:
    """Returns the part of a Cog server's openapi.json that says what goes in and what comes out.

    An input is `{"type": …, "default": …, "minimum": …, "maximum": …, "enum": […]}`; enums become schemas of their own.
    """
    schemas: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for order, (name, said) in enumerate(inputs.items()):
        part = {"title": name.replace("_", " ").title(), "x-order": order, **said}
        if part.get("type") == FILE:
            part |= {"type": "string", "format": "uri"}
        if values := part.pop("enum", None):
            schemas[name] = {"title": name, "description": "An enumeration.", "enum": values, "type": part.pop("type")}
            part["allOf"] = [{"$ref": f"#/components/schemas/{name}"}]
        properties[name] = part
    schemas["Input"] = {"title": "Input", "type": "object", "properties": properties}
    if required:
        schemas["Input"]["required"] = list(required)
    schemas["Output"] = output
    return {"openapi": "3.0.2", "info": {"title": "Cog", "version": "0.1.0"}, "components": {"schemas": schemas}}


def one(kind: str, default: Any = None, low: float | None = None, high: float | None = None, **more: Any) -> dict:
    said = {"type": kind, "default": default, "minimum": low, "maximum": high, **more}
    return {key: value for key, value in said.items() if value is not None}


def _tokens(guidance: str = INT) -> dict[str, dict[str, Any]]:
    return {
        "top_k": one(INT, 250), "top_p": one(NUM, 0), "temperature": one(NUM, 1),
        "classifier_free_guidance": one(guidance, 3),
        "output_format": one(TEXT, "wav", enum=["wav", "mp3"]),
    }  # fmt: skip


def _musicgen(**first: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        **first,
        "prompt": one(TEXT), "input_audio": one(FILE), "duration": one(INT, 8), "continuation": one(BOOL, False),
        "continuation_start": one(INT, 0, 0), "continuation_end": one(INT, None, 0),
        "multi_band_diffusion": one(BOOL, False),
        "normalization_strategy": one(TEXT, "loudness", enum=["loudness", "clip", "peak", "rms"]),
        **_tokens(), "seed": one(INT),
    }  # fmt: skip


_EIGHT_SONGS = _musicgen()
_EIGHT_SONGS["continuation_start"], _EIGHT_SONGS["continuation_end"] = one(INT, 0), one(INT)
_VARIATIONS = {f"variation_{number:02}": {"type": "string", "format": "uri"} for number in range(1, 21)}

SCHEMAS: dict[str, Openapi] = {
    "stable-audio-open": document(
        {
            "prompt": one(TEXT), "negative_prompt": one(TEXT, ""), "seconds_start": one(INT, 0),
            "seconds_total": one(INT, 8, None, 47), "cfg_scale": one(NUM, 6), "steps": one(INT, 100),
            "seed": one(INT, -1), "sampler_type": one(TEXT, "dpmpp-3m-sde"), "sigma_min": one(NUM, 0.03),
            "sigma_max": one(INT, 500), "init_noise_level": one(NUM, 1), "batch_size": one(INT, 1),
        }, URI, required=("prompt",),
    ),
    "musicgen": document(
        _musicgen(model_version=one(
            TEXT, "stereo-melody-large", enum=["stereo-melody-large", "stereo-large", "melody-large", "large"]
        )), URI,
    ),
    "musicgen-8songs": document(_EIGHT_SONGS, URI),
    "musicgen-looper": document(
        {
            "model_version": one(TEXT, "medium", enum=["medium", "large"]), "prompt": one(TEXT),
            "bpm": one(NUM, 140, 40, 300), "variations": one(INT, 4, 1, 20), "max_duration": one(INT, 8, 2, 20),
            **_tokens(), "seed": one(INT, -1),
        },
        {"title": "Output", "type": "object", "properties": _VARIATIONS, "required": ["variation_01"]},
        required=("prompt",),
    ),
    "audiogen": document(
        {"prompt": one(TEXT), "duration": one(NUM, 3, 1, 10), **_tokens()}, URI, required=("prompt",)
    ),
    "flux-music": document(
        {
            "prompt": one(TEXT, "The song is an epic blend of space-rock, rock, and post-rock genres."),
            "negative_prompt": one(TEXT, "low quality, gentle"), "guidance_scale": one(NUM, 7, 0, 20),
            "model_version": one(TEXT, "base", enum=["small", "base", "large", "giant"]),
            "steps": one(INT, 50, 1, 200), "save_spectrogram": one(BOOL, False), "seed": one(INT),
        },
        {"title": "Output", "type": "object", "required": ["wav"], "properties": {
            "wav": {"type": "string", "format": "uri"}, "melspectrogram": {"type": "string", "format": "uri"},
        }},
    ),
    "tangoflux": document(
        {
            "prompt": one(TEXT, "Hammer slowly hitting the wooden table"), "duration": one(INT, 10),
            "steps": one(INT, 25, 1, 200), "guidance_scale": one(NUM, 4.5, 1, 20),
        }, URI,
    ),
    "stable-audio-3": document(
        {
            "prompt": one(TEXT), "negative_prompt": one(TEXT, ""), "duration": one(NUM, 30, 1, 380),
            "steps": one(INT, 8, 4, 50), "cfg_scale": one(NUM, 1, 0.5, 15), "seed": one(INT, -1),
            "init_audio": one(FILE), "init_noise_level": one(NUM, 0.9, None, 1), "inpaint_audio": one(FILE),
            "inpaint_start_seconds": one(NUM, 0), "inpaint_end_seconds": one(NUM, 0),
            "output_format": one(TEXT, "wav"),
        }, URI, required=("prompt",),
    ),
    "stable-audio-2-5": document(
        {
            "prompt": one(TEXT), "duration": one(INT, 190, 1, 190), "steps": one(INT, 8, 4, 8),
            "cfg_scale": one(NUM, 1, 1, 25), "seed": one(INT),
        }, URI, required=("prompt",),
    ),
    "lyria-2": document(
        {"prompt": one(TEXT), "negative_prompt": one(TEXT), "seed": one(INT)}, URI, required=("prompt",)
    ),
    "lyria-3": document(
        {"prompt": one(TEXT), "images": {"type": "array", "items": {"type": "string", "format": "uri"}, "default": []}},
        URI, required=("prompt",),
    ),
    "riffusion": document(
        {
            "prompt_a": one(TEXT, "funky synth solo"), "denoising": one(NUM, 0.75, 0, 1), "prompt_b": one(TEXT),
            "alpha": one(NUM, 0.5, 0, 1), "num_inference_steps": one(INT, 50, 1),
            "seed_image_id": one(TEXT, "vibes", enum=["agile", "marim", "mask_beat_lines_80", "og_beat", "vibes"]),
        },
        {"title": "Output", "type": "object", "properties": {
            "audio": {"type": "string", "format": "uri"}, "spectrogram": {"type": "string", "format": "uri"},
            "error": {"type": "string"},
        }},
    ),
    "gpt-4o": document(
        {
            "prompt": one(TEXT), "system_prompt": one(TEXT),
            "messages": {"type": "array", "items": {"type": "object"}, "default": []},
            "image_input": {"type": "array", "items": {"type": "string", "format": "uri"}, "default": []},
            "temperature": one(NUM, 1, 0, 2), "top_p": one(NUM, 1, 0, 1), "max_completion_tokens": one(INT, 4096),
            "presence_penalty": one(NUM, 0, -2, 2), "frequency_penalty": one(NUM, 0, -2, 2),
        },
        {"title": "Output", "type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator",
         "x-cog-array-display": "concatenate"},
    ),
}  # fmt: skip
