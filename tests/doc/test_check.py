"""
./check counts what it runs, and CI runs what README.md names.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from harness import DEADLINE
from harness.daemon import ROOT


def tally(kind: str, file: Path) -> str:
    return subprocess.run([ROOT / "tools/tally", kind, file], text=True,
                          capture_output=True, timeout=DEADLINE).stdout.strip()


def junit(where: Path, *reasons: str) -> Path:
    """Two tests that passed, and one skipped for each reason."""
    file = where / "junit.xml"
    skips = "".join(f'<testcase><skipped message="{reason}"/></testcase>'
                    for reason in reasons)
    file.write_text(
        f'<testsuites><testsuite tests="{2 + len(reasons)}" failures="0"'
        f' errors="0" skipped="{len(reasons)}"><testcase/><testcase/>{skips}'
        "</testsuite></testsuites>")
    return file


def test_a_skipped_test_has_failed(tmp_path: Path) -> None:
    assert tally("pytest", junit(tmp_path)) == "2 0 0"
    assert tally("pytest", junit(tmp_path, "no nginx")) == "2 1 0"
    file = tmp_path / "tap"
    file.write_text("ok 1 - a\nok 2 - b # SKIP no node\n"
                    "# pass 1\n# fail 0\n# cancelled 0\n# skipped 1\n")
    assert tally("node", file) == "1 1 0"
    file = tmp_path / "testlog.json"
    file.write_text(json.dumps({"result": "SKIP", "stdout": ""}) + "\n")
    assert tally("meson", file) == "0 1 0"


def test_what_the_platform_lacks_may_be_skipped(tmp_path: Path) -> None:
    assert tally("pytest", junit(tmp_path, "platform: no mounts")) == "2 0 1"
    file = tmp_path / "tap"
    file.write_text("ok 1 - a\n    ok 2 - b # SKIP platform: no IPv6\n"
                    "# pass 1\n# fail 0\n# cancelled 0\n# skipped 1\n")
    assert tally("node", file) == "1 0 1"


def test_a_run_of_nothing_counts_nothing(tmp_path: Path) -> None:
    for kind in ("meson", "pytest", "node"):
        assert tally(kind, tmp_path / "absent") == "0 0 0"


def test_unknown_part_is_refused() -> None:
    done = subprocess.run([ROOT / "check", "unit", "everything"], text=True,
                          capture_output=True, timeout=DEADLINE)
    assert done.returncode == 1
    assert "no such part: everything" in done.stderr
    assert done.stdout == ""


def test_ci_runs_what_readme_names() -> None:
    last = (ROOT / ".ci/run").read_text().splitlines()[-1]
    assert last == 'exec "$(dirname "$0")/../check" all'
    assert "\n./check all  # " in (ROOT / "README.md").read_text()
