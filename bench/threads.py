"""What a second thread brings: reads and creates by a daemon with one thread
that answers requests, and by one with two. The longest answer that a list has
costs the generator next to nothing, so it shows what the threads do; of a short
one the generator takes a core of two by itself."""

from harness import INVITES, Daemon, running
from resources import Caller

PROJECTS = "/v1/organization/projects"
COUNT = 100  # projects of an invite, and such invites
WIDTH = 64


def _fill(daemon):
    call = Caller(daemon.port)
    projects = [{"id": call.post(PROJECTS, {"name": f"p{n}"})["id"],
                 "role": "member"} for n in range(COUNT)]
    for number in range(COUNT):
        call.post(INVITES, {"email": f"long{number}@bench.example",
                            "role": "reader", "projects": projects,
                            "send_email": False})


def _targets(bench):
    """A directory with invites of both sizes and, of each kind, the file with
    the targets."""
    directory = bench.fresh("daemon")
    with running(Daemon(bench.tools, directory)) as daemon:
        bench.load("create", daemon, WIDTH, (0.2, 0))
        ids = daemon.invite_ids(1000)
        _fill(daemon)
        last = daemon.invite_ids(COUNT)[-1]
    return directory, {
        "retrieve": bench.targets("one", [f"{INVITES}/{id}" for id in ids]),
        "list": bench.targets("page", [f"{INVITES}?limit=20&after={last}"]),
        "long_list": bench.targets("long", [f"{INVITES}?limit={COUNT}"])}


def measure(bench):
    """{kind: {"1": ..., "2": ...}}, by how many threads there were."""
    directory, targets = _targets(bench)
    result = {kind: _with_each(bench, directory, "get", file)
              for kind, file in targets.items()}
    bench.remove(directory)
    directory = bench.fresh("daemon")
    result["create"] = _with_each(bench, directory, "create")
    bench.remove(directory)
    return result


def _with_each(bench, directory, *load):
    result = {}
    for count in (1, 2):
        with running(Daemon(bench.tools, directory,
                            threads=count)) as daemon:
            result[str(count)] = bench.load(load[0], daemon, WIDTH,
                                            bench.span, *load[1:])
    return result


def gain(kind, figure="per_second"):
    """How many times that of one thread the figure of two is."""
    def of(round_):
        figures = round_["threads"][kind]
        return figures["2"][figure] / figures["1"][figure]
    return of
