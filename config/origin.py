"""Sockets are opened by our own pages only: browsers send cookies with a socket from any page.

Checked are full origins (scheme, host and port). In production that is PUBLIC_URL. A trial is
reached as localhost, 127.0.0.1 or by its address in the network, so there the page must come from
where the socket goes to, and that must be one of them.
"""

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from config.instance import Instance
from spaces.lines import Application, Receive, Scope, Send


def own_pages_only(app: Application) -> Application:
    """Answer 403 to a socket of a foreign page, and to one that does not say where it comes from."""
    denier = WebsocketDenier.as_asgi()

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin1")
        host = headers.get(b"host", b"").decode("latin1")
        allowed = is_own(origin, host, settings.INSTANCE)
        await (app if allowed else denier)(scope, receive, send)

    return checked


def is_own(origin: str, host: str, instance: Instance) -> bool:
    """Whether `origin` (the header) is one of ours for a socket asked of `host` (the header)."""
    if not origin:
        return False
    if origin == instance.public_url:
        return True
    scheme = "https" if instance.is_https else "http"
    is_ours = validate_host(split_domain_port(host)[0], instance.hosts)
    return instance.is_trial and is_ours and origin == f"{scheme}://{host}"
