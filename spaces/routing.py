"""The socket's address."""

from django.urls import path

from spaces.consumers import space_socket

websocket_urlpatterns = [
    path("ws/s/<slug:slug>/", space_socket, name="space_socket"),  # type: ignore[arg-type]
]
