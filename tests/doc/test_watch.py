"""
What is watched: the table of metrics in doc/operating.md is what the daemon
tells, alerts and dashboard ask for nothing else, and Prometheus' own tool takes
all of it.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Iterator, NamedTuple

import pytest
import yaml

from harness.daemon import ROOT, Daemon

OPERATING = (ROOT / "doc/operating.md").read_text()
RULES = ROOT / "packaging/prometheus/invited.rules.yml"
RULE_TESTS = ROOT / "packaging/prometheus/invited.rules.test.yml"
DASHBOARD = ROOT / "packaging/grafana/invited.json"

ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"]
          for rule in group["rules"]]

PARTS = re.compile(r"_(bucket|sum|count)$")


class Row(NamedTuple):
    kind: str
    labels: frozenset[str]
    what: str


def table() -> dict[str, Row]:
    rows = re.findall(
        r"^\| `(invited_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|$",
        OPERATING, re.MULTILINE)
    found = {name: Row(kind, frozenset(re.findall(r"`(\w+)`", labels)), what)
             for name, kind, labels, what in rows}
    assert len(found) == len(rows) > 20
    return found


TABLE = table()


def promtool(*words: str | Path, said: str | None = None) -> str:
    done = subprocess.run([ROOT / "tools/promtool", *words], input=said,
                          text=True, capture_output=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def scrape() -> str:
    """Of a daemon with all that may be told: SQLite, mail, webhooks, seats."""
    with Daemon("--secrets-key", "secrets.key", engine="sqlite") as daemon:
        api = daemon.api
        api.ok("POST", "/v1/organization/settings", json={"max_seats": 5})
        api.member("ada@example.com")
        api.get("/metrics")
        return api.get("/metrics").text


class Sample(NamedTuple):
    name: str
    labels: dict[str, str]


def samples(scrape: str) -> Iterator[Sample]:
    for line in scrape.splitlines():
        if not line.startswith("#"):
            name, labels = re.fullmatch(r"(\w+)(?:\{(.*)\})? \S+",
                                        line).groups()
            yield Sample(name, dict(re.findall(r'(\w+)="([^"]*)"',
                                               labels or "")))


def base(name: str) -> str:
    """Of a histogram's series, what the table calls it."""
    bare = PARTS.sub("", name)
    return bare if name not in TABLE and bare in TABLE and \
        TABLE[bare].kind == "histogram" else name


# -- the table -----------------------------------------------------------------

def test_the_table_says_what_the_daemon_tells(scrape: str) -> None:
    told = {name: (kind, what) for name, what, kind in re.findall(
        r"^# HELP (\w+) (.*)\n# TYPE \1 (\w+)$", scrape, re.MULTILINE)}
    assert told == {name: (row.kind, row.what) for name, row in TABLE.items()}
    labels: dict[str, set[str]] = {}
    for sample in samples(scrape):
        labels.setdefault(base(sample.name), set()).update(
            set(sample.labels) - {"le"})
    assert labels == {name: set(row.labels) for name, row in TABLE.items()}


def test_no_metric_is_declared_that_the_table_lacks() -> None:
    """Those that this daemon has no reason to tell are in it, too."""
    declared = {name for path in (ROOT / "src").rglob("*.c")
                for name in re.findall(r'\.name = "(invited_\w+)"',
                                       path.read_text())}
    assert len(declared) > 20 and not declared - set(TABLE)


def test_names_are_as_prometheus_wants_them(scrape: str) -> None:
    assert promtool("check", "metrics", said=scrape) == ""
    for name, row in TABLE.items():
        assert name.endswith("_total") == (row.kind == "counter"), name
        assert not re.search(r"_(ms|milliseconds|minutes|kib|mb)(_|$)", name)


# -- who asks for them -----------------------------------------------------------

def dashboard() -> dict[str, Any]:
    return json.loads(DASHBOARD.read_text())


