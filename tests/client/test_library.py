"""
The library as a whole: memory, threads, fork, dlopen, and what it exports.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, build_dir, clean_environment, header
from peer import Answer, INVITE, page

INVITATION = {"object": "invitation", "status": "accepted", "email": "a@b.c",
              "organization": {"name": "Org"}, "role": "reader",
              "projects": [{"name": "P", "role": "member"}],
              "skipped_projects": ["Old", "Older"]}


def program(name: str) -> str:
    return str(build_dir() / "tests/client" / name)


def run(*argv: str, timeout: float = 300) -> subprocess.CompletedProcess:
    return subprocess.run(argv, capture_output=True, text=True,
                          env=clean_environment(), timeout=timeout)


def everything(request) -> Answer:
    """An answer that fits whatever is asked."""
    path = request.path.removeprefix("/v1")
    if path.endswith("refused"):
        return Answer(400, {"error": {"message": "No.", "code": "no"}})
    if path.startswith("/invitations"):
        return Answer(200, INVITATION)
    if request.method == "GET" and path == "/organization/invites":
        more = ("after", "x") in request.query
        many = [{**INVITE, "id": f"i{n}", "projects":
                 [{"id": f"p{k}", "role": "owner"} for k in range(20)]}
                for n in range(9)]
        return Answer(200, page(many, more), {"x-request-id": "req_1"})
    if request.method == "GET":
        return Answer(200, {**INVITE, "id": path.rsplit("/", 1)[1]})
    return Answer(200, INVITE)


def test_every_allocation_may_fail(peer):
    if not os.path.exists(program("nth_alloc")):
        pytest.skip("platform: sanitizers have a malloc() of their own")
    peer.script(everything)
    done = run(program("nth_alloc"), peer.url)
    assert done.returncode == 0, done.stderr
    counts = [int(word) for word in done.stdout.split()]
    assert len(counts) == 7 and sum(counts) > 5000, counts


@pytest.mark.parametrize("whose", ["own", "shared"])
def test_many_threads(peer, whose):
    peer.script(everything)
    done = run(program("threads"), peer.url, "16", "25", whose)
    assert done.returncode == 0, done.stderr
    assert len(peer.requests) == 16 * 25
    assert len({request.connection for request in peer.requests}) <= 16


def by_call(said: str) -> dict[str, list[str]]:
    """Of each call, how its lines begin."""
    calls: dict[str, list[str]] = {}
    for line in said.splitlines():
        number, way, word, *_ = line.split(" ", 3)
        # "(402 bytes of body)": as long as the id that was asked for.
        begins = word.rstrip("0123456789") if word[0] == "(" else word
        calls.setdefault(number, []).append(f"{way} {begins}")
    return calls


def test_debug_lines_of_many_threads_are_whole_and_say_whose_they_are(peer):
    """A call among many says what it says alone, under its own number."""
    peer.script(everything)
    alone = by_call(run(program("threads"), peer.url, "1", "1",
                        "debug").stdout)["[1]"]
    assert alone[0] == "> GET" and "< 200" in alone
    done = run(program("threads"), peer.url, "8", "20", "debug")
    assert done.returncode == 0, done.stderr
    assert by_call(done.stdout) == {f"[{n}]": alone for n in range(1, 161)}


def test_a_client_goes_on_after_fork(peer):
    peer.script(everything)
    done = run(program("threads"), peer.url, "1", "1", "fork")
    assert done.returncode == 0, done.stderr
    used = {request.path.rsplit("/", 1)[1]: request.connection
            for request in peer.requests}
    assert used["before"] == used["after"], "the parent keeps its connection"
    assert used["child-1"] == used["child-2"] != used["before"]


def test_a_client_goes_on_after_fork_with_tls(make_peer, tmp_path):
    from tls import Authority
    authority = Authority(tmp_path)
    peer = make_peer(everything, tls=authority.context("IP:127.0.0.1"))
    done = subprocess.run(
        [program("threads"), peer.url, "1", "1", "fork"], timeout=300,
        capture_output=True, text=True,
        env=clean_environment(SSL_CERT_FILE=str(authority.file)))
    assert done.returncode == 0, done.stderr
    used = {request.path.rsplit("/", 1)[1]: request.connection
            for request in peer.requests}
    assert used["before"] == used["after"], "the parent keeps its connection"


def test_loading_and_letting_go(peer):
    done = run(program("dlopen"), str(build_dir() / "client/libinv.so.0"),
               peer.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["invite-1"] * 2


def exported(*nm: str) -> set[str]:
    done = run("nm", *nm)
    assert done.returncode == 0, done.stderr
    names = {line.split()[-1] for line in done.stdout.splitlines()
             if re.search(r" [B-TV-Z] [\w@]+$", line)}
    return {name for name in names if not name.startswith("__")}


def declared() -> set[str]:
    return set(re.findall(r"^INV_API [^;(]*?\b(inv_\w+)\(", header(), re.M))


def test_what_is_declared_is_what_is_exported():
    assert len(declared()) > 30
    assert exported("-D", "--defined-only",
                    str(build_dir() / "client/libinv.so")) == \
        {f"{name}@@INV_0" for name in declared()}
    if not shutil.which("objcopy"):
        pytest.fail("binutils are needed to build")
    assert exported("-g", "--defined-only",
                    str(build_dir() / "client/libinv.a")) == declared()


def test_the_library_is_quiet_and_stays():
    """It calls nothing that prints, exits or takes over signals."""
    done = run("nm", "-D", "--undefined-only",
               str(build_dir() / "client/libinv.so"))
    used = {line.split()[-1].split("@")[0]
            for line in done.stdout.splitlines()}
    assert "curl_multi_perform" in used
    assert not used & {"exit", "_exit", "printf", "puts", "putchar",
                       "fprintf", "perror", "syslog", "signal", "sigaction",
                       "setlocale", "setenv", "putenv", "setvbuf", "stdout",
                       "json_set_alloc_funcs"}


def test_the_soname():
    done = run("readelf", "-d", str(build_dir() / "client/libinv.so"))
    assert "[libinv.so.0]" in done.stdout


PROGRAM = """
#include <inv.h>
#include <stdio.h>
int buf_add(void) { return 0; } /* the library's inner names are its own */
int main(void) { puts(inv_version()); return 0; }
"""


def test_the_static_library_links(tmp_path):
    source = tmp_path / "p.c"
    source.write_text(PROGRAM)
    flags = subprocess.run(["pkg-config", "--libs", "libcurl", "jansson",
                            "libcrypto"],
                           check=True, capture_output=True, text=True)
    sanitize = run("nm", str(build_dir() / "client/libinv.a"))
    if re.search(r"__(a|t)san_init|__ubsan", sanitize.stdout):
        pytest.skip("platform: built with a sanitizer")
    done = run("cc", "-std=c99", "-I", str(ROOT / "include"), str(source),
               str(build_dir() / "client/libinv.a"), *flags.stdout.split(),
               "-pthread", "-o", str(tmp_path / "p"))
    assert done.returncode == 0, done.stderr
    done = run(str(tmp_path / "p"))
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


def test_valgrind(peer):
    if not os.path.exists(program("nth_alloc")):
        pytest.skip("platform: built with a sanitizer")
    peer.script(everything)
    for call in (["1", "3", "own"], ["1", "3", "shared"], ["1", "1", "fork"]):
        done = run("valgrind", "--quiet", "--error-exitcode=9",
                   "--leak-check=full", "--errors-for-leak-kinds=definite",
                   program("threads"), peer.url, *call)
        assert done.returncode == 0, done.stderr
