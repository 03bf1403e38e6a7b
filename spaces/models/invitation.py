"""An offered place on stage."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space
from spaces.rules.roles import Role

INVITED_AS = (Role.SPEAKER, Role.COHOST)


class Invitation(models.Model):
    """Open until it is answered or withdrawn, which deletes the row. One for each person."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=[(role, role) for role in INVITED_AS])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    invited_at = models.DateTimeField(_("invited"))

    class Meta:
        verbose_name = _("invitation")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "person"], name="one_invitation_per_person"
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(INVITED_AS)), name="invited_to_speak_or_cohost"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.space}"
