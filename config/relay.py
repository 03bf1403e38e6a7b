"""Builds the relay from the settings and from what `spaces` knows; media itself imports no app."""

from django.conf import settings

from media.relay import Relay, RelaySettings
from spaces import broadcast, relay_events


def build() -> Relay:
    """The relay of this instance, ready to `run`. Binds its UDP port."""
    instance = settings.INSTANCE
    return Relay(
        RelaySettings(
            host=instance.relay_host,
            port=instance.relay_port,
            addresses=instance.relay_addresses,
        ),
        wished_stages=relay_events.wished_stages,
        report=relay_events.report,
        announce_levels=broadcast.levels,
    )
