"""
Standard error that nobody reads, and strangers who try to fill a disk.
"""

import math
import re
import signal
import subprocess
import time

import pytest

from harness import INVITES
from harness.client import Client
from harness.daemon import binary, clean_environment
from harness.wait import DEADLINE

REQUESTS = 3000  # some 450 KB of log: a pipe and our buffer hold 320

pytestmark = [pytest.mark.alike, pytest.mark.engines("sqlite")]
KEY = "chosen-key-of-the-first-start"


def metric(client, name):
    text = client.get("/metrics").text
    return int(re.search(rf"^{name} (\d+)$", text, re.M)[1])


@pytest.fixture
def unread(tmp_path):
    """A daemon whose log nobody reads: the process and a client."""
    process = subprocess.Popen(
        [binary(), "serve", "--listen", "127.0.0.1:0", "--data", tmp_path],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=clean_environment(
            {"INVITED_ADMIN_KEY": KEY}))
    try:
        for line in process.stdout:
            if line.startswith(b"listening on "):
                break
        url = line.decode().removeprefix("listening on ").strip()
        with Client(url, KEY) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


@pytest.mark.long(20)
def test_a_log_that_nobody_reads_stops_nothing(unread):
    """Neither requests, nor the end: and the daemon knows what was lost."""
    process, client = unread
    for _ in range(REQUESTS):
        assert client.get(f"{INVITES}?limit=1").status_code == 200
    assert metric(client, "invited_log_lines_lost_total") > 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0


@pytest.mark.long(10)
def test_what_was_lost_is_said_once_somebody_reads(unread):
    process, client = unread
    for _ in range(REQUESTS):
        assert client.get(f"{INVITES}?limit=1").status_code == 200
    process.send_signal(signal.SIGTERM)
    log = process.stderr.read().decode().splitlines()
    assert process.wait(DEADLINE) == 0
    seen = sum(" info request " in line for line in log)
    lost = sum(int(line.split("lines=")[1]) for line in log
               if " warn log_lines_lost " in line)
    assert lost > 0 and seen + lost >= REQUESTS
    # What was lost may be said behind it, once there is room.
    assert any(" info stopped " in line for line in log[-2:])


def test_strangers_are_logged_by_a_sample(make_daemon):
    """Up to 200 at once, and 20 more a second."""
    daemon = make_daemon()
    stranger = daemon.client("sk-admin-" + "x" * 40)
    begun = time.monotonic()
    for _ in range(1000):
        assert stranger.get(INVITES).status_code == 401
    bound = 200 + 20 * math.ceil(time.monotonic() - begun + 1)
    logged = sum(" status=401 " in line for line in daemon.log)
    assert metric(daemon.api, "invited_http_requests_refused_total") == 1000
    left_out = metric(daemon.api, "invited_http_requests_not_logged_total")
    assert 200 <= logged <= bound and left_out >= 1000 - bound
    # Who has a key is logged always.
    answer = daemon.api.get(INVITES)
    assert daemon.wait_log("request", id=answer.headers["x-request-id"])
