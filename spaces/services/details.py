"""Editing what a live Space says of itself."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from spaces.languages import LANGUAGES
from spaces.models import Space, Topic
from spaces.rules import details
from spaces.rules.details import Choices, Edit
from spaces.rules.events import DetailsChanged
from spaces.services.change import change


def edit(*, by: User, wanted: Edit, space: Space, now: datetime) -> None:
    """Title, description, topics, language; everybody sees it with the same commit.

    Refused: text_too_long, unknown_topic, too_many_topics, unknown_language.
    """
    with change(space, now) as it:
        before = _details(it.space)
        default = default_title(it.space.acting_host, wanted.language or before.language)
        it.make(details.edit(it.actor(by), before, wanted, _choices(before), default))


def default_title(host: User, language: str) -> str:
    """What a Space without a title is called, in its own language where there is a translation."""
    with translation.override(language):
        return _("@%(handle)s's Space") % {"handle": host.handle}


def _details(space: Space) -> DetailsChanged:
    topics = tuple(space.topics.values_list("slug", flat=True))
    return DetailsChanged(space.title, space.description, topics, space.language)


def _choices(before: DetailsChanged) -> Choices:
    """What staff took from the list meanwhile can be kept."""
    topics = Topic.objects.active() | Topic.objects.filter(slug__in=before.topics)
    slugs = list(topics.values_list("slug", flat=True))
    return Choices(slugs, {*LANGUAGES, before.language})
