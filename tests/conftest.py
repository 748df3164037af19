"""Settings for the whole suite: repeatable property tests, and in CI no test may be skipped."""

import logging
import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "suite", derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck)
)
settings.register_profile("deep", max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HIP_COACH_TEST_PROFILE", "suite"))

# No test writes to the data of whoever runs it, nor finds what another run has kept.
_caches = tempfile.TemporaryDirectory()
os.environ.setdefault("HIP_COACH_STORE", "memory:")
os.environ["XDG_CACHE_HOME"] = _caches.name
os.environ["XDG_DATA_HOME"] = f"{_caches.name}/data"

NOTHING_SKIPS = bool(os.environ.get("HIP_COACH_TEST_NOTHING_SKIPS"))


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Whatever a test makes of the log, the next one can read it."""
    ours = logging.getLogger("skill")
    before = ours.handlers, ours.level, ours.propagate
    yield
    ours.handlers, ours.level, ours.propagate = before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """A missing part skips its tests on a laptop; in CI everything is installed, so a skip there is a failure."""
    report = yield
    if NOTHING_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"
    return report
