"""Spaces that took place before anybody came: something to browse on the first day."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PastSpace:
    """It began `days` ago at `hour`:`minute` UTC and went on for `minutes`.

    `came` were there as listeners, `stage` as speakers beside the host; `reactions` are totals.
    """

    host: str
    title: str
    description: str
    language: str
    days: int
    hour: int
    minute: int
    minutes: int
    peak: int
    stage: tuple[str, ...]
    came: tuple[str, ...]
    reactions: dict[str, int]


PAST_SPACES = (
    PastSpace(
        "hugo", "Kitchen radio: winter soups",
        "Three pots, one burner, no recipes. Tell us what is left in your fridge and we will make "
        "a soup of it together.",
        "en", 1, 18, 30, 62, 318, ("rose", "amina"), ("sarah", "paul", "thomas", "clara"),
        {"❤️": 412, "😂": 188, "🔥": 95},
    ),
    PastSpace(
        "nadia", "Budget night: reading the small print together",
        "The city's draft budget has 312 pages. Tonight: pages 40 to 58, roads, schools, and the "
        "line called “miscellaneous” that is bigger than both.",
        "en", 2, 19, 30, 71, 412, ("lea", "karim"), ("sarah", "paul", "ines", "mod"),
        {"🤔": 205, "👏": 260, "😳": 77},
    ),
    PastSpace(
        "amina", "Indie game post-mortems",
        "What shipped, what slipped, and what we would cut first if we started again. Bring one "
        "number you have never told anybody.",
        "en", 3, 20, 0, 94, 86, ("thomas", "jonas"), ("clara", "hugo", "sarah"),
        {"💯": 64, "😂": 81, "🙌": 40},
    ),
    PastSpace(
        "paul", "Le club des lève-tôt",
        "On parle du temps qu’il fait, de ce qui pousse et de ce qui gèle. Café obligatoire, "
        "bonne humeur facultative.",
        "fr", 4, 5, 0, 47, 41, ("yann",), ("hugo", "nadia", "sarah"),
        {"❤️": 33, "👋": 52, "😂": 19},
    ),
    PastSpace(
        "marc", "Ask a luthier anything",
        "Why old violins are not always better, how wood remembers weather, and what never to do "
        "with a cello in a car.",
        "en", 5, 17, 0, 88, 164, ("jonas", "yann"), ("rose", "omar", "sarah", "ines"),
        {"👏": 171, "🔥": 60, "😳": 48},
    ),
    PastSpace(
        "rose", "Quiet reading hour, no talking until the bell",
        "Forty-five minutes of turning pages in company. Then the bell, and one sentence each "
        "about what we read.",
        "en", 6, 7, 30, 60, 97, ("clara",), ("hugo", "marc", "sarah"),
        {"❤️": 140, "✌️": 36},
    ),
    PastSpace(
        "yann", "Mixing voices on a tight budget",
        "Two microphones, one blanket, a cupboard full of coats. We take apart three recordings "
        "you sent in and put them back together.",
        "en", 8, 19, 0, 105, 58, ("jonas", "marc"), ("karim", "paul", "ines"),
        {"🙌": 47, "🔥": 52, "🤔": 21},
    ),
    PastSpace(
        "ines", "Six new night lines on one map",
        "The operators’ winter timetable is out. Karim reads the footnotes, Léa brings the map, "
        "you bring the connections you miss.",
        "en", 9, 20, 0, 83, 640, ("karim", "lea", "omar"), ("sarah", "nadia", "clara", "marc", "mod"),
        {"❤️": 530, "👏": 402, "🔥": 233, "💯": 118},
    ),
)  # fmt: skip

LIVE_TITLE = "Who owns the night train? Sleeping across Europe in 2027"
LIVE_DESCRIPTION = (
    "Why does everybody love the night train, and why did it keep disappearing? Inès Moreau and "
    "Karim Benali on coaches, borders, croissants and who should pay. (A demo: a written "
    "conversation, read by two synthetic voices, again and again.)"
)
