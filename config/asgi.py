"""Pages and sockets of one web process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application  # noqa: E402

pages = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.urls import re_path  # noqa: E402

from config.checks import refuse_unsafe_rows  # noqa: E402
from config.origin import own_pages_only  # noqa: E402
from spaces.lines import with_protocol  # noqa: E402
from spaces.routing import websocket_urlpatterns  # noqa: E402

refuse_unsafe_rows()
sockets = URLRouter([*websocket_urlpatterns, re_path(r"", WebsocketDenier.as_asgi())])

# Outermost first: the hub needs daphne's protocol before a middleware wraps `send`; a foreign page
# is turned away before its cookies are looked at.
application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": with_protocol(own_pages_only(AuthMiddlewareStack(sockets))),
    }
)
