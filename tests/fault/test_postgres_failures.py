"""
How the daemon fails on PostgreSQL, and that it heals by itself.

Whatever happens to the database: a client has its answer in bounded time, a
200 or a 503 that says when to come again; what was answered is there, once;
/readyz tells how things are; and when the trouble is over so is ours, without
a restart.
"""

import re
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from harness import DEADLINE, INVITES, PROJECTS, USERS, eventually, refused
from harness.pgproxy import (DROP, HOLD, AtCommitted, AtStatement,
                             InTransaction, Journeys, PgProxy, Refused)
from harness.pgsession import Session
from postgres_server import USER, Postgres, run_sql, url_of

pytestmark = pytest.mark.engines("postgres")

# A client has its answer by then. The daemon's own limits are a few seconds.
BOUND = DEADLINE / 2

# A server may crash here, but not the machine.
SETTINGS = {"fsync": "off", "deadlock_timeout": "100ms"}


@pytest.fixture(scope="module")
def server():
    """For tests that leave the server as it was."""
    with Postgres(SETTINGS) as postgres:
        yield postgres


@pytest.fixture
def own_server():
    """For tests that stop it or change its settings."""
    with Postgres(SETTINGS) as postgres:
        yield postgres


@pytest.fixture
def database(server):
    return server.make_database()


@pytest.fixture
def proxy(server):
    with PgProxy(server) as one:
        yield one


@pytest.fixture
def serve(make_daemon):
    """Starts daemons whose store may fail, with an invite made already: no
    first use of anything falls into the trouble."""
    def start(url, *args, **options):
        daemon = make_daemon("--database", url, "--mail", "none:", *args,
                             **options)
        daemon.expect_error("store_unavailable")
        heals(daemon, "first@example.com")
        return daemon
    return start


@pytest.fixture
def daemon(serve, proxy, database):
    return serve(proxy.url(database))


# -- what is asked and what is answered ---------------------------------------

class Answer:
    """An HTTP answer, which came in time and is one of success, or a 503 that
    a client knows how to handle."""

    def __init__(self, method, path, client, **options):
        started = time.monotonic()
        self.response = client.request(method, path, **options)
        self.took = time.monotonic() - started
        assert self.took < BOUND, f"{method} {path}: {self.took:.1f} s"
        self.status = self.response.status_code
        if self.status != 200:
            refused(self.response, 503, "service_unavailable")
            assert int(self.response.headers["retry-after"]) >= 1
            # A second project would be one too many.
            assert path == PROJECTS or \
                "x-should-retry" not in self.response.headers

    @property
    def json(self):
        assert self.status == 200, self.response.text
        return self.response.json()


def create(daemon, email, **more):
    return Answer("POST", INVITES, daemon.api,
                  json={"email": email, "role": "reader", **more})


def readiness(daemon):
    """(200 or 503, what it says)"""
    started = time.monotonic()
    response = daemon.client(None).get("/readyz")
    assert time.monotonic() - started < BOUND
    assert daemon.client(None).get("/healthz").status_code == 200
    assert response.status_code == 200 or \
        response.text.startswith("store: "), response.text
    return response.status_code, response.text


def wait_ready(daemon, wanted, words=""):
    """Waits until /readyz says so; what it says."""
    def looked():
        status, text = readiness(daemon)
        return text if status == wanted and words in text else None
    return eventually(looked, f"/readyz {wanted} {words}")


def heals(daemon, email="healed@example.com"):
    """No restart: the same process creates again, and is ready again."""
    def created():
        answer = create(daemon, email)
        return answer if answer.status == 200 else None
    answer = eventually(created, "healing")
    wait_ready(daemon, 200)
    assert daemon.process.poll() is None
    return answer.json


def count(server, database, table, condition="true"):
    return int(server.sql(f"SELECT count(*) FROM {table} WHERE {condition}",
                          database))


def assert_once(server, database, *emails):
    """Each was made once, with one event in the audit log."""
    for email in emails:
        found = server.sql(f"SELECT id FROM invite WHERE email = '{email}'",
                           database).split()
        assert len(found) == 1, f"{email}: {found}"
        assert count(server, database, "audit",
                     f"type = 1 AND target = {found[0]}") == 1, email


def backends(server, condition="true"):
    """The daemon's sessions at the server."""
    return server.sql("SELECT pid FROM pg_stat_activity WHERE "
                      f"application_name = 'invited' AND {condition}").split()


def terminate(server):
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE application_name = 'invited'")


def set_server(server, name, value):
    """Changes a setting of the running server, read-only or not."""
    url = server.url(options="-cdefault_transaction_read_only%3Doff")
    run_sql(url, f"ALTER SYSTEM SET {name} = '{value}'")
    run_sql(url, "SELECT pg_reload_conf()")
    eventually(lambda: server.sql(f"SHOW {name}") == value)


