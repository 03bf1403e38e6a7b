"""Staff's desk for people and follows. Its sign-in is the site's own, with its limits."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Follow, User

admin.site.site_header = admin.site.site_title = settings.INSTANCE.name
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class SuspendedFilter(admin.SimpleListFilter):
    title = _("suspension")
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Suspended")), ("no", _("Not suspended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(suspended_at__isnull=self.value() == "no")
        return queryset


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):
    """People. They sign up themselves; passwords are neither shown nor set here."""

    list_display = (
        "handle", "name", "follower_count", "may_host_anyway", "suspended_at", "is_staff",
        "date_joined",
    )
    list_editable = ("may_host_anyway",)
    list_filter = (
        SuspendedFilter, "is_active", "is_staff", "may_host_anyway", "is_protected", "is_demo",
    )
    search_fields = ("handle", "name", "email")
    ordering = ("-date_joined",)
    date_hierarchy = "date_joined"
    list_per_page = 50
    show_full_result_count = False
    filter_horizontal = ("groups",)
    readonly_fields = (
        "key", "email", "birth_date", "follower_count", "following_count", "is_demo",
        "date_joined", "last_login",
    )
    fieldsets = (
        (None, {"fields": ("handle", "name", "bio", "email", "birth_date", "key")}),
        (_("Hosting"), {"fields": ("may_host_anyway", "follower_count", "following_count")}),
        (_("Standing"), {"fields": ("is_active", "suspended_at", "is_protected", "is_demo")}),
        (_("Staff"), {"fields": ("is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A moderator does not suspend or close the account of who runs the instance."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(
            followers=_counted(Follow.objects.filter(
                followed=OuterRef("pk"), follower__is_active=True, follower__suspended_at=None,
            ), "followed"),
            follows=_counted(Follow.objects.filter(
                follower=OuterRef("pk"), followed__is_active=True, followed__suspended_at=None,
            ), "follower"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser decides who is staff."""
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_staff", "is_superuser", "groups")

    @admin.display(description=_("followers"), ordering="followers")
    def follower_count(self, person: User) -> int:
        return person.followers  # type: ignore[attr-defined, no-any-return]

    @admin.display(description=_("following"), ordering="follows")
    def following_count(self, person: User) -> int:
        return person.follows  # type: ignore[attr-defined, no-any-return]


@admin.register(Follow)
class FollowAdmin(admin.ModelAdmin):
    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__handle", "followed__handle")
    autocomplete_fields = ("follower", "followed")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False


def _counted(rows: QuerySet[Follow], side: str) -> Coalesce:
    """The number of `rows` as a column, without joining them to the list."""
    counted = rows.order_by().values(side).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
