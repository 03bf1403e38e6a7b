"""Who may come on stage how: the settings of a live Space that hosts change (PRODUCT.md section 2)."""

from dataclasses import dataclass
from enum import StrEnum


class WhoCanSpeak(StrEnum):
    """Who takes a free place without asking. Everybody else raises a hand or is invited."""

    EVERYONE = "everyone"
    FOLLOWED = "followed"  # people whom the acting host follows
    INVITED = "invited"


@dataclass(frozen=True)
class Policy:
    who_can_speak: WhoCanSpeak = WhoCanSpeak.INVITED
    requests_locked: bool = False

    def lets_take_place(self, *, is_followed: bool) -> bool:
        """Whether a listener, followed by the acting host or not, takes a place without asking."""
        match self.who_can_speak:
            case WhoCanSpeak.EVERYONE:
                return True
            case WhoCanSpeak.FOLLOWED:
                return is_followed
            case WhoCanSpeak.INVITED:
                return False


DEFAULTS = Policy()