def asynchronously(function, *args, **options):
    """Begins it; `.result()` waits for what it returns."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(function, *args, **options)
    pool.shutdown(wait=False)
    return future


# -- 1: no server -------------------------------------------------------------

def test_server_stops_and_comes_back(serve, own_server):
    database = own_server.make_database()
    daemon = serve(own_server.url(database))
    own_server.stop()
    assert create(daemon, "a@example.com").status == 503
    assert Answer("GET", INVITES, daemon.api).status == 503
    assert "No such file" in wait_ready(daemon, 503)
    daemon.wait_log("store_unavailable")

    own_server.start()
    wait_ready(daemon, 200)
    daemon.wait_log("store_recovered")
    heals(daemon, "a@example.com")
    assert_once(own_server, database, "first@example.com", "a@example.com")


def test_no_server_at_start(make_daemon, own_server):
    database = own_server.make_database()
    own_server.stop()
    said = refuses_to_start(make_daemon, own_server.url(database), 75)
    assert said.startswith("invited: could not connect to the database: ")
    # An operator's command does not wait for it to come back.
    daemon = make_daemon("--database", own_server.url(database), start=False)
    done = daemon.command("check", *daemon.args, check=False)
    assert done.returncode == 75 and done.stderr == said + "\n"


def refuse_once(listener, reason):
    """A server that refuses one connection, and is silent to all others."""
    first, _ = listener.accept()
    with first:
        first.recv(1024)
        fields = b"SFATAL\0VFATAL\0C57P03\0M" + reason.encode() + b"\0\0"
        first.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


def test_why_the_last_attempt_failed_at_start(make_daemon):
    """Not that the one after it was still under way when time was up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = asynchronously(refuse_once, listener, "not before noon")
        said = refuses_to_start(
            make_daemon, f"postgres://{USER}@127.0.0.1/invited"
            f"?port={listener.getsockname()[1]}&connect_timeout=60"
            "&sslmode=disable&gssencmode=disable", 75)
        refusing.result()
    assert said.startswith("invited: could not connect to the database: ")
    assert said.endswith("not before noon")


def test_server_comes_while_the_daemon_starts(make_daemon, own_server):
    """As after a power cut, when everything starts at once."""
    database = own_server.make_database()
    own_server.stop()
    daemon = make_daemon("--database", own_server.url(database), start=False)
    starting = asynchronously(daemon.start)
    own_server.start()
    starting.result()
    invite = daemon.api.invite("ada@example.com")
    daemon.api.delivered(invite["id"])  # the server ends before the daemon


def test_a_dead_database_does_not_fill_the_disk(daemon, proxy):
    """One line when it goes, one when it is back, whoever asks meanwhile."""
    proxy.refuse()
    wait_ready(daemon, 503)
    for number in range(50):
        assert create(daemon, f"{number}@example.com").status == 503
    proxy.allow()
    heals(daemon)
    daemon.wait_log("store_recovered")
    events = Counter(line.split(" ")[2] for line in daemon.log)
    assert events["store_unavailable"] <= 2
    assert events["store_recovered"] <= 2


# -- 2: lost in the middle ----------------------------------------------------

@pytest.mark.parametrize("side", ["client", "server"])
def test_cut_at_every_message(daemon, proxy, server, database, side):
    """Behind each message that a create's transaction sends and gets."""
    made = []
    for number in range(100):
        harm = proxy.arm(InTransaction(side, number))
        email = f"{side}-{number}@example.com"
        answer = create(daemon, email)
        made.append(answer.json["id"])
        assert_once(server, database, email)
        if not harm.struck:
            break
    proxy.disarm()
    assert 8 <= number < 99
    found = [one["id"] for one in daemon.api.all(INVITES)]
    assert sorted(found[:-1]) == sorted(made)
    assert readiness(daemon)[0] == 200


def test_cut_again_and_again(daemon, proxy, server, database):
    """A connection that never lasts for a whole batch."""
    proxy.arm(AtStatement("create_many", DROP, times=1000))
    assert create(daemon, "a@example.com").status == 503
    proxy.disarm()
    heals(daemon, "a@example.com")
    assert_once(server, database, "a@example.com")


def test_cut_while_reading(daemon, proxy):
    invite = daemon.api.invite("a@example.com")
    for statement in ("key_by_hash", "invite_get"):
        harm = proxy.arm(AtStatement(statement))
        assert Answer("GET", f"{INVITES}/{invite['id']}",
                      daemon.api).json == without_link(invite)
        assert harm.struck
        assert readiness(daemon)[0] == 200


def without_link(invite):
    return {name: value for name, value in invite.items()
            if name != "accept_url"}


# -- 3: lost at COMMIT --------------------------------------------------------

AT_COMMIT = {"before": lambda: AtStatement("commit"),
             "after": lambda: AtCommitted(),
             "before, silently": lambda: AtStatement("commit", HOLD),
             "after, silently": lambda: AtCommitted(HOLD)}


@pytest.fixture(params=["before", "after"])
def at_commit(request, proxy):
    """Arms the cut; what it is."""
    return lambda: proxy.arm(AT_COMMIT[request.param]())


def test_create_lost_at_commit(daemon, at_commit, server, database):
    for number in range(5):
        email = f"{number}@example.com"
        harm = at_commit()
        made = create(daemon, email).json
        assert harm.struck
        assert_once(server, database, email)
        assert create(daemon, email).json["id"] == made["id"]
        # The link that was answered is the one that works.
    assert readiness(daemon)[0] == 200


