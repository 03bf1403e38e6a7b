"""The relay's lease: how the web knows whether there is a relay, and which one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

LEASE_RENEWED = timedelta(seconds=1)
LEASE_DEAD_AFTER = timedelta(seconds=2.5)
"""Two renewals may be missed; P1 asks that everybody hears again within 3 s (RELIABILITY.md)."""


class RelayLeases(models.QuerySet["RelayLease"]):
    def alive(self, now: datetime) -> RelayLeases:
        """Leases renewed within the last 2.5 s."""
        return self.filter(seen_at__gt=now - LEASE_DEAD_AFTER)

    def take(self, *, name: str, epoch: str, addresses: list[str], now: datetime) -> None:
        """A relay starts: whatever epoch had this name before is over."""
        fresh = {"epoch": epoch, "addresses": addresses, "seen_at": now, "started_at": now}
        self.update_or_create(name=name, defaults={**fresh, "counters": {}})

    def renew(self, *, name: str, epoch: str, now: datetime, **counts: Any) -> bool:
        """Say that this epoch lives; False when another one has taken the name."""
        return bool(self.filter(name=name, epoch=epoch).update(seen_at=now, **counts))

    def give_up(self, *, name: str, epoch: str) -> None:
        """A relay that stops in order does not let others wait for its lease to lapse."""
        self.filter(name=name, epoch=epoch).delete()


class RelayLease(models.Model):
    """One relay process. `epoch` is new at every start; counters are of this epoch."""

    name = models.CharField(max_length=64, unique=True)
    epoch = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    addresses = models.JSONField(default=list)
    peers = models.PositiveIntegerField(default=0)
    rooms = models.PositiveIntegerField(default=0)
    ticks = models.PositiveBigIntegerField(default=0)
    late_ticks = models.PositiveBigIntegerField(default=0)
    counters = models.JSONField(_("counters"), default=dict, db_default={})  # by name

    objects = RelayLeases.as_manager()

    class Meta:
        verbose_name = _("relay")
        verbose_name_plural = _("relays")

    def __str__(self) -> str:
        return f"{self.name} ({self.epoch})"
