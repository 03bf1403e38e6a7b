"""What is due in live Spaces: taken up by the worker and by every web process, whoever looks first."""

from datetime import datetime

from spaces.models import Space, Timer
from spaces.rules.lifecycle import State
from spaces.rules.roles import Refused
from spaces.services.change import change


def take_up(*, now: datetime) -> int:
    """Do what is due, each Space in a transaction of its own; returns in how many something was.

    May be called by several at once: the rows are read again under the Space's lock.
    """
    due = Timer.objects.filter(due_at__lte=now, space__state=State.LIVE)
    spaces = list(due.values_list("space", flat=True).distinct())
    for pk in spaces:
        try:
            with change(Space(pk=pk), now) as it:
                it.settle()
        except Refused:
            continue  # it ended meanwhile
    return len(spaces)
