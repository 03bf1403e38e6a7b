"""Presence as leases of web processes: a killed process's people lapse together.

No socket's disconnect is relied upon: daphne calls none on SIGTERM (REALTIME.md).
"""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

RENEWED_EVERY = 2.0  # s
DEAD_AFTER = timedelta(seconds=6)


class WebProcessQuerySet(models.QuerySet["WebProcess"]):
    def alive(self, now: datetime) -> "WebProcessQuerySet":
        return self.filter(seen_at__gt=now - DEAD_AFTER)

    def dead(self, now: datetime) -> "WebProcessQuerySet":
        return self.filter(seen_at__lte=now - DEAD_AFTER)


class WebProcess(models.Model):
    """One running web process; `id` is random and new at each start."""

    id = models.CharField(max_length=32, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    counters = models.JSONField(_("counters"), default=dict, db_default={})  # by name, since its start

    objects = WebProcessQuerySet.as_manager()

    class Meta:
        verbose_name = _("web process")
        verbose_name_plural = _("web processes")

    def __str__(self) -> str:
        return self.id


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def alive(self, now: datetime) -> "AttendanceQuerySet":
        return self.filter(process__seen_at__gt=now - DEAD_AFTER)


class Attendance(models.Model):
    """How many pages one process holds in one Space: the count of ten thousand is a sum of few rows."""

    process = models.ForeignKey(WebProcess, models.CASCADE, related_name="attendances")
    space = models.ForeignKey("spaces.Space", models.CASCADE, related_name="attendances")
    people = models.PositiveIntegerField(default=0)  # signed in, stage included
    visitors = models.PositiveIntegerField(default=0)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "space"], name="one_attendance_per_process"),
        ]

    def __str__(self) -> str:
        return f"{self.process_id} · {self.people} + {self.visitors}"
