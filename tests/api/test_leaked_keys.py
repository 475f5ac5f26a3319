"""
invited key leaked: what scanners for secrets find is ended at once.
"""

import json
import re
import tomllib
import zlib
from pathlib import Path

import pytest

from harness import INVITES, PROJECTS, admin_key_in, refused

RULE = Path(__file__).resolve().parents[2] / "packaging/gitleaks.toml"
LOGS = "/v1/organization/audit_logs"


@pytest.fixture(scope="module")
def project(shared_daemon):
    return shared_daemon.api.project("Leaky")


def new_key(api, project):
    return api.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts",
                  json={"name": "robot"})["api_key"]


def another_secret(value, other):
    """Of the same id, with a checksum that holds."""
    text = value[:29] + other[29:-6]
    digits = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
              "abcdefghijklmnopqrstuvwxyz")
    number, tail = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        tail = digits[digit] + tail
    return text + tail


def leaked(daemon, text, code=0):
    done = daemon.command("key", "leaked", typed=text, check=False)
    assert done.returncode == code, done.stderr
    return [line.split("\t")[:3] for line in done.stdout.splitlines()], \
        done.stderr


def is_there(api, project, key):
    path = f"{PROJECTS}/{project['id']}/api_keys/{key['id']}"
    return api.get(path).status_code == 200


def test_each_form_of_report(shared_daemon, project):
    """Lines, gitleaks' JSON, trufflehog's, GitHub's: the texts matter."""
    api = shared_daemon.api
    keys = [new_key(api, project) for _ in range(4)]
    values = [key["value"] for key in keys]
    report = "\n".join((
        f"config.py:3: OPENAI_API_KEY={values[0]}",
        json.dumps([{"RuleID": "invited-key", "Secret": values[1]}]),
        json.dumps({"DetectorName": "Custom", "Raw": values[2]}),
        json.dumps([{"token": values[3], "type": "invited", "url": "x"}]),
        "nothing here", f"again {values[0]}"))
    lines, said = leaked(shared_daemon, report)
    ids = [key["id"] for key in keys]
    assert lines == [*[[str(n), id_, "revoked"] for n, id_ in
                       enumerate(ids, 1)], ["6", ids[0], "revoked before"]]
    assert not any(is_there(api, project, key) for key in keys)
    assert not any(value in str(lines) + said for value in values)
    told = api.ok("GET", LOGS, params={"include_extensions": "true",
                                       "resource_ids[]": ids[0]})["data"]
    assert [one["type"] for one in told] == \
        ["api_key.leaked", "api_key.deleted", "api_key.created"]


def test_only_with_its_own_secret(shared_daemon, project):
    """An id is no secret: a text that was made up ends nobody's key."""
    api = shared_daemon.api
    key, other = new_key(api, project), new_key(api, project)
    forged = another_secret(key["value"], other["value"])
    lines, said = leaked(shared_daemon, forged, 1)
    assert lines[0][2] == "not its secret" and "key leaked ID" in said
    assert is_there(api, project, key)
    # The operator may say so.
    done = shared_daemon.command("key", "leaked", key["id"])
    assert done.stdout.split("\t")[:3] == ["-", key["id"], "revoked"]
    assert not is_there(api, project, key) and is_there(api, project, other)
    assert leaked(shared_daemon, forged)[0][0][2] == "not its secret"


def test_whoever_it_belongs_to_is_told(make_daemon):
    """By a mail that waits for the daemon, and holds no key; from whom the
    organization's mails are."""
    daemon = make_daemon()
    api, project = daemon.api, daemon.api.project("Apollo")
    _, token = api.link("ada@example.com", "reader", projects=[
        {"id": project["id"], "role": "member"}])
    assert api.accept(token, "Ada").status_code == 200
    ada = next(one for one in api.all("/v1/organization/users")
               if one["email"] == "ada@example.com")
    key = api.ok("POST", f"{PROJECTS}/{project['id']}/api_keys",
                 json={"user_id": ada["id"], "name": "laptop"})
    api.ok("POST", "/v1/organization/settings",
           json={"sender_email": "team@own.example", "sender_name": "Crew"})
    assert leaked(daemon, key["value"])[0][0][2] == "revoked"
    daemon.restart()
    mail = daemon.mailbox.wait("ada@example.com")
    assert mail.message["Subject"] == \
        "A key of Default organization was revoked"
    assert mail.message["From"] == "Crew <team@own.example>"
    assert '"laptop"' in mail.text and key["value"] not in mail.text


def test_admin_keys_too(shared_daemon):
    made = shared_daemon.command("key", "create", "leaky",
                                 "--organization", "Default organization")
    key = admin_key_in(made.stdout)
    client = shared_daemon.client(key)
    assert client.get(INVITES).status_code == 200
    assert leaked(shared_daemon, key)[0][0][2] == "revoked"
    refused(client.get(INVITES), 401, "invalid_api_key")


@pytest.mark.engines("sqlite")
def test_what_is_no_key(shared_daemon):
    stranger = "sk-proj-inv_0000000000001_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRc" \
        "wGkBIDlf0eIVC7"
    lines, said = leaked(shared_daemon, f"{'x' * 70000}\n{stranger}")
    assert lines == [["2", "sk-proj-inv_0000...IVC7", "unknown"]]
    assert leaked(shared_daemon, "sk-proj-inv_nonsense\n\0\xff") == \
        ([], "No key was found in the input.\n")
    for argument, code in (("key_0000000000001", 1), (stranger, 2), ("x", 2)):
        done = shared_daemon.command("key", "leaked", argument, check=False)
        assert done.returncode == code and done.stderr and not done.stdout


def test_a_key_across_two_readings(shared_daemon, project):
    """However it lies in what is read at once."""
    key = new_key(shared_daemon.api, project)
    for before in (65536 - 40, 2 * 65536 - 90):
        lines, _ = leaked(shared_daemon, " " * before + key["value"])
        assert [line[1] for line in lines] == [key["id"]]


@pytest.mark.engines("sqlite")
def test_the_rule_for_scanners(shared_daemon, project):
    """It finds keys of every kind, and nothing that only looks like one."""
    rule, = tomllib.loads(RULE.read_text())["rules"]
    pattern = re.compile(rule["regex"])
    keys = [new_key(shared_daemon.api, project)["value"],
            shared_daemon.key,
            "sk-proj-inv_0000000000001_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkB"
            "IDlf0eIVC7"]
    for key in keys:
        for text in (key, f'"{key}"', f"KEY={key}\n", f"/{key}?"):
            assert pattern.search(text)[1] == key
        assert all(word in key for word in rule["keywords"])
    for text in ("sk-proj-abcT3BlbkFJdef", keys[0][:-1], keys[0] + "x",
                 keys[0].replace("_", "-"), keys[0].replace("inv", "env"),
                 "risk-proj-inv_" + keys[2][12:], keys[2].replace("_0", "_I"),
                 "sk-svcacct-inv_01KA...x4Qz"):
        assert not pattern.search(text), text
