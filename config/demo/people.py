"""Who lives in the demo: sixteen imagined people, and a crowd that only follows."""

from dataclasses import dataclass

HOST, COHOST, LISTENER, MODERATOR = "ines", "karim", "sarah", "mod"
# Whom one may be to host: not the demo Space's own host, who is busy with it.
GUEST_HOST = "amina"


@dataclass(frozen=True)
class DemoPerson:
    """`followers` is exact on a fresh instance; `follows` names other people of the demo."""

    handle: str
    name: str
    bio: str
    followers: int
    follows: tuple[str, ...]
    born: int
    is_staff: bool = False


PEOPLE = (
    DemoPerson(
        HOST, "Inès Moreau",
        "Radio voice from Lyon. Borders, timetables and the people who miss connections. "
        "Live most evenings.",
        1190, (COHOST, "lea", "amina", "marc", "jonas", "rose"), 1986,
    ),
    DemoPerson(
        COHOST, "Karim Benali",
        "Transport reporter in Brussels. I read track access charges so that you don't have to.",
        734, (HOST, "lea", "omar", "nadia"), 1981,
    ),
    DemoPerson(
        "lea", "Léa Rousseau",
        "Economist, rails and ports. Believes a good map wins any argument.",
        233, (HOST, COHOST, "nadia", "clara"), 1990,
    ),
    DemoPerson(
        "thomas", "Thomas Ngo",
        "Makes small games in Montréal, ships them late. Post-mortems on Fridays.",
        388, (HOST, "amina", "jonas", "hugo"), 1993,
    ),
    DemoPerson(
        "marc", "Marc Vidal",
        "Luthier in Barcelona. Thirty years of spruce, glue and patience. Ask me anything.",
        702, ("jonas", "yann", "rose", HOST), 1964,
    ),
    DemoPerson(
        GUEST_HOST, "Amina Diallo",
        "Game designer, Dakar and Lisbon. Collects endings that nobody saw coming.",
        1248, (HOST, "thomas", "jonas", "clara", "hugo"), 1991,
    ),
    DemoPerson(
        LISTENER, "Sarah Lemoine",
        "Nurse, night shifts, headphones on. I listen more than I talk. Working on that.",
        412, (HOST, COHOST, "hugo", "nadia", "rose", "marc"), 1988,
    ),
    DemoPerson(
        "nadia", "Nadia Ferrand",
        "City councillor. We read the budget aloud, line by line, until it makes sense.",
        618, (HOST, COHOST, "lea", "paul"), 1977,
    ),
    DemoPerson(
        "paul", "Paul Girard",
        "Maraîcher près de Nantes. Debout à cinq heures, au micro à six.",
        604, ("hugo", "nadia", "yann", HOST), 1979,
    ),
    DemoPerson(
        "yann", "Yann Le Goff",
        "Sound engineer on the Breton coast. If it hums, I can tell you why.",
        640, ("marc", "jonas", HOST, "paul"), 1983,
    ),
    DemoPerson(
        "hugo", "Hugo Petit",
        "Cooks for forty, writes for four. Kitchen radio every Sunday, knives down at nine.",
        655, ("paul", "amina", HOST, "rose"), 1987,
    ),
    DemoPerson(
        "clara", "Clara Blanc",
        "Translator: Portuguese, Polish, sarcasm. Opinions about commas.",
        240, ("amina", "lea", "rose", HOST), 1995,
    ),
    DemoPerson(
        "omar", "Omar Fassi",
        "Station master in Casablanca, retired from hurry. Knows every whistle by name.",
        311, (HOST, COHOST, "marc"), 1958,
    ),
    DemoPerson(
        "rose", "Rose Amsellem",
        "Bookseller. Hosts the quietest hour on this site: bring a book, leave the bell to me.",
        633, (HOST, "clara", "hugo", "marc"), 1956,
    ),
    DemoPerson(
        "jonas", "Jonas Okafor",
        "Cellist and synth tinkerer, Leipzig by way of Lagos. Currently learning to rest.",
        176, ("marc", "yann", "amina", HOST), 1997,
    ),
    DemoPerson(
        MODERATOR, "Maja Lindqvist",
        "Looks after this place. If something feels wrong in a Space, tell me.",
        96, (HOST, "nadia"), 1984, is_staff=True,
    ),
)  # fmt: skip

CROWD_SIZE = max(person.followers for person in PEOPLE)

_FIRST_NAMES = """
    Ada Aleksi Alma Anouk Asha Bruno Carmen Chidi Dana Davide Elif Emil Eszter Farah Finn Gaëlle
    Goran Hana Henrik Ida Imran Iris Jakub Joana Juno Kaito Karin Lars Lin Luca Lucía Maëlle Malik
    Marta Mateo Mina Mira Nils Noor Olga Otis Petra Priya Quentin Rania Rafael Sanna Selim Sofia
    Taavi Tessa Theo Uma Vera Wanda Wim Xenia Yuki Zeno Zoé
"""
_LAST_NAMES = """
    Abbott Baptiste Bergström Castellani Çelik Dahl Dubois Eriksen Fischer Fournier Haddad Horvat
    Ibarra Jansen Kaya Kowalska Laurent Lindgren Marques Mensah Nakamura Novák Oyelaran Papadakis
    Pereira Quispe Rahman Rossi Sato Schmitt Silva Tamm Varga Virtanen Weber Yilmaz Zielinski
"""
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()


def crowd_handle(number: int) -> str:
    """The silent account `number`, counted from 0."""
    return f"demo_{number + 1:04}"


def crowd_name(number: int) -> str:
    """A name for it: the two lists' lengths share no factor, so names repeat after 2,220."""
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"


def crowd_needed(person: DemoPerson) -> int:
    """How many of the crowd follow `person`, so that with the others it makes `followers`."""
    return person.followers - sum(person.handle in other.follows for other in PEOPLE)
