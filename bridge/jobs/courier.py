"""Brings each pad's current sound to the hosts that want it, and hears what they say of it.

A delivery is written down in the transaction that changes the pad; afterwards it is sent, and sent again after a
crash, until the host answers. A newer sound of a pad takes the place of an older one that no host has touched.
"""

from __future__ import annotations

import logging
from sqlite3 import Connection

from bridge.config.schema import Host, pad_note_of
from bridge.domain.delivery import Delivery, DeliveryState, Swap
from bridge.domain.event import Event
from bridge.domain.sample import Sample
from bridge.errors import LibraryError, RequestError, StoreError
from bridge.instruments.mapping import instrument_of
from bridge.jobs.workshop import Workshop
from bridge.ports import HostView
from bridge.store import deliveries as delivery_store
from bridge.store import events as event_store
from bridge.store import samples as sample_store

log = logging.getLogger(__name__)

class Courier:
    """Holds the hosts: those that read files announce themselves by their folder, the others by OSC."""

    def __init__(self, shop: Workshop) -> None:
        self._database = shop.database
        self._library = shop.library
        self._files = shop.files
        self._hub = shop.hub
        self._clock = shop.clock
        self._pads = shop.pads
        self._shop = shop
        self._by_file: frozenset[str] = frozenset()
        self._refused = False
        """Whether the folder refused a delivery, which is to be tried again when it is there again."""

    def address(self, store: Connection, pad: str, sample: Sample | None) -> None:
        """Writes down, inside a transaction, one delivery of a pad's new sound (None: of its emptiness) per host."""
        for host in delivery_store.hosts(store):
            self._address(store, host, pad, sample)

    async def send(self, pad: str = "") -> None:
        """Sends what waits, of one pad or of all, and withdraws what a newer sound of the same pad replaced.

        What the folder refuses now waits in the store and is sent when the folder takes something again.
        """
        waiting = await self._database.read(lambda store: delivery_store.waiting_deliveries(store, pad=pad))
        newest = {(delivery.host, delivery.pad): delivery.seq for delivery in waiting}
        for delivery in waiting:
            try:
                if newest[delivery.host, delivery.pad] == delivery.seq:
                    await self._send(delivery)
                else:
                    await self._replace(delivery)
            except LibraryError as problem:
                self._refused = True
                log.warning("delivery %s to %s waits: %s", delivery.seq, delivery.host, problem)

    def send_later(self) -> None:
        """Sends with the next look around what waits for the hosts."""
        self._refused = True

    async def look_around(self) -> None:
        """Greets new hosts and hears the answers of those that read files."""
        try:
            present = frozenset(await self._files.run(self._library.hosts))
            for host in present - self._by_file:
                self._by_file |= {host}
                try:
                    await self.attach(host)
                except RequestError as refused:
                    log.warning("the host %s gets nothing: %s", host, refused)
            self._by_file = present
            if self._refused:
                self._refused = False
                try:
                    await self.send()
                except StoreError:
                    self._refused = True
                    raise
            for answer in await self._files.run(self._library.acknowledgements):
                await self.end(answer.host, answer.seq, "done" if answer.loaded else "failed", answer.reason)
                await self._files.run(self._library.prune_delivery, answer.host, answer.seq)
        except (LibraryError, StoreError) as problem:
            log.debug("the hosts are looked at again later: %s", problem)

    async def attach(self, host: str) -> list[Delivery]:
        """Registers a host; a new one gets what every pad holds now. Returns what it has not acknowledged."""

        def register(store: Connection) -> None:
            if delivery_store.attach(store, host, self._clock.now()):
                for pad, sample in sample_store.current_samples(store).items():
                    self._address(store, host, pad, sample)

        await self._database.write(register)
        await self.send()
        return await self._database.read(lambda store: delivery_store.waiting_deliveries(store, host))

    async def views(self) -> list[HostView]:
        """Shows every host that has ever come. One that reads files is heard of when it moves one of them."""
        hosts = await self._database.read(delivery_store.hosts)
        for host in await self._files.run(self._library.hosts):
            hosts[host] = await self._files.run(self._library.last_contact, host)
        newest = await self._database.read(delivery_store.newest_deliveries)
        shown = []
        for host, seen in sorted(hosts.items()):
            own = [delivery for delivery in newest if delivery.host == host]
            shown.append(HostView(
                name=host, seen=seen, waiting=tuple(each.pad for each in own if each.state == "waiting"),
                failed={each.pad: each.reason for each in own if each.state == "failed"},
            ))
        return shown

    async def end(self, host: str, seq: int, state: DeliveryState, reason: str = "") -> None:
        """Notes a host's answer; an answer that was given before, or to nothing, changes nothing."""

        def note(store: Connection) -> list[Event]:
            delivery_store.note_seen(store, host, self._clock.now())
            ended = delivery_store.end_delivery(store, host, seq, state, reason)
            if ended is None:
                return []
            event = Event(
                kind="loaded" if state == "done" else "load_failed", at=self._clock.now(), pad=ended.pad,
                sample=ended.sample, host=host, seq=seq, reason=reason,
            )
            return [event_store.add_event(store, event)]

        self._hub.tell(await self._database.write(note))

    def _address(self, store: Connection, host: str, pad: str, sample: Sample | None) -> None:
        parts = sample_store.parts_of(store, [sample.id]) if sample else {}
        instrument = instrument_of(pad, sample, parts.get(sample.id, ())) if sample else None
        delivery_store.add_delivery(
            store,
            Delivery(
                host=host, seq=0, sample=sample.id if sample else "", pad=pad, action="load" if sample else "clear",
                swap=self._swap(pad), mode=instrument.mode if instrument else "drum", target=self._target(host, pad),
                path=sample.path if sample else "", mtime=int(self._clock.now()),
                zones=instrument.zones if instrument else (),
            ),
        )

    def _swap(self, pad: str) -> Swap:
        of_pad = self._pads.get(pad)
        return "when-silent" if of_pad is not None and of_pad.swap == "when-silent" else "now"

    def _target(self, host: str, pad: str) -> str:
        of_pad = self._pads.get(pad)
        if of_pad is not None and host in of_pad.targets:
            return of_pad.targets[host]
        target = self._shop.config.hosts.get(host, Host()).target.replace("{pad}", pad)
        return target.replace("{pad_note}", str(pad_note_of(pad, of_pad))) if of_pad is not None else target

    async def _send(self, delivery: Delivery) -> None:
        if delivery.host in self._by_file:
            await self._files.run(self._library.write_delivery, delivery)
        self._hub.tell(
            [Event(kind="delivery", at=self._clock.now(), pad=delivery.pad, sample=delivery.sample,
                   host=delivery.host, seq=delivery.seq)]
        )

    async def _replace(self, delivery: Delivery) -> None:
        """A host that has claimed the older one loads it first and the newer after it; nothing is torn away."""
        in_files = delivery.host in self._by_file
        if not in_files or await self._files.run(self._library.withdraw_delivery, delivery.host, delivery.seq):
            await self._database.write(
                lambda store: delivery_store.end_delivery(store, delivery.host, delivery.seq, "superseded")
            )

