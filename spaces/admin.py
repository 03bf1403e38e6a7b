"""Staff's view of Spaces: what is live, who is in it, the rules of the instance; and ending one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces.models import InstanceRules, Participant, Space, Topic, WebProcess
from spaces.rules.roles import Refused
from spaces.sentences import sentence
from spaces.services import lifecycle


class ReadOnly:
    """Rows that change by services only: written here they would be announced to nobody."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ParticipantInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Participant
    fk_name = "space"
    fields = readonly_fields = (
        "person", "role", "is_muted", "joined_at", "left_at", "removed_at", "removed_by",
        "removed_reason",
    )  # fmt: skip
    extra = 0
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        return super().get_queryset(request).select_related("person", "removed_by")


@admin.register(Space)
class SpaceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "host", "state", "started_at", "ended_at", "listeners_peak")
    list_filter = ("state", "language")
    list_select_related = ("host",)
    search_fields = ("title", "slug", "host__handle")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)
    fields = readonly_fields = (
        "slug", "title", "description", "language", "host", "acting_host", "state",
        "started_at", "ended_at", "listeners_peak",
    )  # fmt: skip
    inlines = (ParticipantInline,)
    actions = ("end",)

    @admin.action(description=_("End the chosen Spaces for everyone"), permissions=["change"])
    def end(self, request: HttpRequest, spaces: QuerySet[Space]) -> None:
        for space in spaces:
            try:
                lifecycle.end_by_staff(space=space, now=timezone.now())
            except Refused as refused:
                self.message_user(
                    request, f"{space}: {sentence(refused.code)}", level=messages.WARNING
                )


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What hosts choose from. One that was taken from the list stays with the Spaces that have it."""

    list_display = ("name", "slug", "order", "is_active")
    list_editable = ("order", "is_active")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012


@admin.register(InstanceRules)
class InstanceRulesAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row. It is read whenever a rule is asked, so a change holds at once."""

    list_display = ("__str__", "followers_to_host")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not InstanceRules.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: InstanceRules | None = None) -> bool:
        return False


@admin.register(WebProcess)
class WebProcessAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Which web processes hold pages now, and what each refused."""

    list_display = ("id", "started_at", "seen_at")

    def has_change_permission(self, request: HttpRequest, obj: WebProcess | None = None) -> bool:
        return False