def test_batch_lost_at_commit(daemon, at_commit, server, database):
    """Many together: answered each, made once each."""
    clients = [daemon.client() for _ in range(32)]
    emails = [f"{number}@example.com" for number in range(len(clients))]
    harm = at_commit()
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(
            lambda one: Answer("POST", INVITES, one[0], json={
                "email": one[1], "role": "reader"}), zip(clients, emails)))
    assert harm.struck
    assert {answer.status for answer in answers} == {200}
    assert_once(server, database, *emails)


def test_link_survives_a_lost_commit(daemon, at_commit):
    harm = at_commit()
    _, token = daemon.api.link("ada@example.com")
    assert harm.struck
    assert daemon.api.accept(token).status_code == 200


def test_accept_lost_at_commit(daemon, at_commit, server, database):
    grants = [{"id": daemon.api.project(f"P{n}")["id"], "role": "member"}
              for n in range(3)]
    _, token = daemon.api.link("ada@example.com", projects=grants)
    harm = at_commit()
    answer = daemon.api.accept(token)
    assert harm.struck
    assert answer.status_code == 200
    assert answer.json()["user_id"] == \
        daemon.api.ok("GET", USERS)["data"][0]["id"]
    assert count(server, database, '"user"') == 1
    assert count(server, database, "project_user") == 3
    assert count(server, database, "audit", "type IN (2, 5)") == 2


def test_delete_lost_at_commit(daemon, at_commit, server, database):
    invite = daemon.api.invite("ada@example.com")
    harm = at_commit()
    assert Answer("DELETE", f"{INVITES}/{invite['id']}",
                  daemon.api).json["deleted"]
    assert harm.struck
    assert count(server, database, "audit", "type = 3") == 1


def test_project_lost_at_commit(daemon, at_commit, server, database):
    """Nothing tells one from another of the same name, so it had better not
    be made twice."""
    harm = at_commit()
    Answer("POST", PROJECTS, daemon.api, json={"name": "Engine"}).json
    assert harm.struck
    assert count(server, database, "project", "name = 'Engine'") == 1


@pytest.mark.parametrize("when", AT_COMMIT)
def test_server_stays_away_at_commit(daemon, proxy, server, database, when):
    """Nobody can know, and a client that asks again has one invite."""
    harm = AT_COMMIT[when]()
    harm.how = HOLD
    proxy.arm(harm)
    asked = asynchronously(create, daemon, "ada@example.com")
    eventually(lambda: harm.struck, "COMMIT")
    if when.endswith("silently"):
        proxy.hold()
    else:
        proxy.refuse()
    answer = asked.result()
    assert answer.status == 503
    assert "repeating the request is safe" in answer.response.text
    assert create(daemon, "ada@example.com").status == 503
    wait_ready(daemon, 503)

    proxy.disarm()
    if when.endswith("silently"):
        proxy.release()
    else:
        proxy.allow()
    made = heals(daemon, "ada@example.com")
    assert_once(server, database, "ada@example.com")
    assert create(daemon, "ada@example.com").json["id"] == made["id"]


def test_an_uncertain_project_is_not_asked_for_again(daemon, proxy):
    """Not by an SDK, which asks again after any other 503."""
    harm = AT_COMMIT["before"]()
    harm.how = HOLD
    proxy.arm(harm)
    asked = asynchronously(daemon.api.post, PROJECTS, json={"name": "Engine"})
    eventually(lambda: harm.struck, "COMMIT")
    proxy.refuse()
    answer = asked.result()
    refused(answer, 503, "service_unavailable")
    assert answer.headers["x-should-retry"] == "false"
    assert "before you make it again" in answer.json()["error"]["message"]
    proxy.disarm()
    proxy.allow()
    heals(daemon)


def stuck_at_commit(server):
    return backends(server, "wait_event = 'SyncRep'")


@pytest.fixture
def no_standby(own_server):
    """A function that takes the synchronous standby away, or brings it back:
    what is committed meanwhile is not answered."""
    def change(away):
        set_server(own_server, "synchronous_standby_names",
                   "nobody" if away else "")
    yield change
    change(False)


def test_synchronous_standby_away(serve, own_server, no_standby):
    """A COMMIT that hangs is not answered, nor what would be seen only here:
    not by the next, not by reading back; and those that wait are few."""
    database = own_server.make_database()
    daemon = serve(own_server.url(database))
    no_standby(True)
    assert create(daemon, "ada@example.com").status == 503
    eventually(lambda: stuck_at_commit(own_server))
    for number in range(6):
        assert create(daemon, "ada@example.com").status == 503
        assert create(daemon, f"{number}@example.com").status == 503
    assert len(stuck_at_commit(own_server)) <= 3
    assert readiness(daemon)[0] == 503

    no_standby(False)
    made = heals(daemon, "ada@example.com")
    assert create(daemon, "ada@example.com").json["id"] == made["id"]
    assert_once(own_server, database, "ada@example.com")


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
def test_committed_here_only(serve, own_server, no_standby, how):
    """Somebody ends the wait: the server says COMMIT, with a warning, or
    nothing. It is on one machine, so it was not answered yet."""
    database = own_server.make_database()
    daemon = serve(own_server.url(database))
    no_standby(True)
    asked = asynchronously(create, daemon, "ada@example.com")
    eventually(lambda: stuck_at_commit(own_server))
    for pid in stuck_at_commit(own_server):
        own_server.sql(f"SELECT {how}({pid})")
    assert asked.result().status == 503
    assert create(daemon, "ada@example.com").status == 503

    no_standby(False)
    heals(daemon, "ada@example.com")
    assert_once(own_server, database, "ada@example.com")


