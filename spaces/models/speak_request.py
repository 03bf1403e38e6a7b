"""A raised hand."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space
from spaces.rules.stage import REASON_LIMIT


class SpeakRequest(models.Model):
    """A hand that is up. The queue is the order of the rows' numbers; lowering deletes the row."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="hands")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=REASON_LIMIT, blank=True)
    raised_at = models.DateTimeField()

    class Meta:
        verbose_name = _("raised hand")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["space", "person"], name="one_hand_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.space}"
