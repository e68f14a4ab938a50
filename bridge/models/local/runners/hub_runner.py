"""Looks for weights at Hugging Face and fetches them.

    hub_runner.py look|here|fetch OWNER/NAME RUNNER [REVISION [VARIANT]]

Tells `{"is": "found", "bytes", "here", "gated", "licence", "files"}` or, while it fetches, `progress` in bytes and then
`fetched`; `failed` as runners do.
"""

import json
import os
import sys

from wire import RunnerError, failure, tell

WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".tflite", ".gguf", ".pdparams")
TORCH = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
NOT_NEEDED = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".wav", ".mp3", ".flac", ".mp4", ".ipynb")


def needed(files, runner, variant=""):
    """Returns which files a runner reads, of all that lie there: the weights once, as safetensors where they exist.

    A pipeline of diffusers has its parts in folders, and what lies beside its index is for other libraries; those
    others read what lies on top.
    """
    in_parts = runner == "diffusers" and "model_index.json" in files
    chosen = []
    for name in files:
        folder, _, last = name.rpartition("/")
        ending = os.path.splitext(last)[1]
        if last.startswith(".") or ending in NOT_NEEDED or (ending in WEIGHTS and ending not in TORCH):
            continue
        if ending in TORCH:
            # Stable Audio 3 may have what reads its words in a folder beside it.
            if bool(folder) != in_parts and not (folder and runner == "stable-audio-3"):
                continue
            beside = [one.rpartition("/")[2] for one in files if one.rpartition("/")[0] == folder]
            varied = bool(variant) and any(f".{variant}." in one for one in beside)
            # "model.fp16.safetensors" is another form of "model.safetensors"; parts of one are "model-00001-of-…".
            is_variant = last.count(".") > 1
            if is_variant != varied or (varied and f".{variant}." not in last):
                continue
            if ending != ".safetensors" and any(one.endswith(".safetensors") for one in beside):
                continue
        chosen.append(name)
    return chosen


def found(repository, runner, revision, variant):
    """Returns what lies at Hugging Face, and how much of it is here already."""
    from huggingface_hub import HfApi, try_to_load_from_cache

    info = HfApi().model_info(repository, revision=revision or None, files_metadata=True)
    sizes = {one.rfilename: one.size or 0 for one in info.siblings}
    files = needed(sizes, runner, variant)
    here = [name for name in files if isinstance(try_to_load_from_cache(repository, name, revision=info.sha), str)]
    card = getattr(info, "card_data", None)
    return {
        "is": "found", "commit": info.sha, "files": files, "sizes": {name: sizes[name] for name in files},
        "bytes": sum(sizes[name] for name in files), "here": sum(sizes[name] for name in here),
        "gated": bool(info.gated), "licence": (card.get("license_name") or card.get("license") or "") if card else "",
    }  # fmt: skip


def is_here(repository, revision):
    """Tells whether weights were fetched before; asks nobody."""
    from huggingface_hub import try_to_load_from_cache

    names = ("model_index.json", "config.json", "model_config.json")
    if not any(isinstance(try_to_load_from_cache(repository, name, revision=revision or None), str) for name in names):
        return False
    return all(is_here(other, "") for other in companions(repository, revision))


def companions(repository, revision):
    """Returns which other weights a model of Stability AI reads its words with, by the config that was fetched."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(repository, "model_config.json", revision=revision or None)
    if not isinstance(path, str):
        return []
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    parts = [one.get("config", {}) for one in told.get("model", {}).get("conditioning", {}).get("configs", ())]
    named = [part.get("repo_id") or part.get("t5_model_name") or part.get("model_name") for part in parts]
    return sorted({name for name in named if name and name != repository})


def fetch(repository, runner, revision, variant):
    """Fetches what is missing, file by file, and what it reads its words with; returns how many bytes they are."""
    from huggingface_hub import hf_hub_download

    there = found(repository, runner, revision, variant)
    done = 0
    # Small files first: a licence that was not accepted shows before the gigabytes.
    for name in sorted(there["files"], key=there["sizes"].get):
        tell({"is": "progress", "stage": name, "done": done, "of": there["bytes"]})
        # By the name of the revision, so that it is found by that name without a network.
        hf_hub_download(repository, name, revision=revision or None)
        done += there["sizes"][name]
    return done + sum(fetch(other, "transformers", "", "") for other in companions(repository, revision))


def explained(problem, repository):
    """Returns what an error of the hub comes to, by its type."""
    try:
        from huggingface_hub import errors
    except ImportError:
        return failure(problem)
    page = f"https://huggingface.co/{repository}"
    if isinstance(problem, errors.GatedRepoError):
        return RunnerError(
            "gated", f"The weights {repository} are given only to those who accepted their licence.",
            f"Accept it at {page}, make a token at https://huggingface.co/settings/tokens, and keep it: "
            "oneshot keys set huggingface",
        )
    if isinstance(problem, (errors.RepositoryNotFoundError, errors.RevisionNotFoundError)):
        return RunnerError("weights", f"Hugging Face has no {repository}, or not for you.", f"Look at {page}")
    if isinstance(problem, errors.HfHubHTTPError) or type(problem).__module__.startswith(("httpx", "requests")):
        return RunnerError("network", f"Hugging Face can't be reached: {problem}", "Is the network there?")
    return failure(problem)


def main():
    work, repository, runner, revision, variant = (*sys.argv[1:], "", "", "")[:5]
    try:
        if work == "look":
            tell(found(repository, runner, revision, variant))
        elif work == "here":
            tell({"is": "here", "whole": is_here(repository, revision)})
        else:
            tell({"is": "fetched", "bytes": fetch(repository, runner, revision, variant)})
    except Exception as problem:
        told = explained(problem, repository)
        tell({"is": "failed", "kind": told.kind, "reason": told.reason, "hint": told.hint})


if __name__ == "__main__":
    main()
