"""
invite, whatever the command: how it exits, its options, its help.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess

import pytest

from conftest import commands, KEY, refusal
from peer import Answer, Raw, page
from tls import Authority



# ---- exit statuses --------------------------------------------------------

@pytest.mark.parametrize("answer, status", [
    (refusal(400), 1), (refusal(409), 1), (refusal(422), 1),
    (refusal(401), 4), (refusal(403), 4), (refusal(404), 3),
    (refusal(410), 3), (Answer(429, ""), 75), (Answer(500, ""), 75),
    (Answer(503, "", {"retry-after": "500"}), 75), (Raw(b""), 75),
    (Answer(200, "{}"), 1),
])
def test_exit_statuses(cli, peer, answer, status):
    peer.script(answer)
    done = cli("get", "invite-1", "--max-retries", "0")
    assert done.returncode == status, done.stderr
    assert done.stderr.startswith("invite: ")
    assert done.stdout == ""


def test_a_refusal_in_words_and_in_json(cli, peer):
    peer.script(refusal(400))
    done = cli("get", "x")
    assert done.stderr == "invite: It cannot be. (nope) [request req_1]\n"
    assert done.stdout == ""
    done = cli("get", "x", "--format", "json")
    assert json.loads(done.stdout)["error"] == {
        "message": "It cannot be.", "type": "t", "param": None,
        "code": "nope", "status": 400, "request_id": "req_1"}


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["create", "--nonsense"], ["create", "word"],
    ["create", "--email"], ["create", "--no-projects=x", "--email", "a"],
    ["create", "--email", "a@b.c"], ["create", "--role", "reader"],
    ["get"], ["get", ""], ["get", "a", "b"], ["get", ".."], ["delete"],
    ["list", "--limit", "x"], ["list", "--limit", "-1"],
    ["list", "--limit", "0"],
    ["list", "--status", "pendin"], ["list", "--status", ""],
    ["list", "--status", "pending accepted"],
    ["list", "--max-items", "-2"], ["list", "--format", "yaml"],
    ["watch"], ["watch", "x", "--interval", "often"], ["bulk"],
    ["bulk", "/nowhere.csv"], ["accept"], ["accept", ""], ["decline", "x"], ["accept", "--link", "http://x/y#z", "-y"],
    ["users", "get"], ["users", "x"], ["login", "a", "b"], ["logout", "x"], ["projects", "create"], ["completion"],
    ["completion", "tcsh"], ["help", "nonsense"], ["--timeout", "x", "list"],
    ["--base-url", "example.com", "list"],
    ["--admin-api-key", "a\nb", "list"],
    ["create", "--email", "a", "--role", "reader", "--no-projects",
     "--project", "p"],
    ["create", "--email", "a", "--role", "reader", "--project.role", "owner"],
])
def test_mistakes_exit_with_2(cli, peer, args):
    done = cli(*args)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr or done.stdout
    assert peer.requests == []


def test_without_a_key(cli, peer):
    done = cli("list", OPENAI_ADMIN_KEY="")
    assert done.returncode == 4
    for place in ('"invite login"', "OPENAI_ADMIN_KEY", "--admin-api-key"):
        assert place in done.stderr.splitlines()[0]
    assert "admin_api_key" not in done.stderr
    done = cli("list", "--json", OPENAI_ADMIN_KEY="")
    assert "--admin-api-key" in json.loads(done.stdout)["error"]["message"]


@pytest.mark.parametrize("stdout", [">/dev/full", ">&-", "<&- >&-"])
@pytest.mark.parametrize("args", ["get x", "--help", "list --help",
                                  "--version"])
def test_standard_output_that_is_full_or_closed(cli, args, stdout):
    """And no connection takes the place of what is closed."""
    done = subprocess.run(["sh", "-c", f'exec "$0" {args} {stdout}',
                           cli.program], stderr=subprocess.PIPE, env=cli.env,
                          timeout=240)
    assert done.returncode == 75 and b"could not write" in done.stderr


# ---- global options -------------------------------------------------------

def test_global_options_before_and_behind(cli, peer):
    done = cli("--admin-api-key", "one", "--project", "proj_9",
               "--organization=org-1", "get", "x", "--admin-api-key=two")
    assert done.returncode == 0
    headers = peer.requests[0].headers
    assert headers["authorization"] == "Bearer two"
    assert headers["openai-project"] == "proj_9"
    assert headers["openai-organization"] == "org-1"


def test_base_url_and_retries(cli, make_peer):
    other = make_peer(Answer(500, "", {"retry-after-ms": "1"}))
    done = cli("get", "x", "--base-url", other.url, "--max-retries", "3")
    assert done.returncode == 75 and len(other.requests) == 4


def test_debug_never_shows_the_key(cli):
    done = cli("get", "x", "--debug")
    assert "> GET " in done.stderr and KEY not in done.stderr


def test_help_and_version(cli, peer):
    done = cli("--help")
    assert done.returncode == 0
    names = commands(cli)
    assert {"create", "list", "get", "delete", "watch", "bulk",
            "accept", "users role", "keys list", "audit"} <= set(names)
    for number, name in enumerate(names):
        words = ["help", *name.split()] if number % 2 else [*name.split(),
                                                            "--help"]
        done = cli(*words)
        assert done.returncode == 0
        assert f"Usage: invite {name}" in done.stdout
    assert re.fullmatch(r"invite \d+\.\d+\.\d+ \(commit [0-9a-z-]+\)\n",
                        cli("--version").stdout)
    assert peer.requests == []


@pytest.mark.parametrize("args, said", [
    (["lst"], 'there is no command "lst"; did you mean invite list?'),
    (["creat", "a@b.c"], "did you mean invite create?"),
    (["project"], "did you mean invite projects?"),
    (["user", "list"], "did you mean invite users?"),
    (["users", "gte", "x"], "did you mean invite users get?"),
    (["projects", "burn"], 'no command "projects burn"; invite --help'),
    (["keys", "Engine"], 'no command "keys Engine"; invite --help'),
    (["xyzzy"], 'there is no command "xyzzy"; invite --help lists them'),
    (["create", "a@b.c", "--rol", "reader"], "did you mean --role?"),
    (["list", "--state=pending"], "did you mean --status?"),
    (["list", "--nonsense"], "there is no option --nonsense; --help lists"),
    (["list", "-x"], "there is no option -x; --help lists"),
    (["--formt", "json", "list"], "did you mean --format?"),
])
def test_did_you_mean(cli, peer, args, said):
    done = cli(*args)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert peer.requests == []


def test_groups_of_commands_explain_themselves(cli, peer):
    for words in (["projects", "--help"], ["help", "projects"],
                  ["projects", "-h"]):
        done = cli(*words)
        assert done.returncode == 0
        assert "Usage: invite projects COMMAND" in done.stdout
        assert re.findall(r"^  projects ([\w-]+)", done.stdout, re.M) == [
            "list", "get", "create", "rename", "update", "archive", "users",
            "add", "role", "remove", "groups", "add-group", "remove-group"]
        assert '"invite projects" alone is "invite projects list"' in \
            done.stdout
    assert "alone" not in cli("help", "keys").stdout
    assert cli("help", "projects", "nonsense").returncode == 2
    assert peer.requests == []


def test_every_help_has_examples_that_can_be_read(cli, peer):
    for name in commands(cli):
        said = cli("help", *name.split()).stdout
        examples = said.split("\nExamples:\n")[1].splitlines()
        assert any(f"invite {name}" in line for line in examples), name


# ---- hints ----------------------------------------------------------------

@pytest.fixture
def closed_port():
    """One that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_no_connection_hints_at_the_address(cli, closed_port):
    url = f"http://127.0.0.1:{closed_port}/v1"
    done = cli("list", "--max-retries", "0", OPENAI_BASE_URL=url)
    assert done.returncode == 75
    assert f"Requests go to {url}, as OPENAI_BASE_URL says." in done.stderr
    done = cli("list", "--max-retries", "0", "--base-url", url)
    assert f"Requests go to {url}, as --base-url says." in done.stderr
    done = cli("list", "--max-retries", "0", "--proxy",
               f"http://127.0.0.1:{closed_port}", OPENAI_BASE_URL="")
    assert done.returncode == 75
    assert "a server of your own is named by OPENAI_BASE_URL" in done.stderr


def test_a_bad_certificate_is_not_to_be_tried_again(cli, make_peer, tmp_path):
    authority = Authority(tmp_path)
    peer = make_peer(Answer(200, page([])),
                     tls=authority.context("IP:127.0.0.1"))
    done = cli("list", "--base-url", peer.url)
    assert done.returncode == 1, done.stderr
    assert peer.requests == []
    done = cli("list", "--base-url", peer.url, "--ca-file",
               str(authority.file))
    assert done.returncode == 0, done.stderr


def test_a_refused_key_says_where_it_is_from(cli, peer):
    peer.script(refusal(401))
    done = cli("list")
    assert done.returncode == 4
    assert f"The key is from OPENAI_ADMIN_KEY, and was sent to {peer.url}." \
        in done.stderr
    done = cli("list", OPENAI_ADMIN_KEY="")
    assert done.stderr == (
        'invite: There is no admin key: use "invite login", '
        "OPENAI_ADMIN_KEY or --admin-api-key.\n")
