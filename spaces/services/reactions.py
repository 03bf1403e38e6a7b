"""Reactions: whether one may be given, and the totals that are kept."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from spaces.models import ReactionTotal, Space


def add_totals(*, given: Mapping[int, Mapping[str, int]]) -> None:
    """Add what one process counted in about 10 seconds: Space's number → emoji → how often."""
    with transaction.atomic():
        there = set(Space.objects.filter(pk__in=given).values_list("pk", flat=True))
        for space in there:
            for emoji, times in given[space].items():
                row, is_new = ReactionTotal.objects.get_or_create(
                    space_id=space, emoji=emoji, defaults={"total": times}
                )
                if not is_new:
                    ReactionTotal.objects.filter(pk=row.pk).update(total=F("total") + times)
