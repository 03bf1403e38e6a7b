"""How often each reaction was given in a Space, gathered every 10 seconds."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space


class ReactionTotal(models.Model):
    space = models.ForeignKey(Space, models.CASCADE, related_name="reaction_totals")
    emoji = models.CharField(max_length=16)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["space", "emoji"], name="one_total_per_emoji"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} {self.total}"
