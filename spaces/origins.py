"""Where a visitor comes from, so that one machine does not take everybody's places.

The address itself is kept nowhere: what goes on from here is a mark of it.
"""

import ipaddress

from django.conf import settings
from django.utils.crypto import salted_hmac

from spaces.lines import Scope

IPV6_PREFIX = 64  # bits; what one household or server is given


def origin_of(scope: Scope) -> str:
    """A mark of the client's address; empty for this machine itself and for who cannot be told."""
    address = _address(scope, settings.INSTANCE.trusted_proxies)
    if address is None or address.is_loopback:
        return ""
    network = ipaddress.ip_network((address, IPV6_PREFIX if address.version == 6 else 32), strict=False)
    return salted_hmac("spaces.origin", str(network)).hexdigest()[:16]


def _address(scope: Scope, proxies: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Behind proxies: what the outermost of ours wrote, counted from the right; before it stands
    whatever the client liked to write."""
    text = (scope.get("client") or [""])[0]
    if proxies:
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        said = b",".join(lines).decode("latin1").split(",")
        text = said[-proxies] if len(said) >= proxies else said[0]
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
