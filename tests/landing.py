"""What a run of all tests keeps to: browsers last, one repeat for them, no quiet skips in CI.

A pytest plugin, loaded by tests/conftest.py.
"""

import os
from collections.abc import Generator

import pytest
from _pytest.runner import runtestprotocol
from django.db import connection

MOST_REPEATS = 2  # more than this many browser tests that needed a second try fail the run
REPEATED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPEATED] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """First what is quick and tells most, the browsers when nothing else runs. What proves nothing
    on this database is left to the run on the other, which `make test` makes as well."""
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return 1 if "test_postgresql" in item.nodeid else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything that can be installed is there: a test that skips itself has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longreprtext}"
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A browser test that fails is tried once more; both tries are counted."""
    if not item.get_closest_marker("browser"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        first = next(report for report in reports if report.failed)
        item.config.stash[REPEATED].append(f"{item.nodeid}\n{first.longreprtext}")
        item._initrequest()  # type: ignore[attr-defined]  # fixtures anew
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    repeated = terminalreporter.config.stash[REPEATED]
    if repeated:
        terminalreporter.section(f"{len(repeated)} browser tests were tried a second time")
        for first_try in repeated:
            terminalreporter.write_line(first_try)
        if len(repeated) > MOST_REPEATS:
            terminalreporter.write_line(f"More than {MOST_REPEATS}: the run has failed.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if len(session.config.stash[REPEATED]) > MOST_REPEATS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
