"""What an instance needs before its processes start: each step does nothing when nothing changed.

The steps talk to the person who waits: one line for each that has something to do.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from config import translations
from config.checks import refuse_unsafe_rows

Say = Callable[[str], None]


class CannotPrepare(Exception):
    """A step that cannot be done; the text says what to do about it."""


def prepare(say: Say) -> None:
    """Translations, database, static files and, on a trial, the demo, in this order."""
    compile_translations(say)
    prepare_database(say)
    refuse_unsafe_rows()
    collect_static(say)
    if settings.INSTANCE.demo and "demo" in get_commands():
        call_command("demo")


def compile_translations(say: Say) -> None:
    done = translations.compile_all(settings.LOCALE_PATHS)
    if done:
        say(f"translations: compiled {', '.join(sorted(done))}")


def prepare_database(say: Say) -> None:
    """Apply the migrations that this database lacks."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CannotPrepare(f"the database does not answer ({error}): see DATABASE_URL") from error
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"database: applying {len(plan)} migrations")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static(say: Say) -> None:
    """Copy, hash and compress the static files when one of them changed since the last time."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    state = _static_state()
    if mark.exists() and mark.read_text() == state:
        return
    say("static files: hashing and compressing")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(state)


def _static_state() -> str:
    """A digest over path, size and time of every static file and of what decides their names."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
