"""What must hold before an instance is shown to the world, as Django system checks.

`config.instance` refuses what can be read from the environment; what stands in rows is asked
here: by `manage.py check --deploy --database default`, by `make run`, and by the web process
before it answers anybody.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import User


@register(Tags.database)
def no_demo_people(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Anybody may continue as a demo person, so none may exist on an instance that is for real."""
    if settings.INSTANCE.is_trial or not databases:
        return []
    if User._meta.db_table not in connection.introspection.table_names():  # before `migrate`
        return []
    if not User.objects.filter(is_demo=True).exists():
        return []
    return [Error(
        "This database holds the demo's people, whom everybody may sign in as.",
        hint="Start production on a new database (DATABASE_URL or CAUSERIE_VAR).",
        id="causerie.E001",
    )]


@register(Tags.security, deploy=True)
def mail_goes_out(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Without a mail server nobody can be sent a new password."""
    if settings.INSTANCE.is_trial or settings.INSTANCE.email:
        return []
    return [Warning(
        "EMAIL_URL is not set: mail stays in var/mail and reaches nobody.",
        hint="EMAIL_URL=smtp+tls://user:password@host:587",
        id="causerie.W001",
    )]


def refuse_unsafe_rows() -> None:
    """Raise ImproperlyConfigured when the rows are not for production."""
    for message in no_demo_people(None, databases=["default"]):
        raise ImproperlyConfigured(f"{message.msg} {message.hint}")
