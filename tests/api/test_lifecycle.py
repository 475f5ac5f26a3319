"""
Starting, stopping, probes, and a world that will not have it: full disks,
read-only files, databases of the future.
"""

import contextlib
import itertools
import os
import re
import resource
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from harness import (DEADLINE, INVITES, RawClient, binary, eventually,
                     refused)

REFUSED = 1


# -- probes -------------------------------------------------------------------

def test_alive_and_ready(shared_daemon):
    anonymous = shared_daemon.client(None)
    assert anonymous.get("/healthz").status_code == 200
    assert anonymous.get("/readyz").status_code == 200


def test_not_ready_when_the_mail_server_is_not_there(make_daemon):
    api = make_daemon("--mail", "smtp://127.0.0.1:1").api
    invite = api.invite("ada@example.com")
    failed = api.delivered(invite["id"], "deferred")
    assert failed["delivery"]["last_error"]
    response = eventually(lambda: next(iter(
        [answer for answer in [api.get("/readyz")]
         if answer.status_code == 503]), None))
    assert "mail" in response.text
    assert api.get("/healthz").status_code == 200


SAMPLE = re.compile(
    r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="[^"\\]*",?)+\})?'
    r" -?[0-9.eE+-]+( [0-9]+)?")


def samples(text):
    """The metrics of an answer, by name and labels."""
    found, typed = {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in typed, f"{name} typed twice"
            typed.add(name)
        elif not line.startswith("# HELP ") and line:
            assert SAMPLE.fullmatch(line), line
            name, value = line.rsplit(" ", 1)
            assert name not in found, f"{name} twice"
            found[name] = float(value)
    for name in found:
        bare = re.sub(r"\{.*", "", name)
        assert {bare, re.sub(r"_(bucket|sum|count)$", "", bare)} & typed, name
    return found


def test_metrics(daemon):
    before = samples(daemon.api.get("/metrics").text)
    for number in range(7):
        daemon.api.invite(f"p{number}@example.com", send_email=False)
    daemon.api.get(f"{INVITES}/invite-0000000000001")
    after = samples(daemon.api.get("/metrics").text)
    grown = {name for name in after if after[name] > before.get(name, 0)}
    assert any("request" in name for name in grown), after
    assert any("commit" in name or "write" in name or "batch" in name
               for name in grown), after
    assert "ada" not in daemon.api.get("/metrics").text


# -- what is kept -------------------------------------------------------------

def test_a_restart_finds_everything_as_it_was(daemon):
    api = daemon.api
    project = api.project("P")
    _, token = api.link("in@example.com", projects=[
        {"id": project["id"], "role": "owner"}])
    assert api.accept(token).status_code == 200
    pending, link = api.link("pending@example.com")
    paths = [INVITES, "/v1/organization/projects", "/v1/organization/users",
             f"/v1/organization/projects/{project['id']}/users"]
    before = [api.ok("GET", path) for path in paths]
    daemon.restart()
    assert [daemon.api.ok("GET", path) for path in paths] == before
    assert daemon.api.accept(link).status_code == 200


def test_mail_that_waits_is_sent_after_a_restart(make_daemon):
    daemon = make_daemon("--mail", "smtp://127.0.0.1:1", "--mail-retry", "1s")
    invite = daemon.api.invite("ada@example.com")
    daemon.api.delivered(invite["id"], "deferred")
    daemon.stop()
    daemon.args[:] = []
    daemon.start()
    daemon.mailbox.wait("ada@example.com")
    assert daemon.api.delivered(invite["id"])["delivery"]["attempts"] >= 2


def test_an_unknown_file_in_the_data_directory_is_left_alone(daemon):
    daemon.stop()
    (daemon.data / "notes.txt").write_text("mine")
    daemon.start()
    daemon.stop()
    assert (daemon.data / "notes.txt").read_text() == "mine"
    daemon.start()


# -- SIGTERM ------------------------------------------------------------------

def test_impatience_changes_nothing(make_daemon):
    """One signal after the other until it is gone: it stops as for one."""
    daemon = make_daemon()
    daemon.api.invite("ada@example.com")
    process = daemon.process
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
    assert daemon.wait() == 0
    daemon.start()
    assert [i["email"] for i in daemon.api.all(INVITES)] == ["ada@example.com"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_are_answered(daemon, number):
    """No request that was sent is left without an answer."""
    body = b'{"email":"p%d@example.com","role":"reader","send_email":false}'
    head = (f"POST {INVITES} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {daemon.key}\r\n"
            "Content-Length: %d\r\n\r\n")
    raws = [RawClient(daemon.port) for _ in range(50)]
    try:
        # Each connection is known to the daemon before the signal.
        for raw in raws:
            raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert raw.response().status == 200
        for index, raw in enumerate(raws):
            whole = body % index
            raw.send((head % len(whole)).encode() + whole)
        first = raws[0].response()
        daemon.signal(number)
        answers = [first] + [raw.response() for raw in raws[1:]]
    finally:
        for raw in raws:
            raw.close()
    assert daemon.wait() == 0
    created = [answer for answer in answers
               if answer is not None and answer.status == 200]
    assert len(created) >= 1
    daemon.start()
    assert len(list(daemon.api.all(INVITES))) >= len(created)
    # All that arrived before it stopped accepting were carried out or
    # refused, none was dropped half-way.
    assert all(answer is None or answer.status in (200, 503)
               for answer in answers)


def test_idle_connections_do_not_hold_it_up(daemon):
    raws = [RawClient(daemon.port) for _ in range(20)]
    raws[0].send(b"POST /v1/organization/invites HTTP/1.1\r\nHost:")
    try:
        daemon.api.get("/healthz")
        daemon.stop()
    finally:
        for raw in raws:
            raw.close()
    daemon.start()


def test_requests_without_an_end_do_not_hold_it_up(daemon):
    """Nobody is owed an answer to half a head, gone or still connected."""
    raws = [RawClient(daemon.port) for _ in range(100)]
    try:
        for number, raw in enumerate(raws):
            raw.send(b"GET /x HTTP/1.1\r\nHost: x\r\n")
            if number % 2:
                raw.close()
        daemon.api.get("/healthz")
        daemon.stop()
    finally:
        for raw in raws:
            raw.close()
    assert not [line for line in daemon.log if "requests_cut_off" in line]
    daemon.start()


def test_under_load(daemon):
    """Stopped in the midst of it: what was answered is there."""
    done, halt = [], threading.Event()

    def create(worker):
        client = daemon.client()
        number = 0
        while not halt.is_set():
            number += 1
            try:
                done.append(client.invite(f"w{worker}-{number}@example.com",
                                          send_email=False)["id"])
            except (OSError, AssertionError, Exception) as error:
                if isinstance(error, AssertionError):
                    assert "503" in str(error)
                return
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(create, worker) for worker in range(8)]
        eventually(lambda: len(done) > 100)
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() == 0
        halt.set()
        for future in futures:
            future.result()
    daemon.start()
    assert set(done) <= {one["id"] for one in daemon.api.all(INVITES)}


# -- addresses to listen on ---------------------------------------------------

def test_a_port_in_use(daemon, make_daemon, tmp_path):
    second = make_daemon("--listen", f"127.0.0.1:{daemon.port}", start=False,
                         data=tmp_path)
    assert str(daemon.port) in refusal_to_start(second)
    # No key was shown that would be asked for later.
    assert second.output == []


def test_several_addresses_and_a_unix_socket(make_daemon, tmp_path):
    path = tmp_path / "socket"
    daemon = make_daemon("--listen", f"unix:{path}", "--listen", "[::1]:0")
    listening = [line for line in daemon.output if "listening on" in line]
    assert len(listening) == 3
    with socket.socket(socket.AF_UNIX) as unix:
        unix.settimeout(DEADLINE)
        unix.connect(str(path))
        unix.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
                     b"Connection: close\r\n\r\n")
        assert unix.recv(4096).startswith(b"HTTP/1.1 200")
    daemon.stop()
    assert not path.exists()
    daemon.start()


