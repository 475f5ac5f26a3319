"""
invite and libinv against the daemon itself, from the invite to the member.
"""

from __future__ import annotations

import json
import threading
import urllib.parse

import pytest

from conftest import Cli, Drive, drivers
from harness import Daemon, eventually
from harness.receiver import Receiver, Told
from mail.peers import RealServer

# Which database there is behind the daemon cannot be told from here.
pytestmark = pytest.mark.engines("sqlite")

WEBHOOKS = "/v1/organization/webhooks"


@pytest.fixture
def invite(daemon: Daemon) -> Cli:
    cli = Cli(daemon.url + "/v1")
    cli.env["OPENAI_ADMIN_KEY"] = daemon.key
    return cli


def create(invite: Cli, email: str, *args: str) -> dict:
    done = invite("create", "--email", email, "--role", "reader", *args)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_the_invite_to_the_member(invite):
    project = json.loads(invite("projects", "create", "--name",
                                "Engine").stdout)
    made = create(invite, "ada@example.com", "--no-email", "--project",
                  f"{{id: {project['id']}, role: owner}}")
    assert made["status"] == "pending"
    link = made["accept_url"]

    shown = invite("lookup", "--link", link)
    assert json.loads(shown.stdout)["status"] == "pending"
    accepted = invite("accept", "-y", "--link", link, "--name", "Ada Lovelace")
    assert accepted.returncode == 0, accepted.stderr
    user = json.loads(accepted.stdout)["user_id"]
    again = invite("accept", "-y", "--link", link, "--name", "Ada Lovelace")
    assert json.loads(again.stdout)["user_id"] == user

    assert invite("watch", made["id"]).returncode == 0
    assert json.loads(invite("users", "get", user).stdout)["name"] == \
        "Ada Lovelace"
    there, = [json.loads(line) for line in invite(
        "projects", "users", project["id"], "--format",
        "jsonl").stdout.splitlines()]
    assert (there["id"], there["role"]) == (user, "owner")
    done = invite("delete", made["id"])
    assert done.returncode == 1 and "already accepted" in done.stderr


