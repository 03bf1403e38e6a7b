"""The rules of the house that a program can check: style, types, directions, limits, files.

`make check` runs only these.
"""

import ast
import importlib.metadata
import os
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.apps import apps
from django.conf import settings
from packaging.requirements import Requirement

BASE = Path(settings.BASE_DIR)
LONGEST_FILE = 500  # lines (STYLE.md)
LONGEST_FUNCTION = 80
MEDIAN_FUNCTION = 10
LAYERS = ({"accounts", "media"}, {"social"}, {"spaces"}, {"captions", "ticketing"}, {"config"})


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would add, by pattern, without migrations."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=BASE, capture_output=True, text=True, check=True,
    ).stdout.split("\0")
    paths = [BASE / name for name in names if name and "/migrations/" not in name]
    return [path for path in paths if path.is_file()]


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in the project's folder."""
    folder = Path(sys.executable).parent
    program = [str(folder / command[0]), *command[1:]]
    return subprocess.run(program, cwd=BASE, capture_output=True, text=True, check=False, timeout=300)


def says_nothing(*command: str) -> None:
    result = tool(*command)
    assert result.returncode == 0, (result.stdout + result.stderr)[-6000:]


def test_style() -> None:
    says_nothing("ruff", "check", ".")


def test_types() -> None:
    says_nothing("mypy", "--no-error-summary", ".")


def test_rules_and_media_take_the_whole_of_mypys_strict() -> None:
    told = tool("mypy", "--help").stdout
    told = told[told.index("--strict  "):told.index("--disable-error-code")]
    flags = {flag.replace("-", "_") for flag in re.findall(r"--([a-z-]+)", re.sub(r"-\n\s+", "-", told))}
    ours = tomllib.loads((BASE / "pyproject.toml").read_text())["tool"]["mypy"]
    [override] = ours["overrides"]
    assert {"spaces.rules.*", "accounts.rules", "media.*"} <= set(override["module"])
    on = {name for name, value in {**ours, **override}.items() if value is True}
    assert flags - on == {"strict"}


def test_who_imports_whom() -> None:
    says_nothing("lint-imports", "--no-cache")


def test_templates_are_indented() -> None:
    says_nothing("djhtml", "--check", *map(str, tracked("*.html")))


def test_migrations_say_what_the_models_say() -> None:
    says_nothing("python", "manage.py", "makemigrations", "--check", "--dry-run", "-v", "1")


def test_english_and_french_are_complete() -> None:
    says_nothing("python", "manage.py", "translations", "--check")


def test_what_is_installed_fits_together() -> None:
    says_nothing("python", "-m", "pip", "check")


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(BASE)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_files_and_functions_stay_short() -> None:
    files = tracked("*.py", "*.js", "*.css")
    long_files = [
        f"{path.relative_to(BASE)}: {lines} lines"
        for path in files if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    found = [pair for path in files if path.suffix == ".py" for pair in functions(path)]
    long_functions = [f"{name}: {lines} lines" for name, lines in found if lines > LONGEST_FUNCTION]
    assert not long_files + long_functions
    assert statistics.median(lines for _, lines in found) < MEDIAN_FUNCTION


def test_no_import_hides_in_a_function() -> None:
    """But in `ready()`, and for optional engines (uvloop: ImportError is caught)."""
    hidden = [
        f"{path.relative_to(BASE)}:{node.lineno}"
        for path in tracked("accounts/*.py", "config/*.py", "media/*.py", "spaces/*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for statement in function.body
        for node in ([] if isinstance(statement, ast.Try) else ast.walk(statement))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_no_row_points_upwards() -> None:
    """The upper app owns the row that joins (ARCHITECTURE.md, doors)."""
    level = {app: number for number, layer in enumerate(LAYERS) for app in layer}
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models() if model._meta.app_label in level
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        and level.get(field.related_model._meta.app_label, -1) > level[model._meta.app_label]
    ]
    assert not upward


def test_the_tree_names_no_machine() -> None:
    """No path of a home folder or of this checkout, in any text file."""
    machine = re.compile(r"/(?:home|Users)/[a-z]|/root/|" + re.escape(str(BASE) + "/"))
    named = []
    for path in tracked("."):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.name != "test_house.py" and machine.search(text):
            named.append(str(path.relative_to(BASE)))
    assert not named


# Licences that may be used by an Apache-2.0 project without changing what people may do with it.
FREE = re.compile(
    r"apache|bsd|mit|isc|psf|python software foundation|mozilla|mpl|hpnd|zlib|zpl|zope|unlicense|"
    r"lgpl|lesser general public|0bsd|public domain", re.I,
)


def licence(name: str) -> str:
    about = importlib.metadata.metadata(name)
    classified = [c for c in about.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200], *classified])


def pins(name: str) -> list[Requirement]:
    lines = (BASE / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_what_we_stand_on_is_free_to_use_with_us() -> None:
    unfree = {
        pin.name: licence(pin.name) for pin in pins("requirements.txt")
        if (pin.marker is None or pin.marker.evaluate()) and not FREE.search(licence(pin.name))
    }
    assert not unfree


def test_the_lock_is_whole_and_what_is_installed() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for pin in pins(name):
            (only,) = pin.specifier
            assert only.operator == "==", f"{name}: {pin} is no pin"
            if pin.marker is None or pin.marker.evaluate():
                assert importlib.metadata.version(pin.name) == only.version, f"{name}: {pin}"
    runtime = {pin.name for pin in pins("requirements.txt")}
    assert runtime <= {pin.name for pin in pins("requirements-dev.txt")}


def test_the_front_of_the_house_is_there() -> None:
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
                 "LICENSE", ".env.example", "docs/protocol.md", "docs/operating.md",
                 "docs/limits.md"):
        assert (BASE / name).is_file(), name
    readme = (BASE / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme
    assert "make test" in (BASE / ".ci" / "run").read_text()
    assert os.access(BASE / ".ci" / "run", os.X_OK)
    assert "Apache License" in (BASE / "LICENSE").read_text()[:300]


def test_the_package_lock_names_no_registry() -> None:
    for name in ("package-lock.json", "requirements.txt", "requirements-dev.txt", "Makefile"):
        assert not re.search(r"https?://\S*(registry|pypi|index)", (BASE / name).read_text()), name


class Words(HTMLParser):
    """Collects the words a person would see that no translation tag holds."""

    SEEN = frozenset({"aria-label", "title", "placeholder", "alt", "content"})
    UNSEEN = frozenset({"script", "style", "svg", "code"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN:
            self._unseen.append(tag)
        for name, value in attrs:
            if name in self.SEEN and tag != "meta":
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._note(data)

    def _note(self, text: str) -> None:
        if re.search(r"[A-Za-z]{3}", text) and text.strip() not in NAMES:
            self.found.append(text.strip())


NAMES = frozenset({"Causerie", "English", "Français", "LIVE"})  # the same in every language
TAGS = re.compile(
    r"\{%\s*block body_class\b.*?endblock\s*%\}|\{%\s*(comment|blocktranslate|blocktrans)\b.*?\{%\s*end\1\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)


def test_no_word_of_a_page_stands_outside_a_translation() -> None:
    untranslated = []
    for path in tracked("*.html"):
        words = Words()
        words.feed(TAGS.sub(" ", path.read_text()))
        untranslated += [f"{path.relative_to(BASE)}: {text[:80]!r}" for text in words.found]
    assert not untranslated