def test_still_committing_when_read_back(serve, own_server, no_standby):
    """The connection is lost while the server commits. Reading back sees
    nothing yet; doing it again would make two."""
    database = own_server.make_database()
    with PgProxy(own_server) as proxy:
        daemon = serve(proxy.url(database))
        no_standby(True)
        asked = asynchronously(Answer, "POST", PROJECTS, daemon.api,
                               json={"name": "Engine"})
        eventually(lambda: stuck_at_commit(own_server))
        proxy.cut()
        answer = asked.result()
        no_standby(False)
        wait_ready(daemon, 200)
        heals(daemon)
    assert answer.status == 503
    assert count(own_server, database, "project", "name = 'Engine'") == 1


def test_deleted_while_read_back(serve, own_server, no_standby):
    """The same, and the server is done in time: the answer is what the first
    attempt did, not what a second would find."""
    database = own_server.make_database()
    with PgProxy(own_server) as proxy:
        daemon = serve(proxy.url(database))
        invite = daemon.api.invite("ada@example.com")
        no_standby(True)
        asked = asynchronously(Answer, "DELETE", f"{INVITES}/{invite['id']}",
                               daemon.api)
        eventually(lambda: stuck_at_commit(own_server))
        proxy.cut()
        no_standby(False)
        assert asked.result().status in (200, 503)
        heals(daemon)
    assert count(own_server, database, "audit", "type = 3") == 1


# -- 4: others in the way -----------------------------------------------------

@pytest.mark.parametrize("state", ["40001", "40P01", "23505"])
def test_others_in_the_way(daemon, proxy, server, database, state):
    """Tried again; and not for ever."""
    harm = proxy.arm(Refused("create_many", state, times=2))
    create(daemon, "ada@example.com").json
    assert harm.struck == 2
    assert_once(server, database, "ada@example.com")

    proxy.arm(Refused("create_many", state, times=1000))
    assert create(daemon, "bob@example.com").status == 503
    proxy.disarm()
    heals(daemon, "bob@example.com")
    assert_once(server, database, "bob@example.com")


@pytest.mark.parametrize("state", ["55P03", "57014", "53100", "XX000", "57P01",
                                   "25006", "0A000", "40003", "42501"])
def test_server_refuses(daemon, proxy, server, database, state):
    """Once, and always."""
    proxy.arm(Refused("create_many", state))
    assert create(daemon, "ada@example.com").status in (200, 503)
    proxy.arm(Refused("create_many", state, times=1000))
    assert create(daemon, "bob@example.com").status == 503
    proxy.disarm()
    heals(daemon, "ada@example.com")
    heals(daemon, "bob@example.com")
    assert_once(server, database, "ada@example.com", "bob@example.com")


@pytest.mark.parametrize("state", ["40001", "40P01", "40003", "53100"])
def test_commit_is_refused(daemon, proxy, server, database, state):
    """40003: the server itself does not know whether it was done."""
    proxy.arm(Refused("commit", state))
    answer = create(daemon, "ada@example.com")
    assert answer.status == 200 or state == "53100"
    heals(daemon, "ada@example.com")
    assert_once(server, database, "ada@example.com")


