"""Many creates in one request: what a line costs, what it does to the creates
of others, and pages of a list with filters."""

from harness import INVITES, Bare, Daemon, copy_store, running

LINES = 1000   # of a request of bench/load
CLIENTS = 2    # with bulk requests
BESIDE = 8     # connections of others
WIDTH = 64
FILTERS = {"since": "created_at%5Bgte%5D=1", "failed": "delivery=failed",
           "query": "query=e", "statuses": "status=pending&status=accepted"}


def _lines(result):
    """Of requests with many lines each, what a line comes to."""
    return {**result, "per_second": result["per_second"] * LINES,
            "server_cpu_us": result["server_cpu_us"] / LINES}


def bulk(bench):
    ours, bare = bench.fresh("daemon"), bench.fresh("bare")
    result = {}
    with running(Daemon(bench.tools, ours)) as daemon, \
            running(Bare(bench.tools, bare)) as store:
        result["bare"] = store.create(WIDTH, bench.span)
        result["single"] = bench.tools.load("create", daemon, WIDTH,
                                            bench.span)
        result["bulk"] = _lines(bench.tools.load("bulk", daemon, CLIENTS,
                                                 bench.span))
        result["alone"] = bench.tools.load("create", daemon, BESIDE,
                                           bench.span)
        with bench.tools.bulk_requests(daemon):
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
