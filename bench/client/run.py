"""
run.py [BUILD]: what a call costs the caller by libcurl alone, by libinv and by
the official SDKs, and what `invite bulk` gains over a loop of `invite create`;
all against one local daemon, in one run. Prints a table in Markdown.

Needs the build directory (default: build/release), the Python SDK in the
running Python, and the Node SDK in tests/client/node_modules.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = (Path(sys.argv[1]) if len(sys.argv) > 1
         else ROOT / "build/release").resolve()
sys.path.insert(0, str(ROOT / "tests"))
os.environ.setdefault("INVITED_BIN", str(BUILD / "src/invited"))

from harness import Daemon  # noqa: E402

HERE = Path(__file__).parent
ROUNDS = 5
PEOPLE = 10000
SINGLES = 200


def measured(daemon: Daemon) -> dict[str, float]:
    """Microseconds of processor time per call, medians of the rounds, which
    take turns so that a busy moment meets all alike."""
    calls = str(BUILD / "bench/client/client_calls")
    where = [daemon.url + "/v1", str(daemon.key)]
    env = {**os.environ,
           "NODE_MODULES": str(ROOT / "tests/client")}
    commands = {
        "libcurl alone": [calls, "curl", *where, "2000"],
        "libinv": [calls, "inv", *where, "2000"],
        "Python SDK": [sys.executable, str(HERE / "calls.py"), *where, "200"],
        "Node SDK": ["node", str(HERE / "calls.mjs"), *where, "500"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            done = subprocess.run(command, env=env, check=True,
                                  capture_output=True, text=True)
            times[name].append(float(done.stdout))
    return {name: statistics.median(all_) for name, all_ in times.items()}


def invite(daemon: Daemon, *args: str, stdin: str = "") -> None:
    subprocess.run([str(BUILD / "cli/invite"), *args], input=stdin, text=True,
                   check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "OPENAI_BASE_URL": daemon.url + "/v1",
                        "OPENAI_ADMIN_KEY": str(daemon.key)})


def people_per_second(daemon: Daemon, jobs: int) -> float:
    csv = "email,role,projects\n" + "".join(
        f"j{jobs}p{n}@example.com,reader,none\n" for n in range(PEOPLE))
    began = time.monotonic()
    invite(daemon, "bulk", "-", "--json", "--jobs", str(jobs), stdin=csv)
    return PEOPLE / (time.monotonic() - began)


def singles_per_second(daemon: Daemon) -> float:
    began = time.monotonic()
    for n in range(SINGLES):
        invite(daemon, "create", "--email", f"s{n}@example.com", "--role",
               "reader", "--no-projects")
    return SINGLES / (time.monotonic() - began)


def main() -> None:
    with Daemon("--mail", "none:") as daemon:
        cost = measured(daemon)
        bare = cost["libcurl alone"]
        print("| a call by | µs of processor time | of libcurl alone |")
        print("|---|---|---|")
        for name, value in cost.items():
            print(f"| {name} | {value:.0f} | {value / bare:.2f} |")
        print()
    with Daemon("--mail", "none:") as daemon:
        single = singles_per_second(daemon)
        print("| 10,000 people by | a second | of the loop |")
        print("|---|---|---|")
        print(f"| a loop of `invite create` | {single:.0f} | 1 |")
        for jobs in (16, 64):
            rate = people_per_second(daemon, jobs)
            print(f"| `invite bulk --jobs {jobs}` | {rate:.0f} "
                  f"| {rate / single:.1f} |")


main()
