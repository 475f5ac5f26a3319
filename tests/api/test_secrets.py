"""
Keys and links are secrets: nowhere in a log, and nowhere in the database once
they were handed over.
"""

import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest

from harness import INVITES, PROJECTS
from harness.secrets import forms, forms_of_key, leaks, secret_of


@pytest.mark.long(10)
def test_nothing_in_the_database_after_delivery(daemon):
    """While it runs, the write-ahead log remembers what was; in the end
    nothing does."""
    api = daemon.api
    tokens = []
    for number in range(100):
        api.invite(f"p{number}@example.com")
    for number in range(100):
        tokens.append(daemon.mailbox.wait(f"p{number}@example.com").token)
    for invite in api.all(INVITES):
        api.delivered(invite["id"])
    tokens.append(api.link("bob@example.com")[1])
    api.accept(tokens[0])
    needles = [form for token in tokens for form in forms(secret_of(token))]
    needles += forms_of_key(daemon.key)
    assert [name for name in leaks(daemon, needles, but=("mail",))
            if not name.endswith("-wal")] == []
    daemon.stop()
    assert leaks(daemon, needles, but=("mail",)) == []
    daemon.start()


def test_nothing_after_a_mail_was_given_up(make_daemon):
    """Nor where the mail is deleted before it could be sent."""
    daemon = make_daemon("--mail", "smtp://127.0.0.1:1")
    api = daemon.api
    ids = [api.invite(f"p{number}@example.com")["id"] for number in range(100)]
    secrets = [row[0] for row in
               daemon.database.sql("SELECT secret FROM outbox")]
    assert len(secrets) == 100
    needles = [form for secret in secrets
               for form in (bytes.fromhex(secret), secret.encode())]
    assert leaks(daemon, needles)
    for identity in ids:
        api.ok("DELETE", f"{INVITES}/{identity}")
    daemon.stop()
    assert leaks(daemon, needles) == []
    daemon.start()


def test_a_key_is_there_as_a_hash(daemon):
    """Searching works: what should be found is."""
    daemon.stop()
    digest = hashlib.sha256(daemon.key.encode()).digest()
    assert len(leaks(daemon, [digest, digest.hex().encode()])) == 1
    daemon.start()


def test_nothing_in_the_log(make_daemon):
    daemon = make_daemon("--log-level", "debug")
    api = daemon.api
    api.invite("ada@example.com")
    token = daemon.mailbox.wait("ada@example.com").token
    _, link = api.link("bob@example.com")
    api.post("/v1/invitations/lookup", json={"token": token})
    api.get(f"/accept?code={token}")
    api.get(f"/v1/nothing/{token}")
    api.post("/accept", data={"code": link, "action": "show"})
    api.post("/accept", data={"code": link, "action": "accept",
                                         "name": "Bob Body"})
    api.accept(token, "Ada Body")
    daemon.client("sk-admin-wrong-but-secret-all-the-same").get(INVITES)
    api.get(INVITES, params={"email": "query@example.com"})
    api.post(PROJECTS, json={"name": "Body of a project"})
    daemon.stop()
    log = "\n".join(daemon.log + daemon.output)
    assert "/accept" in log or "request" in log
    for secret in (secret_of(token), secret_of(link), "Body",
                   "sk-admin-wrong-but-secret-all-the-same"):
        assert secret not in log
    assert daemon.key not in "\n".join(daemon.log)
    daemon.start()


def test_no_link_of_a_url_in_the_log(daemon):
    """Pasted where an id belongs, or anywhere else. Ids are told."""
    api = daemon.api
    invite, token = api.link("ada@example.com")
    encoded = token.replace(".", "%2e")
    places = [f"/v1/organization/{what}/{it}" for it in (token, encoded)
              for what in ("invites", "users", "projects")]
    places += [f"{PROJECTS}/{token}/users", f"/accept/{token}", f"/{token}",
               f"/assets/{token}", f"{INVITES}/{invite['id']}/{token}",
               f"/v1/{token}/users",
               f"{INVITES}/x{token[:-1]}"]
    for client in (api, daemon.client(None)):
        for place in places:
            assert client.get(place).status_code in (303, 400, 401, 404)
    api.ok("GET", f"{INVITES}/{invite['id']}")
    daemon.stop()
    log = "\n".join(daemon.log)
    assert "path=/organization/invites/? " in log
    assert "path=/organization/projects/?/users " in log
    assert f"path=/organization/invites/{invite['id']} " in log
    assert secret_of(token)[:-1] not in log
    daemon.start()


def test_input_cannot_forge_log_lines(daemon):
    """The harness refuses lines that are not of a log's form."""
    evil = "x%0a2026-01-31T12:00:00.000Z%20error%20forged"
    daemon.api.get(f"/{evil}")
    daemon.api.get(f"{INVITES}/{evil}")
    daemon.api.get(INVITES, headers={"User-Agent": "a\tb error"})
    daemon.stop()
    assert not any(line.endswith("forged") or " error " in line
                   for line in daemon.log)
    daemon.start()


def test_one_copy_of_the_key_on_standard_output(daemon):
    assert "\n".join(daemon.output).count("sk-admin-") == 1
    assert sum("sk-admin-" in line for line in daemon.log) == 0


def test_secrets_leave_the_environment(make_daemon):
    """/proc/PID/environ still names them, but holds them no more, and only
    root may look there."""
    key, password = "chosen-key-of-the-first-start", "password-of-the-mail"
    daemon = make_daemon(key=key, env={"INVITED_MAIL_USERNAME": "ada",
                                       "INVITED_MAIL_PASSWORD": password})
    assert daemon.api.get(INVITES).status_code == 200
    place = Path(f"/proc/{daemon.pid}/environ")
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            place.read_bytes()
        return
    environ = place.read_bytes()
    assert b"INVITED_ADMIN_KEY=\0" in environ
    assert key.encode() not in environ and password.encode() not in environ


def test_no_core_is_dumped(make_daemon):
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    daemon = make_daemon(limits={resource.RLIMIT_CORE: hard})
    os.kill(daemon.pid, signal.SIGABRT)
    ended = os.waitid(os.P_PID, daemon.pid, os.WEXITED | os.WNOWAIT)
    assert ended.si_code == os.CLD_KILLED, "it dumped a core"
    daemon.kill()
