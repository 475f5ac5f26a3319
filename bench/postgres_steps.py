"""What is measured on PostgreSQL, step by step: as in steps.py, with a server
of the bench's own that keeps its promises (fsync, synchronous commit), and a
new database for each step.

What the server spends is read from the process table, and divided by the
invites that were made meanwhile, warming up included."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "tests"))

import gate  # noqa: E402
import growth  # noqa: E402
import questions as worst  # noqa: E402
import resources  # noqa: E402
import steps  # noqa: E402
from harness import (INVITES, START_SECONDS, Bare,  # noqa: E402
                     BenchError, Daemon, Delay, read_line, running)
from postgres_server import (Postgres, drop_database,  # noqa: E402
                             make_database, run_sql)

WIDTHS = steps.WIDTHS
WIDTH = steps.WIDTH
# What is not named here is as the server has it: commits wait for the disk.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "8GB",
            "checkpoint_timeout": "15min", "max_connections": "400"}
DELAYS_MS = (0, 10, 50)  # of the standby's answer
AWAY_MS = 5  # of the server's
TICKS = os.sysconf("SC_CLK_TCK")


class Sql:
    """bench/sql, connected and waiting for go()."""

    def __init__(self, tools, url, span, arguments):
        mode, width, *size = map(str, arguments)
        self.process = subprocess.Popen(
            [tools.path("sql"), url, mode, width, *map(str, span), *size],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        read_line(self.process, "sql")

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = json.loads(read_line(self.process, "sql"))
        if answer["failures"] or not answer["count"]:
            raise BenchError(f"sql: {answer}")
        return answer

    def stop(self):
        self.process.stdin.close()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()


def server_cpu_seconds(server):
    """Of all the server's processes, and of those that have ended."""
    total, root = 0, server.process.pid
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(name) == root:  # and its children that it has waited for
            total += sum(int(word) for word in words[11:15])
        elif int(words[1]) == root:
            total += sum(int(word) for word in words[11:13])
    return total / TICKS


class Bench(steps.Bench):
    """With a server, from the first step to the end of the run."""

    def prepare(self):
        self.server = Postgres(SETTINGS).start()

    def release(self):
        self.server.discard()

    @contextlib.contextmanager
    def database(self):
        """The URL of one that goes with the block."""
        url = make_database(self.server.url())
        try:
            yield url
        finally:
            drop_database(url, self.server.url())

    def daemon(self, url, mail="none:"):
        return Daemon(self.tools, self.fresh("daemon"), mail, url)

    def sql(self, url, *arguments):
        """bench/sql: creates without the daemon. Its connections are made
        before anything is measured."""
        with running(Sql(self.tools, url, self.span, arguments)) as sql:
            return self.watched(url, lambda: self.without_server(sql.go))

    def load(self, *arguments):
        return self.without_server(lambda: self.tools.load(*arguments))

    def without_server(self, measure):
        """`measure`; the server is none of the others on the machine."""
        cpu, began = server_cpu_seconds(self.server), time.monotonic()
        answer = measure()
        cores = (server_cpu_seconds(self.server) - cpu) / (time.monotonic()
                                                            - began)
        answer["others"] = max(0, answer["others"] - cores)
        return answer

    def create(self, daemon, width=WIDTH):
        """Creates through a daemon, and how many went together."""
        before = batches(daemon)
        answer = self.load("create", daemon, width, self.span)
        after = batches(daemon)
        answer["batch"] = ((after[0] - before[0])
                           / max(1, after[1] - before[1]))
        return answer

    def watched(self, url, measure):
        """What `measure` returns, and what it cost the server a create."""
        def count(what):
            return float(run_sql(url, what))

        made = "SELECT count(*) FROM audit"
        wal = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
        before = count(made), count(wal), server_cpu_seconds(self.server)
        answer = measure()
        cpu = server_cpu_seconds(self.server) - before[2]
        bytes_ = count(wal) - before[1]
        creates = max(1, count(made) - before[0])
        answer["database_cpu_us"] = cpu / creates * 1e6
        answer["wal_bytes"] = bytes_ / creates
        return answer


def batches(daemon):
    """Writes, and transactions, that the daemon has made so far."""
    text = daemon.get("/metrics").decode()
    return [int(re.search(rf"batch_size_{name} (\d+)", text).group(1))
            for name in ("sum", "count")]


