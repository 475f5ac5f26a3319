"""What came out: ratios against their targets, and the figures behind them.

A ratio is made within a round, of figures measured within the same seconds;
what is reported is the median of the rounds, with the smallest and largest."""

import statistics
from dataclasses import dataclass
from typing import Callable

import bulk
import gate
import resources
import threads
from questions import dearest
from steps import WIDTH, WIDTHS

MARKS = "<!-- table: begin -->", "<!-- table: end -->"


@dataclass
class Row:
    """One promise: how it is computed from a round, and what it should be."""
    what: str
    bound: float
    at_least: bool
    of: Callable[[dict], float]
    unit: str = ""

    def values(self, rounds):
        return [self.of(round_) for round_ in rounds]

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound

    def target(self):
        word = "at least" if self.at_least else "at most"
        return f"{word} {self.bound:g}{self.unit}"


def _create(width, who, what):
    return lambda r: r["creates"][str(width)][who][what]


def _ratio(above, below):
    return lambda r: above(r) / below(r)


def _cpu(step, name):
    return lambda r: r[step][name]["server_cpu_us"]


def _rate(step, name):
    return lambda r: r[step][name]["per_second"]


def question_rows(count):
    """Of the step of that name, on either database."""
    return [
        Row(f"dearest list or filter of {count:,} invites / plain page", 3,
            False, lambda r: dearest(r["questions"])),
        Row("time of a page of five invites beside them / of a page of them",
            3, False, _ratio(_rate("questions", "plain"),
                             _rate("questions", "few"))),
        Row("retrieves beside four clients' worst questions / alone", 0.7,
            True, _ratio(_rate("questions", "beside"),
                         _rate("questions", "alone"))),
        Row("dearest retrieve of any resource / an invite's", 1.5, False,
            lambda r: resources.dearest(r, "ones")),
        Row("dearest list(20) of any resource / the invites'", 1.5, False,
            lambda r: resources.dearest(r, "pages"))]


def rows(scale):
    """The table of targets; `scale` says how large the stores were."""
    small, large = scale["sizes"]
    full = f"create_{large}"
    return [
        Row(f"creates per second at {WIDTH} connections / bare store", 0.6,
            True, _ratio(_create(WIDTH, "daemon", "per_second"),
                         _create(WIDTH, "bare", "per_second"))),
        Row(f"creates per second at {WIDTH} connections / at 1", 4, True,
            _ratio(_create(WIDTH, "daemon", "per_second"),
                   _create(1, "daemon", "per_second"))),
        Row("create p50 at 1 connection / 4 KiB overwrite + fdatasync p50", 3,
            False, _ratio(_create(1, "daemon", "p50_us"),
                          _create(1, "fsync", "p50_us"))),
        Row(f"CPU per create at {WIDTH} connections / bare store", 2, False,
            _ratio(_create(WIDTH, "daemon", "server_cpu_us"),
                   _create(WIDTH, "bare", "own_cpu_us"))),
        Row("retrieve per second / nginx with the same bytes", 0.5, True,
            _ratio(_rate("reads", "retrieve"),
                   _rate("reads", "nginx_retrieve"))),
        Row("list(20) per second / retrieve per second", 0.25, True,
            _ratio(_rate("reads", "list"), _rate("reads", "retrieve"))),
        Row(f"CPU per create with {large:,} invites / with none", 2.5, False,
            _ratio(_cpu("sizes", full), _cpu("sizes", "create_0"))),
        Row(f"CPU per create with {small:,} invites / with none", 2.5, False,
            _ratio(_cpu("sizes", f"create_{small}"),
                   _cpu("sizes", "create_0"))),
        Row(f"time of the last page of {large:,} / of the first", 1.2, False,
            lambda r: r["sizes"]["pages"]["first"]["per_second"] /
            r["sizes"]["pages"]["last"]["per_second"]),
        Row(f"resident memory with {scale['idle']:,} idle connections", 48,
            False, lambda r: r["memory"]["idle"], " MiB"),
        Row(f"creates beside {scale['slow']:,} slow clients / alone", 0.9,
            True, _ratio(_rate("slow", "create_beside"),
                         _rate("slow", "create_alone"))),
        Row(f"retrieves beside {scale['slow']:,} slow clients / alone", 0.9,
            True, _ratio(_rate("slow", "retrieve_beside"),
                         _rate("slow", "retrieve_alone"))),
        *question_rows(large),
        *thread_rows(),
        Row(f"start to first answer with {large:,} invites, cached", 0.5,
            False, lambda r: r["start"]["warm"], " s"),
        Row("the same, nothing cached", 0.5, False,
            lambda r: r["start"]["cold"], " s"),
        Row("the same, after kill -9 under load", 0.5, False,
            lambda r: r["start"]["killed"], " s"),
        *answer_rows(("answers",), 0.7),
        Row(f"creates per second with {scale['keys']:,} keys in turn / with one",
            0.85,
            True, _ratio(_rate("keys", "many"), _rate("keys", "one"))),
        Row("the log after a long read, nobody writing any more", 0, False,
            lambda r: r["log"]["idle_mib"], " MiB"),
        *outbox_rows(scale),
        *gate_rows(),
        *bulk_rows(large),
    ]


