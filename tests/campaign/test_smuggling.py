"""
Requests that two readers could read in two ways, behind nginx, HAProxy and
Envoy, each of which lets nobody make projects: none is made. Were one, then the
daemon has found a request where the proxy saw none.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Callable, Iterator

import pytest

from harness import INVITES, PROJECTS, Daemon, eventually
from harness.proxies import listens, program
from harness.wait import DEADLINE

pytestmark = pytest.mark.engines("sqlite")

LENGTHS = ["Content-Length: {n}", "Content-Length: 0", "Content-Length: +{n}",
           "Content-Length: 0{n}", "Content-Length: {n}, {n}",
           "Content-Length:{n}", "Content-Length : {n}",
           "Content-Length:\t{n}", "content-length: {n}\r\nContent-Length: 0",
           "Content-Length: {n}\r\nContent-Length: {n}",
           "Content-Length: -1", "Content-Length: {n}x", "Content_Length: 0",
           "Content-Length: \v{n}", "X: y\nContent-Length: {n}",
           "X: y\rContent-Length: {n}", "X: y\r\n Content-Length: {n}", ""]
CODINGS = ["Transfer-Encoding: chunked", "Transfer-Encoding: Chunked",
           "Transfer-Encoding:chunked", "Transfer-Encoding : chunked",
           "Transfer-Encoding: \tchunked", "Transfer-Encoding: xchunked",
           "Transfer-Encoding: chunked, identity",
           "Transfer-Encoding: identity, chunked",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
           "Transfer-Encoding: \"chunked\"", "Transfer-Encoding:\vchunked",
           "Transfer-Encoding\r\n: chunked", " Transfer-Encoding: chunked",
           "X: y\nTransfer-Encoding: chunked", "TransferEncoding: chunked",
           "Transfer-Encoding: chunked\0x", "Transfer_Encoding: chunked", ""]
BODIES = ["{hidden}", "0\r\n\r\n{hidden}", "0\n\n{hidden}",
          "0;x=\n\r\n\r\n{hidden}", "{hex}\r\n{hidden}\r\n0\r\n\r\n",
          "{hex}\n{hidden}\n0\n\n{hidden}", "0x0\r\n\r\n{hidden}",
          "0\r\nContent-Length: 5\r\n\r\n{hidden}",
          "-1\r\n{hidden}", "0 \r\n\r\n{hidden}"]


def requests(key: str) -> Iterator[bytes]:
    body = '{"name":"smuggled"}'
    hidden = (f"POST {PROJECTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer"
              f" {key}\r\nContent-Type: application/json\r\nContent-Length:"
              f" {len(body)}\r\n\r\n{body}")
    for length, coding, form in itertools.product(LENGTHS, CODINGS, BODIES):
        text = form.format(hidden=hidden, hex=f"{len(hidden):x}")
        fields = [field for field in (length.format(n=len(text)), coding)
                  if field]
        yield "\r\n".join([f"POST {INVITES} HTTP/1.1", "Host: x",
                           f"Authorization: Bearer {key}", *fields, "",
                           text]).encode("latin-1")


def exchange(path: Path, request: bytes) -> bytes:
    """The first of what comes back, which is its answer. Not half closed:
    nginx would take that for the client having left."""
    with socket.socket(socket.AF_UNIX) as raw, suppress(OSError):
        raw.settimeout(DEADLINE)
        raw.connect(str(path))
        raw.sendall(request)
        return raw.recv(65536)
    return b""


def start_nginx(to: str, where: Path, buffering: str) -> list[str]:
    places = "".join(f"{name}_temp_path {where}/{name};\n" for name in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (where / "nginx.conf").write_text(f"""
        daemon off; pid {where}/pid; worker_processes 1; events {{}}
        {"user root;" if os.getuid() == 0 else ""}
        http {{ access_log off; {places}
        upstream daemon {{ server {to}; keepalive 4; }}
        server {{ listen unix:{where}/front;
        location = {PROJECTS} {{ return 403; }}
        location / {{ proxy_pass http://daemon; proxy_http_version 1.1;
        proxy_set_header Connection ""; proxy_request_buffering {buffering};
        client_body_timeout 1s; }} }} }}""")
    return [*program("nginx"), "-p", str(where), "-e", str(where / "log"), "-c",
            str(where / "nginx.conf")]


def start_haproxy(to: str, where: Path, _: str) -> list[str]:
    (where / "haproxy.conf").write_text(f"""
defaults
  mode http
  timeout connect 5s
  timeout client 1s
  timeout server 5s
frontend front
  bind unix@{where}/front
  http-request deny if {{ path {PROJECTS} }}
  default_backend daemon
backend daemon
  http-reuse always
  server one {to}
""")
    return [*program("haproxy"), "-db", "-f", str(where / "haproxy.conf")]


def start_envoy(to: str, where: Path, _: str) -> list[str]:
    api = "type.googleapis.com/envoy.extensions.filters"
    host, port = to.split(":")

    def address(text: str, number: str) -> dict[str, object]:
        return {"socket_address": {"address": text,
                                   "port_value": int(number)}}
    manager = {
        "@type": f"{api}.network.http_connection_manager.v3."
                 "HttpConnectionManager",
        "stat_prefix": "front", "request_timeout": "1s",
        "http_filters": [{"name": "router", "typed_config": {
            "@type": f"{api}.http.router.v3.Router"}}],
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"], "routes": [
                {"match": {"path": PROJECTS},
                 "direct_response": {"status": 403}},
                {"match": {"prefix": "/"}, "route": {"cluster": "daemon"}}],
        }]}}
    (where / "envoy.json").write_text(json.dumps({"static_resources": {
        "listeners": [{
            "address": {"pipe": {"path": str(where / "front")}},
            "filter_chains": [{"filters": [{
                "name": "http", "typed_config": manager}]}]}],
        "clusters": [{
            "name": "daemon", "type": "STATIC", "load_assignment": {
                "cluster_name": "daemon", "endpoints": [{"lb_endpoints": [
                    {"endpoint": {"address": address(host, port)}}]}]}}],
    }}))
    return [*program("envoy"), "-c", str(where / "envoy.json"),
            "--concurrency", "1", "--disable-hot-restart", "--log-level",
            "off"]


@pytest.mark.parametrize("start, buffering", [
    (start_nginx, "on"), (start_nginx, "off"), (start_haproxy, ""),
    (start_envoy, "")])
def test_what_a_proxy_does_not_see_is_not_done(
        daemon: Daemon, tmp_path: Path, figures: Callable[..., None],
        start: Callable[..., list[str]], buffering: str) -> None:
    command = start(f"127.0.0.1:{daemon.port}", tmp_path, buffering)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    front = tmp_path / "front"
    try:
        eventually(lambda: listens(front), "the proxy")
        every = int(os.environ.get("INVITED_TEST_EVERY", "1"))
        cases = [*requests(daemon.key or "")][::every]
        with ThreadPoolExecutor(32) as pool:
            answers = [*pool.map(lambda one: exchange(front, one), cases)]
        plain = (f"GET {INVITES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer"
                 f" {daemon.key}\r\nConnection: close\r\n\r\n").encode()
        assert exchange(front, plain).startswith(b"HTTP/1.1 200 ")
    finally:
        process.terminate()
        process.wait(DEADLINE)
    reached = sum(b"x-request-id: req_" in one for one in answers)
    assert reached > len(cases) // 20, Counter(one[:12] for one in answers)
    names = [one["name"] for one in daemon.api.all(PROJECTS)]
    assert len(names) == 1, names
    figures(cases=len(cases), let_through=reached, smuggled=0)
