"""Writes down where a sample comes from: the JSON beside its WAV."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.domain.brief import Brief
from bridge.domain.ids import is_id
from bridge.domain.licence import Licence
from bridge.domain.prompt import Written
from bridge.domain.recipe import recipe_of
from bridge.domain.sample import Analysis, Character, Sample
from bridge.domain.tags import tags_of
from bridge.domain.take import Call, Take, Verdict
from bridge.domain.understood import Understood
from bridge.errors import LibraryError
from bridge.units import Cents, Decibels, Hz, MidiNote, Seconds

SIDECAR_SCHEMA = 1


def sidecar_of(
    sample: Sample, *, brief: Brief, calls: Sequence[Call], take: Take, licence: Licence,
    written: Written | None = None, fingerprint: bytes = b"", understood: Understood | None = None,
    ref: str = "",
) -> dict[str, Any]:
    """Returns a sample's provenance as plain JSON values; `calls` are all of its job, what failed included.

    `character` is None where nothing was heard, `understood` where the model can't tell; `fingerprint` is in Base64,
    empty where there is none. Cents, decibels and seconds are rounded to what can be measured; `cost` is in US dollars
    over all calls. `ref` is the asker's word for the job.
    """
    return {
        "schema": SIDECAR_SCHEMA,
        "id": sample.id,
        "created": round(sample.created, 3),
        "job": sample.job,
        "ref": ref,
        "pad": sample.pad,
        "path": sample.path,
        "prompt": sample.prompt,
        "brief": brief.to_dict(),
        "written": written.to_dict() if written else None,
        "understood": understood.to_dict() if understood else None,
        "calls": [_call(call) for call in calls],
        "take": asdict(take),
        "root": sample.root,
        "cents": round(sample.cents, 2),
        "confidence": round(sample.analysis.confidence, 3),
        "key": sample.key,
        "family": sample.family,
        "tags": list(sample.tags),
        "character": _character(sample.analysis),
        "fingerprint": base64.b64encode(fingerprint).decode("ascii"),
        "duplicate_of": sample.duplicate_of,
        "part_of": sample.part_of,
        "layer": sample.layer,
        "turn": sample.turn,
        "verdicts": [{**asdict(verdict), "figure": _figure(verdict.figure)} for verdict in sample.verdicts],
        "shape": _shape(sample.analysis, brief),
        "licence": licence.id,
        "licence_link": licence.link,
        "commercial": licence.commercial,
        "cost": round(sum(call.cost for call in calls), 6),
        "sha256": sample.sha256,
        "marks": marks_of(sample),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Holds what a sidecar tells of a sample: where it comes from, and all that the store knew of it."""

    sample: Sample
    brief: Brief
    written: Written | None
    calls: tuple[Call, ...]
    take: Take
    fingerprint: bytes
    ref: str


def provenance_of(sidecar: Mapping[str, Any], path: str) -> Provenance:
    """Reads what `sidecar_of` wrote, now or in an earlier version, of the sample at `path`.

    Raises LibraryError for anything else: people and programs may have edited it.
    """
    try:
        return _provenance(sidecar, path)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise LibraryError(f"The sidecar of {path} does not tell of a sample: {problem!r}.") from problem


def marks_of(sample: Sample) -> dict[str, bool]:
    """Returns the user's marks as the sidecar's `marks` holds them."""
    return {"kept": sample.kept, "discarded": sample.discarded}


