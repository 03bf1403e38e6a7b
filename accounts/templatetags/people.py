"""How numbers of people are written, and the parts upper apps add to a profile."""

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from accounts.parts import GatheredPart

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1248 as "1,248", in the reader's language."""
    return number_format(number, use_l10n=True, force_grouping=True)


@register.simple_tag(takes_context=True)
def profile_part(context: Context, part: GatheredPart) -> SafeString:
    """The part's template with the page's context and, on top, the part's own."""
    with context.push(**part.context):
        return get_template(part.template).template.render(context)  # type: ignore[attr-defined]
