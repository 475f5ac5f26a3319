"""
Campaigns: what is promised, tried again and again, at random. They end with
figures; doc/testing.md says which promise each of them would find broken. A
failure prints its seed, and INVITED_TEST_SEED repeats its choices.
"""

from __future__ import annotations

import os
import random
from typing import Any, Callable

import pytest


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("INVITED_TEST_SEED",
                                random.SystemRandom().getrandbits(32)))
    print(f"INVITED_TEST_SEED={chosen}")
    return chosen


@pytest.fixture
def figures(record_property: Callable[[str, object], None],
            ) -> Callable[..., None]:
    """Figures of this campaign, for the end of the log."""
    def note(**numbers: int) -> None:
        for name, number in numbers.items():
            record_property(name, number)
    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.stats.get("passed", []):
        if report.user_properties:
            terminalreporter.write_line(
                report.nodeid.rsplit("::", 1)[1] + ": " + ", ".join(
                    f"{number} {name.replace('_', ' ')}"
                    for name, number in report.user_properties))