def encode_sidecar(sidecar: Mapping[str, Any]) -> bytes:
    """Returns the JSON text of a sidecar: UTF-8, sorted keys, a newline at the end."""
    text = json.dumps(sidecar, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    # Half a surrogate pair, from a prompt of broken text, becomes the JSON escape that reads back as the same.
    return f"{text}\n".encode(errors="backslashreplace")


def decode_sidecar(content: bytes, path: str) -> dict[str, Any]:
    """Reads a sidecar; raises LibraryError, naming `path`, for anything but a JSON object."""
    try:
        sidecar = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise LibraryError(f"The sidecar {path} is no JSON: {problem}.") from problem
    if not isinstance(sidecar, dict):
        raise LibraryError(f"The sidecar {path} is no JSON object.")
    return sidecar


def _provenance(sidecar: Mapping[str, Any], path: str) -> Provenance:
    brief = Brief.from_dict(sidecar["brief"])
    take = Take(**sidecar["take"])
    calls = tuple(Call(**values) for values in sidecar["calls"])
    if not is_id(sidecar["id"], "s") or not is_id(sidecar["job"], "j") or take.call not in {call.id for call in calls}:
        raise ValueError("ids")
    call = next(call for call in calls if call.id == take.call)
    analysis, marks = _analysis(sidecar), sidecar.get("marks", {})
    tags = sidecar.get("tags")
    sample = Sample(
        id=sidecar["id"], job=sidecar["job"], take=take.id, pad=str(sidecar["pad"]), pad_note=brief.pad_note,
        family=str(sidecar["family"]), mapping=brief.mapping, prompt=str(sidecar["prompt"]), path=path,
        sha256=str(sidecar["sha256"]), analysis=analysis,
        created=float(sidecar.get("created", call.ended or call.created)),
        verdicts=tuple(
            Verdict(**{**values, "figure": _measured(values["figure"])}) for values in sidecar.get("verdicts", ())
        ),
        tags=tuple(map(str, tags)) if tags is not None else tags_of(brief.prompt, brief.family, analysis),
        duplicate_of=str(sidecar.get("duplicate_of", "")), part_of=str(sidecar.get("part_of", "")),
        layer=int(sidecar.get("layer", 1)), turn=int(sidecar.get("turn", 1)),
        kept=bool(marks.get("kept")), discarded=bool(marks.get("discarded")),
    )
    written = sidecar.get("written")
    return Provenance(
        sample=sample, brief=brief, written=Written.from_dict(written) if written else None, calls=calls, take=take,
        fingerprint=base64.b64decode(sidecar.get("fingerprint", ""), validate=True),
        ref=str(sidecar.get("ref", "")),
    )


def _analysis(sidecar: Mapping[str, Any]) -> Analysis:
    shape, heard, root = sidecar["shape"], sidecar.get("character"), sidecar["root"]
    character = heard and Character(
        family=heard["family"], share=float(heard["share"]), brightness=Hz(float(heard["brightness"])),
        hardness=Decibels(float(heard["hardness"])), loudness=Decibels(float(heard["loudness"])),
    )
    loop = shape.get("loop")
    return Analysis(
        root=None if root is None else MidiNote(int(root)), cents=Cents(float(sidecar["cents"])),
        confidence=float(sidecar["confidence"]), seconds=Seconds(float(shape["seconds"])),
        peak=Decibels(_measured(shape["peak"])), channels=int(shape["channels"]),
        sample_rate=int(shape["sample_rate"]), loop=(int(loop[0]), int(loop[1])) if loop else None,
        tone=heard and heard.get("tone"), glide=heard and heard.get("glide"), character=character or None,
    )


def _call(call: Call) -> dict[str, Any]:
    return {**asdict(call), "estimate": round(call.estimate, 6), "cost": round(call.cost, 6)}


def _character(analysis: Analysis) -> dict[str, Any] | None:
    character = analysis.character
    if character is None:
        return None
    return {
        "family": character.family,
        "share": round(character.share, 3),
        "brightness": round(character.brightness, 1),
        "hardness": round(character.hardness, 2),
        "loudness": round(character.loudness, 2),
        "tone": analysis.tone,
        "glide": None if analysis.glide is None else round(analysis.glide, 2),
    }


def _shape(analysis: Analysis, brief: Brief) -> dict[str, Any]:
    return {
        "steps": [str(step) for step in recipe_of(brief)],
        "seconds": round(analysis.seconds, 4),
        "peak": _figure(analysis.peak),
        "channels": analysis.channels,
        "sample_rate": analysis.sample_rate,
        "loop": list(analysis.loop) if analysis.loop else None,
    }


def _measured(figure: float | None) -> float:
    """Returns a figure as it was measured: JSON holds no −∞."""
    return float("-inf") if figure is None else float(figure)


def _figure(figure: float) -> float | None:
    """Returns a measured figure with four decimals, or None for one that JSON can't hold (a peak of −∞)."""
    return round(figure, 4) if abs(figure) < float("inf") else None
