"""
invite login, logout and whoami: what is kept, where, and what wins over it.
"""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Callable

import pytest

from conftest import KEY, Cli, on_terminal, refusal
from peer import Answer, Peer, page

ORGANIZATION = {"object": "organization", "id": "org-1", "name": "Org"}


def organization(request) -> Answer:
    if request.headers.get("authorization") != f"Bearer {KEY}":
        return refusal(401)
    if request.path == "/v1/organization":
        return Answer(200, ORGANIZATION)
    return Answer(200, page([]))


@pytest.fixture
def server(make_peer: Callable[..., Peer]) -> Peer:
    return make_peer(organization)


@pytest.fixture
def user(tmp_path: Path) -> Cli:
    """Somebody without settings in the environment."""
    cli = Cli("")
    del cli.env["OPENAI_BASE_URL"], cli.env["OPENAI_ADMIN_KEY"]
    cli.env["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    return cli


def login_file(user: Cli) -> Path:
    return Path(user.env["XDG_CONFIG_HOME"]) / "invite/login"


def test_login_keeps_address_and_key_for_nobody_else(user, server):
    done = user("login", server.url, stdin=f"  {KEY} \n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "organization": {"id": "org-1", "name": "Org"},
        "base_url": server.url}
    file = login_file(user)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == ["login"]
    assert KEY not in done.stdout + done.stderr
    assert user("list").returncode == 0
    assert server.requests[-1].path == "/v1/organization/invites"
    assert user("logout").returncode == 0
    assert not file.exists()
    assert user("logout").returncode == 0


def test_login_without_a_path_means_v1(user, server):
    bare = server.url.removesuffix("/v1")
    for url in (bare, bare + "/", server.url + "/"):
        assert user("login", url, stdin=KEY).returncode == 0
        assert f"base_url={server.url}\n" in login_file(user).read_text()


def test_login_is_kept_under_home_without_xdg(user, server, tmp_path):
    del user.env["XDG_CONFIG_HOME"]
    user.env["HOME"] = str(tmp_path)
    assert user("login", server.url, stdin=KEY).returncode == 0
    assert (tmp_path / ".config/invite/login").exists()


def test_login_at_a_terminal_does_not_show_the_key(user, server):
    out = on_terminal(user, "login", "--base-url", server.url,
                      prompt="Admin key (not shown):", answer=KEY + "\n",
                      NO_COLOR="1")
    assert KEY not in out
    assert "organization  Org\n" in out
    assert f"admin_api_key={KEY}\n" in login_file(user).read_text()


def test_login_over_plain_http_is_said_unless_it_stays_here(user, server):
    done = user("login", server.url, stdin=KEY)
    assert "unencrypted" not in done.stderr
    done = user("login", "http://invited.invalid", "--max-retries", "0",
                stdin=KEY)
    assert done.returncode == 75 and "unencrypted" in done.stderr


def test_login_that_fails_speaks_of_what_was_given(user, server):
    done = user("login", server.url, stdin="sk-wrong")
    assert f"The key that you gave was sent to {server.url}." in done.stderr
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        gone = user("login", url, "--max-retries", "0", stdin=KEY)
    assert f"Requests go to {url}, the address that you gave." in gone.stderr
    assert "--" not in done.stderr + gone.stderr


def test_login_that_fails_keeps_nothing(user, server):
    assert user("login", server.url, stdin=KEY).returncode == 0
    before = login_file(user).read_text()
    done = user("login", server.url, stdin="sk-wrong")
    assert done.returncode == 4 and "Nothing was saved." in done.stderr
    assert "sk-wrong" not in done.stderr
    assert user("login", server.url, stdin="").returncode == 2
    assert user("login", stdin=KEY).returncode == 2
    assert login_file(user).read_text() == before


def test_the_environment_and_options_win_over_the_login(user, server,
                                                        make_peer):
    assert user("login", server.url, stdin=KEY).returncode == 0
    assert user("list", OPENAI_ADMIN_KEY="other").returncode == 4
    assert user("list", "--admin-api-key", "other").returncode == 4
    elsewhere = make_peer(Answer(200, page([])))
    for args, env in (["--base-url", elsewhere.url], {}), \
            ([], {"OPENAI_BASE_URL": elsewhere.url}):
        done = user("list", *args, **env)
        assert done.returncode == 4, done.stderr
        assert f"is for {server.url}, and is sent nowhere else" in done.stderr
    assert elsewhere.requests == []
    done = user("list", OPENAI_BASE_URL=elsewhere.url, OPENAI_ADMIN_KEY="own")
    assert done.returncode == 0
    assert elsewhere.requests[0].headers["authorization"] == "Bearer own"
    done = user("list", OPENAI_BASE_URL=server.url + "/")
    assert done.returncode == 0


def test_a_login_that_others_can_read_is_not_used(user, server):
    assert user("login", server.url, stdin=KEY).returncode == 0
    login_file(user).chmod(0o640)
    done = user("list")
    assert done.returncode == 2 and "chmod 600" in done.stderr
    assert user("login", server.url, stdin=KEY).returncode == 0
    assert user("list").returncode == 0


@pytest.mark.parametrize("command", [["list"], ["whoami"]])
def test_a_login_that_is_not_a_file_is_not_waited_for(user, server, command):
    login_file(user).parent.mkdir(parents=True)
    os.mkfifo(login_file(user), 0o600)
    done = user(*command)
    assert done.returncode == 2 and "is not a file" in done.stderr
    login_file(user).unlink()
    login_file(user).mkdir(0o700)
    done = user(*command)
    assert done.returncode == 2 and "is not a file" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_login_of_somebody_else_is_not_used(user, server):
    assert user("login", server.url, stdin=KEY).returncode == 0
    os.chown(login_file(user), 65534, -1)
    done = user("list")
    assert done.returncode == 2, done.stderr
    assert "belongs to another user" in done.stderr
    assert len(server.requests) == 1


def test_a_login_behind_a_link_is_used(user, server, tmp_path):
    assert user("login", server.url, stdin=KEY).returncode == 0
    login_file(user).rename(tmp_path / "kept")
    login_file(user).symlink_to(tmp_path / "kept")
    assert user("list").returncode == 0


def test_whoami(user, server):
    assert user("login", server.url, stdin=KEY).returncode == 0
    done = user("whoami", "--format", "table")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["organization", "Org"], ["id", "org-1"], ["address", server.url]]
    assert done.stderr == \
        'The address is from "invite login", the key from "invite login".\n'
    assert user("whoami", "-q").stdout == "org-1\n"
    assert user("whoami", OPENAI_ADMIN_KEY="other").returncode == 4


