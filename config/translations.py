"""Translations without a system package: sentences are taken from the sources by Babel, kept in
`locale/<language>/LC_MESSAGES/django.po`, and compiled to `.mo` by Babel.

Templates go through Django's own `templatize`, which turns their tags into Python that Babel's
extractor reads, so both see the same sentences that `makemessages` would.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

# Which arguments of a call are sentences, and which one the context ("c").
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCES = ("accounts", "config", "media", "social", "spaces", "captions", "ticketing", "templates")
TRANSLATED = ("fr",)  # English is the sources' own language
CATALOG = "django.po"


@dataclass(frozen=True)
class Fault:
    """Something a catalog lacks, has too much of, or gets wrong."""

    language: str
    what: str  # missing, fuzzy, unused, placeholders
    sentence: str


def sentences(base: Path) -> Catalog:
    """Every sentence of the sources under `base`, with where it stands (file only: line numbers
    would change with every edit)."""
    catalog = Catalog(charset="utf-8")
    for path in _files(base):
        for function, arguments, comments in _extract(path):
            _add(catalog, path.relative_to(base).as_posix(), function, arguments, comments)
    return catalog


def _files(base: Path) -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((base / source).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _extract(path: Path) -> Iterator[tuple[str, tuple[str | None, ...], list[str]]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        if "{%" not in text and "{{" not in text:
            return
        text = templatize(text, origin=str(path))
        text = "\n".join(line.strip() for line in text.splitlines())  # indented: not Python's way
    source = io.BytesIO(text.encode())
    found = cast(
        Iterable[tuple[int, str, Any, list[str]]],  # Babel's own annotation is too wide
        extract_python(source, {**KEYWORDS}, ["Translators:"], {"encoding": "utf-8"}),
    )
    for _line, function, arguments, comments in found:
        parts = arguments if isinstance(arguments, tuple | list) else (arguments,)
        yield function, tuple(parts), comments


def _add(
    catalog: Catalog, place: str, function: str, arguments: tuple[str | None, ...],
    comments: list[str],
) -> None:
    context = None
    texts: list[str] = []
    for number in KEYWORDS[function]:
        index = number if isinstance(number, int) else number[0]
        if index > len(arguments):
            return
        text = arguments[index - 1]
        if not text:  # not a literal: nothing to translate here
            return
        if isinstance(number, int):
            texts.append(text)
        else:
            context = text
    message = texts[0] if len(texts) == 1 else (texts[0], texts[1])
    catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)


def read(path: Path, language: str) -> Catalog:
    """A kept catalog, or an empty one."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def update(base: Path, locale: Path, language: str) -> int:
    """Bring one catalog up to date with the sources: what is new comes out empty, what is gone
    is dropped, nothing is guessed. Returns how many sentences still want a translation."""
    path = locale / language / "LC_MESSAGES" / CATALOG
    kept = read(path, language)
    fresh = Catalog(
        locale=language, charset="utf-8", project="Causerie", version="", copyright_holder="Causerie",
        header_comment=f"# Causerie, {kept.locale_identifier}. Apache-2.0, as the sources.\n#",
        fuzzy=False,
    )
    for message in sentences(base):
        if message.id:
            fresh[message.id] = _carried(message, kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        write_po(stream, fresh, width=98, omit_header=False, sort_output=True, no_location=False)
    _without_dates(path)
    return sum(1 for fault in faults_of(base, locale, language) if fault.what == "missing")


def _carried(message: Message, kept: Catalog) -> Message:
    known = kept.get(_id(message), message.context)
    if known and isinstance(known.id, str) == isinstance(message.id, str) and not known.fuzzy:
        message.string = known.string
        message.user_comments = known.user_comments
    return message


def _id(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _without_dates(path: Path) -> None:
    """Dates and the tool's version would change the file without a sentence changing."""
    unwanted = ("Project-Id-Version", "Language-Team", "POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator",
                "Report-Msgid-Bugs-To")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(
        line for line in lines if not line.startswith(tuple(f'"{name}' for name in unwanted))
    ), encoding="utf-8")


def faults_of(base: Path, locale: Path, language: str) -> list[Fault]:
    """What is missing, fuzzy, unused or wrongly filled in one catalog."""
    kept = read(locale / language / "LC_MESSAGES" / CATALOG, language)
    faults: list[Fault] = []
    wanted: set[tuple[str, str | None]] = set()
    for message in sentences(base):
        if not message.id:
            continue
        wanted.add((_id(message), message.context))
        known = kept.get(_id(message), message.context)
        if known is None or not _filled(known, message, kept):
            faults.append(Fault(language, "missing", _id(message)))
        elif known.fuzzy:
            faults.append(Fault(language, "fuzzy", _id(message)))
        elif any(known.check(kept)) or _braces(known.id) != _braces(known.string):
            faults.append(Fault(language, "placeholders", _id(message)))
    faults += [
        Fault(language, "unused", _id(message)) for message in kept
        if message.id and (_id(message), message.context) not in wanted
    ]
    return faults


def _braces(text: object) -> set[str]:
    """The `{name}` places that the pages' scripts fill in; of all plural forms together."""
    return set(re.findall(r"\{\w+\}", str(text)))


def _filled(known: Message, wanted: Message, kept: Catalog) -> bool:
    if isinstance(wanted.id, str):
        return isinstance(known.string, str) and bool(known.string)
    forms = known.string
    return isinstance(forms, tuple | list) and len(forms) == kept.num_plurals and all(forms)


def compile_all(locales: Iterable[Path | str]) -> list[str]:
    """Write the `.mo` of every catalog newer than its own; returns the languages done."""
    done = []
    for locale in map(Path, locales):
        for source in sorted(locale.glob(f"*/LC_MESSAGES/{CATALOG}")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            language = source.parent.parent.name
            unfinished = target.with_suffix(".new")
            with unfinished.open("wb") as stream:
                write_mo(stream, read(source, language))
            unfinished.replace(target)
            done.append(language)
    return done