def creates(bench):
    """Creates through the daemon at each width; then at one width in plain
    SQL, and by the store's own statement in batches as large as its were."""
    result = {"fsync": bench.tools.fsync(bench.work, bench.span[0])}
    with bench.database() as url, running(bench.daemon(url)) as daemon:
        for width in WIDTHS:
            if width == WIDTH:
                result.update(_compared(bench, url, daemon))
            else:
                result[str(width)] = bench.watched(
                    url, lambda: bench.create(daemon, width))
    return result


def _compared(bench, url, daemon):
    """All that is compared, close together."""
    ours = bench.watched(url, lambda: bench.create(daemon))
    size = max(1, round(ours["batch"]))
    return {str(WIDTH): ours,
            "set": bench.sql(url, "many", 1, size),
            "each": bench.sql(url, "each", WIDTH),
            "one_trip": bench.sql(url, "many", WIDTH, 1)}


def _at_once(*measures):
    """The results of functions that run at the same time."""
    results = [None] * len(measures)

    def run(at):
        results[at] = measures[at]()

    threads = [threading.Thread(target=run, args=(i,))
               for i in range(len(measures))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in results:
        raise BenchError("one of those that ran at once failed")
    return results


def daemons(bench):
    """The same clients on one daemon, and half of them on each of two."""
    with bench.database() as url, running(bench.daemon(url)) as first, \
            running(bench.daemon(url)) as second:
        one = bench.watched(url, lambda: bench.create(first))
        two = bench.watched(url, lambda: _together(
            *_at_once(lambda: bench.create(first, WIDTH // 2),
                      lambda: bench.create(second, WIDTH // 2))))
    return {"one": one, "two": two}


def _together(first, second):
    """Two loads of the same seconds as one. What each takes for others'
    work is the other's, too; so nothing is said of that."""
    both = dict(first)
    both["per_second"] += second["per_second"]
    both["count"] += second["count"]
    for name in ("p50_us", "p99_us"):
        both[name] = max(first[name], second[name])
    for name in ("server_cpu_us", "own_cpu_us", "batch"):
        both[name] = (first[name] + second[name]) / 2
    both["others"] = 0
    return both


def reads(bench):
    """Retrieve and list(20), on PostgreSQL and on a file."""
    with bench.database() as url:
        result = {"postgres": _reads(bench, url)}
    return {**result, "sqlite": _reads(bench, None)}


def _reads(bench, url):
    directory = bench.fresh("daemon")
    with running(Bare(bench.tools, directory, url)) as bare:
        bare.fill(bench.scale["sizes"][0])
    with running(Daemon(bench.tools, directory, "none:", url)) as daemon:
        one = bench.targets("one", [f"{INVITES}/{id}"
                                    for id in daemon.invite_ids(1000)])
        page = bench.targets("page", [f"{INVITES}?limit=20"])

        def get(targets):
            return bench.load("get", daemon, WIDTH, bench.span, targets)

        return {"retrieve": get(one), "list": get(page)}


def mail(bench):
    """Mails that wait already, into a maildir and to a mail server that keeps
    none; on PostgreSQL and on a file."""
    result = {}
    for name, drain in {"maildir": _mail, "smtp": _mail_to_server}.items():
        with bench.database() as url:
            result[name] = {"postgres": drain(bench, url)}
        result[name]["sqlite"] = drain(bench, None)
    return result


class Sink:
    """bench/sink."""

    def __init__(self, tools):
        self.process = subprocess.Popen(
            [tools.path("sink")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.port = int(read_line(self.process, "sink"))

    def taken(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(read_line(self.process, "sink"))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()


def _rate(bench, count):
    time.sleep(bench.span[1])
    before, began = count(), time.monotonic()
    time.sleep(bench.span[0])
    return {"per_second": (count() - before) / (time.monotonic() - began)}


def _queue_mails(bench, directory, url):
    with running(Bare(bench.tools, directory, url)) as bare:
        for _ in range(3):  # so that they last
            bare.create(WIDTH, bench.span, mail=True)


def _mail_to_server(bench, url):
    directory = bench.fresh("daemon")
    _queue_mails(bench, directory, url)
    with running(Sink(bench.tools)) as sink:
        daemon = Daemon(bench.tools, directory,
                        f"smtp://127.0.0.1:{sink.port}", url)
        with running(daemon):
            rate = _rate(bench, sink.taken)
            daemon.kill()  # not waiting for its backlog of mails
    bench.remove(directory)
    return rate


def _mail(bench, url):
    directory = bench.fresh("daemon")
    _queue_mails(bench, directory, url)
    maildir = os.path.join(directory, "mail")
    daemon = Daemon(bench.tools, directory, "maildir:" + maildir, url)

    def delivered():
        return len(os.listdir(os.path.join(maildir, "new")))

    with running(daemon):
        rate = _rate(bench, delivered)
        daemon.kill()  # not waiting for its backlog of mails
    bench.remove(directory)
    return rate


def sizes(bench):
    """Creates with no invites yet, and with many."""
    result = {}
    for count in (0, bench.scale["sizes"][-1]):
        with bench.database() as url:
            result[str(count)] = _with_invites(bench, url, count)
    return result


def _with_invites(bench, url, count):
    if count:
        with running(Bare(bench.tools, bench.fresh("bare"), url)) as bare:
            bare.fill(count)
        run_sql(url, "VACUUM ANALYZE")
    with running(bench.daemon(url)) as daemon:
        return bench.watched(url, lambda: bench.create(daemon))


def standby(bench):
    """Creates that wait for a synchronous standby, whose answer takes a
    while. The delay is made by having it apply what it receives later, and
    commits wait for that."""
    result = {}
    for delay in DELAYS_MS:
        result[str(delay)] = _delayed(bench, delay)
    return result


def _delayed(bench, delay):
    settings = {**SETTINGS, "recovery_min_apply_delay": f"{delay}ms"}
    answer = {}
    with bench.database() as url, running(bench.daemon(url)) as daemon, \
            _standby_with(bench, settings, delay):
        for width in (1, WIDTH, WIDTHS[-1]):
            answer[str(width)] = bench.create(daemon, width)
    return answer


@contextlib.contextmanager
def _standby_with(bench, settings, delay):
    """A standby that commits wait for: for its disk, or, with a delay, until
    it shows what was committed."""
    how = {"synchronous_standby_names": "bench",
           "synchronous_commit": "remote_apply" if delay else "on"}
    with Postgres(settings, copy_of=bench.server, name="bench"):
        for name, value in how.items():
            bench.server.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        bench.server.sql("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in how:
                bench.server.sql(f"ALTER SYSTEM RESET {name}")
            bench.server.sql("SELECT pg_reload_conf()")


def answers(bench):
    """Accepts and their like beside creates: the server here, and as far away
    as AWAY_MS."""
    with bench.database() as url:
        result = {"near": growth.answers(bench, url)}
    with bench.database() as url, \
            running(Delay(str(bench.server.directory), AWAY_MS)) as way:
        far = url.replace(str(bench.server.directory), way.directory)
        result["far"] = growth.answers(bench, url, far)
    return result


def keys(bench):
    with bench.database() as url:
        return growth.keys(bench, url)


def outbox(bench):
    with bench.database() as url:
        return growth.outbox(bench, url)


class Place:
    """A database of the bench's server, for questions.py."""

    blob = "decode(repeat('00', 32), 'hex')"

    def __init__(self, bench, url):
        self.bench, self.url = bench, url
        self.directory = bench.fresh("daemon")

    def daemon(self):
        return Daemon(self.bench.tools, self.directory, url=self.url)

    def sql(self, text):
        return run_sql(self.url, text)

    def options(self):
        return ["--data", self.directory, "--database", self.url]


def questions(bench):
    """See questions.py."""
    with bench.database() as url:
        return worst.measure(bench, Place(bench, url))


def each_resource(bench):
    """See resources.py."""
    with bench.database() as url:
        return resources.measure(bench, Place(bench, url))


def gate_elsewhere(bench):
    """See gate.revoke()."""
    with bench.database() as url, \
            running(Daemon(bench.tools, bench.fresh("daemon"), url=url,
                           gate=True)) as told, \
            running(Daemon(bench.tools, bench.fresh("daemon"), url=url,
                           gate=True)) as other:
        return gate.revoke([told, other])


STEPS = {"creates": creates, "daemons": daemons, "reads": reads,
         "mail": mail, "sizes": sizes, "standby": standby,
         "answers": answers, "keys": keys, "outbox": outbox,
         "questions": questions, "resources": each_resource,
         "gate": gate_elsewhere}
