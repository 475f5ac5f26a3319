"""
What the tests of packages and of the image share: each is made once, by the
first test process that asks for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from harness.daemon import ROOT
from harness.packages import BUILD, output_of, release

Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A path that the first of all test processes fills; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], None]) -> Path:
        path, partial = shared / name, shared / f"{name}.partial"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                make(partial)
                partial.rename(path)
        return path
    return made


@pytest.fixture(scope="session")
def packages(once: Once) -> Path:
    """A directory with the packages of this tree: those in
    INVITED_TEST_PACKAGES, for who tries one test again and again."""
    if "INVITED_TEST_PACKAGES" in os.environ:
        return Path(os.environ["INVITED_TEST_PACKAGES"])
    return once("packages",
                lambda out: output_of(ROOT / "tools/package", out) and None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A system is large, and pytest keeps what the last three runs made."""
    if not hasattr(session.config, "workerinput"):
        base = session.config._tmp_path_factory.getbasetemp()
        shutil.rmtree(base / "empty-system", ignore_errors=True)


@pytest.fixture(scope="session")
def empty_system(once: Once) -> Path:
    """A Debian of this release with nothing but what each has; to be copied."""
    def make(root: Path) -> None:
        made = subprocess.run(
            ["mmdebstrap", "--variant=apt", "--skip=cleanup/apt",
             '--aptopt=Acquire::Retries "5"', release(), str(root)], capture_output=True, text=True, timeout=BUILD)
        if made.returncode != 0:
            pytest.skip(f"platform: no empty system can be made here: "
                        f"{made.stderr[-500:]}")
    return once("empty-system", make)