def questions() -> list[tuple[str, str]]:
    """Each expression, and whose it is."""
    return [(rule["alert"], rule["expr"]) for rule in ALERTS] + [
        (panel["title"], target["expr"]) for panel in dashboard()["panels"]
        for target in panel.get("targets", ())]


@pytest.mark.parametrize("whose, expr", questions())
def test_what_is_asked_for_is_told(whose: str, expr: str, scrape: str) -> None:
    values: dict[tuple[str, str], set[str]] = {}
    for sample in samples(scrape):
        for label, value in sample.labels.items():
            values.setdefault((base(sample.name), label), set()).add(value)
    asked = re.findall(r"\b(invited_\w+|up)\b(?:\{([^}]*)\})?", expr)
    assert asked, whose
    for name, selector in asked:
        if name == "up":
            continue
        assert base(name) in TABLE, f"{whose}: {name}"
        assert (base(name) == name) == (
            TABLE[base(name)].kind != "histogram"), f"{whose}: {name}"
        for label, value in re.findall(r'(\w+)="([^"]*)"', selector):
            assert value in values[base(name), label], f"{whose}: {label}"
        for label, _ in re.findall(r'(\w+)(=~|!~|!=)', selector):
            assert label in TABLE[base(name)].labels | {"job", "instance"}
    known = {"le", "job", "instance"}.union(
        *(TABLE[base(name)].labels for name, _ in asked if name != "up"))
    for group in re.findall(r"\bby \(([^)]*)\)", expr):
        assert set(re.split(r", *", group)) <= known, f"{whose}: {group}"


# -- alerts -----------------------------------------------------------------------

def test_the_alerts_hold() -> None:
    promtool("check", "rules", RULES)
    assert "SUCCESS" in promtool("test", "rules", RULE_TESTS)


def test_each_alert_is_tried_and_explained() -> None:
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names)) > 10
    assert re.findall(r"^### (Invited\w+)$", OPERATING, re.MULTILINE) == names
    tried = [case for test in yaml.safe_load(RULE_TESTS.read_text())["tests"]
             for case in test["alert_rule_test"]]
    for comes in True, False:
        assert set(names) == {case["alertname"] for case in tried
                              if bool(case["exp_alerts"]) == comes}
    for rule in ALERTS:
        severity = rule["labels"]["severity"]
        assert severity in ("page", "ticket")
        told = OPERATING.split(f"### {rule['alert']}\n")[1].split("\n##")[0]
        assert f"({severity})" in told, rule["alert"]
        assert len(rule["annotations"]["summary"]) > 20


# -- the dashboard -----------------------------------------------------------------

def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = dashboard()
    assert board["title"] and board["uid"] and board["schemaVersion"] >= 38
    variables = {one["name"]: one for one in board["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == "prometheus"
    for one in variables.values():
        asked = re.findall(r"invited_\w+", str(one["query"]))
        assert set(asked) <= set(TABLE)
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = set()
    for panel in panels:
        place = panel["gridPos"]
        assert panel["title"] and place["x"] + place["w"] <= 24
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & places, f"{panel['title']} lies on another"
        places |= cells
        if panel["type"] == "row":
            continue
        assert panel["targets"]
        for one in [panel, *panel["targets"]]:
            assert one["datasource"] == {"type": "prometheus",
                                         "uid": "${datasource}"}
        ids = [target["refId"] for target in panel["targets"]]
        assert len(set(ids)) == len(ids)
        used = set(re.findall(r"\$(\w+)", json.dumps(panel["targets"])))
        assert used <= {*variables, "__rate_interval"}, panel["title"]


def test_the_dashboard_shows_every_metric() -> None:
    """But those that one looks up when one already knows what is wrong."""
    shown = {base(name) for _, expr in questions()
             for name in re.findall(r"invited_\w+", expr)}
    assert set(TABLE) - shown == {"invited_http_thread_requests_total",
                                  "invited_invites_age_seconds"}
