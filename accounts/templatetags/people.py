"""How numbers of people are written."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1248 as "1,248", in the reader's language."""
    return number_format(number, use_l10n=True, force_grouping=True)
