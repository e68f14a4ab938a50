"""Reads generation configs of stable-audio-tools' inference script as they are.

Every key is honoured or refused by its name, with what helps; none is passed over. What a key means follows from the
model: its sampler's keys are inputs of that very model, where it has them. `left_out` are keys that the user chose to
do without.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.config.fields import Text, Words, did_you_mean
from bridge.config.problems import sentences
from bridge.domain.brief import LARGEST_COUNT, LARGEST_SEED
from bridge.domain.family import DEFAULT_FAMILY
from bridge.errors import RequestError
from bridge.packs.plan import Output, Plan, Wish, plan_of
from bridge.packs.recipe import Digest

RANDOM = -1
EMBEDDING = ".npy"
MOST_DIMENSIONS = 3
NEUTRAL: Mapping[str, float] = {"rho": 1.0, "seconds_start": 0.0}
"""What a model does that has no such input: a value that asks for just this is honoured by every model."""
ALSO = {"steps": ("num_inference_steps",), "cfg_scale": ("guidance_scale", "classifier_free_guidance")}
"""What models call the same input that the script calls otherwise."""
SAMPLER = ("steps", "cfg_scale", "sampler_type", "sigma_min", "sigma_max", "rho")
AUDIO_PROMPT = "audio_prompt"
"""What a model calls the sound, or its embedding, that it is conditioned on like on words."""
MODEL_FACTS = ("sample_rate", "sample_size", "model_type")
"""What the script repeats of a model's config in the metadata of a sound."""

Number = Annotated[float, Field(allow_inf_nan=False)]
Start = Annotated[Number, Field(ge=0)]
Total = Annotated[Number, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """Says what a model can: its own inputs by name, and whether it takes a negative prompt, a seed and a sound.

    `config` is its model config as stable-audio-tools writes it, empty where there is none here.
    """

    model: str
    options: Collection[str] = ()
    negative: bool = False
    seeded: bool = True
    audio: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)


