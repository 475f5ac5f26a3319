"""
The official SDKs in languages that not everybody has: each drives the steps of
steps.json, where its tools are installed.
"""

import re
import shutil
import subprocess

import pytest

from harness.daemon import ROOT, binary, clean_environment

pytestmark = pytest.mark.again


def run(directory, *command):
    """The tests of a folder, against the daemon that is tested here."""
    if not shutil.which(command[0]):
        pytest.skip(f"platform: {command[0]} is not installed")
    done = subprocess.run(
        command, cwd=ROOT / "tests" / directory, capture_output=True,
        text=True, timeout=900,
        env=clean_environment({"INVITED_BIN": str(binary())}))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def go_is_new_enough():
    said = subprocess.run(["go", "version"], capture_output=True, text=True)
    version = re.search(r"go1\.(\d+)", said.stdout)
    return version is not None and int(version[1]) >= 26


def test_go():
    if shutil.which("go") and not go_is_new_enough():
        pytest.skip("platform: this Go is too old for the SDK")
    assert "ok" in run("go", "go", "test", "-count=1", "./...")


def test_java():
    run("java", "java", "-version")
    classpath = ROOT / "build/java-classpath"
    run("java", "mvn", "--quiet", "--batch-mode", "dependency:build-classpath",
        f"-Dmdep.outputFile={classpath}")
    said = run("java", "java", "-cp", classpath.read_text(), "Surface.java",
               str(binary()), "../sdk/steps.json")
    assert said == "72 methods\n"
