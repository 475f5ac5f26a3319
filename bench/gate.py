"""What a check at the gate costs, beside nginx that answers the same and beside
the HTTP library alone; with one key and with many; what creates feel of it; what
a flood of unknown keys costs; and how long a revoked key is let through."""

import binascii
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time

from harness import (HOST, KEY, START_SECONDS, Daemon, Nginx, database,
                     read_line, running)
from resources import Caller

WIDTH = 64
IN_USE = 200_000  # keys at most; memory holds a quarter of a million
PACE = 1000  # checks a second beside creates
FLOOD = 100  # unknown keys in one go
PROJECTS = "/v1/organization/projects"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def in_digits(number, count, digits=DIGITS):
    text = ""
    for _ in range(count):
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text


def key_text(id, secret):
    body = f"sk-svcacct-inv_{in_digits(id, 13, BASE32)}_{in_digits(secret, 43)}"
    return body + in_digits(binascii.crc32(body.encode()), 6)


class Bare:
    """The HTTP library, and nothing else."""

    def __init__(self, tools):
        self.process = subprocess.Popen([tools.path("bare_http")],
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.worker = self.process.pid
        self.port = int(read_line(self.process, "bare_http"))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(START_SECONDS)
        self.process.stdout.close()


class Gate:
    """The gate of a daemon, as a server to be measured."""

    def __init__(self, daemon):
        self.port, self.worker = daemon.gate_port, daemon.worker


class Asker:
    """Asks one thing again and again, on one connection."""

    def __init__(self, port, path, key):
        self.socket = socket.create_connection((HOST, port), START_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = (f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: "
                        f"Bearer {key}\r\n\r\n").encode()
        self.rest = b""

    def ask(self):
        self.socket.sendall(self.request)
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.socket.recv(65536)
        top, self.rest = self.rest.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"Content-Length: (\d+)", top)[1])
        while len(self.rest) < length:
            self.rest += self.socket.recv(65536)
        self.rest = self.rest[length:]
        return int(top.split(b" ")[1])

    def close(self):
        self.socket.close()


def make_key(call):
    """(path of the gate, key, path of the key)"""
    project = call.post(PROJECTS, {"name": "P"})["id"]
    made = call.post(f"{PROJECTS}/{project}/service_accounts",
                     {"name": "robot"})["api_key"]
    return (f"/gate/plain/{project}", made["value"],
            f"{PROJECTS}/{project}/api_keys/{made['id']}")


def gate(bench):
    directory = bench.fresh("gate")
    result = {}
    with running(Daemon(bench.tools, directory, gate=True)) as daemon:
        path, key, _ = make_key(Caller(daemon.port))
        target = bench.targets("gate", [path])
        daemon.get(path, daemon.gate_port, key)
        with running(Nginx(bench.fresh("nginx"), "", "", daemon.head)) as nginx:
            result["nginx"] = bench.load("get", nginx, WIDTH, bench.span,
                                         bench.targets("empty", ["/invite"]))
        result["one"] = bench.load("get", Gate(daemon), WIDTH, bench.span,
                                   target, key)
        with running(Bare(bench.tools)) as bare:
            result["bare"] = bench.load("get", bare, WIDTH, bench.span, target)
        result["create"] = bench.load("create", daemon, WIDTH, bench.span)
        result["paced_cpu_us_per_second"] = paced_cpu(bench, daemon, path, key)
        with paced(daemon, path, key):
            result["create_beside"] = bench.load("create", daemon, WIDTH,
                                                 bench.span)
        result["flood"] = flood(bench, daemon, path, key)
        result["revoked"] = revoke([daemon])
    result["many"] = many(bench, directory, path)
    bench.remove(directory)
    return result


def create_cpu(result):
    """CPU per create beside checks, less that of as many checks, / alone."""
    creates = result["create_beside"]
    own = creates["server_cpu_us"] - (result["paced_cpu_us_per_second"] /
                                      creates["per_second"])
    return own / result["create"]["server_cpu_us"]


