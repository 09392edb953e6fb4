"""Who asks: the address under which a client is counted; pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def client_of(peer: str | None, forwarded: str | None, trusted: Sequence[Network]) -> str | None:
    """The client behind a request; ``None`` for one that cannot be told from others.

    ``peer`` is at the other end of the connection. Only one that is ``trusted`` is believed what
    it forwards (``X-Forwarded-For``), and of that the last address that is not trusted itself:
    what stands before it is the client's own word. A peer of this machine or of a private network
    that is not trusted may be a proxy with everybody behind it. Of IPv6 a network of 64 bits is
    one client: that many addresses everybody has.
    """
    address = _address(peer or "")
    if address is None:
        return None
    if not _is_in(address, trusted):
        return _named(address) if address.is_global else None
    for entry in reversed((forwarded or "").split(",")):
        address = _address(entry)
        if address is None:
            return None
        if not _is_in(address, trusted):
            return _named(address)
    return None


def _address(written: str) -> IPv4Address | IPv6Address | None:
    written = written.strip(" \t").partition("%")[0]
    try:
        address = ip_address(written.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _named(address: IPv4Address | IPv6Address) -> str:
    if address.version == 4:
        return str(address)
    return str(IPv6Network((int(address), 64), strict=False))
