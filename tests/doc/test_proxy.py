"""
doc/install.md and examples/compose: what they tell Nginx is told to an Nginx here,
from their own text, with only places put in. It runs as another user than the daemon where it can.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import httpx
import pytest

from harness import DEADLINE, Daemon, eventually
from harness.daemon import ROOT
from harness.proxies import listens

pytestmark = pytest.mark.engines("sqlite")

PAGE = (ROOT / "doc/install.md").read_text()
EXAMPLES = re.findall(r"^```nginx\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

Proxy = Callable[[str], httpx.Client]


def server(text: str, socket: Path) -> str:
    """An example as a server without TLS, on a socket."""
    if "server {" not in text:
        text = f"server {{\nlisten 443 ssl;\n{text}}}\n"
    text = text.replace("listen 443 ssl;", f"listen unix:{socket};")
    return re.sub(r" *ssl_certificate.*\n", "", text)


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Starts Nginx with an example; its client."""
    started: list[subprocess.Popen[bytes]] = []
    socket = tmp_path / "front"

    def start(text: str) -> httpx.Client:
        places = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in
                         ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user www-data;\n" if os.getuid() == 0 else ""
        conf = tmp_path / "nginx.conf"
        conf.write_text(f"{user}daemon off;\npid {tmp_path}/pid;\n"
                        "worker_processes 1;\nevents {}\nhttp {\n"
                        f"access_log off;\n{places}{server(text, socket)}}}\n")
        started.append(subprocess.Popen(
            ["nginx", "-p", tmp_path, "-e", tmp_path / "log", "-c", conf],
            stdin=subprocess.DEVNULL))
        eventually(lambda: listens(socket), "nginx")
        return httpx.Client(
            base_url="http://invited.example.com", timeout=DEADLINE,
            transport=httpx.HTTPTransport(uds=str(socket)))
    yield start
    for process in started:
        process.terminate()
        process.wait(DEADLINE)


def reachable(where: Path) -> Path:
    """`where`, which another user can pass through. (pytest makes its
    directories for one user alone.)"""
    for place in (where, *where.parents[:3]):
        if place.stat().st_uid == os.getuid() and place != Path("/tmp"):
            place.chmod(place.stat().st_mode | 0o011)
    return where


def example(holding: str) -> str:
    found = [text for text in EXAMPLES if holding in text]
    assert len(found) == 1, f"{len(found)} examples with {holding}"
    return found[0]


def test_a_proxy_of_another_user_on_a_unix_socket(
        make_daemon: Callable[..., Daemon], tmp_path: Path,
        proxy: Proxy) -> None:
    """Also where the umask is that of the service, 0077."""
    socket = reachable(tmp_path) / "socket"
    old = os.umask(0o077)
    try:
        make_daemon("--listen", f"unix:{socket}")
    finally:
        os.umask(old)
    assert stat.S_IMODE(socket.stat().st_mode) == 0o666
    to = f"proxy_pass http://unix:{socket};"
    assert "proxy_pass http://unix:/run/invited/socket;" in \
        PAGE.replace("\n", " ")
    text = example("server_name").replace("proxy_pass http://127.0.0.1:8080;",
                                          to)
    with proxy(text) as http:
        assert http.get("/healthz").text == "ok\n"
        assert http.get("/metrics").status_code == 403


def test_the_proxy_of_examples_compose(make_daemon: Callable[..., Daemon],
                                       tmp_path: Path, proxy: Proxy) -> None:
    daemon = make_daemon()
    reachable(tmp_path)
    text = (ROOT / "examples/compose/nginx.conf").read_text()
    told = {"listen 8080;": "listen 443 ssl;",
            "http://invited:8080;": f"{daemon.url};"}
    for there, here in told.items():
        assert text.count(there) == 1
        text = text.replace(there, here)
    with proxy(text) as http:
        assert http.get("/accept").status_code == 200
        for private in ("/metrics", "/readyz"):
            assert http.get(private).status_code == 403


def test_below_a_path_of_a_site(make_daemon: Callable[..., Daemon],
                                tmp_path: Path, proxy: Proxy) -> None:
    daemon = make_daemon("--public-url", "https://www.example.com/team")
    text = example("location /team/").replace(
        "127.0.0.1:8080", f"127.0.0.1:{daemon.port}")
    reachable(tmp_path)
    invite, token = daemon.api.link("ada@example.com")
    assert invite["accept_url"] == \
        f"https://www.example.com/team/accept#{token}"
    with proxy(text) as http:
        page = http.get("/team/accept")
        assert page.status_code == 200
        for place in set(re.findall(r'(?:href|src|action)="(/[^"]*)"',
                                    page.text)):
            assert http.get(place).status_code == 200, place
        bent = http.get(f"/team/accept%23{token}")
        assert bent.headers["location"] == f"/team/accept#{token}"
        assert "ada@example.com" in http.post("/team/accept",
                                              data={"code": token}).text
        assert http.get("/team/v1/organization/users", headers={
            "Authorization": f"Bearer {daemon.key}"}).status_code == 200
        for private in ("/team/metrics", "/team/readyz"):
            assert http.get(private).status_code == 403
