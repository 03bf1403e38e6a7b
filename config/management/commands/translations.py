"""`manage.py translations`: take the sentences from the sources into `locale/`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import translations


class Command(BaseCommand):
    help = (
        "Bring locale/ up to date with the sources and compile it; --check changes nothing and "
        "fails on sentences that are missing, fuzzy, unused or whose placeholders differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        base, locale = Path(settings.BASE_DIR), Path(settings.LOCALE_PATHS[0])
        if options["check"]:
            self._check(base, locale)
            return
        for language in translations.TRANSLATED:
            missing = translations.update(base, locale, language)
            self.stdout.write(f"{language}: {missing} sentences want a translation")
        translations.compile_all([locale])

    def _check(self, base: Path, locale: Path) -> None:
        faults = [
            fault for language in translations.TRANSLATED
            for fault in translations.faults_of(base, locale, language)
        ]
        for fault in faults:
            self.stderr.write(f"{fault.language}: {fault.what}: {fault.sentence!r}")
        if faults:
            raise CommandError(f"{len(faults)} sentences to mend: make translations")
        self.stdout.write("translations: complete")
