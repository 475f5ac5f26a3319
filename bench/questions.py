"""What a question costs in a database that one organization nearly fills: each
list and filter of it beside the plain page, the page of a small organization
beside its own, and a look at one invite beside the worst that others ask.

The invites of the large one lie as badly as they can: a few that are pending
are the oldest, and a quarter each accepted, declined (all by one address),
expired and withdrawn follow."""

import contextlib
import http.client
import re
import sqlite3
import subprocess
import threading

from harness import HOST, INVITES, KEY, START_SECONDS, Daemon, database, running

WIDTH = 64
FEW = 5
ASKERS = 4  # of the worst questions, one after the other
FILL_SECONDS = 600
ADDRESS = "ada@example.com"
USERS = "/v1/organization/users"
LISTS = {"plain": INVITES + "?limit=20",
         **{status: f"{INVITES}?limit=20&status={status}"
            for status in ("pending", "accepted", "expired")},
         "address": f"{INVITES}?limit=20&email={ADDRESS}",
         "users": USERS + "?limit=20",
         "emails": f"{USERS}?emails[]=u7@example.com"}
WORST = ["/v1/organization/audit_logs?limit=20&event_types[]=project.deleted",
         f"{INVITES}?email={ADDRESS}&status=accepted",
         "/metrics"]

# Numbers for the words of states: open, accepted, withdrawn, declined.
FILL = """
INSERT INTO invite(id, organization, address_hash, slot, state, role,
 created_at, expires_at, accepted_at, "user", delivery, delivery_attempts,
 delivery_at, secret_hash, email, projects)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
 WHERE i < {count}), quarter AS (SELECT i, i * 4 / ({count} + 1) AS q FROM n)
SELECT {base} + i, {many}, CASE WHEN q = 1 THEN {ada} ELSE {base} + i END,
 {base} + i, CASE WHEN i <= {few} THEN 0 WHEN q = 0 THEN 1 WHEN q = 1 THEN 3
  WHEN q = 2 THEN 0 ELSE 2 END, 0, 1, CASE WHEN i <= {few} THEN 4000000000
  ELSE i END, 1, 1, 0, 0, 0, {blob}, CASE WHEN q = 1 THEN '{address}'
  ELSE 'u' || i || '@example.com' END, '[]' FROM quarter;
INSERT INTO "user"(id, organization, email, email_key, name, role, added_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
 WHERE i < {count} / 2)
SELECT {base} + i, {many}, 'u' || i || '@example.com',
 'u' || i || '@example.com', '', 0, 1 FROM n;
INSERT INTO audit(id, organization, at, actor, type, target)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
 WHERE i < {count})
SELECT {base} + i, {many}, 1, 1, 1, 1 FROM n;
ANALYZE;
"""


class File:
    """A database in a directory of the bench."""

    blob = "zeroblob(32)"

    def __init__(self, bench, name="questions"):
        self.bench, self.directory = bench, bench.fresh(name)

    def daemon(self):
        return Daemon(self.bench.tools, self.directory)

    def sql(self, text):
        with contextlib.closing(
                sqlite3.connect(database(self.directory))) as file:
            for part in filter(str.strip, text.split(";")):
                row = file.execute(part).fetchone()
                file.commit()
        return row[0] if row else None

    def options(self):
        return ["--data", self.directory]


def invited(bench, place, *arguments):
    """What a command of the operator's prints."""
    return subprocess.run([bench.tools.invited, *arguments, *place.options()],
                          check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=START_SECONDS).stdout


def invite(daemon, address, key=KEY):
    connection = http.client.HTTPConnection(HOST, daemon.port,
                                            timeout=START_SECONDS)
    connection.request("POST", INVITES,
                       f'{{"email": "{address}", "role": "reader"}}',
                       {"Authorization": "Bearer " + key,
                        "Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def fill(bench, place, count):
    """The first organization stays small, another becomes large: its key."""
    with running(place.daemon()) as daemon:
        for number in range(FEW):
            invite(daemon, f"few{number}@example.com")
        invited(bench, place, "organization", "create", "Many")
        key = re.search(r"sk-admin-\S+", invited(
            bench, place, "key", "create", "many", "--organization", "Many"))[0]
        invite(daemon, ADDRESS, key)
    ada = place.sql("SELECT address_hash FROM invite"
                    f" WHERE email = '{ADDRESS}'")
    many = place.sql("SELECT id FROM organization WHERE name = 'Many'")
    base = place.sql("SELECT max(id) FROM audit")
    place.sql(FILL.format(count=count, few=FEW, base=base, many=many, ada=ada,
                          blob=place.blob, address=ADDRESS))
    return key


class Askers:
    """Clients that ask the worst questions, over and over, while a block
    runs."""

    def __init__(self, port, key):
        self.port, self.key, self.over = port, key, threading.Event()
        self.threads = [threading.Thread(target=self._ask)
                        for _ in range(ASKERS)]

    def _ask(self):
        connection = http.client.HTTPConnection(HOST, self.port,
                                                timeout=START_SECONDS)
        while not self.over.is_set():
            for target in WORST:
                connection.request(
                    "GET", target,
                    headers={"Authorization": "Bearer " + self.key})
                connection.getresponse().read()
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def measure(bench, place):
    """Everything, on the database of `place`."""
    many = fill(bench, place, bench.scale["sizes"][-1])
    with running(place.daemon()) as daemon:
        def get(name, target, key=many):
            return bench.tools.load("get", daemon, WIDTH, bench.span,
                                    bench.targets(name, [target]), key)

        result = {name: get(name, target) for name, target in LISTS.items()}
        result["few"] = get("few", LISTS["plain"], KEY)
        one = f"{INVITES}/{daemon.invite_ids(1)[0]}"
        result["alone"] = get("one", one, KEY)
        with Askers(daemon.port, many):
            result["beside"] = get("one", one, KEY)
    return result


def dearest(result):
    """How many plain pages the dearest list or filter costs."""
    return max(result["plain"]["per_second"] / result[name]["per_second"]
               for name in LISTS)
