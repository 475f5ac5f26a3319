"""
The official SDKs in languages that not everybody has: each drives the steps of
steps.json, and does what doc/clients.md shows, where its tools are installed.
"""

import re
import shutil
import subprocess

import pytest

from harness import INVITES, Daemon
from harness.daemon import ROOT, binary, clean_environment

pytestmark = pytest.mark.again


def start(directory, *command, **env):
    """In a folder; with the daemon that is tested here."""
    if not shutil.which(command[0]):
        pytest.skip(f"platform: {command[0]} is not installed")
    return subprocess.run(
        command, cwd=ROOT / "tests" / directory, capture_output=True,
        text=True, timeout=900,
        env=clean_environment({"INVITED_BIN": str(binary()), **env}))


def fetch(directory, *command):
    """What is not on every machine, from a registry that not all can reach."""
    done = start(directory, *command)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        pytest.skip(f"platform: {command[0]} cannot fetch the SDK: "
                    f"{said[-1] if said else done.returncode}")


def run(directory, *command, **env):
    done = start(directory, *command, **env)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def recipe(language, directory, file, *command):
    """Runs what the page shows, in a file of this name, with the two variables
    that it speaks of; the invite that it made."""
    page = (ROOT / "doc/clients.md").read_text()
    block, = re.findall(rf"^```{language}\n(.*?)^```$", page, re.S | re.M)
    with Daemon("--mail", "none:") as daemon:
        path = daemon.data / file
        path.write_text(block)
        printed = run(directory, *command, str(path), OPENAI_ADMIN_KEY=daemon.key,
                      OPENAI_BASE_URL=f"{daemon.url}/v1")
        invite, = daemon.api.get(INVITES).json()["data"]
        assert printed == invite["id"] + "\n"
        return invite


def go_is_new_enough():
    said = subprocess.run(["go", "version"], capture_output=True, text=True)
    version = re.search(r"go1\.(\d+)", said.stdout)
    return version is not None and int(version[1]) >= 26


def test_go():
    if shutil.which("go") and not go_is_new_enough():
        pytest.skip("platform: this Go is too old for the SDK")
    fetch("go", "go", "mod", "download")
    assert "ok" in run("go", "go", "test", "-count=1", "./...")
    assert recipe("go", "go", "invite.go", "go", "run")["email"] == \
        "ida@example.com"


def test_java():
    run("java", "java", "-version")
    classpath = ROOT / "build/java-classpath"
    fetch("java", "mvn", "--quiet", "--batch-mode", "dependency:build-classpath",
          f"-Dmdep.outputFile={classpath}")
    said = run("java", "java", "-cp", classpath.read_text(), "Surface.java",
               str(binary()), "../sdk/steps.json")
    assert said == "72 methods\n"
    assert recipe("java", "java", "Invite.java", "java", "-cp",
                  classpath.read_text())["email"] == "ida@example.com"
