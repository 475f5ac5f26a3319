"""What writes cost beside creates, and what grows: steps of both suites."""

import json
import os
import re
import sqlite3
import time

from harness import (INVITES, KEY, Bare, Daemon, database, key_number,
                     running)

ANSWERS = "/v1/invitations/"
WIDTHS = (1, 64)
SETTLE_SECONDS = 60  # to wait for what should come by itself


def answers(bench, url=None, far=None):
    """Accepts, declines and deletes beside creates; `far` is the URL that the
    daemon uses where that is another way to the same database."""
    directory, result = bench.fresh("daemon"), {}
    links = _links(bench, directory, url)
    with running(Daemon(bench.tools, directory, "none:",
                        far or url)) as daemon:
        for width in WIDTHS:
            result[str(width)] = {
                "create": bench.load("create", daemon, width, bench.span),
                **{verb: _once(bench, daemon, width, lines)
                   for verb, lines in _requests(links, width).items()}}
    bench.remove(directory)
    return result


def _links(bench, directory, url):
    """(id, token) of invites that wait for an answer."""
    path = os.path.join(bench.work, "links")
    with running(Bare(bench.tools, directory, url)) as bare:
        bare.fill_file(3 * len(WIDTHS) * bench.scale["answers"], path)
    with open(path) as file:
        return [line.split() for line in file]


def _requests(links, width):
    """Each verb's share of the invites, as lines for bench/load."""
    share = len(links) // (3 * len(WIDTHS))
    first = WIDTHS.index(width) * 3 * share
    mine = [links[first + i * share:first + (i + 1) * share]
            for i in range(3)]
    return {
        "accept": [f"- POST {ANSWERS}accept {json.dumps({'token': token})}"
                   for _, token in mine[0]],
        "decline": [f"- POST {ANSWERS}decline {json.dumps({'token': token})}"
                    for _, token in mine[1]],
        "delete": [f"{KEY} DELETE {INVITES}/{id}" for id, _ in mine[2]]}


def _once(bench, daemon, width, lines):
    """Without warming up: they would be used up by that."""
    return bench.load("once", daemon, width, (bench.span[0], 0),
                      bench.targets("once", lines))


def keys(bench, url=None):
    """Creates with one key, and with many in turn."""
    directory, result = bench.fresh("daemon"), {}
    with running(Bare(bench.tools, directory, url)) as bare:
        bare.make_keys(bench.scale["keys"])
    with running(Daemon(bench.tools, directory, "none:", url)) as daemon:
        for name, count in {"one": 1, "many": bench.scale["keys"]}.items():
            lines = [f"{key_number(i % count)} POST {INVITES} " + json.dumps(
                {"email": f"{name}-{i}@bench.example", "role": "reader"})
                     for i in range(2 * bench.scale["answers"])]
            result[name] = _once(bench, daemon, WIDTHS[-1], lines)
    bench.remove(directory)
    return result


# -- what grows ---------------------------------------------------------------

def log(bench):
    """The log beside the database, while somebody reads one state of it, and
    after that."""
    directory, result = bench.fresh("daemon"), {}
    path = database(directory)
    with running(Daemon(bench.tools, directory)) as daemon:
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True,
                                 isolation_level=None)
        reader.execute("PRAGMA wal_autocheckpoint = 0")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM invite").fetchone()
        held = bench.load("create", daemon, WIDTHS[-1], bench.span)
        result["held_mib"] = _mib(path)
        result["made"] = held["count"]
        reader.close()
        bench.load("create", daemon, WIDTHS[-1], bench.span)
        result["busy_mib"] = _mib(path)
        until = time.monotonic() + SETTLE_SECONDS
        while _mib(path) > 0 and time.monotonic() < until:
            time.sleep(0.1)
        result["idle_mib"] = _mib(path)
    bench.remove(directory)
    return result


def _mib(path):
    return os.path.getsize(path + "-wal") / 2**20


def outbox(bench, url=None):
    """Many mails that wait for a mail server that is not there: what the
    daemon does meanwhile, and how soon it answers after a start."""
    directory, result = bench.fresh("daemon"), {}
    with running(Bare(bench.tools, directory, url)) as bare:
        bare.fill_file(bench.scale["outbox"], os.path.join(bench.work, "links"),
                       mail=True)
    for start in ("first", "again"):
        with running(Daemon(bench.tools, directory, "smtp://127.0.0.1:1",
                            url)) as daemon:
            result[start] = daemon.first_answer_seconds
            before, began = _attempts(daemon), time.monotonic()
            cpu = _cpu_seconds(daemon)
            time.sleep(bench.span[0])
            seconds = time.monotonic() - began
            result["attempts_per_second"] = (_attempts(daemon)
                                             - before) / seconds
            result["cores"] = (_cpu_seconds(daemon) - cpu) / seconds
    bench.remove(directory)
    return result


def _attempts(daemon):
    text = daemon.get("/metrics").decode()
    return sum(float(value) for value in re.findall(
        r"^invited_mail_attempts_total\{.*\} (\S+)$", text, re.MULTILINE))


def _cpu_seconds(daemon):
    with open(f"/proc/{daemon.process.pid}/stat") as file:
        words = file.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
