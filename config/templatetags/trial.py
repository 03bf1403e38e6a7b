"""`{% continue_as %}`: the trial's short cuts on the sign-in page; nothing in production."""

from typing import Any

from django import template

from config.trial import offered

register = template.Library()


@register.inclusion_tag("account/_continue_as.html", takes_context=True)
def continue_as(context: dict[str, Any]) -> dict[str, Any]:
    return {
        "offered": offered(context["request"]),
        "redirect_field": context.get("redirect_field", ""),
        "csrf_token": context.get("csrf_token", ""),
    }
