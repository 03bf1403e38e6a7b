"""Who is or was in a Space, with which role."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from spaces.models.presence import WebProcess
from spaces.models.space import Space
from spaces.rules.roles import ON_STAGE, SIGNED_IN, Role

TAB_LIMIT = 64  # characters of a tab's id, chosen by the page


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def on_stage(self) -> "ParticipantQuerySet":
        """In stage order: who came first stands first."""
        return self.filter(role__in=ON_STAGE).order_by("staged_at", "pk")

    def cohosts(self) -> "ParticipantQuerySet":
        """In the order of succession."""
        return self.filter(role=Role.COHOST).order_by("succession", "staged_at", "pk")

    def in_audience(self) -> "ParticipantQuerySet":
        """Connected and listed: neither on stage nor hidden nor removed."""
        return self.present().filter(role=Role.LISTENER, is_hidden=False, removed_at=None)

    def present(self) -> "ParticipantQuerySet":
        return self.exclude(process=None)

    def removed(self) -> "ParticipantQuerySet":
        return self.exclude(removed_at=None)


class Participant(models.Model):
    """One account's seat in one Space: there is one, however many tabs and devices.

    `process` and `tab` say where their page is connected; without `process` they are away.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="participants")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations"
    )
    role = models.CharField(
        _("role"), max_length=10, choices=[(role, role) for role in Role], default=Role.LISTENER
    )
    succession = models.PositiveSmallIntegerField(
        _("succession"), null=True, blank=True, help_text=_("Co-hosts: who goes on first, from 1.")
    )
    is_muted = models.BooleanField(_("muted"), default=True)
    is_hidden = models.BooleanField(_("not listed"), default=False)
    staged_at = models.DateTimeField(_("on stage since"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    process = models.ForeignKey(
        WebProcess, models.SET_NULL, null=True, blank=True, related_name="participants"
    )
    tab = models.CharField(max_length=TAB_LIMIT, blank=True, editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    removed_reason = models.CharField(_("reason"), max_length=140, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        indexes = [models.Index(fields=["space", "role", "staged_at"], name="stage_order")]
        constraints = [
            models.UniqueConstraint(fields=["space", "person"], name="one_seat_per_account"),
            models.UniqueConstraint(
                fields=["space"], condition=Q(role=Role.HOST), name="one_host_per_space"
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(SIGNED_IN)), name="visitors_have_no_row"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(role=Role.LISTENER), name="removed_is_off_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.space}"

    @property
    def is_on_stage(self) -> bool:
        return self.role in ON_STAGE

    @property
    def is_present(self) -> bool:
        return self.process_id is not None