def bulk_rows(large):
    def of_bulk(name, key):
        return lambda r: r["bulk"][name][key]

    def of_page(name):
        return lambda r: (r["find"]["plain"]["per_second"] /
                          r["find"][name]["per_second"])

    return [
        Row("lines of bulk creates per second / bare store", 0.85, True,
            _ratio(of_bulk("bulk", "per_second"),
                   of_bulk("bare", "per_second"))),
        Row(f"CPU per line / per create at {bulk.BESIDE} connections", 0.5,
            False, _ratio(of_bulk("bulk", "server_cpu_us"),
                          of_bulk("alone", "server_cpu_us"))),
        Row("p99 of others' creates beside bulk creates / alone", 2, False,
            _ratio(of_bulk("beside", "p99_us"), of_bulk("alone", "p99_us"))),
        *[Row(f"time of a page of {large:,} by {name} / without a filter", 3,
              False, of_page(name)) for name in ("since", "failed", "query")]]


def gate_rows():
    def of_flood(name):
        return lambda r: r["gate"]["flood"][name]

    return [
        Row("checks per second at the gate / nginx with the same bytes", 0.8,
            True, _ratio(_rate("gate", "one"), _rate("gate", "nginx"))),
        Row("CPU per check / the HTTP library alone", 1.25, False,
            _ratio(_cpu("gate", "one"), _cpu("gate", "bare"))),
        Row("CPU per check with many keys in memory / with one", 1.25, False,
            lambda r: (r["gate"]["many"]["again"]["server_cpu_us"] /
                       r["gate"]["one"]["server_cpu_us"])),
        Row(f"CPU per create beside {gate.PACE:,} checks a second / alone",
            1.05, False, lambda r: gate.create_cpu(r["gate"])),
        Row("look-ups a second in a flood of unknown keys", 500, False,
            of_flood("lookups_per_second")),
        Row("checks let through after a revocation was answered", 0, False,
            lambda r: r["gate"]["revoked"]["told"]["late"])]


def answer_rows(path, bound, where=""):
    """Of growth.answers(), which lies at `path` in a round."""
    def ratio(verb):
        def of(round_):
            for name in path:
                round_ = round_[name]
            at = round_[str(WIDTH)]
            return at[verb]["per_second"] / at["create"]["per_second"]
        return of

    return [Row(f"{verb}s per second / creates, {WIDTH} connections{where}",
                bound, True, ratio(verb))
            for verb in ("accept", "decline", "delete")]


def thread_rows():
    return [
        Row("long lists with two threads / with one", 1.6, True,
            threads.gain("long_list")),
        Row("CPU per long list with two threads / with one", 1.1, False,
            threads.gain("long_list", "server_cpu_us")),
        Row("list(20) with two threads / with one, beside the generator", 1.4,
            True, threads.gain("list")),
        Row("retrieves with two threads / with one, beside the generator", 1.1,
            True, threads.gain("retrieve")),
        Row(f"creates with two threads / with one, {WIDTH} connections", 0.95,
            True, threads.gain("create"))]


def outbox_rows(scale):
    count = f"{scale['outbox']:,} mails that wait for a server that is away"
    return [Row(f"attempts a second with {count}", 2, False,
                lambda r: r["outbox"]["attempts_per_second"]),
            Row(f"start to first answer with {count}", 0.5, False,
                lambda r: r["outbox"]["again"], " s")]


