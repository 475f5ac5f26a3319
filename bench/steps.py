"""What is measured, step by step. A round runs every step once, so that what
is compared was measured within the same seconds; each step returns a dict."""

import os
import shutil

import bulk
import gate
import growth
import questions as worst
import resources
import threads as lanes
from harness import (INVITES, Bare, Daemon, Nginx, copy_store, forget_cached,
                     running)

WIDTHS = (1, 16, 64, 256)
WIDTH = 64  # wherever one width is enough


class Bench:
    """Settings, tools and the prepared stores of a run."""

    def __init__(self, tools, work, scale, progress):
        self.tools, self.work, self.scale = tools, work, scale
        self.span = (scale["seconds"], scale["warm"])
        self.progress = progress
        self.last_page = None
        self._counter = 0

    def fresh(self, name):
        """A directory that nothing was in before."""
        self._counter += 1
        return os.path.join(self.work, f"{self._counter}-{name}")

    def prepared(self, count):
        return os.path.join(self.work, f"prepared-{count}")

    def prepare(self):
        """Stores with many pending invites, made once and then copied."""
        for count in self.scale["sizes"]:
            self.progress(f"preparing a store with {count:,} invites")
            with running(Bare(self.tools, self.prepared(count))) as bare:
                self.last_page = bare.fill(count)["last_page"]

    def release(self):
        """What prepare() has started."""

    def load(self, *arguments):
        return self.tools.load(*arguments)

    def targets(self, name, targets):
        path = os.path.join(self.work, name)
        with open(path, "w") as out:
            out.write("\n".join(targets) + "\n")
        return path

    def remove(self, directory):
        shutil.rmtree(directory, ignore_errors=True)


def creates(bench):
    """Creates through the daemon, in the bare store, and an fsync loop."""
    ours, bare = bench.fresh("daemon"), bench.fresh("bare")
    result = {}
    with running(Daemon(bench.tools, ours)) as daemon, \
            running(Bare(bench.tools, bare)) as store:
        for width in WIDTHS:
            result[str(width)] = {
                "fsync": bench.tools.fsync(bench.work, bench.span[0]),
                "bare": store.create(width, bench.span),
                "daemon": bench.tools.load("create", daemon, width,
                                           bench.span)}
        result["resident_mib"] = daemon.resident_mib()
    bench.remove(ours)
    bench.remove(bare)
    return result


def mail(bench):
    """The same with mails: queued in the bare store, and delivered into a
    maildir by the daemon while it creates."""
    ours, bare = bench.fresh("daemon"), bench.fresh("bare")
    maildir = os.path.join(ours, "mail")
    result = {}
    with running(Bare(bench.tools, bare)) as store:
        result["bare"] = store.create(WIDTH, bench.span, mail=True)
    daemon = Daemon(bench.tools, ours, "maildir:" + maildir)
    with running(daemon):
        result["daemon"] = bench.tools.load("create", daemon, WIDTH,
                                            bench.span)
        result["delivered"] = len(os.listdir(os.path.join(maildir, "new")))
        daemon.kill()  # not waiting for its backlog of mails
    bench.remove(ours)
    bench.remove(bare)
    return result


def reads(bench):
    """Retrieve and list against nginx with the same bytes."""
    ours = bench.fresh("daemon")
    copy_store(bench.prepared(bench.scale["sizes"][0]), ours)
    with running(Daemon(bench.tools, ours)) as daemon:
        ids = bench.daemon_ids = daemon.invite_ids(1000)
        one = [f"{INVITES}/{id}" for id in ids]
        page = f"{INVITES}?limit=20"
        body = daemon.get(one[0]).decode(), daemon.get(page).decode()
        with running(Nginx(bench.fresh("nginx"), *body,
                           daemon.head)) as nginx:
            result = _compare(bench, daemon, nginx, one, page)
    bench.remove(ours)
    return result


def _compare(bench, daemon, nginx, one, page):
    def get(server, name, targets):
        return bench.tools.load("get", server, WIDTH, bench.span,
                                bench.targets(name, targets))

    return {"nginx_retrieve": get(nginx, "nginx-one", ["/invite"]),
            "retrieve": get(daemon, "one", one),
            "list": get(daemon, "page", [page]),
            "nginx_list": get(nginx, "nginx-page", ["/page"])}


