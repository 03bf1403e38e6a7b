"""Staff's view of the relay: whether it lives, what it carries, what it counted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from media.models import RelayLease


@admin.register(RelayLease)
class RelayLeaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The relay alone writes these."""

    list_display = ("name", "started_at", "seen_at", "rooms", "peers", "ticks", "late_ticks")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