def test_deadlock(daemon, proxy, server, database):
    """A real one: we hold an invite and want its mail, another session holds
    the mail and wants the invite."""
    invite = daemon.api.invite("ada@example.com")
    server.sql("INSERT INTO outbox SELECT id, organization, '', 0, "
               "9000000000000000, 0 FROM invite WHERE email = "
               "'ada@example.com'", database)
    # As of one whose mail waits: of others no mail is looked for.
    server.sql("UPDATE invite SET delivery = 1", database)
    with Session(server.url(database)) as other:
        other.run("SET deadlock_timeout = '1h'; BEGIN")
        other.run("SELECT FROM outbox FOR UPDATE")
        # Who is last to wait is told of it: we are to be.
        go_on = threading.Event()
        harm = proxy.arm(AtStatement("outbox_delete_many", go_on))
        asked = asynchronously(Answer, "DELETE", f"{INVITES}/{invite['id']}",
                               daemon.api)
        eventually(lambda: harm.struck)
        other.begin("SELECT FROM invite FOR UPDATE")
        eventually(lambda: server.sql(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND application_name = 'psql'"))
        go_on.set()
        other.join()  # once we have given way
        other.run("ROLLBACK")
        answer = asked.result()
    if answer.status == 200:
        eventually(lambda: server.sql(
            "SELECT deadlocks FROM pg_stat_database "
            f"WHERE datname = '{database}'") != "0", "a deadlock")
    else:  # it took the other too long to come, or to end
        answer = Answer("DELETE", f"{INVITES}/{invite['id']}", daemon.api)
    assert answer.json["deleted"]
    assert count(server, database, "outbox") == 0


def test_table_locked(daemon, server, database):
    """Who is blocked is refused in time; who comes after it is served."""
    with Session(server.url(database)) as other:
        other.run("BEGIN; LOCK TABLE invite IN EXCLUSIVE MODE")
        assert create(daemon, "ada@example.com").status == 503
        Answer("POST", PROJECTS, daemon.api, json={"name": "Engine"}).json
        assert daemon.api.get(INVITES).status_code == 200
        assert create(daemon, "ada@example.com").status == 503
        other.run("ROLLBACK")
    heals(daemon, "ada@example.com")
    assert_once(server, database, "ada@example.com")


def test_table_locked_against_reading(daemon, server, database):
    with Session(server.url(database)) as other:
        other.run("BEGIN; LOCK TABLE invite IN ACCESS EXCLUSIVE MODE")
        assert Answer("GET", INVITES, daemon.api).status == 503
        assert create(daemon, "ada@example.com").status == 503
        assert Answer("GET", PROJECTS, daemon.api).status == 200
        other.run("ROLLBACK")
    heals(daemon, "ada@example.com")
    assert Answer("GET", INVITES, daemon.api).status == 200


def test_row_locked(daemon, server, database):
    """An invite that somebody looks at for long: only who wants that one has
    to wait."""
    held = daemon.api.invite("held@example.com")
    with Session(server.url(database)) as other:
        other.run("BEGIN; SELECT FROM invite WHERE email = "
                  "'held@example.com' FOR UPDATE")
        seen = threading.Event()

        def ask():
            while True:  # until it was seen to wait
                answer = Answer("DELETE", f"{INVITES}/{held['id']}",
                                daemon.api)
                if answer.status != 503 or seen.is_set():
                    return answer
        asked = asynchronously(ask)
        eventually(lambda: backends(server, "wait_event_type = 'Lock'"))
        seen.set()
        create(daemon, "ada@example.com").json
        assert asked.result().status == 503
        other.run("ROLLBACK")
    assert Answer("DELETE", f"{INVITES}/{held['id']}",
                  daemon.api).json["deleted"]
    assert_once(server, database, "ada@example.com")


# -- 5: read-only -------------------------------------------------------------

def make_read_only(server, on):
    set_server(server, "default_transaction_read_only", on)


def test_read_only_primary(serve, own_server):
    database = own_server.make_database()
    daemon = serve(own_server.url(database))
    make_read_only(own_server, "on")
    assert create(daemon, "ada@example.com").status == 503
    assert "read-only" in wait_ready(daemon, 503)
    assert create(daemon, "ada@example.com").status == 503
    make_read_only(own_server, "off")
    wait_ready(daemon, 200)
    heals(daemon, "ada@example.com")
    assert_once(own_server, database, "ada@example.com")


def test_nobody_writes_and_it_shows(serve, own_server):
    """Readiness alone finds out, for a balancer that would send the next
    create here."""
    daemon = serve(own_server.url(own_server.make_database()))
    make_read_only(own_server, "on")
    wait_ready(daemon, 503, "read-only")
    make_read_only(own_server, "off")
    wait_ready(daemon, 200)


def test_standby_only(make_daemon, serve, own_server):
    """It is no place to write to, until it is promoted."""
    database = own_server.make_database()
    with Postgres(SETTINGS, copy_of=own_server) as standby:
        refused_daemon = make_daemon("--database", standby.url(database),
                                     start=False)
        done = refused_daemon.command("check", *refused_daemon.args,
                                      check=False)
        assert done.returncode == 75
        assert "read-only" in done.stderr or "standby" in done.stderr

        daemon = serve(url_of([standby, own_server], database))
        own_server.sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        eventually(lambda: standby.sql(
            "SELECT count(*) FROM invite", database) == "1")
        own_server.stop()
        assert create(daemon, "ada@example.com").status == 503
        wait_ready(daemon, 503)
        standby.promote()
        heals(daemon, "ada@example.com")
        assert_once(standby, database, "first@example.com", "ada@example.com")


# -- 6, 7: not let in ---------------------------------------------------------

def test_too_many_connections(serve, server, database):
    server.sql("CREATE ROLE crowd LOGIN")
    server.sql(f"ALTER DATABASE {database} OWNER TO crowd")
    url = server.url(database).replace(f"{USER}@", "crowd@")
    if "crowd@" not in url:
        url = url.replace("://@", "://crowd@")
    daemon = serve(url)
    server.sql("ALTER ROLE crowd CONNECTION LIMIT 0")
    create(daemon, "a@example.com").json  # with what it has
    terminate(server)
    assert create(daemon, "ada@example.com").status == 503
    wait_ready(daemon, 503, "too many connections")
    server.sql("ALTER ROLE crowd CONNECTION LIMIT 10")
    heals(daemon, "ada@example.com")
    assert_once(server, database, "a@example.com", "ada@example.com")


def test_password_changed(serve, tmp_path):
    passwords = tmp_path / "passwords"

    def remember(secret):
        passwords.write_text(f"*:*:*:{USER}:{secret}\n")
        passwords.chmod(0o600)
    with Postgres(SETTINGS, password="first-secret") as server:
        database = server.make_database()
        url = server.url(database).replace(":first-secret", "")
        remember("first-secret")
        daemon = serve(url, env={"PGPASSFILE": str(passwords)})
        server.sql(f"ALTER ROLE {USER} PASSWORD 'second-secret'")
        server.password = "second-secret"
        create(daemon, "a@example.com").json  # with what it has

        terminate(server)
        assert create(daemon, "ada@example.com").status == 503
        said = wait_ready(daemon, 503, "password authentication failed")
        daemon.wait_log("store_unavailable")
        remember("second-secret")
        heals(daemon, "ada@example.com")
        said += "".join(daemon.log)
        assert "password authentication failed" in said
        assert "-secret" not in said
        assert_once(server, database, "a@example.com", "ada@example.com")


# -- 8: silence ---------------------------------------------------------------

def test_black_hole(daemon, proxy, server, database):
    """Nothing comes back, and nobody says that the connection is lost."""
    proxy.hold()
    assert create(daemon, "ada@example.com").status == 503
    assert create(daemon, "ada@example.com").status == 503
    assert Answer("GET", INVITES, daemon.api).status == 503
    assert readiness(daemon)[0] == 503
    proxy.release()
    heals(daemon, "ada@example.com")
    assert_once(server, database, "ada@example.com")


@pytest.fixture
def black_hole():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def two_hosts(server, database, port):
    """A URL of something on this machine's `port`, and then the server."""
    return (f"postgres://{USER}@/{database}"
            f"?host=127.0.0.1,{server.directory}&port={port},5432")


def test_first_host_refuses(serve, server, database):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    daemon = serve(two_hosts(server, database, port))
    terminate(server)
    create(daemon, "ada@example.com").json


def test_first_host_is_a_black_hole(serve, server, database, black_hole):
    daemon = serve(two_hosts(server, database, black_hole))
    for number in range(3):
        heals(daemon, f"{number}@example.com")
        terminate(server)
    assert_once(server, database, "0@example.com", "1@example.com")


def test_every_host_is_a_black_hole(serve, proxy, server, database,
                                    black_hole):
    """However many: a request does not wait for all of them."""
    holes = ",".join(["127.0.0.1"] * 4)
    ports = ",".join([str(black_hole)] * 4)
    daemon = serve(f"postgres://{USER}@/{database}"
                   f"?host={proxy.directory},{holes}&port=5432,{ports}")
    proxy.refuse()
    for number in range(4):
        assert create(daemon, "ada@example.com").status == 503
        assert readiness(daemon)[0] == 503
    proxy.allow()
    heals(daemon, "ada@example.com")
    assert_once(server, database, "ada@example.com")


# -- 9: under load ------------------------------------------------------------

class Load:
    """Clients that create, each until it is told so, then the next."""

    def __init__(self, daemon, workers=12):
        self.made = {}
        self.wrong = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(daemon.client(), number))
            for number in range(workers)]
        for thread in self._threads:
            thread.start()

    def _run(self, client, worker):
        number = 0
        while not self._over.is_set():
            email = f"w{worker}-{number}@example.com"
            try:
                answer = Answer("POST", INVITES, client,
                                json={"email": email, "role": "reader"})
            except Exception as error:  # a test's thread has no other way
                self.wrong.append(error)
                return
            if answer.status == 200:
                self.made[email] = answer.json["id"]
                number += 1
            else:
                self._over.wait(0.02)

    def wait(self, more=60):
        enough = len(self.made) + more
        eventually(lambda: self.wrong or len(self.made) >= enough, "creates")
        assert not self.wrong, self.wrong

    def end(self):
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self.wrong, self.wrong


