"""
doc/clients.md: what no test can run is at least written as its language has it.
Go and Java are run by tests/sdk/test_others.py.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from harness import DEADLINE
from harness.daemon import ROOT

PAGE = (ROOT / "doc/clients.md").read_text()


def test_terraform_can_read_its_configuration() -> None:
    if not shutil.which("terraform"):
        pytest.skip("platform: terraform is not installed")
    block, = re.findall(r"^```hcl\n(.*?)^```$", PAGE, re.S | re.M)
    done = subprocess.run(["terraform", "fmt", "-check", "-diff", "-"],
                          input=block, text=True, capture_output=True,
                          timeout=DEADLINE)
    assert done.returncode == 0, done.stdout + done.stderr
