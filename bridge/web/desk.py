"""Answers what may be asked of the bridge in plain JSON values.

The control channel stands behind it with HTTP in front; the command line stands behind it directly when no daemon
runs. So both give the same answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bridge.domain.event import Event
from bridge.ports import Engine, Listening
from bridge.units import Seconds
from bridge.web.asked import (
    Accept,
    Again,
    DeliveriesWanted,
    EventsWanted,
    InstrumentWanted,
    JobsWanted,
    JobWanted,
    Nothing,
    OutcomesWanted,
    PadSetting,
    Play,
    SamplesWanted,
    Trigger,
    read,
)
from bridge.web.following import follow
from bridge.web.views import job_view, model_view, outcome_view, pad_view, plain, sample_view

Fields = Mapping[str, Any]


class Desk:
    """Reads the fields of a request, asks the engine, shows its answer; raises BridgeError where it refuses.

    Every method is a row of `bridge.web.addresses`. `target` names a job, sample, pad or kit; where the row has none
    it is empty.
    """

    def __init__(self, engine: Engine, audition: Listening) -> None:
        self._engine = engine
        self._audition = audition

    async def trigger(self, target: str, fields: Fields) -> dict[str, Any]:
        return {"job": job_view(await self._engine.trigger(read(Trigger, fields).request()), self._engine)}

    async def price(self, target: str, fields: Fields) -> dict[str, Any]:
        return {"price": plain(await self._engine.price(read(Trigger, fields).request()))}

    async def budget(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"budget": plain(await self._engine.budget())}

    async def accept(self, target: str, fields: Fields) -> dict[str, Any]:
        return {"job": job_view(await self._engine.accept(target, **read(Accept, fields).model_dump()), self._engine)}

    async def again(self, target: str, fields: Fields) -> dict[str, Any]:
        asked = read(Again, fields)
        job = await self._engine.again(target, ref=asked.ref, same_seed=asked.same_seed, origin=asked.origin)
        return {"job": job_view(job, self._engine)}

    async def keep(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"sample": sample_view(await self._engine.keep(target), self._engine)}

    async def discard(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"sample": sample_view(await self._engine.discard(target), self._engine)}

    async def cancel(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"jobs": [job_view(job, self._engine) for job in await self._engine.cancel(target)]}

    async def play(self, target: str, fields: Fields) -> dict[str, Any]:
        asked = read(Play, fields)
        heard = await self._audition.play(
            asked.sound, level=asked.level, device=asked.device, channel=asked.channel, patience=Seconds(asked.wait)
        )
        return {"heard": plain(heard)}

    async def silence(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        await self._audition.silence()
        return {}

    async def jobs(self, target: str, fields: Fields) -> dict[str, Any]:
        asked = read(JobsWanted, fields)
        return {"jobs": [job_view(job, self._engine) for job in await self._engine.jobs(**asked.model_dump())]}

    async def job(self, target: str, fields: Fields) -> dict[str, Any]:
        """Shows a job: as it is, or with `wait` when it has ended or so many seconds later."""
        patience = Seconds(read(JobWanted, fields).wait)
        job = await (self._engine.wait(target, patience) if patience else self._engine.job(target))
        return {"job": job_view(job, self._engine)}

    async def outcomes(self, target: str, fields: Fields) -> dict[str, Any]:
        """Shows what became of requests."""
        asked = read(OutcomesWanted, fields)
        found = await self._engine.outcomes(asked.refs, samples=asked.samples, patience=Seconds(asked.wait))
        return {"outcomes": [outcome_view(outcome, self._engine, samples=asked.samples) for outcome in found]}

    async def samples(self, target: str, fields: Fields) -> dict[str, Any]:
        found = await self._engine.samples(**read(SamplesWanted, fields).model_dump())
        return {"samples": [sample_view(sample, self._engine) for sample in found]}

    async def sample(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        sample = await self._engine.sample(target)
        return {"sample": sample_view(sample, self._engine), "sidecar": plain(await self._engine.sidecar(sample.id))}

    async def instrument(self, target: str, fields: Fields) -> dict[str, Any]:
        """Shows the zones that something plays, and where each of its sounds lies on this computer."""
        found = await self._engine.instrument(read(InstrumentWanted, fields).targets.split(","))
        files = {zone.path: self._engine.absolute(zone.path) for zone in found.zones}
        return {"instrument": plain(found), "files": files}

    async def pads(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"pads": [pad_view(pad, self._engine) for pad in await self._engine.pads()]}

    async def set_pad(self, target: str, fields: Fields) -> dict[str, Any]:
        asked = read(PadSetting, fields)
        self._engine.set_pad(target, asked.key, asked.value)
        found = next(pad for pad in await self._engine.pads() if pad.name == target)
        return {"pad": pad_view(found, self._engine)}

    async def kits(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"kits": plain(self._engine.kits()), "selected": self._engine.selected_kit()}

    async def select_kit(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"kit": target, "pads": list(await self._engine.select_kit(target))}

    async def deliveries(self, target: str, fields: Fields) -> dict[str, Any]:
        found = await self._engine.deliveries(**read(DeliveriesWanted, fields).model_dump())
        return {"deliveries": plain(found)}

    async def hosts(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"hosts": plain(await self._engine.hosts())}

    async def models(self, target: str, fields: Fields) -> dict[str, Any]:
        read(Nothing, fields)
        return {"models": [model_view(model) for model in self._engine.models()]}

    def events(self, target: str, fields: Fields) -> AsyncIterator[Event | int]:
        """Returns what goes on telling what happens, as `bridge.web.following.follow` does."""
        return follow(self._engine, read(EventsWanted, fields).after)