def restart(how):
    return lambda server: server.restart(how)


@pytest.mark.long(10)
@pytest.mark.parametrize("harm", [
    terminate, restart(signal.SIGINT), restart(signal.SIGQUIT)],
    ids=["terminate", "fast", "immediate"])
def test_under_load(serve, own_server, harm):
    database = own_server.make_database()
    daemon = serve(own_server.url(database))
    load = Load(daemon)
    for _ in range(3):
        load.wait()
        harm(own_server)
    load.wait()
    load.end()
    rows = dict(line.split("|") for line in own_server.sql(
        "SELECT email, count(*) FROM invite GROUP BY email",
        database).split("\n"))
    assert set(rows.values()) == {"1"}
    assert set(load.made) <= set(rows)
    listed = {one["email"]: one["id"] for one in daemon.api.all(INVITES)}
    assert all(listed[email] == one for email, one in load.made.items())
    assert count(own_server, database, "audit", "type = 1") == len(rows)
    assert daemon.command("check", *daemon.args).returncode == 0
    wait_ready(daemon, 200)


# -- 10: the wrong database ---------------------------------------------------

def refuses_to_start(make_daemon, url, status=1, **options):
    """What it says on standard error, at most behind that it waits."""
    daemon = make_daemon("--database", url, start=False, **options)
    daemon.launch()
    assert daemon.process.wait(2 * DEADLINE) == status
    assert daemon.wait() == status and daemon.output == []
    *waited, said = daemon.log
    daemon._log = []  # a sentence for people, no line of the log
    assert all(" still_waiting " in line for line in waited)
    assert said.startswith("invited: ")
    return said


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_other_encoding(make_daemon, server, encoding):
    name = f"t_{encoding.lower()}"
    server.sql(f"CREATE DATABASE {name} ENCODING '{encoding}' "
               "TEMPLATE template0")
    said = refuses_to_start(make_daemon, server.url(name))
    assert encoding in said and "UTF8" in said