@contextlib.contextmanager
def paced(daemon, path, key):
    """PACE checks a second, one at a time, while the block runs."""
    stop = threading.Event()

    def check():
        asker, done = Asker(daemon.gate_port, path, key), 0
        began = time.monotonic()
        while not stop.is_set():
            asker.ask()
            done += 1
            time.sleep(max(0, began + done / PACE - time.monotonic()))
        asker.close()
    thread = threading.Thread(target=check)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def cpu_us(pid):
    """Of all threads that there are."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1000


def paced_cpu(bench, daemon, path, key):
    """What the checks alone cost, in us a second."""
    with paced(daemon, path, key):
        before, began = cpu_us(daemon.worker), time.monotonic()
        time.sleep(bench.span[0])
        return ((cpu_us(daemon.worker) - before) /
                (time.monotonic() - began))


def lookups(daemon):
    text = daemon.get("/metrics").decode()
    return int(re.search(r"^invited_gate_lookups_total (\d+)", text,
                         re.MULTILINE)[1])


def flood(bench, daemon, path, key):
    """As many sound and unknown keys as go in, and what that costs others."""
    counts, stop = {}, threading.Event()

    def send():
        id = 1
        with socket.create_connection((HOST, daemon.gate_port)) as link:
            answers = link.makefile("rb")
            while not stop.is_set():
                link.sendall(b"".join(
                    (f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: "
                     f"Bearer {key_text(id + i, 1)}\r\n\r\n").encode()
                    for i in range(FLOOD)))
                id += FLOOD
                for _ in range(FLOOD):
                    status = read_answer(answers)
                    counts[status] = counts.get(status, 0) + 1
    thread = threading.Thread(target=send)
    before, began = lookups(daemon), time.monotonic()
    thread.start()
    known = bench.load("get", Gate(daemon), 1, bench.span,
                       bench.targets("known", [path]), key)
    stop.set()
    thread.join()
    seconds = time.monotonic() - began
    return {"wrong_per_second": sum(counts.values()) / seconds,
            "lookups_per_second": (lookups(daemon) - before) / seconds,
            "known_per_second": known["per_second"]}


def read_answer(answers):
    line, length = answers.readline(), 0
    while (field := answers.readline().strip()):
        if field.lower().startswith(b"content-length:"):
            length = int(field.split(b":")[1])
    answers.read(length)
    return int(line.split(b" ")[1])


def many(bench, directory, path):
    """With so many keys in the database, and as many of them in memory as it
    holds: asked for once, and once more."""
    count = bench.scale["sizes"][-1]
    store = sqlite3.connect(database(directory))
    columns = [row[1] for row in store.execute("PRAGMA table_info(project_key)")]
    names = ", ".join(f'"{name}"' for name in columns)
    first = store.execute(f"SELECT {names} FROM project_key").fetchone()
    base, keys = first[columns.index("id")] + 1, []

    def rows():
        for number in range(count):
            text = key_text(base + number, number)
            if number < IN_USE:
                keys.append(text)
            row = dict(zip(columns, first))
            row["id"] = base + number
            row["secret_hash"] = hashlib.sha256(text.encode()).digest()
            yield list(row.values())
    store.executemany(f"INSERT INTO project_key({names}) VALUES("
                      + ", ".join("?" * len(columns)) + ")", rows())
    store.commit()
    store.close()
    lines = bench.targets("many", [f"{key} GET {path} " for key in keys])
    with running(Daemon(bench.tools, directory, gate=True)) as daemon:
        first, second = (bench.load("once", Gate(daemon), WIDTH,
                                    (60 * bench.span[0], 0), lines)
                         for _ in range(2))
        return {"first": first, "again": second,
                "resident_mib": daemon.resident_mib()}


def revoke(daemons):
    """How many checks a revoked key passed after that was answered, and the
    last of them, in ms: by the daemon that was told, and by another one on the
    same database."""
    call, result = Caller(daemons[0].port), {}
    for name, daemon in zip(("told", "other"), daemons):
        path, key, own = make_key(call)
        result[name] = let_through(daemon, path, key,
                                   lambda own=own: delete(daemons[0], own))
    return result


def delete(daemon, path):
    connection = http.client.HTTPConnection(HOST, daemon.port,
                                            timeout=START_SECONDS)
    connection.request("DELETE", path, headers={"Authorization":
                                                "Bearer " + KEY})
    status = connection.getresponse().status
    at = time.monotonic()
    connection.close()
    assert status == 200, json.dumps(status)
    return at


def let_through(daemon, path, key, end):
    passed, stop = [], threading.Event()

    def check():
        asker = Asker(daemon.gate_port, path, key)
        while not stop.is_set():
            at = time.monotonic()
            if asker.ask() == 200:
                passed.append(at)
        asker.close()
    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    ended = end()
    time.sleep(1.5)
    stop.set()
    for thread in threads:
        thread.join()
    late = [at for at in passed if at > ended]
    return {"late": len(late),
            "last_ms": 1000 * (max(late) - ended) if late else 0}