def short(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def targets_table(rounds, promises):
    """Markdown, one line a promise."""
    lines = ["| | target | median | range | met |", "|---|---|---|---|---|"]
    for row in promises:
        values = row.values(rounds)
        middle = statistics.median(values)
        lines.append(
            f"| {row.what} | {row.target()} | **{short(middle)}**{row.unit} "
            f"| {short(min(values))} .. {short(max(values))} "
            f"| {'yes' if row.met(middle) else '**no**'} |")
    return "\n".join(lines)


def middle_of(rounds, of):
    return short(statistics.median(of(r) for r in rounds))


def creates_table(rounds):
    """Rates and times at each width, the daemon's beside the baselines'."""
    lines = ["| connections | creates/s | p50 ms | p99 ms | CPU µs "
             "| bare store/s | p50 ms | p99 ms | CPU µs | batch "
             "| fdatasync/s | p50 ms |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for width in WIDTHS:
        cells = [str(width)]
        for who, what, scale in (
                ("daemon", "per_second", 1), ("daemon", "p50_us", 1000),
                ("daemon", "p99_us", 1000), ("daemon", "server_cpu_us", 1),
                ("bare", "per_second", 1), ("bare", "p50_us", 1000),
                ("bare", "p99_us", 1000), ("bare", "own_cpu_us", 1),
                ("bare", "batch", 1), ("fsync", "per_second", 1),
                ("fsync", "p50_us", 1000)):
            of = _create(width, who, what)
            cells.append(middle_of(rounds, lambda r: of(r) / scale))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def other_table(rounds, scale):
    """The figures behind the other ratios."""
    small, large = scale["sizes"]
    named = [
        ("create, bare store, mails queued", "mail", "bare"),
        ("create, daemon, mails into a maildir", "mail", "daemon"),
        ("retrieve", "reads", "retrieve"),
        ("nginx, the same bytes", "reads", "nginx_retrieve"),
        ("list(20)", "reads", "list"),
        ("nginx, the same bytes", "reads", "nginx_list"),
        ("create, no invites yet", "sizes", "create_0"),
        (f"create, {small:,} invites", "sizes", f"create_{small}"),
        (f"create, {large:,} invites", "sizes", f"create_{large}"),
        (f"create beside {scale['slow']:,} slow clients", "slow",
         "create_beside"),
        (f"retrieve beside {scale['slow']:,} slow clients", "slow",
         "retrieve_beside")]
    lines = [f"| {WIDTH} connections | per second | p50 ms | p99 ms "
             "| CPU µs | generator's CPU µs |", "|---|---|---|---|---|---|"]
    for what, step, name in named:
        lines.append(_other_line(rounds, what, step, name))
    return "\n".join(lines)


def _other_line(rounds, what, step, name):
    def middle(key, scale=1):
        return middle_of(rounds, lambda r: r[step][name][key] / scale)

    bare = name == "bare"
    cells = [what, middle("per_second"), middle("p50_us", 1000),
             middle("p99_us", 1000),
             middle("own_cpu_us" if bare else "server_cpu_us"),
             "" if bare else middle("own_cpu_us")]
    return "| " + " | ".join(cells) + " |"


def remarks(rounds):
    """What does not fit a table."""
    def middle(of):
        return middle_of(rounds, of)

    mails = middle(lambda r: r["mail"]["delivered"])
    memory = [middle(lambda r: r["memory"][k])
              for k in ("empty", "idle", "idle_after_load")]
    others = [line["others"] for line in samples(rounds)]
    return (
        f"- Mails delivered into the maildir while creates ran: {mails}.\n"
        f"- Resident memory, MiB: {memory[0]} just started, {memory[1]} with "
        f"the idle connections, {memory[2]} with them after a burst of "
        "creates.\n"
        "- Cores kept busy by anything but the two programs measured "
        "(the kernel's disk work, other programs): median "
        f"{statistics.median(others):.2f}, at most {max(others):.2f}.")


def samples(value):
    """Every single measurement in a result."""
    if isinstance(value, dict):
        if "others" in value:
            yield value
        else:
            for item in value.values():
                yield from samples(item)
    elif isinstance(value, list):
        for item in value:
            yield from samples(item)


def head(result):
    """When, where, and how often."""
    return (f"{result['when']}; {result['machine']}; "
            f"{len(result['rounds'])} rounds of "
            f"{result['scale']['seconds']:g} s a measurement.")


def markdown(result):
    rounds, scale = result["rounds"], result["scale"]
    return "\n\n".join([
        head(result), targets_table(rounds, rows(scale)),
        creates_table(rounds), other_table(rounds, scale), remarks(rounds)])


def write_readme(path, tables, begin, end):
    """Puts the tables between the two marks in the file."""
    with open(path) as file:
        text = file.read()
    before, _, rest = text.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"{path}: the marks for the table are missing")
    with open(path, "w") as file:
        file.write(f"{before}{begin}\n\n{tables}\n\n{end}{after}")