def test_others_tables(make_daemon, server, database):
    """Nothing of another program's is changed."""
    server.sql("CREATE TABLE customer(id BIGINT)", database)
    said = refuses_to_start(make_daemon, server.url(database))
    assert "customer" in said
    assert server.sql("SELECT tablename FROM pg_tables WHERE schemaname = "
                      "'public'", database) == "customer"


def test_a_schema_of_its_own(make_daemon, server, database):
    """Beside another program's tables."""
    server.sql("CREATE TABLE customer(id BIGINT); CREATE SCHEMA invited",
               database)
    daemon = make_daemon("--database", server.url(
        database, options="-csearch_path%3Dinvited"))
    daemon.api.invite("ada@example.com")
    assert server.sql("SELECT count(*) FROM invited.invite", database) == "1"


def test_others_meta_table(make_daemon, server, database):
    server.sql("CREATE TABLE meta(name TEXT)", database)
    said = refuses_to_start(make_daemon, server.url(database))
    assert "could not use the database" in said


def test_newer_schema(serve, make_daemon, server, database):
    """As long as it says that we can work with it, we do."""
    daemon = serve(server.url(database))
    daemon.stop()
    server.sql("UPDATE meta SET value = '900 1' WHERE key = 'schema'",
               database)
    daemon.start()
    daemon.api.invite("ada@example.com")
    daemon.stop()
    server.sql("UPDATE meta SET value = '900 800' WHERE key = 'schema'",
               database)
    said = refuses_to_start(make_daemon, server.url(database))
    assert "version 900" in said and "newer invited" in said
    server.sql("UPDATE meta SET value = 'nonsense' WHERE key = 'schema'",
               database)
    assert "nonsense" in refuses_to_start(make_daemon, server.url(database))


def test_no_such_database(make_daemon, server):
    said = refuses_to_start(make_daemon, server.url("nowhere"), status=75)
    assert '"nowhere" does not exist' in said


