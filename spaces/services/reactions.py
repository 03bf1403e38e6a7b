"""Reactions: whether one may be given, and the totals that are kept."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from spaces.models import ReactionTotal


def add_totals(*, given: Mapping[int, Mapping[str, int]]) -> None:
    """Add what one process counted in about 10 seconds: Space's number → emoji → how often."""
    with transaction.atomic():
        for space, tally in given.items():
            for emoji, times in tally.items():
                row, is_new = ReactionTotal.objects.get_or_create(
                    space_id=space, emoji=emoji, defaults={"total": times}
                )
                if not is_new:
                    ReactionTotal.objects.filter(pk=row.pk).update(total=F("total") + times)
