"""Plans the samples of a job: sounds for themselves, or one instrument of a main sample and its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bridge.domain.instrument import Zone
from bridge.domain.job import Job
from bridge.domain.sample import Sample
from bridge.domain.take import Take, Verdict
from bridge.errors import SoundError
from bridge.instruments.mapping import instrument_of, zone_of
from bridge.ports import Shaped

Outcome = tuple[Take, tuple[Verdict, ...], Shaped | SoundError]
Place = tuple[str, int, int]
"""Where a sample comes from and belongs: its take, its layer and its turn."""
Named = Callable[[Take, Sequence[Verdict], Shaped, str], Sample]
"""Makes the sample of a shaped take; the text is the main sample that it is a part of."""


def place_of(sample: Sample) -> Place:
    """Returns a sample's place, which stays the same when its job is shaped again."""
    return sample.take, sample.layer, sample.turn


def planned(job: Job, outcomes: Sequence[Outcome], named: Named) -> list[tuple[Sample, Shaped]]:
    """Returns the samples that the finished takes of a job will be, every main sample before its parts.

    Where the takes make one instrument, its main sample is the hardest stroke of the root in the middle: what a sampler
    that takes one sound only should play.
    """
    finished = [(take, verdicts, outcome) for take, verdicts, outcome in outcomes if isinstance(outcome, Shaped)]
    roots = sorted(job.brief.roots)
    middle = roots[len(roots) // 2] if roots else 0
    if job.brief.joins:
        finished.sort(key=lambda one: (abs((one[0].note or 0) - middle), -one[2].layer, one[2].turn))
    samples: list[tuple[Sample, Shaped]] = []
    main = ""
    for take, verdicts, shaped in finished:
        sample = named(take, verdicts, shaped, main if job.brief.joins else "")
        main = sample.part_of or sample.id
        samples.append((sample, shaped))
        samples += [(named(take, (), part, main), part) for part in shaped.parts]
    return samples


def main_first(samples: Sequence[Sample]) -> list[Sample]:
    """Returns samples in their order, but for the parts, which come last."""
    return sorted(samples, key=lambda sample: bool(sample.part_of))


def with_parts(samples: Sequence[Sample]) -> Iterator[tuple[Sample, list[Sample]]]:
    """Yields the main ones of some samples, each with its parts."""
    for main in samples:
        if not main.part_of:
            yield main, [part for part in samples if part.part_of == main.id]


def zones_of(samples: Sequence[Sample]) -> Mapping[str, Zone]:
    """Returns by their paths the zones on which some samples and their parts are played."""
    alone = {sample.path: zone_of(sample) for sample in samples}
    instruments = (instrument_of("instrument", main, parts) for main, parts in with_parts(samples))
    return alone | {zone.path: zone for instrument in instruments for zone in instrument.zones}
