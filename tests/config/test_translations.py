"""Taking sentences from sources, and what makes a catalog incomplete."""

import gettext
from pathlib import Path

import pytest

from config import translations

PAGE = """{% load i18n %}<h1>{% translate "Raise a hand" %}</h1>
<p>{% blocktranslate count n=count %}{{ n }} listener{% plural %}{{ n }} listeners{% endblocktranslate %}</p>
    <b>{% translate "May" context "month" %}</b>
  <i>deeper, then less deep, as no Python is</i>"""
CODE = 'from django.utils.translation import gettext as _\nSAID = _("You are muted")\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "spaces").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    (tmp_path / "spaces" / "code.py").write_text(CODE)
    return tmp_path


def whats(project: Path) -> dict[str, str]:
    faults = translations.faults_of(project, project / "locale", "fr")
    return {fault.sentence: fault.what for fault in faults}


def catalog(project: Path) -> Path:
    return project / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def translate(project: Path, sentence: str, *french: str) -> None:
    text = catalog(project).read_text()
    if len(french) == 1:
        old, new = f'msgid "{sentence}"\nmsgstr ""', f'msgid "{sentence}"\nmsgstr "{french[0]}"'
    else:
        old, new = 'msgstr[0] ""\nmsgstr[1] ""', f'msgstr[0] "{french[0]}"\nmsgstr[1] "{french[1]}"'
    assert old in text
    catalog(project).write_text(text.replace(old, new))


def complete(project: Path) -> None:
    translations.update(project, project / "locale", "fr")
    translate(project, "Raise a hand", "Lever la main")
    translate(project, "%(n)s listener", "%(n)s auditeur", "%(n)s auditeurs")
    translate(project, "May", "mai")
    translate(project, "You are muted", "Votre micro est coupé")


def test_templates_and_code_are_read_and_start_empty(project: Path) -> None:
    assert translations.update(project, project / "locale", "fr") == 4
    assert whats(project) == {
        "Raise a hand": "missing", "%(n)s listener": "missing", "May": "missing",
        "You are muted": "missing",
    }


def test_a_complete_catalog_has_no_fault_and_survives_an_update(project: Path) -> None:
    complete(project)
    assert whats(project) == {}
    before = catalog(project).read_bytes()
    assert translations.update(project, project / "locale", "fr") == 0
    assert catalog(project).read_bytes() == before


def test_a_sentence_that_is_gone_is_unused_and_an_update_drops_it(project: Path) -> None:
    complete(project)
    (project / "spaces" / "code.py").write_text("")
    assert whats(project) == {"You are muted": "unused"}
    translations.update(project, project / "locale", "fr")
    assert whats(project) == {}


def test_a_lost_placeholder_is_a_fault(project: Path) -> None:
    complete(project)
    text = catalog(project).read_text()
    catalog(project).write_text(text.replace("%(n)s auditeurs", "%(m)s auditeurs"))
    assert whats(project) == {"%(n)s listener": "placeholders"}


def test_a_guess_is_a_fault(project: Path) -> None:
    complete(project)
    text = catalog(project).read_text()
    catalog(project).write_text(
        text.replace('msgid "Raise a hand"', '#, fuzzy\nmsgid "Raise a hand"')
    )
    assert whats(project) == {"Raise a hand": "fuzzy"}


def test_it_is_compiled_without_a_system_package_and_only_when_newer(project: Path) -> None:
    complete(project)
    assert translations.compile_all([project / "locale"]) == ["fr"]
    assert translations.compile_all([project / "locale"]) == []
    french = gettext.translation("django", project / "locale", ["fr"])
    assert french.gettext("Raise a hand") == "Lever la main"
    assert french.ngettext("%(n)s listener", "%(n)s listeners", 2) == "%(n)s auditeurs"
    assert french.pgettext("month", "May") == "mai"
