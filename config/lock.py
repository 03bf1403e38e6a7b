"""`make lock`: write the full, pinned list of what a root list needs.

Run inside an environment that holds the roots (`python -m config.lock requirements.in ...`): for
`x.in` it writes `x.txt` with every distribution reached from the roots, for each supported
Python, so that installing with `--no-deps` gives the same set everywhere. What only some Pythons
need carries a marker (redis wants async-timeout before 3.11.3, which is Debian 12's 3.11.2).
"""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# One Python of each kind that a marker may tell apart, oldest first.
PYTHONS = ("3.11.2", "3.11.9", "3.12.9", "3.13.9")
# What to write for a distribution needed only by the first, first two or first three of them.
OLDER_ONLY = (
    'python_full_version < "3.11.3"',
    'python_version < "3.12"',
    'python_version < "3.13"',
)
HEADER = """\
# Made from {roots} by `make lock`; do not edit. It is complete: `make` installs it with --no-deps
# and from wheels only. `pip install -r {name}` works as well.
"""


def roots(path: Path) -> Iterator[Requirement]:
    """The requirements a root list names, its `-r` includes first."""
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("-r "):
            yield from roots(path.parent / line.removeprefix("-r ").strip())
        elif line:
            yield Requirement(line)


def requires(wanted: Requirement) -> list[Requirement]:
    """What a distribution asks for; one that this Python left out is installed first."""
    try:
        distribution = importlib.metadata.distribution(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        plain = f"{wanted.name}{wanted.specifier}"
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", plain], check=True)
        distribution = importlib.metadata.distribution(wanted.name)
    return [Requirement(text) for text in distribution.requires or []]


def closure(path: Path, python: str) -> set[str]:
    """Canonical names of all distributions the roots of `path` need on one Python version."""
    environment = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
    }
    seen: dict[str, set[str]] = {}
    todo = [(root, {""}) for root in roots(path)]
    while todo:
        wanted, extras = todo.pop()
        if wanted.marker and not any(
            wanted.marker.evaluate({**environment, "extra": extra}) for extra in extras
        ):
            continue
        had = seen.setdefault(canonicalize_name(wanted.name), set())
        new = (wanted.extras | {""}) - had
        if new:
            had |= new
            todo += [(needed, new) for needed in requires(wanted)]
    return set(seen)


def marker(name: str, path: Path, needed_by: list[bool]) -> str:
    """What stands behind a pin: a root's own marker, or the Pythons that need it."""
    for root in roots(path):
        if canonicalize_name(root.name) == name and root.marker:
            return f"; {root.marker}"
    if all(needed_by):
        return ""
    count = needed_by.index(False)
    if any(needed_by[count:]):
        raise SystemExit(f"{name}: only newer Pythons need it; teach config/lock.py to say so")
    return f"; {OLDER_ONLY[count - 1]}"


def main(paths: list[str]) -> None:
    for path in map(Path, paths):
        closures = [closure(path, python) for python in PYTHONS]
        lines = [
            f"{name}=={importlib.metadata.version(name)}"
            f"{marker(name, path, [name in names for names in closures])}\n"
            for name in sorted(set.union(*closures))
        ]
        lock = path.with_suffix(".txt")
        header = HEADER.format(roots=path.name, name=lock.name)
        lock.write_text(header + "".join(lines))
        pins = sum(bool(re.match(r"[a-z0-9]", line)) for line in lines)
        print(f"{lock}: {pins} pins")


if __name__ == "__main__":
    main(sys.argv[1:])
