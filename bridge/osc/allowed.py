"""Knows which machines may speak OSC with the bridge: this one always, others by an allow-list."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

MOST_REMEMBERED = 16


class Allowed:
    """Tells the addresses of a list from others, and remembers which others came."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in networks)
        self._refused: dict[str, None] = {}

    def allows(self, host: str) -> bool:
        """Tells whether this address may speak: one of this computer's loopback, or one of the list."""
        address = _address(host)
        if address is not None and (address.is_loopback or any(address in network for network in self._networks)):
            return True
        if len(self._refused) < MOST_REMEMBERED:
            self._refused[host] = None
        return False

    @property
    def refused(self) -> tuple[str, ...]:
        """Returns the first addresses that were refused."""
        return tuple(self._refused)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Reads the address of a socket; one of IPv4 that comes through an IPv6 socket is what it is."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
