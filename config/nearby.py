"""Whether somebody sits at the machine that runs the trial, or only shares a network with it."""

import ipaddress

from django.http import HttpRequest


def is_on_this_machine(request: HttpRequest) -> bool:
    """By a loopback address, and with no proxy in between, whose address that would be."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
