"""Stamps a finished sound: the WAV file with its keys and its whole story inside."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge import __version__
from bridge.domain.instrument import Zone
from bridge.domain.job import Job
from bridge.domain.sample import Sample
from bridge.domain.take import Call, Take
from bridge.ports import Model, Shaped
from bridge.sound.wav import Bext, Inst, Smpl, unity_of, wav_bytes
from bridge.units import pitch_class


def stamped_wav(
    shaped: Shaped, *, sample: Sample, zone: Zone, job: Job, call: Call, take: Take, model: Model
) -> bytes:
    """Returns the published file of a sample: 24-bit PCM, `smpl` and `inst` that agree with its zone, provenance.

    No loop is written for a one-shot, because samplers play a loop that they find.
    """
    brief = job.brief
    note, cents = unity_of(sample.root, sample.cents, sample.pad_note)
    made = datetime.fromtimestamp(sample.created, tz=UTC)
    story = {
        "prompt": brief.prompt,
        "negative": brief.negative,
        "written": job.written.prompt if job.written and job.written.prompt != brief.prompt else "",
        "model": f"{model.provider}/{model.name} {model.version}",
        "seed": take.seed,
        "cost": f"{call.cost:g} USD",
        "licence": str(model.licence),
        "file": brief.source,
        "sample": sample.id,
        "job": sample.job,
    }
    told = "; ".join(f"{key}={value}" for key, value in story.items() if value != "")
    info = {
        "INAM": brief.prompt or sample.family,
        "IPRD": sample.pad or sample.family,
        "IGNR": sample.family,
        "ISFT": f"Oneshot Bridge {__version__}",
        "ICRD": f"{made:%Y-%m-%d}",
        "ICOP": str(model.licence),
        "ICMT": told,
    }
    if sample.root is not None:
        info["IKEY"] = pitch_class(sample.root).replace("s", "#")
    return wav_bytes(
        shaped.pcm,
        sample_rate=shaped.sample_rate,
        channels=shaped.channels,
        smpl=Smpl(note=note, cents=cents, loop=zone.loop),
        inst=Inst(
            note=note, cents=cents, low=zone.low, high=zone.high, velocity_low=zone.velocity_low,
            velocity_high=zone.velocity_high,
        ),
        info=info,
        bext=Bext(
            description=told, originator="Oneshot Bridge", reference=sample.id, date=f"{made:%Y-%m-%d}",
            time=f"{made:%H:%M:%S}", history="A=PCM,F={},W=24,M={},T=Oneshot Bridge\r\n".format(
                shaped.sample_rate, "mono" if shaped.channels == 1 else "stereo"
            ),
        ),
    )
