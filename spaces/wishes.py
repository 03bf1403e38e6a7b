"""What the relay should be playing, read from the rows: one wished stage for each live Space."""

from collections import defaultdict
from collections.abc import Iterable

from media.stage import Voice, WishedStage
from spaces.models import Participant, Space
from spaces.rules.roles import ON_STAGE


def wished_stage(space: Space) -> WishedStage:
    """The stage of one live Space; its version is the Space's sequence number."""
    return _stages([space])[0]


def wished_stages() -> list[WishedStage]:
    """All live Spaces, in two queries; a Space that is not among them is silent."""
    return _stages(list(Space.objects.live()))


def _stages(spaces: Iterable[Space]) -> list[WishedStage]:
    voices: dict[int, dict[str, Voice]] = defaultdict(dict)
    barred: dict[int, set[str]] = defaultdict(set)
    rows = Participant.objects.filter(space__in=[space.pk for space in spaces])
    rows = rows.filter(role__in=ON_STAGE) | rows.removed()
    for space_id, person, role, is_muted in rows.values_list(
        "space_id", "person__key", "role", "is_muted"
    ):
        if role in ON_STAGE:
            voices[space_id][person] = Voice(is_muted=is_muted)
        else:
            barred[space_id].add(person)
    return [
        WishedStage(
            space=space.slug,
            version=space.seq,
            voices=voices[space.pk],
            barred=frozenset(barred[space.pk]),
            live_since_ms=int(space.started_at.timestamp() * 1000) if space.started_at else 0,
        )
        for space in spaces
    ]
