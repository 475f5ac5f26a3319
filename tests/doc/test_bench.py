"""
The bench still runs: each of its steps, for a moment. What it measures then
means nothing; that its statements still fit the schema does.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.daemon import ROOT

SECONDS = 300


@pytest.mark.again
def test_every_step_of_the_bench_runs(tmp_path: Path) -> None:
    """Both in one build."""
    for engine in [], ["--postgres"]:
        ran = subprocess.run(
            [ROOT / "bench/run", "--smoke", *engine, "--build", tmp_path],
            capture_output=True, text=True, timeout=SECONDS)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        assert "every step ran" in ran.stdout.splitlines()[-1]
