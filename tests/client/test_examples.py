"""
The programs of examples/ do what they say, and no tool that watches them has
anything to report: valgrind where there is one thread, helgrind where there
are more.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from conftest import (HELGRIND, KEY, ROOT, build_dir, clean_environment,
                      is_sanitized)
import test_webhook
from peer import Answer, INVITE, Raw, page
from test_library import everything

LIBRARY = "client/libinv.so.0"
MEMORY = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full",
          "--errors-for-leak-kinds=definite,possible",
          "--trace-children=no"]


def accepted(request: Any) -> Answer:
    """Everybody who is asked about has accepted."""
    if request.method == "POST":
        return Answer(200, {**INVITE, "email": request.json["email"]})
    return Answer(200, {**INVITE, "status": "accepted"})


ACCOUNT = {"object": "organization.project.service_account",
           "id": "svc_acct_1", "name": "ci", "role": "member",
           "created_at": 1, "api_key": {
               "object": "organization.project.service_account.api_key",
               "id": "key_1", "value": "sk-svcacct-1", "name": "ci",
               "created_at": 1, "expires_at": 2}}
KEYS = [{"object": "organization.project.api_key", "id": f"key_{whose}",
         "redacted_value": "sk-...1", "name": "n", "created_at": 1,
         "last_used_at": used, "expires_at": None,
         "owner_project_access": "active",
         "owner": {"type": whose, whose: {"id": f"{whose}-1", "name": "N",
                                          "created_at": 1, "role": "member"}}}
        for whose, used in (("user", None), ("service_account", None),
                            ("user", 5))]
ROLE = {"object": "role", "id": "role_2", "name": "Auditor",
        "description": None, "permissions": ["a"], "predefined_role": False,
        "resource_type": "api.organization"}
SETTINGS = {"object": "organization.settings", "name": None, "line": None,
            "color": None, "reply_to": "team@example.com", "locale": None,
            "updated_at": 1, "max_key_lifetime_seconds": 0}
DECISION = {"object": "gate.decision", "allowed": True, "code": "allowed",
            "ttl": 5, "key": {"id": "key_1"}, "owner": {"id": "user-1"},
            "project": {"id": "proj_1"}}
EVENT = {"id": "audit_log-1", "type": "invite.sent", "effective_at": 1,
         "actor": {"type": "api_key", "api_key": {
             "id": "key_1", "type": "user", "user": {"id": "user-1",
                                                     "email": "a@b.c"}}},
         "invite.sent": {"id": "invite-1", "data": {"email": "a@b.c",
                                                    "role": "reader"}}}


def of_a_blocked_address(request: Any) -> Answer:
    one = {"object": "organization.blocked_address", "id": "blocked_1"}
    if request.method == "DELETE":
        return Answer(200, {**one, "deleted": True})
    return Answer(200, page([{**one, "created_at": 1}]))


def of_a_webhook(request: Any) -> Answer:
    return Answer(200, {"id": "evt_1" if request.path.endswith("/test")
                        else "webhook_1", "secret": "whsec_bmV3"})


def of_a_role(request: Any) -> Answer:
    """Roles that are listed in two pages, which say where the next begins."""
    if request.method == "POST":
        return Answer(200, {"object": "user.role", "user": {"id": "user-1"},
                            "role": ROLE})
    if request.query == [("after", "here")]:
        return Answer(200, {"object": "list", "data": [ROLE],
                            "has_more": False, "next": None})
    return Answer(200, {"object": "list", "data": [
        {**ROLE, "id": "role_1", "name": "Other"}], "has_more": True,
        "next": "here"})


def of_a_group(request: Any) -> Answer:
    if request.path.endswith("/users"):
        return Answer(200, {"object": "group.user", "user_id": "user-1",
                            "group_id": "group-1"})
    return Answer(200, {"id": "group-1", "name": request.json["name"],
                        "created_at": 1, "is_scim_managed": False,
                        "group_type": "group"})


# name, arguments, input, answers, what is printed
PROGRAMS: list[tuple] = [
    ("accept", ["CODE", "Ada"], "", everything,
     "You are in, as a reader.\nProject: P\n"),
    ("audit", [], "", Answer(200, page([EVENT])),
     'invite.sent {"id":"invite-1","data":{"email":"a@b.c",'
     '"role":"reader"}}\n'),
    ("cancel", ["x"], "", everything, "ada@example.com is pending\n"),
    ("create", ["a@b.c"], "", everything, "invite-1\n"),
    ("create_cc", ["a@b.c"], "", everything, "invite-1\n"),
    ("csv", [], "ada@example.com,reader\nbob@example.com,owner\n", accepted,
     "ada@example.com is invited\nbob@example.com is invited\n"
     "ada@example.com: accepted\nada@example.com: accepted\n"),
    ("debug", ["x"], "", everything, None),
    ("errors", ["refused"], "", everything, "No.\n"),
    ("fork", ["x"], "", everything,
     "before: pending\nchild: pending\nafter: pending\n"),
    ("hook", ["https://a.b/"], "", of_a_webhook, "whsec_bmV3\n"),
    ("lift", ["a@b.c"], "", of_a_blocked_address, "It may be invited again.\n"),
    ("gate", ["m"], "sk-proj-1\n", Answer(200, DECISION), "allowed user-1\n"),
    ("groups", ["Support", "user-1"], "", of_a_group, "group-1\n"),
    ("keys", ["proj_1"], "", Answer(200, page(KEYS)),
     "key_user user-1 active\n"
     "key_service_account service_account-1 active\n"),
    ("list", [], "", everything, None),
    ("loop", ["x", "y"], "", everything,
     "ada@example.com is pending\n" * 2),
    ("plugin", [LIBRARY, "a@b.c"], "", everything, "invite-1\n"),
    ("projects", ["a@b.c"], "", everything,
     "ada@example.com was invited to nothing\n"),
    ("request", ["p"], "", everything, None),
    ("roles", ["user-1", "Auditor"], "", of_a_role, "role_2\n"),
    ("service_account", ["proj_1", "ci"], "", Answer(200, ACCOUNT),
     "svc_acct_1 sk-svcacct-1\n"),
    ("settings", ["team@example.com"], "", Answer(200, SETTINGS),
     "team@example.com\n"),
    ("threads", ["x"], "", everything, "0 failures\n"),
    ("webhook", [], test_webhook.BODY, everything, "Status: 204\n\n"),
    ("users", [], "", Answer(200, page([INVITE])),
     "invite-1 reader ada@example.com\n"),
]


def program(name: str) -> str:
    return str(build_dir() / "examples" / f"example_{name}")


def environment(url: str) -> dict[str, str]:
    return clean_environment(OPENAI_BASE_URL=url, OPENAI_ADMIN_KEY=KEY,
                             OPENAI_WEBHOOK_SECRET=test_webhook.SECRET,
                             **cgi(test_webhook.BODY))


def cgi(body: str) -> dict[str, str]:
    """The variables of a webhook that comes now."""
    now = str(int(time.time()))
    return {"HTTP_WEBHOOK_ID": "msg_1", "HTTP_WEBHOOK_TIMESTAMP": now,
            "HTTP_WEBHOOK_SIGNATURE": test_webhook.sign(
                test_webhook.SECRET, "msg_1", now, body)}


def run(url: str, *argv: str, text: str = "", expected: int = 0) -> str:
    done = subprocess.run(argv, input=text, capture_output=True, text=True,
                          timeout=240, cwd=build_dir(), env=environment(url))
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


def test_every_example_is_tried():
    assert {path.stem for path in (ROOT / "examples").glob("*.c")} | \
        {"create_cc"} == {name for name, *_ in PROGRAMS}


@pytest.mark.parametrize("name, args, text, answers, expected", PROGRAMS,
                         ids=[name for name, *_ in PROGRAMS])
def test_it_does_what_it_says(peer, name, args, text, answers, expected):
    peer.script(answers)
    failed = 1 if name == "errors" else 0
    out = run(peer.url, program(name), *args, text=text, expected=failed)
    assert out and (expected is None or out == expected)


@pytest.mark.parametrize("name, args, text, answers, expected", PROGRAMS,
                         ids=[name for name, *_ in PROGRAMS])
def test_no_tool_has_anything_to_report(peer, name, args, text, answers,
                                        expected):
    if is_sanitized():
        pytest.skip("platform: the sanitizer is watching already")
    peer.script(answers)
    tool = HELGRIND if name == "threads" else MEMORY
    failed = 1 if name == "errors" else 0
    run(peer.url, *tool, program(name), *args, text=text, expected=failed)


from_python = pytest.mark.parametrize("args", [
    ["create_ctypes.py", LIBRARY, "a@b.c"],
    ["create_cffi.py", LIBRARY, str(ROOT / "include/inv.h"), "a@b.c"],
], ids=lambda args: args[0])


@from_python
def test_it_is_used_from_python(peer, args):
    if is_sanitized():
        pytest.skip("platform: Python itself would have to be built with the sanitizer")
    name, library, *more = args
    assert run(peer.url, sys.executable, str(ROOT / "examples" / name),
               str(build_dir() / library), *more) == "invite-1\n"
    assert peer.requests[0].json == {"email": "a@b.c", "role": "reader"}


@pytest.mark.again
@from_python
def test_valgrind_has_nothing_to_report_of_it_in_python(peer, args):
    """Of Python itself it has; what is ours has a function of ours in it."""
    if is_sanitized():
        pytest.skip("platform: the sanitizer is watching already")
    name, library, *more = args
    done = subprocess.run(
        ["valgrind", "--quiet", "--error-limit=no", sys.executable,
         str(ROOT / "examples" / name), str(build_dir() / library), *more],
        env={**environment(peer.url), "PYTHONMALLOC": "malloc"},
        capture_output=True, text=True, timeout=600)
    assert done.stdout == "invite-1\n", done.stderr
    assert "inv_" not in done.stderr and "libinv" not in done.stderr


def test_it_can_be_interrupted(peer):
    """A signal handler cancels a call whose answer never comes."""
    peer.script(Raw(b"", "stall"))
    process = subprocess.Popen([program("cancel"), "x"], text=True,
                               stderr=subprocess.PIPE, env=environment(peer.url))
    peer.wait_for(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 1 and "was cancelled" in said
    assert len(peer.requests) == 1