# What people take for a URL with a password in it.
SECRET_URLS = [
    "postgres://ada:pa55word@/x?host={host}",
    "postgres://ada:pa55word@{host}/x",
    "postgres://ada:lead@pa55word@localhost:1/x",
    "postgres://ada:lead/pa55word@localhost:1/x",
    "postgres://ada:lead?pa55word@localhost:1/x",
    "postgres://ada:lead#pa55word@localhost:1/x",
    "postgres://ada:%zzpa55word@localhost:1/x",
    "postgres://ada:pa55word@localhost:port/x",
    "postgres://ada@localhost:pa55word/x",
    "postgres://ada@localhost:1,localhost:pa55word/x",
    "postgres://localhost:pa55word/x",
    "postgres://ada@localhost/x?port=pa55word",
    "postgres://ada:pa55word@localhost:1/x?nonsense=1",
    "postgres:host={host} user=ada password=pa55word dbname=x",
    "postgres:host={host} user=ada password=pa55word 'dbname=x",
    "postgresql://ada@localhost:1/x?password=pa55word",
]


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for a password."""
    with Postgres(SETTINGS, password="another") as postgres:
        yield postgres


@pytest.mark.parametrize("url", SECRET_URLS)
def test_password_is_never_told(make_daemon, guarded, url):
    url = url.replace("{host}", str(guarded.directory))
    daemon = make_daemon(start=False)
    for words in (["check"], ["--help"]):
        done = daemon.run(*words, "--database", url, "--data",
                          str(daemon.data), check=False)
        assert done.returncode in (1, 75) or "--help" in words
        assert "pa55word" not in done.stdout + done.stderr
    done = daemon.run("--help", env={"INVITED_DATABASE": url})
    assert "pa55word" not in done.stdout


def test_password_is_not_told_later_either(serve, guarded):
    """Neither when all is well nor when it is not."""
    database = guarded.make_database()
    with PgProxy(guarded) as proxy:
        url = proxy.url(database)
        assert ":another@" in url
        daemon = serve(url)
        proxy.refuse()
        assert create(daemon, "ada@example.com").status == 503
        said = wait_ready(daemon, 503)
        said += daemon.client(None).get("/metrics").text
        proxy.allow()
        heals(daemon)
    said += "".join(daemon.log + daemon.output)
    assert "another" not in said.replace("another transaction", "")


# -- 11: one bad invite in a batch --------------------------------------------

def ask_until_answered(client, body):
    """As the SDKs do: a 503 is no answer."""
    def answered():
        response = client.post(INVITES, json={"role": "reader", **body})
        return response if response.status_code != 503 else None
    return eventually(answered, f"an answer to {body}")


@contextmanager
def nobody_creates(daemon, server, database, count):
    """Creates wait, until there are so many."""
    with Session(server.url(database)) as other:
        other.run("BEGIN; LOCK TABLE invite IN EXCLUSIVE MODE")
        yield
        eventually(lambda: waiting(daemon) >= count, f"{count} that wait")
        other.run("ROLLBACK")


def waiting(daemon):
    """How many requests do, just now."""
    text = daemon.client(None).get("/metrics").text
    found = re.search(r"^invited_http_requests_waiting (\d+)", text, re.M)
    return int(found[1]) if found else 0


def largest_batch(daemon):
    """How many writes were committed together, at most (a power of two)."""
    text = daemon.client(None).get("/metrics").text
    sizes = re.findall(r'batch_size_bucket\{le="(\d+)"\} (\d+)', text)
    total = int(sizes[-1][1])
    return next(int(size) for size, below in sizes if int(below) == total)


def test_bad_invites_fail_alone(daemon, server, database):
    api = daemon.api
    gone = api.project("Gone")["id"]
    server.sql("UPDATE project SET archived_at = 1 WHERE name = 'Gone'",
               database)
    _, token = api.link("member@example.com")
    api.accept(token)
    api.invite("pending@example.com", role="owner")
    again = api.invite("again@example.com")
    bodies = []
    for number in range(8):
        unknown = gone[:-1] + ("0" if gone[-1] != "0" else "1")
        bodies += [
            ({"email": f"good{number}@example.com"}, None),
            ({"email": f"grant{number}@example.com", "projects": []}, None),
            ({"email": "twice@example.com"}, None),
            ({"email": "again@example.com"}, None),
            ({"email": "MEMBER@example.com"}, "user_already_exists"),
            ({"email": "pending@example.com"}, "invite_already_exists"),
            ({"email": f"p{number}@example.com",
              "projects": [{"id": gone, "role": "member"}]},
             "project_archived"),
            ({"email": f"u{number}@example.com",
              "projects": [{"id": unknown, "role": "member"}]},
             "project_not_found"),
        ]
    assert len(bodies) == 64

    clients = [daemon.client() for _ in bodies]
    with ThreadPoolExecutor(len(bodies)) as pool:
        with nobody_creates(daemon, server, database, 32):
            answers = pool.map(ask_until_answered, clients,
                               [body for body, _ in bodies])
        answers = list(answers)
    for (body, code), answer in zip(bodies, answers):
        if code is None:
            assert answer.status_code == 200, (body, answer.text)
        else:
            refused(answer, 400, code)
    ids = {body["email"]: set() for body, _ in bodies}
    for (body, code), answer in zip(bodies, answers):
        ids[body["email"]] |= {answer.json().get("id")}
    assert ids["again@example.com"] == {again["id"]}
    assert len(ids["twice@example.com"]) == 1
    assert_once(server, database, "twice@example.com", "again@example.com",
                *(f"good{number}@example.com" for number in range(8)))
    assert count(server, database, "invite",
                 "email LIKE 'p%@example.com' AND email <> "
                 "'pending@example.com' OR email LIKE 'u%'") == 0
    assert largest_batch(daemon) >= 16


# -- 12: one request that asks for much ---------------------------------------

def test_a_long_list_is_no_long_journey(daemon, proxy):
    """A hundred projects or addresses are asked for at once: what others wait
    for must not grow with what somebody sends."""
    api = daemon.api
    grants = [{"id": api.project(f"P{number}")["id"], "role": "member"}
              for number in range(100)]
    _, token = api.link("ada@example.com", projects=grants)
    missing = [*grants[:99], {"id": "proj_0000000000001", "role": "member"}]
    addresses = [f"user{number}@example.com" for number in range(99)]
    invited = daemon.client(None)
    for ask, status in [
            (lambda: invited.post("/v1/invitations/lookup",
                                  json={"token": token}), 200),
            (lambda: api.post(INVITES, json={
                "email": "bob@example.com", "role": "reader",
                "projects": missing}), 400),
            (lambda: invited.post("/v1/invitations/accept",
                                    json={"token": token}), 200),
            (lambda: invited.post("/v1/invitations/accept",
                                    json={"token": token}), 200),
            (lambda: api.get(USERS, params={
                "emails": [*addresses, "ada@example.com"]}), 200)]:
        journeys = proxy.arm(Journeys())
        answer = ask()
        proxy.disarm()
        assert answer.status_code == status, answer.text
        assert 0 < journeys.count < 12
    assert [user["email"] for user in answer.json()["data"]] == [
        "ada@example.com"]
    shown = invited.post("/v1/invitations/lookup", json={"token": token}).json()
    assert [project["name"] for project in shown["projects"]] == [
        f"P{number}" for number in range(100)]


def test_a_create_that_the_server_refuses_fails_alone(daemon, server,
                                                      database):
    """Not by our rules, but by the database itself."""
    server.sql("ALTER TABLE invite ADD CHECK (email <> 'evil@example.com')",
               database)
    emails = [f"{number}@example.com" for number in range(31)]
    emails.insert(7, "evil@example.com")
    clients = [daemon.client() for _ in emails]
    over = threading.Event()

    def ask(client, email):
        if email != "evil@example.com":
            return ask_until_answered(client, {"email": email})
        while True:  # it comes again with each batch
            answer = create(daemon, email)
            if answer.status != 503 or over.is_set():
                return answer.response
    with ThreadPoolExecutor(len(emails)) as pool:
        with nobody_creates(daemon, server, database, 16):
            evil = pool.submit(ask, daemon.api, emails.pop(7))
            answers = pool.map(ask, clients, emails)
        statuses = {answer.status_code for answer in answers}
        over.set()
    assert statuses == {200}
    assert evil.result().status_code == 503
    assert_once(server, database, *emails)