class _Part(BaseModel):
    """Holds a section; a key that does not exist is named, not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Generation(_Part):
    steps: Annotated[int, Field(strict=True, ge=1)] | None = None
    cfg_scale: Number | None = None
    batch_size: Annotated[int, Field(strict=True, ge=1, le=LARGEST_COUNT)] | None = None
    sampler_type: Text | None = None
    sigma_min: Number | None = None
    sigma_max: Number | None = None
    rho: Number | None = None
    seed: Annotated[int, Field(strict=True, ge=RANDOM, le=LARGEST_SEED)] | None = None


class Conditioning(_Part):
    prompt: Words | None = None
    audio_prompt: Text | None = None
    seconds_start: Start | None = None
    seconds_total: Total | None = None
    negative_prompt: Words | None = None


class Input(_Part):
    type: Literal["config", "file"]
    samples: list[Conditioning] | None = None
    prompts_file: Text | None = None


class Written(_Part):
    output_dir: Text | None = None
    file_format: Text = "wav"
    file_naming: Literal["prompt", "verbose", "audio_prompt"] = "prompt"
    save_metadata: bool = False
    cut_to_seconds_total: bool | None = None


class Script(_Part):
    """Holds a whole config."""

    generation: Generation = Generation()
    conditioning_defaults: Conditioning = Conditioning()
    input: Input
    output: Written = Written()


def read_script(
    name: str, text: str, can: Can, *, left_out: Collection[str], edition: str, read: Callable[[str], str],
    find: Callable[[str], Path], digest: Digest,
) -> Plan:  # fmt: skip
    """Returns the plan in a config; `read` returns the text of a file that it names, `find` where a file lies.

    Raises RequestError that names every key that is wrong, or that the model can't honour.
    """
    try:
        script = Script.model_validate(_without(json.loads(text), left_out))
    except ValidationError as error:
        raise _refused(name, sentences(error, Script)) from error
    except (ValueError, RecursionError) as problem:
        raise RequestError(f"{name} is not JSON: {problem}.", "Nothing was started.") from problem
    samples = _samples(name, script, read, left_out)
    problems = [*_generation_problems(script.generation, can), *_output_problems(script.output)]
    samples = [(place, _found(one, find)) for place, one in samples]
    for place, one in samples:
        problems += [f"{place}.{problem}" for problem in _conditioning_problems(one, can)]
    if problems:
        raise _refused(name, list(dict.fromkeys(problems)), _cure(problems, can))
    wishes = (_wish(script, one, can, digest) for _, one in samples)
    said = script.output
    output = Output(folder=said.output_dir, format=said.file_format, naming=said.file_naming, layout="flat",
                    metadata=said.save_metadata)  # fmt: skip
    return plan_of(Path(name).stem, wishes, output, edition)


def check_embedding(path: str) -> tuple[int, ...]:
    """Returns the shape of an embedding in a `.npy` file; raises RequestError for anything that is none.

    The file is mapped, not read, and never unpickled: what is in it can't run.
    """
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as problem:
        raise RequestError(f"{path} can't be read: {problem.strerror or 'it is no file of NumPy'}.") from problem
    except (ValueError, EOFError) as problem:
        raise RequestError(f"{path} is no array of numbers in NumPy's format.",
                           "Save it with numpy.save, without objects in it.") from problem  # fmt: skip
    if not isinstance(found, np.ndarray) or not np.issubdtype(found.dtype, np.floating):
        raise RequestError(f"{path} holds {getattr(found, 'dtype', 'no array')}; an embedding is made of floats.")
    if not 1 <= found.ndim <= MOST_DIMENSIONS or 0 in found.shape:
        raise RequestError(f"{path} has the shape {found.shape}; an embedding has 1 to {MOST_DIMENSIONS} dimensions, "
                           "none of them empty.")  # fmt: skip
    return tuple(int(length) for length in found.shape)


def check_sound(path: str) -> None:
    """Raises RequestError where a file is no sound that can be read, or one without a single frame."""
    import soundfile

    try:
        found = soundfile.info(path)
    except (OSError, soundfile.LibsndfileError) as problem:
        raise RequestError(f"{path} can't be read: {str(problem).rstrip('.')}.",
                           "An audio_prompt is a sound, or an embedding in a .npy file.") from problem  # fmt: skip
    if not found.frames:
        raise RequestError(f"{path} holds no sound: it has no frames.")


# --- what is said ---------------------------------------------------------------------------------------------


def _without(found: Any, left_out: Collection[str]) -> Any:
    """Returns a config without the keys that the user leaves out, by themselves or with their section."""
    if isinstance(found, dict):
        return {key: _without(value, {name.removeprefix(f"{key}.") for name in left_out})
                for key, value in found.items() if key not in left_out}  # fmt: skip
    return [_without(value, left_out) for value in found] if isinstance(found, list) else found


def _samples(
    name: str, script: Script, read: Callable[[str], str], left_out: Collection[str]
) -> list[tuple[str, Conditioning]]:
    """Returns what is to be made, each with its place and with the defaults where it says nothing itself."""
    if script.input.type == "config":
        if script.input.samples is None or script.input.prompts_file is not None:
            raise _refused(name, ['input: says type "config"; that has samples, and no prompts_file'])
        found = [(f"input.samples[{index}]", one) for index, one in enumerate(script.input.samples)]
    else:
        if script.input.prompts_file is None or script.input.samples is not None:
            raise _refused(name, ['input: says type "file"; that has a prompts_file, and no samples'])
        lines = [line.strip() for line in read(script.input.prompts_file).splitlines()]
        found = [(f"{script.input.prompts_file}:{number}", Conditioning.model_validate({"prompt": line}))
                 for number, line in enumerate(lines, 1) if line and "prompt" not in left_out]  # fmt: skip
    usual = script.conditioning_defaults
    return [(place, usual.model_copy(update=one.model_dump(exclude_unset=True))) for place, one in found]


# --- what can't be honoured -----------------------------------------------------------------------------------


def _generation_problems(said: Generation, can: Can) -> Iterator[str]:
    for key in SAMPLER:
        value = getattr(said, key)
        if value is not None and _option(key, can) is None and NEUTRAL.get(key) != value:
            yield f"generation.{key}: {can.model} has no such input"
    if said.seed == 0:
        yield f"generation.seed: seeds go from 1 to {LARGEST_SEED} here; -1 is any"
    if said.seed not in (None, RANDOM) and not can.seeded:
        yield f"generation.seed: {can.model} takes no seed"


def _output_problems(said: Written) -> Iterator[str]:
    from bridge.packs.encoding import KINDS

    if said.file_format not in KINDS:
        yield f"output.file_format: there is no {said.file_format!r}{did_you_mean(said.file_format, KINDS)}"
    if said.cut_to_seconds_total is False:
        yield "output.cut_to_seconds_total: every sound is trimmed here, so false can't be honoured"


def _conditioning_problems(said: Conditioning, can: Can) -> Iterator[str]:
    if said.negative_prompt and not can.negative:
        yield f"negative_prompt: {can.model} takes none"
    if said.seconds_start and _option("seconds_start", can) is None:
        yield f"seconds_start: {can.model} always begins at 0"
    if said.audio_prompt:
        yield from _audio_problems(said.audio_prompt, can)
    elif not said.prompt:
        yield "prompt: is missing; there is nothing to make"


def _audio_problems(path: str, can: Can) -> Iterator[str]:
    conditioned = AUDIO_PROMPT in can.options
    if not _is_embedding(path):
        check_sound(path)
        if not conditioned and not can.audio:
            yield f"audio_prompt: {can.model} takes no sound"
        return
    shape = check_embedding(path)
    wanted = _embedding_width(can.config)
    if not conditioned:
        yield f"audio_prompt: {can.model} takes no embedding (this one has the shape {shape})"
    elif wanted is not None and shape[-1] != wanted:
        yield f"audio_prompt: {path} has the shape {shape}, and {can.model} wants {wanted} numbers in a row"


def _embedding_width(config: Mapping[str, Any]) -> int | None:
    """Returns how many numbers in a row a model wants of an embedding; None where that hangs on its length, too."""
    try:
        if AUDIO_PROMPT in config["model"]["diffusion"].get("input_concat_ids", ()):
            return None
        return int(config["model"]["conditioning"]["cond_dim"])
    except (KeyError, TypeError, AttributeError):
        return None


def _is_embedding(path: str) -> bool:
    return Path(path).suffix.lower() == EMBEDDING


def _found(said: Conditioning, find: Callable[[str], Path]) -> Conditioning:
    if not said.audio_prompt:
        return said
    return said.model_copy(update={"audio_prompt": str(find(said.audio_prompt).absolute())})


def _option(key: str, can: Can) -> str | None:
    """Returns the model's own name for an input of the script; None where it has none."""
    return next((name for name in (key, *ALSO.get(key, ())) if name in can.options), None)


