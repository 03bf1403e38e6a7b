"""Title, description, topics and language, edited while the Space is live."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spaces.rules.events import DetailsChanged, Event
from spaces.rules.lifecycle import description, title_or_default
from spaces.rules.roles import Action, Refused, require
from spaces.rules.stage import Seat

MOST_TOPICS = 3


@dataclass(frozen=True)
class Edit:
    """What somebody wants changed; None stays as it is."""

    title: str | None = None
    description: str | None = None
    topics: Sequence[str] | None = None
    language: str | None = None


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: slugs of topics, codes of languages."""

    topics: Collection[str]
    languages: Collection[str]


def edit(
    by: Seat, before: DetailsChanged, wanted: Edit, choices: Choices, default_title: str
) -> list[Event]:
    """The details as they become; an empty title becomes `default_title`, "@handle's Space"."""
    require(by.role, Action.EDIT)
    after = DetailsChanged(
        title=before.title if wanted.title is None else _title(wanted.title, default_title),
        description=(
            before.description if wanted.description is None else description(wanted.description)
        ),
        topics=before.topics if wanted.topics is None else _topics(wanted.topics, choices),
        language=before.language if wanted.language is None else _language(wanted.language, choices),
    )
    return [] if after == before else [after]


def _title(title: str, default: str) -> str:
    return title_or_default(" ".join(title.split()), default)


def _topics(slugs: Sequence[str], choices: Choices) -> tuple[str, ...]:
    """Each once, in the order of the staff's list, so that the same choice is the same."""
    if not set(slugs) <= set(choices.topics):
        raise Refused("unknown_topic")
    chosen = tuple(slug for slug in choices.topics if slug in set(slugs))
    if len(chosen) > MOST_TOPICS:
        raise Refused("too_many_topics")
    return chosen


def _language(code: str, choices: Choices) -> str:
    if code not in choices.languages:
        raise Refused("unknown_language")
    return code
