"""The consumer of the Channels tutorial: a group member per socket, `send_json` for each event.

The peer against which tests/bench/hub.py measures ours, on the same layer and the same daphne.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from typing import Any  # noqa: E402

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

GROUP = "tutorial"


class Chat(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def chat_message(self, message: dict[str, Any]) -> None:
        await self.send_json(message["frame"])


application = URLRouter([path("ws/", Chat.as_asgi())])
