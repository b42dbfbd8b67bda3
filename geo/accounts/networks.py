"""Network addresses as the unit of limits."""

import ipaddress


def network_of(address: str) -> str:
    """Return what an address is counted as: itself for IPv4, its /64 network for IPv6.

    One customer of a provider has a whole /64. Text that is no address is returned unchanged.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed.packed, 64), strict=False))
