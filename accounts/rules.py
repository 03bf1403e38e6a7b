"""What decides whether somebody may have an account. No Django, no clock."""

from datetime import date

MINIMUM_AGE = 13  # years, PRODUCT.md "Age"
OLDEST_YEAR = 1900  # nobody alive was born before


def age_on(today: date, *, born: date) -> int:
    """Whole years lived on `today`; who was born on 29 February ages on 1 March."""
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)


def is_old_enough(today: date, *, born: date) -> bool:
    return age_on(today, born=born) >= MINIMUM_AGE


def is_plausible_birth(today: date, *, born: date) -> bool:
    return born.year >= OLDEST_YEAR and born <= today
