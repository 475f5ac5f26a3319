"""Many creates in one request: what a line costs, what it does to the creates
of others, and pages of a list with filters."""

import http.client
import itertools
import json
import os
import threading
import time

from harness import HOST, INVITES, KEY, Bare, Daemon, copy_store, running

LINES = 1000
CLIENTS = 2    # with bulk requests
BESIDE = 8     # connections of others
WIDTH = 64
FILTERS = {"since": "created_at%5Bgte%5D=1", "failed": "delivery=failed",
           "query": "query=e", "statuses": "status=pending&status=accepted"}

_numbers = itertools.count()


def _cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _send(connection, prefix):
    """One request of new people; each has to be made."""
    number = next(_numbers)
    connection.request("POST", INVITES + "/bulk", headers={
        "Authorization": "Bearer " + KEY, "Content-Type": "application/json"},
        body=json.dumps({"invites": [
            {"email": f"{prefix}{number}-{i}@example.com", "role": "reader"}
            for i in range(LINES)]}))
    answer = json.loads(connection.getresponse().read())
    assert answer["created"] == LINES, answer


class Senders:
    """Clients that send bulk requests until they are told to stop."""

    def __init__(self, daemon, count, prefix):
        self.lines, self._stop = 0, False
        self._pid, self._lock = daemon.process.pid, threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(
            daemon.port, f"{prefix}{i}-")) for i in range(count)]

    def _run(self, port, prefix):
        connection = http.client.HTTPConnection(HOST, port)
        while not self._stop:
            _send(connection, prefix)
            with self._lock:
                self.lines += LINES
        connection.close()

    def __enter__(self):
        self._began, self._cpu = time.perf_counter(), _cpu_seconds(self._pid)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *what):
        self._stop = True
        for thread in self._threads:
            thread.join()
        self.seconds = time.perf_counter() - self._began
        self.cpu_us = (_cpu_seconds(self._pid) - self._cpu) * 1e6

    def result(self):
        return {"per_second": self.lines / self.seconds,
                "server_cpu_us": self.cpu_us / max(self.lines, 1)}


def bulk(bench):
    ours, bare = bench.fresh("daemon"), bench.fresh("bare")
    result = {}
    with running(Daemon(bench.tools, ours)) as daemon, \
            running(Bare(bench.tools, bare)) as store:
        result["bare"] = store.create(WIDTH, bench.span)
        result["single"] = bench.tools.load("create", daemon, WIDTH,
                                            bench.span)
        with Senders(daemon, CLIENTS, "bulk") as senders:
            time.sleep(bench.span[0])
        result["bulk"] = senders.result()
        result["alone"] = bench.tools.load("create", daemon, BESIDE,
                                           bench.span)
        with Senders(daemon, 1, "beside"):
            result["beside"] = bench.tools.load("create", daemon, BESIDE,
                                                bench.span)
    bench.remove(ours)
    bench.remove(bare)
    return result


def find(bench):
    ours = bench.fresh("daemon")
    copy_store(bench.prepared(bench.scale["sizes"][-1]), ours)
    with running(Daemon(bench.tools, ours)) as daemon:
        pages = {"plain": "", **FILTERS}
        result = {
            name: bench.tools.load("get", daemon, 1, bench.span, bench.targets(
                name, [f"{INVITES}?limit=20&{query}".rstrip("&")]))
            for name, query in pages.items()}
    bench.remove(ours)
    return result
