"""What the bench starts and stops: the daemon, the bare store, nginx, and the
clients that put load on them. Each is a child that is ended by its own pid."""

import contextlib
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

KEY = "sk-admin-" + "b" * 43
HOST = "127.0.0.1"
INVITES = "/v1/organization/invites"
SOCKET = ".s.PGSQL.5432"
START_SECONDS = 60  # to wait for anything to be ready
FILL_SECONDS = 900  # to wait for a store with a million invites


class BenchError(Exception):
    """Something did not work that should; the message is for a person."""


def read_line(process, name, seconds=START_SECONDS):
    """The next line that `process` prints, or BenchError after a while."""
    line = b""
    while not line.endswith(b"\n"):
        # Octet by octet: what a buffer holds, select() knows nothing of.
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        octet = os.read(process.stdout.fileno(), 1) if ready else b""
        if not octet:
            raise BenchError(f"{name} said nothing "
                             f"(exit code {process.poll()})")
        line += octet
    return line.decode()


def stop(process):
    """Asks a child to end, and waits until it has."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


class Tools:
    """The programs that were built, and the clients among them."""

    def __init__(self, build):
        self.build = build
        self.invited = self._find("invited", ("src", ""))

    def _find(self, name, folders):
        for folder in folders:
            path = os.path.join(self.build, folder, name)
            if os.access(path, os.X_OK):
                return path
        raise BenchError(f"{name} was not built in {self.build}")

    def path(self, name):
        return self._find(name, ("bench",))

    def fsync(self, directory, seconds):
        path = os.path.join(directory, "fsync.tmp")
        out = subprocess.run([self.path("fsync"), path, str(seconds)],
                             stdout=subprocess.PIPE, check=True).stdout
        os.unlink(path)
        return json.loads(out)

    def load(self, mode, server, connections, span, targets=None,
             key=KEY):
        """One measurement by bench/load; `span` = (seconds, warm-up)."""
        command = [self.path("load"), mode, "--port", str(server.port),
                   "--connections", str(connections),
                   "--seconds", str(span[0]), "--warm", str(span[1]),
                   "--key", key, "--pid", str(server.worker)]
        if targets:
            command += ["--targets", targets]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                              timeout=sum(span) + START_SECONDS)
        answer = json.loads(done.stdout)
        if answer["failures"] or not answer["count"]:
            raise BenchError(f"load {mode}: {answer}")
        return answer

    @contextlib.contextmanager
    def bulk_requests(self, server):
        """One client's, one after the other, while the block runs."""
        with subprocess.Popen(
                [self.path("load"), "bulk", "--port", str(server.port),
                 "--seconds", str(FILL_SECONDS), "--key", KEY],
                stdout=subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextlib.contextmanager
    def crowd(self, kind, server, count):
        """`count` idle or slow clients, there while the block runs."""
        with subprocess.Popen(
                [self.path("crowd"), kind, "--port", str(server.port),
                 "--connections", str(count), "--key", KEY,
                 "--target", INVITES + "?limit=1"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True) as process:
            try:
                read_line(process, "crowd")
                yield process
            finally:
                process.stdin.close()
                process.wait(START_SECONDS)


class Daemon:
    """`invited` on a free port, with its data in `directory` or, where that
    is given, in the database at `url`; with so many threads for requests as
    there are cores, or as are asked for."""

    def __init__(self, tools, directory, mail="none:", url=None, gate=False,
                 threads=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        began = time.perf_counter()
        with open(os.path.join(directory, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [tools.invited, "serve", "--listen", HOST + ":0",
                 "--data", directory, "--mail", mail,
                 *(["--database", url] if url else []),
                 *(["--gate-listen", HOST + ":0"] if gate else []),
                 *(["--threads", str(threads)] if threads else [])],
                env={**os.environ, "INVITED_ADMIN_KEY": KEY,
                     "INVITED_MAIL_FROM": "invited@localhost"},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, text=True)
        self.worker = self.process.pid
        self.port = self._read_port()
        self.get(INVITES + "?limit=20")
        self.first_answer_seconds = time.perf_counter() - began

    def _read_port(self):
        while True:
            line = read_line(self.process, "invited")
            found = re.match(r"gate at http://[^:]+:(\d+)", line)
            if found:
                self.gate_port = int(found.group(1))
            found = re.match(r"listening on http://[^:]+:(\d+)", line)
            if found:
                return int(found.group(1))

    def get(self, target, port=None, key=KEY):
        """Status must be 200; the body's bytes."""
        connection = http.client.HTTPConnection(HOST, port or self.port,
                                                timeout=START_SECONDS)
        connection.request("GET", target,
                           headers={"Authorization": "Bearer " + key})
        answer = connection.getresponse()
        body = answer.read()
        self.head = answer.getheaders()
        connection.close()
        if answer.status != 200:
            raise BenchError(f"GET {target}: {answer.status} {body!r}")
        return body

    def invite_ids(self, count):
        """Up to `count` ids, the newest."""
        ids, after = [], ""
        while len(ids) < count:
            page = json.loads(self.get(f"{INVITES}?limit=100&after={after}"))
            ids += [invite["id"] for invite in page["data"]]
            if not page["has_more"]:
                break
            after = page["last_id"]
        return ids[:count]

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            found = re.search(r"VmRSS:\s+(\d+) kB", status.read())
        return int(found.group(1)) / 1024

    def kill(self):
        """As a power cut would end it, but for the disk."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        killed = self.process.poll() == -signal.SIGKILL
        stop(self.process)
        if self.process.returncode != 0 and not killed:
            raise BenchError(f"invited ended with {self.process.returncode}, "
                             f"see {self.directory}/log")


class Bare:
    """bench/bare: the store without the daemon."""

    def __init__(self, tools, directory, url=None):
        os.makedirs(directory, exist_ok=True)
        self.process = subprocess.Popen(
            [tools.path("bare"), url or "sqlite:" + database(directory), KEY],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = json.loads(read_line(self.process, f"bare, {command}",
                                      FILL_SECONDS))
        if answer["failures"]:
            raise BenchError(f"bare: {answer}")
        return answer

    def create(self, width, span, mail=False):
        return self._ask(f"create {width} {span[0]} {span[1]} {int(mail)}")

    def fill(self, count):
        return self._ask(f"fill {count}")

    def fill_file(self, count, path, mail=False):
        """The same; id and token of each in the file at `path`."""
        return self._ask(f"fill {count} {int(mail)} {path}")

    def make_keys(self, count):
        """key_number(0) and so on."""
        return self._ask(f"keys {count}")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()


class Nginx:
    """One nginx worker that answers /invite with bytes that lie in its
    configuration, so that it opens nothing and asks nobody: the most that can
    be had. What /page answers is too long for that and lies in a file, which
    is kept open."""

    def __init__(self, directory, invite, page, head):
        os.makedirs(directory, exist_ok=True)
        self.port = free_port()
        config = os.path.join(directory, "nginx.conf")
        with open(config, "w") as out:
            out.write(self._config(directory, invite, head))
        with open(os.path.join(directory, "page"), "w") as out:
            out.write(page)
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not program:
            raise BenchError("nginx is not installed (Debian: nginx-light)")
        self.log = os.path.join(directory, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, "-p", directory, "-c", config],
                stdin=subprocess.DEVNULL, stderr=log)
        self.worker = self._wait()

    def _config(self, directory, invite, head):
        own = {"content-type", "content-length", "connection", "date"}
        headers = "".join(f"add_header {name} {quote(value)};\n"
                          for name, value in head if name.lower() not in own)
        temporary = "".join(
            f"{kind}_temp_path {directory}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "" if os.geteuid() else "user root;\n"  # who may read page
        return (f"{user}daemon off; worker_processes 1; pid {directory}/pid;\n"
                "error_log /dev/null;\n"
                "events { worker_connections 4096; }\n"
                "http { access_log off; keepalive_requests 1000000000;\n"
                f"{temporary}default_type application/json;\n{headers}"
                f"server {{ listen {HOST}:{self.port};\n"
                f"location = /invite {{ return 200 {quote(invite)}; }}\n"
                f"location = /page {{ root {directory}; sendfile off;\n"
                "open_file_cache max=9 inactive=1h; }\n} }\n")

    def _wait(self):
        """Until there is a worker, whose process id it is: the master has
        opened the port before."""
        master = self.process.pid
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with open(f"/proc/{master}/task/{master}/children") as children:
                workers = children.read().split()
            if workers:
                return int(workers[0])
            time.sleep(0.01)
        with open(self.log) as log:
            raise BenchError(f"nginx does not start: {log.read()}")

    def stop(self):
        stop(self.process)


def key_number(number):
    return f"sk-admin-many-{number:020}"


class Delay:
    """A way to PostgreSQL that takes a while: what the server says comes so
    many milliseconds later. A process of its own, for it has to keep up."""

    def __init__(self, server_directory, milliseconds):
        self.directory = tempfile.mkdtemp(prefix="delay-")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(os.path.dirname(__file__),
                                          "delay.py"),
             os.path.join(server_directory, SOCKET),
             os.path.join(self.directory, SOCKET), str(milliseconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        read_line(self.process, "delay")

    def stop(self):
        stop(self.process)
        shutil.rmtree(self.directory)


def quote(text):
    """As a string of nginx's configuration; `$` cannot stand in one."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    if "$" in escaped:
        raise BenchError("nginx cannot answer text with a dollar sign")
    return f"'{escaped}'"


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def database(directory):
    return os.path.join(directory, "invited.db")


@contextlib.contextmanager
def running(thing):
    """`thing` for a block, stopped at its end."""
    try:
        yield thing
    finally:
        thing.stop()


def copy_store(source, target):
    """A store that nobody has open, copied and on disk."""
    os.makedirs(target)
    for name in os.listdir(source):
        if name in ("invited.db", "invited.db-wal"):
            path = os.path.join(target, name)
            shutil.copyfile(os.path.join(source, name), path)
            with open(path, "rb") as file:
                os.fsync(file.fileno())


def forget_cached(directory):
    """Has the kernel drop what it holds of the store in memory."""
    for name in os.listdir(directory):
        if name.startswith("invited.db"):
            with open(os.path.join(directory, name), "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0,
                                 os.POSIX_FADV_DONTNEED)