@pytest.mark.parametrize("answer", [
    refusal(404), refusal(400, "not_supported"), refusal(405)])
def test_whoami_where_the_server_does_not_say(cli, peer, answer):
    def api(request) -> Answer:
        if request.path == "/v1/organization":
            return answer
        return Answer(200, page([]))
    peer.script(api)
    done = cli("whoami")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "organization": {"id": None, "name": None}, "base_url": peer.url}
    peer.script(answer, refusal(401))
    assert cli("whoami").returncode == 4
    peer.script(answer, Answer(200, page([]), {"OpenAI-Organization": "org-7"}))
    assert cli("whoami", "-q").stdout == "org-7\n"


def test_an_organizations_id_does_not_drive_the_terminal(cli, peer):
    driving = "\x1b]0;pwn\x07"
    peer.script(Answer(200, {**ORGANIZATION, "id": driving}))
    for args in (["-q"], ["--format", "id"]):
        assert cli("whoami", *args).stdout == "?]0;pwn?\n"
    assert "?]0;pwn?\n" in cli("whoami", "--format", "table").stdout


def test_names_in_json_are_read_as_they_are(cli, peer):
    name = "A \"quoted\" \\ \u00e9\u65e5\U0001f600 {id: [,]}"
    for dump in (True, False):
        peer.script(Answer(200, json.dumps(
            {"x": {"id": "no"}, "y": ["}", {"id": 1}], "z": 1.5, "": None,
             "name": name, "id": "org-9"}, ensure_ascii=dump)))
        said = json.loads(cli("whoami").stdout)["organization"]
        assert said == {"id": "org-9", "name": name}