@pytest.mark.parametrize("bent", [
    "{base}/accept/#{code}", "{base}/accept%23{code}", "{link})",
    "{base}/accept%2523{code}", "{link}?utm_source=mail", "<{link}>",
    "https://eur01.safelinks.protection.outlook.com/?url={quoted}"
    "&data=05%7C02%7C&reserved=0",
    "https://www.google.com/url?q={base}/accept%23{code}&sa=D",
])
def test_bent_links_open(invite, bent):
    """Where to ask is read from the link, not from what was put around it."""
    link = create(invite, "ada@example.com", "--no-email")["accept_url"]
    base, code = link.split("/accept#")
    text = bent.format(link=link, base=base, code=code,
                       quoted=urllib.parse.quote(link, safe=""))
    invite.env["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1"
    done = invite("accept", "-y", "--link", text, "--name", "Ada")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "accepted"


def test_by_the_code_alone(invite):
    link = create(invite, "ada@example.com", "--no-email")["accept_url"]
    code = link.split("#")[1]
    assert invite("lookup", "--link", code).returncode == 0
    assert invite("decline", "-y", "--link", code).returncode == 0
    assert invite("accept", "-y", "--link", code).returncode in (1, 3)
    assert invite("lookup", "--link", code[:-4] + "AAAA").returncode == 3


def test_asking_twice_is_one_invite(invite):
    first = create(invite, "ada@example.com", "--no-projects")
    assert create(invite, "ADA@example.com", "--no-projects")["id"] == \
        first["id"]
    done = invite("create", "--email", "ada@example.com", "--role", "owner")
    assert done.returncode == 1 and first["id"] in done.stderr


def test_create_says_that_the_invite_was_there(invite):
    first = invite("create", "ada@example.com", "-r", "reader")
    again = invite("create", "ADA@example.com", "-r", "reader")
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stderr == ""
    assert again.stderr.startswith("ada@example.com was already invited ")
    assert json.loads(again.stdout)["id"] == json.loads(first.stdout)["id"]


def test_whoever_is_meant_may_be_called_by_address_or_name(invite):
    project = json.loads(invite("projects", "create", "Engine").stdout)
    made = json.loads(invite("create", "ada@example.com", "-r", "reader",
                             "-p", "engine:owner", "--no-email").stdout)
    assert made["projects"] == [{"id": project["id"], "role": "owner"}]
    assert invite("get", "ADA@example.com", "-q").stdout.strip() == made["id"]
    assert invite("accept", "-y", made["accept_url"]).returncode == 0
    assert invite("watch", "ada@example.com").returncode == 0
    user = json.loads(invite("users", "get", "Ada@example.com").stdout)
    there, = json.loads(invite("projects", "users", "Engine").stdout)
    assert there["id"] == user["id"]
    assert json.loads(invite("projects").stdout)[-1]["id"]
    done = invite("bulk", "-n", "-", "--format", "table", stdin="email,role\n"
                  "ada@example.com,reader\nbob@example.com,reader\n")
    assert done.stdout == "Dry run, nobody was invited: 1 to invite, " \
        "1 already there\n"
    assert invite("create", "bob@example.com", "-r", "reader").returncode == 0
    assert invite("delete", "bob@example.com", "-q").returncode == 0
    assert invite("get", "bob@example.com").returncode == 3


def test_refusals(invite, daemon):
    assert invite("get", "invite-0000000000000").returncode == 3
    assert invite("get", "nonsense").returncode == 3
    assert invite("list", OPENAI_ADMIN_KEY="sk-admin-wrong").returncode == 4
    assert invite("list", "--limit", "101").returncode == 1
    done = invite("create", "--email", "nobody", "--role", "reader",
                  "--format", "json")
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["code"] == "invalid_email"
    assert error["request_id"].startswith("req_")
    for args, status in [(["--role", "king"], 1),
                         (["--role", "reader", "-p", "proj_no"], 1),
                         (["--role", "reader", "-p", "no"], 3)]:
        assert invite("create", "a@b.cd", *args).returncode == status


def test_watch_sees_the_end(invite):
    made = create(invite, "ada@example.com", "--no-email")
    result: list[int] = []
    watcher = threading.Thread(target=lambda: result.append(
        invite("watch", made["id"], "--interval", "10ms").returncode))
    watcher.start()
    assert invite("accept", "-y", "--link", made["accept_url"]).returncode == 0
    watcher.join(60)
    assert result == [0]


def test_every_list_page(invite, daemon):
    csv = "email,role,projects\n" + "".join(
        f"p{n}@example.com,reader,none\n" for n in range(250))
    done = invite("bulk", "-", "--json", stdin=csv)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["invited"] == 250
    done = invite("bulk", "-", "--json", stdin=csv)
    assert json.loads(done.stdout)["existing"] == 250
    for limit in ("100", "7", "1"):
        seen = [json.loads(line)["email"] for line in invite(
            "list", "--format", "jsonl", "--limit", limit,
            "--max-items", "250").stdout.splitlines()]
        assert len(seen) == len(set(seen)) == 250
    ids = [json.loads(line)["id"] for line in invite(
        "list", "--format", "jsonl", "--status", "pending").stdout.splitlines()]
    assert invite("delete", *ids).returncode == 0
    assert invite("list").stdout == "[]\n"


@pytest.mark.long(10)
def test_three_clients_see_the_same(daemon):
    """What libinv made, the official SDKs find, and the other way round."""
    made = {kind: Drive(*argv) for kind, argv in drivers().items()}
    try:
        for kind, drive in made.items():
            drive("new", base_url=daemon.url + "/v1",
                  admin_api_key=daemon.key)
            out = drive("create", email=f"{kind}@example.com", role="owner",
                        projects=[])
            assert out["ok"], out
        ids = [invite["id"] for invite in
               daemon.api.get("/organization/invites").json()["data"]]
        assert len(ids) == 3
        for drive in made.values():
            assert all(drive("retrieve", id=name)["ok"] for name in ids)
            assert not drive("retrieve", id="invite-none")["ok"]
        assert made["c"]("list", limit=1)["result"]["ids"] == ids
    finally:
        for drive in made.values():
            drive.close()


def test_a_mailed_invite(invite, daemon):
    made = create(invite, "grace@example.com")
    assert made["delivery"]["status"] == "queued"
    assert "accept_url" not in made
    done = invite("get", made["id"], "--format", "table")
    assert "grace@example.com" in done.stdout and "mail" in done.stdout


def test_whose_mail_has_failed_is_seen_and_mailed_again(make_daemon):
    """list, watch and bulk, while the mail server refuses and afterwards."""
    answer: list[str | None] = ["554 5.6.0 This text is refused."]
    with RealServer(verdict=lambda mail: answer[0]) as server:
        daemon = make_daemon("--mail", f"smtp://127.0.0.1:{server.port}")
        invite = Cli(daemon.url + "/v1")
        invite.env["OPENAI_ADMIN_KEY"] = daemon.key
        csv = "email,role\n" + "".join(f"u{n}@example.com,reader\n"
                                       for n in range(3))
        assert invite("bulk", "-", stdin=csv).returncode == 0
        for n in range(3):
            done = invite("watch", f"u{n}@example.com", "--interval", "10ms")
            assert done.returncode == 6, done.stderr
        failed = json.loads(invite("list", "--delivery", "failed").stdout)
        assert len(failed) == 3
        assert "5.6.0" in failed[0]["delivery"]["last_error"]
        answer[0] = None
        done = invite("bulk", "-", "--format", "table", stdin=csv)
        assert (done.returncode, done.stdout) == (
            0, "0 invited, 3 mailed again, 0 already there, 0 refused, "
               "0 failed\n")
        server.mailbox.wait(3)
        eventually(lambda: invite("list", "-q", "--delivery",
                                  "sent").stdout.count("\n") == 3)
        done = invite("bulk", "-", "--format", "table", stdin=csv)
        assert "0 invited, 3 already there" in done.stdout


def test_whoami_and_login_against_the_daemon(invite, daemon, tmp_path):
    said = json.loads(invite("whoami").stdout)["organization"]
    assert said["id"].startswith("org-") and said["name"]
    key = invite.env.pop("OPENAI_ADMIN_KEY")
    url = invite.env.pop("OPENAI_BASE_URL")
    invite.env["XDG_CONFIG_HOME"] = str(tmp_path)
    done = invite("login", daemon.url, "-q", stdin=key + "\n")
    assert done.stdout == said["id"] + "\n", done.stderr
    assert json.loads(invite("whoami").stdout) == {
        "organization": said, "base_url": url}
    assert invite("logout").returncode == 0
    assert invite("whoami").returncode == 4


def test_the_library_knows_whose_webhook_it_is(make_daemon):
    """By the secret that the daemon made, and while it takes another's place; the
    Node SDK knows it, too."""
    daemon = make_daemon("--webhook-allow", "127.0.0.0/8",
                         env={"INVITED_SECRETS_KEY": "secrets.key"})
    drive, node = (Drive(*drivers()[kind]) for kind in ("c", "node"))
    node("new", base_url=daemon.url, admin_api_key=daemon.key)

    def unwrapped(told: Told, secrets: str, body: str = "",
                  drive: Drive = drive) -> dict:
        return drive("webhook", body=body or told.body.decode(),
                     now=int(told.headers["webhook-timestamp"]),
                     secrets=secrets, **{
                         name: told.headers[f"webhook-{name}"] for name in
                         ("id", "timestamp", "signature")})
    with Receiver() as receiver:
        webhook = daemon.api.ok("POST", WEBHOOKS, json={"url": receiver.url})
        invite = daemon.api.invite("ada@example.com")
        told = receiver.wait("invite.created")
        event = unwrapped(told, webhook["secret"])["result"]
        assert (event["type"], event["webhook_id"]) == ("invite.created",
                                                        told.id)
        assert event["created_at"] == told.event["created_at"] > 0
        assert json.loads(event["data"])["id"] == invite["id"]
        changed = told.body.decode().replace("ada@", "eve@")
        assert unwrapped(told, webhook["secret"], changed)["error"]["kind"] \
            == "webhook"
        assert unwrapped(told, webhook["secret"], drive=node)["result"] == \
            told.event
        assert not unwrapped(told, webhook["secret"], changed, node)["ok"]
        here = f"{WEBHOOKS}/{webhook['id']}"
        second = daemon.api.ok("POST", f"{here}/rotate")["secret"]
        number = daemon.api.ok("POST", f"{here}/test")["id"]
        told = receiver.wait(lambda told: told.id == number)
        for secrets in (webhook["secret"], second,
                        f"{webhook['secret']} {second}"):
            assert unwrapped(told, secrets)["ok"]
    drive.close()
    node.close()
