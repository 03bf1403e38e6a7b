"""A Space: a live audio room, from its start to its end page."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spaces.models.topic import Topic
from spaces.rules.lifecycle import DESCRIPTION_LIMIT, OVER, SHOWN, TITLE_LIMIT, State
from spaces.rules.policy import Policy, WhoCanSpeak
from spaces.rules.roles import Role

if TYPE_CHECKING:
    from accounts.models import User

SLUG_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike
SLUG_LENGTH = 10  # 49 random bits: a Space is found by who has its address


def new_slug() -> str:
    return "".join(secrets.choice(SLUG_ALPHABET) for _i in range(SLUG_LENGTH))


class SpaceQuerySet(models.QuerySet["Space"]):
    def live(self) -> "SpaceQuerySet":
        return self.filter(state=State.LIVE)

    def hosted_by(self, person: str) -> "SpaceQuerySet":
        """Whose host is the person with that key, or which they host now for another."""
        as_host = Q(participants__person__key=person, participants__role=Role.HOST)
        return self.filter(Q(acting_host__key=person) | as_host).distinct()

    def over(self) -> "SpaceQuerySet":
        """Ended, whatever became of the recording."""
        return self.filter(state__in=OVER)

    def visible_to(self, person: "User | None") -> "SpaceQuerySet":
        """What `person` (None: a visitor) may be shown in lists and by address."""
        return self.filter(state__in=SHOWN)

    def with_faces(self) -> "SpaceQuerySet":
        """With the hosts' rows, for cards."""
        return self.select_related("host", "acting_host")


class Space(models.Model):
    """One Space. `host` started it; `acting_host` hosts it now.

    `seq` numbers its commits: it is raised in the transaction that changes a row of the Space.
    """

    slug = models.CharField(max_length=SLUG_LENGTH, unique=True, default=new_slug, editable=False)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="spaces", verbose_name=_("host")
    )
    acting_host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("hosting now")
    )
    title = models.CharField(_("title"), max_length=TITLE_LIMIT)
    description = models.CharField(_("description"), max_length=DESCRIPTION_LIMIT, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    topics = models.ManyToManyField(
        Topic, related_name="spaces", blank=True, verbose_name=_("topics")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=[(state, state) for state in State], default=State.DRAFT
    )
    who_can_speak = models.CharField(
        _("who can speak"),
        max_length=10,
        choices=[(who, who) for who in WhoCanSpeak],
        default=WhoCanSpeak.INVITED,
    )
    requests_locked = models.BooleanField(_("requests locked"), default=False)
    seq = models.PositiveBigIntegerField(default=0, editable=False)
    audience_version = models.PositiveBigIntegerField(default=0, editable=False)
    listeners_peak = models.PositiveIntegerField(_("most listeners"), default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = SpaceQuerySet.as_manager()

    # What spaces.lists adds for a card; not columns.
    faces: "list[User]"
    count: int
    is_followed: bool
    duration: timedelta

    class Meta:
        verbose_name = _("Space")
        verbose_name_plural = _("Spaces")
        indexes = [models.Index(fields=["state", "-started_at"], name="space_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["acting_host"], condition=Q(state=State.LIVE), name="one_live_space_per_host"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.LIVE) | Q(started_at__isnull=False, ended_at=None),
                name="a_live_space_has_started",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("space", args=[self.slug])

    @property
    def is_live(self) -> bool:
        return self.state == State.LIVE

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def policy(self) -> Policy:
        return Policy(WhoCanSpeak(self.who_can_speak), self.requests_locked)

    def clock_ms(self, now: datetime) -> int:
        """The Space clock: milliseconds since the Space went live."""
        return int((now - self.started_at).total_seconds() * 1000) if self.started_at else 0