def slow_clients(bench):
    """Good clients alone, and beside many that trickle header bytes."""
    ours = bench.fresh("daemon")
    copy_store(bench.prepared(bench.scale["sizes"][0]), ours)
    result = {}
    with running(Daemon(bench.tools, ours)) as daemon:
        one = bench.targets("one", [f"{INVITES}/{id}"
                                    for id in daemon.invite_ids(1000)])

        def measure(kind):
            result["create_" + kind] = bench.tools.load(
                "create", daemon, WIDTH, bench.span)
            result["retrieve_" + kind] = bench.tools.load(
                "get", daemon, WIDTH, bench.span, one)

        measure("alone")
        with bench.tools.crowd("slow", daemon, bench.scale["slow"]):
            measure("beside")
    bench.remove(ours)
    return result


def sizes(bench):
    """Creates, and list pages, with more and more invites there already."""
    result = {}
    for count in (0, *bench.scale["sizes"]):
        ours = bench.fresh("daemon")
        if count:
            copy_store(bench.prepared(count), ours)
        with running(Daemon(bench.tools, ours)) as daemon:
            if count == bench.scale["sizes"][-1]:
                result["pages"] = _pages(bench, daemon)
            result[f"create_{count}"] = bench.tools.load(
                "create", daemon, WIDTH, bench.span)
        bench.remove(ours)
    return result


def _pages(bench, daemon):
    """The first page and the last one, both full."""
    first = f"{INVITES}?limit=20"
    last = f"{first}&after={bench.last_page}"

    def get(name, target):
        return bench.tools.load("get", daemon, WIDTH, bench.span,
                                bench.targets(name, [target]))

    return {"first": get("first", first), "last": get("last", last)}


def start(bench):
    """From exec to the first answer, with a full store: its pages in memory,
    none of them in memory, and after kill -9 under load."""
    ours = bench.fresh("daemon")
    copy_store(bench.prepared(bench.scale["sizes"][-1]), ours)
    result = {}
    for kind in ("warm", "cold"):
        if kind == "cold":
            forget_cached(ours)
        with running(Daemon(bench.tools, ours)) as daemon:
            result[kind] = daemon.first_answer_seconds
    daemon = Daemon(bench.tools, ours)
    bench.tools.load("create", daemon, WIDTH, bench.span)
    daemon.kill()
    with running(Daemon(bench.tools, ours)) as daemon:
        result["killed"] = daemon.first_answer_seconds
    bench.remove(ours)
    return result


def memory(bench):
    """Resident memory with idle connections, of a fresh daemon and of one
    that has just taken creates as fast as it could."""
    ours = bench.fresh("daemon")
    count = bench.scale["idle"]
    result = {}
    with running(Daemon(bench.tools, ours)) as daemon:
        result["empty"] = daemon.resident_mib()
        with bench.tools.crowd("idle", daemon, count):
            result["idle"] = daemon.resident_mib()
        bench.tools.load("create", daemon, WIDTH, bench.span)
        with bench.tools.crowd("idle", daemon, count):
            result["idle_after_load"] = daemon.resident_mib()
    bench.remove(ours)
    return result


def questions(bench):
    """See questions.py."""
    place = worst.File(bench)
    result = worst.measure(bench, place)
    bench.remove(place.directory)
    return result


def each_resource(bench):
    """See resources.py."""
    place = worst.File(bench, "resources")
    result = resources.measure(bench, place)
    bench.remove(place.directory)
    return result


def threads(bench):
    """See threads.py."""
    return lanes.measure(bench)


STEPS = {"creates": creates, "mail": mail, "reads": reads,
         "slow": slow_clients, "sizes": sizes, "start": start,
         "memory": memory, "answers": growth.answers, "keys": growth.keys,
         "log": growth.log, "outbox": growth.outbox,
         "questions": questions, "resources": each_resource, "gate": gate.gate,
         "threads": threads, "bulk": bulk.bulk, "find": bulk.find}
