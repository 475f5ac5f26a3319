"""What came out on PostgreSQL: as in report.py."""

import statistics

from postgres_steps import AWAY_MS, DELAYS_MS, WIDTH, WIDTHS
from report import (Row, answer_rows, head, middle_of, outbox_rows,
                    question_rows, samples,
                    targets_table)

MARKS = "<!-- postgres: begin -->", "<!-- postgres: end -->"


def _of(*names):
    def find(value):
        for name in names:
            value = value[name]
        return value
    return find


def _ratio(above, below, what="per_second"):
    return lambda r: _of(*above, what)(r) / _of(*below, what)(r)


def _whole_cpu(*names):
    """Of client, daemon and server together, for one create."""
    return lambda r: sum(_of("creates", *names, what)(r) for what in
                         ("own_cpu_us", "server_cpu_us", "database_cpu_us"))


def rows(scale):
    """The table of targets."""
    ours = ("creates", str(WIDTH))
    creates = f"creates per second at {WIDTH} connections"
    return [
        Row("a revoked key at another daemon, after the answer", 1000, False,
            lambda r: r["gate"]["other"]["last_ms"], " ms"),
        Row(f"{creates} / a transaction for each on {WIDTH} connections", 5,
            True, _ratio(ours, ("creates", "each"))),
        Row(f"{creates} / a statement for each on {WIDTH} connections", 1,
            True, _ratio(ours, ("creates", "one_trip"))),
        Row("CPU of all programs for a create: a transaction for each / "
            "through `invited`", 5, True,
            lambda r: _whole_cpu("each")(r) / _whole_cpu(str(WIDTH))(r)),
        Row(f"{creates} / the statement alone, batches as large", 0.6, True,
            _ratio(ours, ("creates", "set"))),
        Row(f"{creates} / at 1", 4, True,
            _ratio(ours, ("creates", "1"))),
        Row(f"creates per second, {WIDTH} connections on two daemons / on one",
            1, True, _ratio(("daemons", "two"), ("daemons", "one"))),
        Row("mails per second to a mail server that keeps none, PostgreSQL / "
            "SQLite", 0.7, True,
            _ratio(("mail", "smtp", "postgres"), ("mail", "smtp", "sqlite"))),
        *answer_rows(("answers", "near"), 0.5),
        *answer_rows(("answers", "far"), 0.5, f", server {AWAY_MS} ms away"),
        Row(f"creates per second with {scale['keys']:,} keys in turn / with one",
            0.85,
            True, _ratio(("keys", "many"), ("keys", "one"))),
        *outbox_rows(scale),
        *question_rows(scale["sizes"][-1]),
    ]


def _table(rounds, head_line, lines):
    """`lines`: what it is, where it lies in a round, and a scale for each
    column; a column that a measurement does not have stays empty."""
    names, scales = zip(*head_line[1:])
    table = [f"| {' | '.join([head_line[0], *names])} |",
             "|---" * len(head_line) + "|"]
    for what, path in lines:
        cells = [what]
        for column, scale in scales:
            of = _of(*path)
            there = column in of(rounds[0])
            cells.append(middle_of(
                rounds, lambda r: of(r)[column] / scale) if there else "")
        table.append(f"| {' | '.join(cells)} |")
    return "\n".join(table)


RATE = [("per second", ("per_second", 1)), ("p50 ms", ("p50_us", 1000)),
        ("p99 ms", ("p99_us", 1000))]
DAEMON = ("daemon's CPU µs", ("server_cpu_us", 1))
GENERATOR = ("generator's CPU µs", ("own_cpu_us", 1))
DATABASE = [("server's CPU µs", ("database_cpu_us", 1)),
            ("WAL octets", ("wal_bytes", 1))]
BATCH = ("batch", ("batch", 1))


def creates_table(rounds):
    lines = [(f"through `invited`, {width} connections",
              ("creates", str(width))) for width in WIDTHS]
    lines += [
        ("the statement alone, 1 connection, batches as at "
         f"{WIDTH}", ("creates", "set")),
        (f"a statement for each, {WIDTH} connections",
         ("creates", "one_trip")),
        (f"a transaction for each, {WIDTH} connections", ("creates", "each")),
        (f"one daemon, {WIDTH} connections", ("daemons", "one")),
        (f"two daemons, {WIDTH // 2} connections each", ("daemons", "two"))]
    sizes = sorted(rounds[0]["sizes"], key=int)
    lines += [(f"one daemon, {int(size):,} invites before",
               ("sizes", size)) for size in sizes]
    return _table(rounds, ["creates", *RATE, BATCH, DAEMON, *DATABASE,
                           GENERATOR], lines)


def reads_table(rounds):
    names = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
    lines = [(f"{verb}, {names[where]}", ("reads", where, verb))
             for verb in ("retrieve", "list") for where in names]
    sinks = {"maildir": "into a maildir", "smtp": "to a mail server"}
    lines += [(f"mails {sinks[sink]}, {names[where]}", ("mail", sink, where))
              for sink in sinks for where in names]
    return _table(rounds, [f"{WIDTH} connections", *RATE, DAEMON, GENERATOR],
                  lines)


def standby_table(rounds):
    lines = [(f"answers {f'after {delay} ms' if delay else 'at once'}, "
              f"{width} connections", ("standby", str(delay), str(width)))
             for delay in DELAYS_MS for width in (1, WIDTH, WIDTHS[-1])]
    return _table(rounds, ["a synchronous standby that", *RATE, BATCH], lines)


def remarks(rounds):
    others = [line["others"] for line in samples(rounds)]
    fsync = middle_of(rounds, _of("creates", "fsync", "per_second"))
    return (f"- 4 KiB overwritten and synced per second, on the same disk: "
            f"{fsync}.\n"
            "- Cores kept busy by anything but the programs measured and the "
            f"server: median {statistics.median(others):.2f}, at most "
            f"{max(others):.2f}.")


def markdown(result):
    rounds, scale = result["rounds"], result["scale"]
    return "\n\n".join([head(result), targets_table(rounds, rows(scale)),
                        creates_table(rounds), reads_table(rounds),
                        standby_table(rounds), remarks(rounds)])
