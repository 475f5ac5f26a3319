"""
What makes packages and images, and the Debian that they are made on.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness.daemon import clean_environment

BUILD = 600   # seconds that a build may take


def output_of(*command: str | Path, **env: str) -> str:
    """What a command says that has to succeed."""
    done = subprocess.run(command, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=BUILD,
                          env=clean_environment(env))
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def release() -> str:
    """Such as "trixie": of the machine that the tests run on."""
    found = re.search(r"VERSION_CODENAME=(\w+)",
                      Path("/etc/os-release").read_text())
    assert found
    return found[1]
