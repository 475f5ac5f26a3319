"""
The bench still runs: each of its steps, for a moment. What it measures then
means nothing; that its statements still fit the schema does.
"""

from __future__ import annotations

import subprocess

import pytest

from harness.daemon import ROOT, binary

SECONDS = 900


@pytest.mark.again
@pytest.mark.long(100)
@pytest.mark.parametrize("database", [[], ["--postgres"]],
                         ids=["sqlite", "postgres"])
def test_every_step_of_the_bench_runs(database: list[str]) -> None:
    """With the build that is tested here: it takes long enough to run."""
    ran = subprocess.run(
        [ROOT / "bench/run", "--smoke", *database, "--build",
         binary().parents[1]],
        capture_output=True, text=True, timeout=SECONDS)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "every step ran" in ran.stdout.splitlines()[-1]