def test_a_stale_unix_socket_is_replaced(make_daemon, tmp_path):
    path = tmp_path / "socket"
    daemon = make_daemon("--listen", f"unix:{path}")
    daemon.kill()
    assert path.exists()
    daemon.start()


def test_a_container_can_ask_how_it_is(make_daemon, tmp_path):
    """Where no other program is there to ask."""
    path = tmp_path / "socket"
    daemon = make_daemon("--listen", f"unix:{path}")

    def health(listen):
        return daemon.run("health", "--listen", listen, check=False)
    for listen in (f"127.0.0.1:{daemon.port}", f"0.0.0.0:{daemon.port}",
                   f"localhost:{daemon.port}", f"unix:{path}"):
        done = health(listen)
        assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr
    daemon.stop()
    done = health(f"unix:{path}")
    assert done.returncode == REFUSED
    assert f"the server at unix:{path} does not answer" in done.stderr


# -- the service manager ------------------------------------------------------

@pytest.fixture
def supervised():
    """A daemon built with systemd's library."""
    if b"libsystemd" not in binary().read_bytes():
        pytest.skip("built without systemd")


def test_readiness_is_told(supervised, make_daemon, tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(DEADLINE)
        manager.bind(path)
        daemon = make_daemon(env={"NOTIFY_SOCKET": path})
        assert manager.recv(4096) == b"READY=1"
        daemon.stop()
        assert manager.recv(4096) == b"STOPPING=1"
    daemon.env.clear()


def test_a_socket_that_was_handed_over(supervised, tmp_path):
    """The manager listens, and starts the daemon with its socket as 3."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        os.set_inheritable(listener.fileno(), True)
        process = subprocess.Popen(
            ["sh", "-c", 'exec env LISTEN_PID=$$ LISTEN_FDS=1 "$0" serve '
             '--data "$1"', str(binary()), str(tmp_path / "data")],
            preexec_fn=lambda: os.dup2(listener.fileno(), 3), pass_fds=[3],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with RawClient(port) as raw:
            raw.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert raw.response().status == 200
    finally:
        process.terminate()
        out, _ = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert f"listening on http://127.0.0.1:{port}\n" in out


# -- refusals to start --------------------------------------------------------

def refusal_to_start(daemon):
    """Launches what must not start; what it says on standard error."""
    before = len(daemon.log)
    daemon.launch()
    assert daemon.wait() == REFUSED
    said = daemon.log[before:]
    del daemon._log[before:]
    assert not any("listening" in line for line in daemon.output)
    assert len(said) == 1 and said[0].startswith("invited: "), said
    return said[0]


@pytest.mark.engines("sqlite")
def test_a_second_daemon_on_the_same_data(daemon, make_daemon):
    second = make_daemon(start=False, data=daemon.data)
    refusal_to_start(second)
    assert daemon.api.get("/readyz").status_code == 200


@pytest.mark.engines("sqlite")
def test_a_database_newer_than_the_program(daemon):
    daemon.api.invite("ada@example.com")
    daemon.stop()
    daemon.database.sql("PRAGMA user_version = 999")
    before = daemon.database.path.read_bytes()
    said = refusal_to_start(daemon)
    assert "use a newer invited" in said and "restore a backup" in said
    done = daemon.command("key", "list", check=False)
    assert done.returncode == REFUSED and "newer" in done.stderr
    assert daemon.database.path.read_bytes() == before


@pytest.mark.engines("sqlite")
def test_another_programs_database(make_daemon):
    daemon = make_daemon(start=False)
    daemon.database.sql("CREATE TABLE recipes(name TEXT)")
    daemon.database.sql("PRAGMA user_version = 1")
    before = daemon.database.path.read_bytes()
    refusal_to_start(daemon)
    assert daemon.database.path.read_bytes() == before


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("content", [b"not a database\n" * 1000,
                                     b"SQLite format 3\0" + b"\xff" * 9000])
def test_no_database_at_all(make_daemon, content):
    daemon = make_daemon(start=False)
    daemon.database.path.write_bytes(content)
    refusal_to_start(daemon)
    assert daemon.database.path.read_bytes() == content


def test_a_directory_that_cannot_be_made(make_daemon, tmp_path):
    (tmp_path / "file").write_text("")
    daemon = make_daemon(start=False, data=tmp_path / "file" / "data")
    assert "file" in refusal_to_start(daemon)


def mounted(path, kind):
    """Whether a file system of our own could be mounted there."""
    return subprocess.run(["mount", "-t", "tmpfs", "-o", kind, "none",
                           str(path)], capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path):
    """A directory on a file system of 4 MiB."""
    if os.geteuid() != 0 or not mounted(tmp_path, "size=4m"):
        pytest.skip("platform: nobody may mount a small file system here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.mark.engines("sqlite")
def test_a_read_only_file_system(small_disk, make_daemon):
    daemon = make_daemon(data=small_disk / "data")
    daemon.api.invite("ada@example.com")
    daemon.stop()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refusal_to_start(daemon)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    daemon.start()
    assert len(list(daemon.api.all(INVITES))) == 1


def create(daemon, number=itertools.count()):
    """Asks for one more invite."""
    return daemon.api.post(INVITES, json={
        "email": f"p{next(number)}-{'x' * 40}@example.com",
        "role": "reader", "projects": [], "send_email": False})


def fill_until_refused(daemon):
    """Creates until the daemon says that it cannot; what it acknowledged."""
    done = []
    for _ in range(100000):
        response = create(daemon)
        if response.status_code != 200:
            return done, response
        done.append(response.json()["id"])
    raise AssertionError("the disk did not fill")


def check_full_disk(daemon, fill, free):
    daemon.expect_error("store_unavailable")
    done, response = fill_until_refused(daemon)
    message = refused(response, 503, "service_unavailable")
    assert "disk" not in message.lower()  # no internals
    assert response.headers["retry-after"]
    assert "full" in daemon.wait_log("store_unavailable") or \
        "I/O error" in daemon.wait_log("store_unavailable")
    # Reads go on, and the probe tells the truth.
    assert daemon.api.get(f"{INVITES}/{done[0]}").status_code == 200
    eventually(lambda: create(daemon).status_code == 503
               and daemon.api.get("/readyz").status_code == 503)
    assert daemon.api.get("/healthz").status_code == 200
    for _ in range(20):
        taken = create(daemon).status_code
        assert (taken, daemon.client().get("/readyz").status_code) != (503, 200)
    # So it does where not an octet is left at the start.
    daemon.kill()
    fill()
    daemon.start()
    assert daemon.client().get("/readyz").status_code == 503
    assert daemon.api.get(f"{INVITES}/{done[0]}").status_code == 200
    free()
    # It heals without a restart.
    eventually(lambda: create(daemon).status_code == 200)
    assert eventually(lambda: daemon.api.get("/readyz").status_code == 200)
    daemon.restart()
    assert set(done) <= {one["id"] for one in daemon.api.all(INVITES)}
    assert daemon.command("check").returncode == 0


@pytest.mark.engines("sqlite")
def test_a_full_disk(small_disk, make_daemon):
    daemon = make_daemon(data=small_disk / "data")
    ballast = small_disk / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(1 << 20))

    def fill():
        with contextlib.suppress(OSError), \
                (small_disk / "rest").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free():
        ballast.unlink()
        (small_disk / "rest").unlink()
    check_full_disk(daemon, fill, free)


@pytest.mark.engines("sqlite")
def test_a_file_size_limit(make_daemon):
    """The same without being root: files may not grow beyond 4 MiB."""
    limit = 4 << 20
    daemon = make_daemon(limits={resource.RLIMIT_FSIZE:
                                 (limit, resource.RLIM_INFINITY)})

    def fill():
        daemon.limits[resource.RLIMIT_FSIZE] = (1 << 15, resource.RLIM_INFINITY)

    def free():
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        del daemon.limits[resource.RLIMIT_FSIZE]
    check_full_disk(daemon, fill, free)


def test_few_file_descriptors(make_daemon):
    """More connections than it can hold: it refuses some and goes on."""
    daemon = make_daemon(limits={resource.RLIMIT_NOFILE: 64})
    raws = []
    try:
        for _ in range(100):
            try:
                raws.append(RawClient(daemon.port))
            except OSError:
                break
    finally:
        for raw in raws:
            raw.close()

    def serves():
        try:
            return daemon.client().get("/healthz").status_code == 200
        except httpx.TransportError:  # it has not seen them close yet
            return False
    assert eventually(serves)
