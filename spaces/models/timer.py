"""What a live Space waits for, as rows: whoever looks first takes it up, and none is forgotten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space
from spaces.rules.events import TimerKind


class Timer(models.Model):
    space = models.ForeignKey(Space, models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in TimerKind])
    due_at = models.DateTimeField(_("due"), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "kind"], name="one_timer_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.space}"
