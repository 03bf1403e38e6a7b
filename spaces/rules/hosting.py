"""Who may start a Space: the follower rule (PRODUCT.md section 2), and what to tell who may not yet."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

FOLLOWERS_TO_HOST = 600  # the default; staff change it in the admin

Reason: TypeAlias = Literal["", "suspended", "protected", "too_few_followers"]


@dataclass(frozen=True)
class Standing:
    """Where somebody stands. `reason` is a refusal code, empty when they may host."""

    followers: int
    needed: int
    reason: Reason = ""

    @property
    def may_host(self) -> bool:
        return not self.reason

    @property
    def missing(self) -> int:
        """How many more followers it takes."""
        return max(0, self.needed - self.followers)


def standing(
    *, followers: int, needed: int, is_exempt: bool, is_protected: bool, is_active: bool
) -> Standing:
    """Judge by `followers` of active accounts. Inclusive: `needed` followers are enough; 0: everybody."""
    return Standing(followers, needed, _reason(followers, needed, is_exempt, is_protected, is_active))


def _reason(
    followers: int, needed: int, is_exempt: bool, is_protected: bool, is_active: bool
) -> Reason:
    if not is_active:
        return "suspended"
    if is_protected:
        return "protected"
    if is_exempt or followers >= needed:
        return ""
    return "too_few_followers"