def _refused(name: str, problems: list[str], cure: str = "Nothing was started.") -> RequestError:
    return RequestError("\n".join(f"{name}: {problem}." for problem in problems), cure)


def _cure(problems: list[str], can: Can) -> str:
    """Returns the two ways on: another model, or the same without those keys."""
    keys = dict.fromkeys(problem.partition(":")[0].rpartition(".")[2] for problem in problems)
    keys.pop("prompt", None)
    other = "" if can.options else "Name a model that has them, like --model stable-audio-open; or "
    return f"{other}do without: --leave-out {','.join(keys)}" if keys else "Give it a prompt."


# --- what it asks for -----------------------------------------------------------------------------------------


def _wish(script: Script, said: Conditioning, can: Can, digest: Digest) -> Wish:
    generation = script.generation
    inputs = {_option(key, can): getattr(generation, key) for key in SAMPLER}
    inputs[_option("seconds_start", can)] = said.seconds_start
    audio = said.audio_prompt or None
    if AUDIO_PROMPT in can.options:
        inputs[AUDIO_PROMPT] = audio
    fields = {
        # Nothing but a sound says what is wanted: then its family must be said.
        "prompt": said.prompt, "family": None if said.prompt else DEFAULT_FAMILY, "model": can.model,
        "negative": said.negative_prompt, "seconds": said.seconds_total,
        "seed": None if generation.seed in (None, RANDOM) else generation.seed, "enhance": "never",
        "audio": None if AUDIO_PROMPT in can.options else audio,
        "count": None if generation.batch_size in (None, 1) else generation.batch_size,
        "inputs": {name: value for name, value in inputs.items() if name is not None and value is not None},
    }  # fmt: skip
    return Wish(
        fields=fields, content=digest(audio) if audio else "",
        longest=said.seconds_total if script.output.cut_to_seconds_total else None,
        said={"generation": generation.model_dump(exclude_none=True), "conditioning": said.model_dump(),
              "model": {key: can.config[key] for key in MODEL_FACTS if key in can.config}},
    )  # fmt: skip


def model_of_weights(weights: str, links: Mapping[str, str]) -> str:
    """Returns the model that runs some published weights (`stabilityai/stable-audio-open-1.0`); `links` lead from each
    model to the page of its licence, which lies beside the weights.

    Raises RequestError where none does.
    """
    for model, link in links.items():
        if f"/{weights}/" in link:
            return model
    known = sorted({"/".join(link.split("/")[3:5]) for link in links.values() if "//huggingface.co/" in link})
    raise RequestError(f"No model here has the weights {weights!r}.",
                       f"There are: {', '.join(known)}{did_you_mean(weights, known)}. Or say --model.")  # fmt: skip
