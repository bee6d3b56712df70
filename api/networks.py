"""Whence a request comes: for counting attempts, never kept as it is."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

_IPV6_CUSTOMER_BITS = 64  # one household or phone has all addresses of such a network


def caller_network() -> str | None:
    """The caller's IPv4 address, or the network that his IPv6 address lies in; None if we do not know it.

    This machine's own address is that of a proxy of which `PROXY_HOPS` says nothing: everybody would be counted as one.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback or address.is_unspecified:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_CUSTOMER_BITS), strict=False))
    return str(address)
