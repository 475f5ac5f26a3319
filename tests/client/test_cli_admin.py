"""
The commands for members, projects, service accounts, keys, roles, webhooks and
the audit log, against a peer that answers by a script. Groups have a file of their own.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from conftest import Cli, ROOT, on_terminal, refusal
from peer import Answer, INVITE, page

USER = {"object": "organization.user", "id": "user-1", "name": "Ada",
        "email": "ada@b.c", "role": "owner", "added_at": 5}
PROJECT = {"object": "organization.project", "id": "proj_1", "name": "Engine",
           "created_at": 1, "archived_at": None, "status": "active"}
MEMBER = {**USER, "object": "organization.project.user", "role": "member"}
BLOCKED = {"object": "organization.blocked_address", "id": "blocked_1",
           "created_at": 1}
HOOK = {"object": "organization.webhook", "id": "webhook_1",
        "url": "https://a.b/hook", "events": ["invite.*", "user.added"],
        "status": "disabled", "disabled_reason": "failed", "disabled_at": 2,
        "failing_since": 1, "created_at": 1}
QUEUED = {"object": "organization.webhook.event", "id": "evt_1",
          "webhook_id": "webhook_1", "type": "webhook.test", "created_at": 1}
ATTEMPT = {"object": "organization.webhook.attempt", "id": "attempt_1",
           "webhook_id": "webhook_1", "event_id": "evt_1",
           "type": "invite.sent", "attempted_at": 1, "outcome": "deferred",
           "status": 503, "duration_ms": 12, "error": "it answered 503",
           "answer": "later", "body": "{}"}
GROUP = {"object": "group", "id": "group_1", "name": "Crew", "created_at": 1,
         "is_scim_managed": False, "group_type": "group"}
PROJECT_GROUP = {"object": "project.group", "project_id": "proj_1",
                 "group_id": "group_1", "group_name": "Crew",
                 "group_type": "group", "created_at": 1}
NEW_KEY = {"object": "organization.project.service_account.api_key",
           "id": "key_9", "value": "sk-svcacct-secret", "name": "n",
           "created_at": 1, "expires_at": None}
ACCOUNT = {"object": "organization.project.service_account",
           "id": "svc_acct_1", "name": "ci", "role": "member",
           "created_at": 1}
KEY = {"object": "organization.project.api_key", "id": "key_1",
       "redacted_value": "sk-...ab", "name": "deploy", "created_at": 1,
       "last_used_at": None, "expires_at": None,
       "owner_project_access": "inactive",
       "owner": {"type": "service_account", "service_account": {
           "id": "svc_acct_1", "name": "ci", "created_at": 1,
           "role": "member"}}}
ADMIN_KEY = {"object": "organization.admin_api_key", "id": "key_2",
             "name": "terraform", "redacted_value": "sk-admin-...yz",
             "created_at": 1, "expires_at": None, "last_used_at": 7,
             "owner": {"type": "user", "object": "organization.user",
                       "id": "user-1", "name": "Ada", "created_at": 1,
                       "role": "owner"}}
ROLE = {"object": "role", "id": "role_1", "name": "Auditor",
        "description": None, "permissions": ["a", "b"],
        "resource_type": "api.organization", "predefined_role": False}
ASSIGNED = {**ROLE, "created_at": None, "updated_at": None, "created_by": None,
            "created_by_user_obj": None, "metadata": None,
            "assignment_sources": [{"principal_id": "group_1",
                                    "principal_type": "group"}]}
ASSIGNMENT = {"object": "user.role", "user": USER, "role": ROLE}
EVENT = {"id": "audit_log-1", "type": "invite.sent", "effective_at": 1,
         "project": {"id": "proj_1", "name": "Engine"},
         "actor": {"type": "api_key", "api_key": {
             "id": "key_2", "type": "user",
             "user": {"id": "user-1", "email": "ada@b.c"}}},
         "invite.sent": {"id": "invite-1", "data": {"role": "reader"}}}

DECISION = {"object": "gate.decision", "allowed": True, "code": "valid",
            "key": {"id": "key_1", "name": "k", "expires_at": None,
                    "models": None},
            "owner": {"type": "user", "id": "user-1", "name": "Ada",
                      "email": "ada@b.c", "role": "member"},
            "project": {"id": "proj_1", "name": "Apollo"}, "ttl": 10}

SETTINGS = {"object": "organization.settings", "display_name": "Crew",
            "line": None, "color": "#3b5bdb", "reply_to": "a@b.c",
            "updated_at": 5}


def gone(what: str, id_: str | None = None) -> dict:
    named = {} if id_ is None else {"id": id_}
    return {"object": f"{what}.deleted", **named, "deleted": True}


ORG, P = "/organization", "/organization/projects/proj_1"
HOOKS = ORG + "/webhooks"
ACCOUNTS, IN_P = P + "/service_accounts", "/projects/proj_1"

# the command, method and target of its request, body, and the answer
COMMANDS: list[tuple[list[str], str, str, Any, dict]] = [
    (["resend", "invite-1", "--no-email", "--expires-in", "1d"], "POST",
     ORG + "/invites/invite-1/resend",
     {"expires_in_seconds": 86400, "send_email": False}, INVITE),
    (["link", "invite-1"], "POST", ORG + "/invites/invite-1/link", None,
     INVITE),
    (["create", "a@b.c", "-r", "reader", "--no-reminder"], "POST",
     ORG + "/invites",
     {"email": "a@b.c", "role": "reader", "remind": False}, INVITE),
    (["settings", "set", "--reminder-hours", "24"], "POST", ORG + "/settings",
     {"reminder_hours_before": 24}, SETTINGS),
    (["update", "invite-1", "-r", "owner", "-p", "proj_1:owner"], "POST",
     ORG + "/invites/invite-1",
     {"role": "owner", "projects": [{"id": "proj_1", "role": "owner"}]},
     INVITE),
    (["create", "a@b.c", "-r", "reader", "--replace", "--inviter",
      "Ada <ada@b.c>"], "POST", ORG + "/invites",
     {"email": "a@b.c", "role": "reader", "replace": True,
      "inviter": {"name": "Ada", "email": "ada@b.c"}}, INVITE),
    (["create", "a@b.c", "-r", "reader", "--external-id", "E-1", "--metadata",
      'team=a "b"', "--metadata", "k="], "POST", ORG + "/invites",
     {"email": "a@b.c", "role": "reader", "external_id": "E-1",
      "metadata": {"team": 'a "b"', "k": ""}}, INVITE),
    (["update", "invite-1", "--external-id", "", "--metadata", ""], "POST",
     ORG + "/invites/invite-1", {"external_id": "", "metadata": {}}, INVITE),
    (["blocked", "list"], "GET", ORG + "/blocked_addresses", None,
     page([BLOCKED])),
    (["blocked", "list", "--email", "a@b.c"], "GET",
     ORG + "/blocked_addresses?email=a%40b.c", None, page([BLOCKED])),
    (["blocked", "get", "blocked_1"], "GET", ORG + "/blocked_addresses/blocked_1",
     None, BLOCKED),
    (["blocked", "delete", "-y", "blocked_1"], "DELETE",
     ORG + "/blocked_addresses/blocked_1", None,
     gone("organization.blocked_address", "blocked_1")),
    (["webhooks"], "GET", HOOKS, None, page([HOOK])),
    (["webhooks", "get", "webhook_1"], "GET", HOOKS + "/webhook_1", None, HOOK),
    (["webhooks", "update", "webhook_1", "--status", "enabled", "--event", "*",
      "--url", "https://a.b/c"], "POST", HOOKS + "/webhook_1",
     {"url": "https://a.b/c", "events": ["*"], "status": "enabled"}, HOOK),
    (["webhooks", "delete", "-y", "webhook_1"], "DELETE", HOOKS + "/webhook_1",
     None, gone("organization.webhook", "webhook_1")),
    (["webhooks", "test", "webhook_1"], "POST", HOOKS + "/webhook_1/test", None,
     QUEUED),
    (["webhooks", "redeliver", "webhook_1", "evt_1"], "POST",
     HOOKS + "/webhook_1/redeliver", {"event_id": "evt_1"}, QUEUED),
    (["webhooks", "attempts", "webhook_1", "--limit", "2"], "GET",
     HOOKS + "/webhook_1/attempts?limit=2", None, page([ATTEMPT])),
    (["users", "role", "user-1", "owner"], "POST", ORG + "/users/user-1",
     {"role": "owner"}, USER),
    (["users", "update", "user-1", "-r", "reader", "--technical-level", "high",
      "--developer-persona", "", "--metadata", "a=1=2"], "POST",
     ORG + "/users/user-1",
     {"role": "reader", "technical_level": "high", "developer_persona": None,
      "metadata": {"a": "1=2"}},
     USER),
    (["settings", "set", "--allow-domain", "a.com", "--allow-domain", "b.com",
      "--max-seats", "5", "--mails-per-day", "6", "--invites-per-minute", "7"],
     "POST", ORG + "/settings",
     {"allowed_domains": ["a.com", "b.com"], "max_seats": 5, "mails_per_day": 6,
      "invites_per_minute": 7}, SETTINGS),
    (["settings", "set", "--allow-domain", "", "--max-seats", "",
      "--mails-per-day", ""], "POST", ORG + "/settings",
     {"allowed_domains": None, "max_seats": None, "mails_per_day": None},
     SETTINGS),
    (["settings", "show"], "GET", ORG + "/settings", None, SETTINGS),
    (["settings", "set", "--name", "Crew", "--line", "", "--color", "#3b5bdb",
      "--reply-to", "a@b.c", "--locale", "de"], "POST", ORG + "/settings",
     {"display_name": "Crew", "line": None, "color": "#3b5bdb",
      "reply_to": "a@b.c", "locale": "de"}, SETTINGS),
    (["settings", "set", "--sender-email", "team@b.c", "--sender-name", ""],
     "POST", ORG + "/settings",
     {"sender_email": "team@b.c", "sender_name": None}, SETTINGS),
    (["users", "remove", "-y", "user-1"], "DELETE", ORG + "/users/user-1",
     None, gone("organization.user", "user-1")),
    (["projects", "rename", "proj_1", "Engine"], "POST", P,
     {"name": "Engine"}, PROJECT),
    (["projects", "update", "proj_1", "--external-key-id", "",
      "--residency", "GB_STORAGE"], "POST", P,
     {"external_key_id": None, "residency": "GB_STORAGE"}, PROJECT),
    (["projects", "update", "proj_1", "--max-key-lifetime", "90d"], "POST", P,
     {"max_key_lifetime_seconds": 7776000},
     {**PROJECT, "max_key_lifetime_seconds": 7776000}),
    (["projects", "update", "proj_1", "--max-key-lifetime", ""], "POST", P,
     {"max_key_lifetime_seconds": None}, PROJECT),
    (["projects", "archive", "-y", "proj_1"], "POST", P + "/archive", None,
     PROJECT),
    (["projects", "users", "proj_1", "user-1"], "GET", P + "/users/user-1",
     None, MEMBER),
    (["projects", "add", "proj_1", "user-1"], "POST", P + "/users",
     {"user_id": "user-1", "role": "member"}, MEMBER),
    (["projects", "add", "proj_1", "user-1", "--role=owner"], "POST",
     P + "/users", {"user_id": "user-1", "role": "owner"}, MEMBER),
    (["projects", "role", "proj_1", "user-1", "owner"], "POST",
     P + "/users/user-1", {"role": "owner"}, MEMBER),
    (["projects", "remove", "proj_1", "user-1"], "DELETE", P + "/users/user-1",
     None, gone("organization.project.user", "user-1")),
    (["projects", "groups", "proj_1", "--limit", "3"], "GET",
     P + "/groups?limit=3", None, page([{**PROJECT_GROUP, "id": "group_1"}])),
    (["projects", "groups", "proj_1", "group_1"], "GET", P + "/groups/group_1",
     None, PROJECT_GROUP),
    (["projects", "add-group", "proj_1", "group_1", "--role", "role_1"],
     "POST", P + "/groups", {"group_id": "group_1", "role": "role_1"},
     PROJECT_GROUP),
    (["projects", "remove-group", "proj_1", "group_1"], "DELETE",
     P + "/groups/group_1", None, gone("project.group")),
    (["groups", "users", "group_1", "user-1"], "GET",
     ORG + "/groups/group_1/users/user-1", None,
     {"id": "user-1", "name": "Ada", "email": "ada@b.c", "picture": None,
      "is_service_account": False, "user_type": "user"}),
    (["service-accounts", "list", "proj_1"], "GET", ACCOUNTS, None,
     page([ACCOUNT])),
    (["service-accounts", "get", "proj_1", "svc_acct_1"], "GET",
     ACCOUNTS + "/svc_acct_1", None, ACCOUNT),
    (["service-accounts", "create", "proj_1", "ci", "--no-key"], "POST",
     ACCOUNTS, {"name": "ci", "create_service_account_only": True},
     {**ACCOUNT, "role": "none", "api_key": None}),
    (["service-accounts", "update", "proj_1", "svc_acct_1", "--name", "cd",
      "-r", "owner"], "POST", ACCOUNTS + "/svc_acct_1",
     {"name": "cd", "role": "owner"}, ACCOUNT),
    (["service-accounts", "delete", "-y", "proj_1", "svc_acct_1"], "DELETE",
     ACCOUNTS + "/svc_acct_1", None,
     gone("organization.project.service_account", "svc_acct_1")),
    (["keys", "list", "proj_1"], "GET", P + "/api_keys", None, page([KEY])),
    (["keys", "list", "proj_1", "--access", "any", "--after", "key_0"], "GET",
     P + "/api_keys?after=key_0&owner_project_access=any", None, page([KEY])),
    (["keys", "get", "proj_1", "key_1"], "GET", P + "/api_keys/key_1", None,
     KEY),
    (["keys", "update", "proj_1", "key_1", "--scope", "a", "--scope", "b",
      "--expires-in", "1h"], "POST", P + "/api_keys/key_1",
     {"scopes": ["a", "b"], "expires_in_seconds": 3600}, KEY),
    (["keys", "update", "proj_1", "key_1", "--all-scopes"], "POST",
     P + "/api_keys/key_1", {"scopes": []}, KEY),
    (["keys", "update", "proj_1", "key_1", "--model", "qwen", "--model", "m"],
     "POST", P + "/api_keys/key_1", {"models": ["qwen", "m"]}, KEY),
    (["keys", "update", "proj_1", "key_1", "--all-models"], "POST",
     P + "/api_keys/key_1", {"models": []}, {**KEY, "models": ["m"]}),
    (["keys", "delete", "-y", "proj_1", "key_1"], "DELETE",
     P + "/api_keys/key_1", None, gone("organization.project.api_key",
                                       "key_1")),
    (["admin-keys"], "GET", ORG + "/admin_api_keys", None, page([ADMIN_KEY])),
    (["admin-keys", "get", "key_2"], "GET", ORG + "/admin_api_keys/key_2",
     None, ADMIN_KEY),
    (["admin-keys", "delete", "--yes", "key_2"], "DELETE",
     ORG + "/admin_api_keys/key_2", None,
     gone("organization.admin_api_key", "key_2")),
    (["roles"], "GET", ORG + "/roles", None, page([ROLE])),
    (["roles", "list", "-p", "proj_1"], "GET", IN_P + "/roles", None,
     page([ROLE])),
    (["roles", "list", "--user", "user-1"], "GET", ORG + "/users/user-1/roles",
     None, page([ASSIGNED])),
    (["roles", "list", "--group", "group_1", "--limit", "2"], "GET",
     ORG + "/groups/group_1/roles?limit=2", None, page([ASSIGNED])),
    (["roles", "list", "--user", "user-1", "-p", "proj_1"], "GET",
     IN_P + "/users/user-1/roles", None, page([ASSIGNED])),
    (["roles", "list", "--group", "group_1", "-p", "proj_1"], "GET",
     IN_P + "/groups/group_1/roles", None, page([ASSIGNED])),
    (["roles", "get", "role_1"], "GET", ORG + "/roles/role_1", None, ROLE),
    (["roles", "get", "role_1", "-p", "proj_1"], "GET",
     IN_P + "/roles/role_1", None, ROLE),
    (["roles", "get", "role_1", "--user", "user-1"], "GET",
     ORG + "/users/user-1/roles/role_1", None, ASSIGNED),
    (["roles", "get", "role_1", "--group", "group_1"], "GET",
     ORG + "/groups/group_1/roles/role_1", None, ASSIGNED),
    (["roles", "get", "role_1", "--user", "user-1", "-p", "proj_1"], "GET",
     IN_P + "/users/user-1/roles/role_1", None, ASSIGNED),
    (["roles", "get", "role_1", "--group", "group_1", "-p", "proj_1"], "GET",
     IN_P + "/groups/group_1/roles/role_1", None, ASSIGNED),
    (["roles", "create", "Auditor", "--permission", "a", "--permission", "b",
      "--description", "D"], "POST", ORG + "/roles",
     {"role_name": "Auditor", "permissions": ["a", "b"], "description": "D"},
     ROLE),
    (["roles", "create", "Auditor", "--permission", "a", "-p", "proj_1"],
     "POST", IN_P + "/roles", {"role_name": "Auditor", "permissions": ["a"]},
     ROLE),
    (["roles", "update", "role_1", "--description", ""], "POST",
     ORG + "/roles/role_1", {"description": None}, ROLE),
    (["roles", "update", "role_1", "--name", "N", "-p", "proj_1"], "POST",
     IN_P + "/roles/role_1", {"role_name": "N"}, ROLE),
    (["roles", "delete", "-y", "role_1"], "DELETE", ORG + "/roles/role_1",
     None, gone("role", "role_1")),
    (["roles", "delete", "-y", "role_1", "-p", "proj_1"], "DELETE",
     IN_P + "/roles/role_1", None, gone("role", "role_1")),
    (["roles", "assign", "role_1", "--user", "user-1"], "POST",
     ORG + "/users/user-1/roles", {"role_id": "role_1"}, ASSIGNMENT),
    (["roles", "assign", "role_1", "--group", "group_1"], "POST",
     ORG + "/groups/group_1/roles", {"role_id": "role_1"},
     {"object": "group.role", "group": GROUP, "role": ROLE}),
    (["roles", "assign", "role_1", "--user", "user-1", "-p", "proj_1"],
     "POST", IN_P + "/users/user-1/roles", {"role_id": "role_1"}, ASSIGNMENT),
    (["roles", "assign", "role_1", "--group", "group_1", "-p", "proj_1"],
     "POST", IN_P + "/groups/group_1/roles", {"role_id": "role_1"},
     {"object": "group.role", "group": GROUP, "role": ROLE}),
    (["roles", "unassign", "role_1", "--user", "user-1"], "DELETE",
     ORG + "/users/user-1/roles/role_1", None, gone("user.role")),
    (["roles", "unassign", "role_1", "--group", "group_1"], "DELETE",
     ORG + "/groups/group_1/roles/role_1", None, gone("group.role")),
    (["roles", "unassign", "role_1", "--user", "user-1", "-p", "proj_1"],
     "DELETE", IN_P + "/users/user-1/roles/role_1", None, gone("user.role")),
    (["roles", "unassign", "role_1", "--group", "group_1", "-p", "proj_1"],
     "DELETE", IN_P + "/groups/group_1/roles/role_1", None,
     gone("group.role")),
    (["audit"], "GET", ORG + "/audit_logs", None, page([EVENT])),
    (["audit", "--event-type", "invite.sent", "--event-type", "user.added",
      "-p", "proj_1", "--actor-id", "user-1", "--actor-email", "a+b@c.d",
      "--resource-id", "invite-1", "--before", "audit_log-9"], "GET",
     ORG + "/audit_logs?project_ids%5B%5D=proj_1&event_types%5B%5D=invite.sent"
     "&event_types%5B%5D=user.added&actor_ids%5B%5D=user-1"
     "&actor_emails%5B%5D=a%2Bb%40c.d&resource_ids%5B%5D=invite-1"
     "&before=audit_log-9", None, page([EVENT])),
]

# These make a key, which is shown this once.
MAKING: list[tuple[list[str], str, Any, dict, str]] = [
    (["service-accounts", "create", "proj_1", "ci"], ACCOUNTS,
     {"name": "ci"}, {**ACCOUNT, "api_key": NEW_KEY}, "sk-svcacct-secret"),
    (["service-accounts", "create", "proj_1", "ci", "--expires-in", "90d"],
     ACCOUNTS, {"name": "ci", "expires_in_seconds": 7776000},
     {**ACCOUNT, "api_key": NEW_KEY}, "sk-svcacct-secret"),
    (["service-accounts", "key", "proj_1", "svc_acct_1", "--name", "n",
      "--scope", "a", "--expires-in", "60"],
     ACCOUNTS + "/svc_acct_1/api_keys",
     {"name": "n", "scopes": ["a"], "expires_in_seconds": 60}, NEW_KEY,
     "sk-svcacct-secret"),
    (["keys", "create", "proj_1", "user-1"], P + "/api_keys",
     {"user_id": "user-1"}, {**KEY, "value": "sk-proj-secret"},
     "sk-proj-secret"),
    (["keys", "create", "proj_1", "user-1", "--name", "n", "--scope", "a",
      "--model", "qwen", "--expires-in", "90d"], P + "/api_keys",
     {"user_id": "user-1", "name": "n", "scopes": ["a"], "models": ["qwen"],
      "expires_in_seconds": 7776000}, {**KEY, "value": "sk-proj-secret"},
     "sk-proj-secret"),
    (["keys", "rotate", "proj_1", "key_1", "--grace", "0"],
     P + "/api_keys/key_1/rotate", {"grace_seconds": 0},
     {**KEY, "id": "key_3", "value": "sk-svcacct-next"}, "sk-svcacct-next"),
    (["admin-keys", "create", "terraform", "--expires-in", "365d"],
     ORG + "/admin_api_keys",
     {"name": "terraform", "expires_in_seconds": 31536000},
     {**ADMIN_KEY, "value": "sk-admin-secret"}, "sk-admin-secret"),
    (["admin-keys", "create", "laptop", "--user", "user-1"],
     ORG + "/admin_api_keys", {"name": "laptop", "user_id": "user-1"},
     {**ADMIN_KEY, "value": "sk-admin-secret"}, "sk-admin-secret"),
    (["webhooks", "create", "https://a.b/hook"], HOOKS,
     {"url": "https://a.b/hook"}, {**HOOK, "secret": "whsec_bmV3"},
     "whsec_bmV3"),
    (["webhooks", "create", "https://a.b/hook", "--event", "invite.*",
      "--event", "user.added"], HOOKS,
     {"url": "https://a.b/hook", "events": ["invite.*", "user.added"]},
     {**HOOK, "secret": "whsec_bmV3"}, "whsec_bmV3"),
    (["webhooks", "rotate", "webhook_1"], HOOKS + "/webhook_1/rotate", {},
     {**HOOK, "secret": "whsec_bmV3"}, "whsec_bmV3"),
    (["webhooks", "rotate", "webhook_1", "--grace", "1h"],
     HOOKS + "/webhook_1/rotate", {"grace_seconds": 3600},
     {**HOOK, "secret": "whsec_bmV3"}, "whsec_bmV3"),
]


def asked(peer) -> list[tuple[str, str]]:
    return [(r.method, r.target.removeprefix("/v1")) for r in peer.requests]


@pytest.mark.parametrize("args, method, target, sent, answer", COMMANDS,
                         ids=[" ".join(c[0]) for c in COMMANDS])
def test_each_command_is_one_request(cli, peer, args, method, target, sent,
                                     answer):
    peer.script(Answer(200, answer))
    items = answer["data"] if answer.get("object") == "list" else None
    done = cli("--json", *args)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == (answer if items is None else items)
    assert asked(peer) == [(method, target)]
    assert peer.requests[0].json == sent
    shown = cli(*args, "--format", "table")
    assert shown.returncode == 0 and shown.stdout, shown.stderr
    assert re.fullmatch(r"[\w.-]+\n", cli(*args, "-q").stdout)


@pytest.mark.parametrize("args, target, sent, answer, secret", MAKING,
                         ids=[" ".join(c[0]) for c in MAKING])
def test_a_new_key_is_shown_once_and_said_so(cli, peer, args, target, sent,
                                             answer, secret):
    peer.script(Answer(200, answer))
    done = cli("--json", *args)
    assert json.loads(done.stdout) == answer and done.stderr == ""
    assert asked(peer) == [("POST", target)]
    assert peer.requests[0].json == sent
    done = cli(*args, "--format", "table", "--debug")
    assert done.stdout.count(secret) == 1
    assert "keep it now" in done.stderr and secret not in done.stderr
    # A script that asks for nothing but ids could not get it again.
    assert cli(*args, "-q").stdout == secret + "\n"


def test_the_key_to_be_checked_comes_from_standard_input(cli, peer):
    peer.script(Answer(200, DECISION))
    shown = cli("gate", "check", "--project", "proj_1", "--permission",
                "model.read", "--model", "llama-3", stdin="sk-proj-x\n")
    assert (shown.returncode, shown.stderr) == (0, "")
    for word in ("valid", "key_1", "ada@b.c", "member", "proj_1"):
        assert word in shown.stdout
    request = peer.requests[0]
    assert (request.method, request.target) == ("POST", "/v1/gate/check")
    assert request.json == {"key": "sk-proj-x", "project_id": "proj_1",
                            "permission": "model.read", "model": "llama-3"}
    peer.script(Answer(200, {**DECISION, "allowed": False, "code": "expired"}))
    refused = cli("gate", "check", stdin="sk-proj-x\n")
    assert (refused.returncode, "expired" in refused.stdout) == (1, True)
    asked = len(peer.requests)
    assert cli("gate", "check", stdin="").returncode != 0
    assert len(peer.requests) == asked


def test_a_blocked_address_is_lifted_by_who_knows_it(cli, peer):
    def answer(request) -> Answer:
        if request.method == "DELETE":
            return Answer(200, gone("organization.blocked_address",
                                    "blocked_1"))
        known = request.query == [("email", "a@b.c")]
        return Answer(200, page([BLOCKED] if known else []))
    peer.script(answer)
    assert cli("blocked", "delete", "-y", "a@b.c").returncode == 0
    assert peer.requests[-1].path == \
        "/v1" + ORG + "/blocked_addresses/blocked_1"
    done = cli("blocked", "get", "b@b.c")
    assert done.returncode == 3 and "b@b.c is not blocked" in done.stderr


def test_a_table_says_which_webhook_fails_and_why(cli, peer):
    peer.script(Answer(200, page([HOOK])))
    shown = cli("webhooks", "list", "--format", "table").stdout
    assert "invite.*, user.added" in shown and "disabled, failed" in shown
    peer.script(Answer(200, page([ATTEMPT, {**ATTEMPT, "status": None,
                                            "error": "refused"}])))
    shown = cli("webhooks", "attempts", "webhook_1", "--format", "table").stdout
    assert "503 in 12 ms" in shown and "refused" in shown


def test_every_call_of_the_library_has_a_command():
    """By the paths of client/calls.h; an id in them stands for any."""
    text = re.sub(r'/\*.*?\*/|"\s+"', "",
                  (ROOT / "client/calls.h").read_text(), flags=re.S)
    calls = {(method, path) for method, path in re.findall(
        r'^(?:CALL|LIST)\(\s*\w+, (\w+),\s+"([^"]+)"', text, re.M)}
    tested = [(c[1], c[2].split("?")[0]) for c in COMMANDS]
    tested += [("POST", c[1]) for c in MAKING]
    left = {(method, path) for method, path in calls if not any(
        method == how and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), where)
        for how, where in tested)}
    # test_cli_invites.py, test_cli_people.py and test_cli_groups.py:
    invites, groups = ORG + "/invites", ORG + "/groups"
    one, member = groups + "/{group_id}", "/users/{user_id}"
    assert left == {
        ("GET", invites), ("POST", invites + "/bulk"),
        ("GET", invites + "/{invite_id}"), ("DELETE", invites + "/{invite_id}"),
        ("POST", "/invitations/lookup"), ("POST", "/invitations/accept"),
        ("POST", "/invitations/decline"), ("POST", "/gate/check"),
        ("POST", "/invitations/opt_out"),
        ("POST", "/invitations/request_resend"),
        ("GET", ORG + "/users"), ("GET", ORG + member),
        ("GET", ORG + "/projects"), ("POST", ORG + "/projects"),
        ("GET", ORG + "/projects/{project_id}"),
        ("GET", ORG + "/projects/{project_id}/users"),
        ("GET", groups), ("POST", groups), ("GET", one), ("POST", one),
        ("DELETE", one), ("GET", one + "/users"), ("POST", one + "/users"),
        ("DELETE", one + member)}


# ---- names instead of ids ---------------------------------------------------

def serve(request) -> Answer:
    """One of each, by list and alone."""
    path = request.path.removeprefix("/v1")
    lists = {ORG + "/projects": PROJECT, ORG + "/groups": GROUP,
             ORG + "/users": USER, ORG + "/roles": ROLE,
             IN_P + "/roles": {**ROLE, "id": "role_7", "name": "viewer"},
             ACCOUNTS: ACCOUNT, P + "/api_keys": KEY,
             ORG + "/admin_api_keys": ADMIN_KEY, HOOKS: HOOK}
    if request.method == "GET" and path in lists:
        return Answer(200, page([lists[path]]))
    if request.method == "DELETE":
        return Answer(200, gone("thing", path.rsplit("/", 1)[1]))
    return Answer(200, {**PROJECT_GROUP, **ACCOUNT})


@pytest.mark.parametrize("args, last", [
    (["projects", "archive", "-y", "engine"], ("POST", P + "/archive")),
    (["projects", "remove", "Engine", "ada@b.c"],
     ("DELETE", P + "/users/user-1")),
    (["projects", "remove-group", "Engine", "crew"],
     ("DELETE", P + "/groups/group_1")),
    (["service-accounts", "delete", "-y", "Engine", "CI"],
     ("DELETE", ACCOUNTS + "/svc_acct_1")),
    (["keys", "delete", "-y", "Engine", "deploy"],
     ("DELETE", P + "/api_keys/key_1")),
    (["admin-keys", "delete", "-y", "terraform"],
     ("DELETE", ORG + "/admin_api_keys/key_2")),
    (["webhooks", "test", "https://a.b/hook"],
     ("POST", HOOKS + "/webhook_1/test")),
    (["webhooks", "delete", "-y", "https://a.b/hook"],
     ("DELETE", HOOKS + "/webhook_1")),
    (["roles", "unassign", "auditor", "--user", "ada@b.c"],
     ("DELETE", ORG + "/users/user-1/roles/role_1")),
    (["roles", "unassign", "viewer", "-p", "Engine", "--group", "Crew"],
     ("DELETE", IN_P + "/groups/group_1/roles/role_7")),
])
def test_names_and_addresses_are_looked_up(cli, peer, args, last):
    peer.script(serve)
    done = cli(*args)
    assert done.returncode == 0, done.stderr
    assert asked(peer)[-1] == last
    assert {method for method, _ in asked(peer)[:-1]} <= {"GET"}


def test_a_key_that_was_rotated_leaves_its_name_to_the_next(cli, peer):
    peer.script(Answer(200, page([{**KEY, "id": "key_3", "expires_at": 5},
                                  {**KEY, "expires_at": 2**40}])),
                Answer(200, KEY))
    done = cli("keys", "get", "proj_1", "deploy")
    assert done.returncode == 0, done.stderr
    assert asked(peer)[-1] == ("GET", P + "/api_keys/key_1")


def test_a_role_of_a_group_is_named(cli, peer):
    peer.script(serve)
    done = cli("projects", "add-group", "Engine", "Crew", "-r", "viewer")
    assert done.returncode == 0, done.stderr
    assert peer.requests[-1].json == {"group_id": "group_1", "role": "role_7"}


def test_the_owner_of_an_admin_key_is_named_by_address(cli, peer):
    peer.script(serve)
    done = cli("admin-keys", "create", "laptop", "--user", "ada@b.c")
    assert done.returncode == 0, done.stderr
    assert peer.requests[-1].json == {"name": "laptop", "user_id": "user-1"}


@pytest.mark.parametrize("args, said", [
    (["service-accounts", "get", "proj_1", "cy"],
     'there is no service account "cy"; did you mean ci?'),
    (["keys", "get", "proj_1", "x"], 'there is no key "x"'),
    (["admin-keys", "get", "x"], 'there is no admin key "x"'),
    (["admin-keys", "create", "x", "--user", "bob@b.c"],
     "there is no member with the address bob@b.c"),
    (["roles", "get", "x"], 'there is no role "x"'),
    (["roles", "get", "Auditor", "-p", "proj_1"],
     'there is no role "Auditor"'),
    (["projects", "archive", "-y", "x"], 'there is no project "x"'),
    (["roles", "assign", "Auditor", "--user", "bob@b.c"],
     "there is no member with the address bob@b.c"),
])
def test_whatever_is_not_there_changes_nothing(cli, peer, args, said):
    peer.script(Answer(200, page([ROLE])) if "-p" in args and
                "bob" in args else serve)
    if "bob@b.c" in args:
        peer.script(Answer(200, page([])))
    done = cli(*args)
    assert done.returncode == 3 and said in done.stderr, done.stderr
    assert {method for method, _ in asked(peer)} == {"GET"}


# ---- what cannot be undone --------------------------------------------------

DESTRUCTIVE = [c[0] for c in COMMANDS if {"-y", "--yes"} & set(c[0])]


@pytest.mark.parametrize("args", DESTRUCTIVE, ids=" ".join)
def test_it_asks_first(cli, peer, args):
    bare = [arg for arg in args if arg not in ("-y", "--yes")]
    done = cli(*bare)
    assert done.returncode == 2 and "use --yes" in done.stderr
    assert peer.requests == []


def test_the_answer_is_no_unless_it_is_yes(cli, peer):
    peer.script(Answer(200, PROJECT))
    args = ("projects", "archive", "proj_1", "proj_2")
    said = on_terminal(cli, *args, prompt="[y/N]", answer="\n")
    assert "Archive proj_1, proj_2, for good? [y/N]" in said
    assert "nothing was done" in said and peer.requests == []
    said = on_terminal(cli, *args, prompt="[y/N]", answer="y\n")
    assert "archived proj_1\narchived proj_2" in said
    assert [method for method, _ in asked(peer)] == ["POST", "POST"]


# ---- mistakes and refusals --------------------------------------------------

@pytest.mark.parametrize("args, said", [
    (["users", "role", "user-1"], "usage: invite users role"),
    (["users", "remove"], "usage: invite users remove [OPTION...] USER..."),
    (["projects", "role", "proj_1", "user-1"], "PROJECT USER ROLE"),
    (["keys"], "usage: invite keys list [OPTION...] PROJECT"),
    (["keys", "list", "proj_1", "--access", "some"], "active inactive any"),
    (["keys", "update", "proj_1", "key_1", "--expires-in", "soon"],
     "a duration such as"),
    (["admin-keys", "create", "a", "--expires-in", "0"], "at least a second"),
    (["roles", "assign", "role_1"], "say who with --user or --group"),
    (["roles", "unassign", "role_1", "-p", "proj_1"], "say who with"),
    (["roles", "list", "--user", "u", "--group", "g"], "not both"),
    (["roles", "create", "A"], "say what it permits with --permission"),
    (["audit", "--since", "x"], "--since takes a duration"),
    (["audit", "x"], "usage: invite audit"),
])
def test_mistakes_exit_with_2(cli, peer, args, said):
    done = cli(*args)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert peer.requests == []


@pytest.mark.parametrize("args", [
    ["users", "role", "user-1", "owner"], ["projects", "archive", "-y", "proj_1"],
    ["keys", "list", "proj_1"], ["admin-keys", "create", "a"],
    ["roles", "assign", "role_1", "--user", "user-1"], ["audit"],
], ids=" ".join)
def test_refusals_exit_as_everywhere(cli, peer, args):
    for status, exits_with in ((400, 1), (403, 4), (404, 3)):
        peer.script(refusal(status))
        done = cli(*args, "--json")
        assert done.returncode == exits_with
        assert json.loads(done.stdout)["error"]["status"] == status


# ---- for people ---------------------------------------------------------------

def test_what_people_see(cli, peer):
    def shown(answer: dict, *args: str) -> list[list[str]]:
        peer.script(Answer(200, answer))
        out = on_terminal(cli, *args, NO_COLOR="1")
        return [line.split() for line in out.splitlines()]
    assert shown(page([KEY]), "keys", "list", "proj_1")[0] == [
        "ID", "NAME", "KEY", "OWNER", "ACCESS", "CREATED", "USED", "EXPIRES"]
    row = shown(page([KEY]), "keys", "list", "proj_1")[1]
    assert row[:5] == ["key_1", "deploy", "sk-...ab", "ci", "inactive"]
    assert ["scopes", "a,", "b"] in shown({**KEY, "scopes": ["a", "b"]},
                                          "keys", "get", "proj_1", "key_1")
    assert ["replaced", "by", "key_3"] in shown(
        {**KEY, "replaced_by": "key_3"}, "keys", "get", "proj_1", "key_1")
    heads, event = shown(page([EVENT]), "audit")
    assert heads == ["ID", "WHEN", "EVENT", "BY", "OF", "PROJECT"]
    assert event[-4:] == ["invite.sent", "ada@b.c", "invite-1", "Engine"]
    assert ["through", "group", "group_1"] in shown(
        ASSIGNED, "roles", "get", "role_1", "--user", "user-1")
    assert ["permissions", "a,", "b"] in shown(ROLE, "roles", "get", "role_1")
    assert shown(page([]), "keys", "list", "proj_1") == [
        "There are no such keys in this project.".split()]
    assert shown(gone("user.role"), "roles", "unassign", "role_1", "--user",
                 "user-1") == [["unassigned", "role_1"]]


def test_since_and_until_are_before_now(cli, peer):
    peer.script(Answer(200, page([])))
    assert cli("audit", "--since", "2h", "--until", "1h").returncode == 0
    query = dict(peer.requests[0].query)
    assert int(query["effective_at[lt]"]) - int(query["effective_at[gte]"]) \
        in (3600, 3601)


# ---- the daemon -----------------------------------------------------------------

@pytest.fixture
def told(shared_daemon, shared):
    """What a command prints, of which is expected that it works."""
    cli = Cli(shared_daemon.url + "/v1")
    cli.env["OPENAI_ADMIN_KEY"] = shared.key

    def run(*args: str) -> Any:
        done = cli(*args, "--json")
        assert done.returncode == 0, (args, done.stderr)
        return json.loads(done.stdout)
    run.cli = cli
    return run


@pytest.mark.engines("sqlite")
def test_a_life_by_names_alone(told, shared):
    """From an invite to the end of it all, without an id."""
    shared.member("root@example.com", "owner")
    shared.member("ada@example.com")
    assert told("users", "role", "ada@example.com", "owner")["role"] == "owner"
    told("projects", "create", "Engine")
    assert told("projects", "update", "Engine", "--residency",
                "GB_STORAGE")["residency"] == "GB_STORAGE"
    told("projects", "add", "Engine", "ada@example.com")
    assert told("projects", "role", "Engine", "ada@example.com",
                "owner")["role"] == "owner"
    key = told("service-accounts", "create", "Engine", "ci")["api_key"]["value"]
    more = told("service-accounts", "key", "Engine", "CI", "--name", "deploy")
    assert key != more["value"] and key.startswith("sk-")
    told("service-accounts", "update", "Engine", "ci", "--name", "cd",
         "--role", "owner")
    assert told("keys", "get", "Engine", "deploy")["owner"][
        "service_account"]["name"] == "cd"
    told("keys", "update", "Engine", "deploy", "--expires-in", "1h")
    told("keys", "delete", "-y", "Engine", "deploy")
    assert len(told("keys", "list", "Engine", "--access", "any")) == 1
    told("service-accounts", "delete", "-y", "Engine", "cd")
    assert told("keys", "list", "Engine", "--access", "any") == []
    told("groups", "create", "Crew")
    told("groups", "add", "Crew", "ada@example.com")
    told("projects", "add-group", "Engine", "Crew", "-r", "viewer")
    assert [one["group_name"] for one in told("projects", "groups",
                                              "Engine")] == ["Crew"]
    told("roles", "create", "Auditor", "--permission", "look")
    told("roles", "assign", "Auditor", "--group", "Crew")
    assert "Auditor" in [one["name"] for one in
                         told("roles", "list", "--group", "Crew")]
    told("roles", "unassign", "Auditor", "--group", "Crew")
    told("roles", "delete", "-y", "Auditor")
    key = told("admin-keys", "create", "spare", "--expires-in", "1h")["value"]
    assert told.cli("users", "-q", OPENAI_ADMIN_KEY=key).returncode == 0
    told("admin-keys", "delete", "-y", "spare")
    assert told.cli("users", OPENAI_ADMIN_KEY=key).returncode == 4
    told("projects", "remove-group", "Engine", "Crew")
    told("projects", "remove", "Engine", "ada@example.com")
    told("users", "remove", "-y", "ada@example.com")
    told("projects", "archive", "-y", "Engine")
    types = [one["type"] for one in told("audit", "--since", "1h")]
    assert types[0] == "project.archived" and "user.deleted" in types


@pytest.mark.parametrize("words", [
    "settings set", "update invite-1", "users update user-1",
    "projects update proj_1", "keys update proj_1 key_1",
    "service-accounts update proj_1 svc_acct_1", "roles update role_1"])
def test_a_change_that_says_nothing_is_told_what_it_may_say(cli, peer, words):
    done = cli(*words.split())
    assert done.returncode == 2 and done.stdout == ""
    assert re.search(r"^invite: say what to change: --[a-z-]+(, --[a-z-]+)*$",
                     done.stderr, re.MULTILINE), done.stderr
    assert peer.requests == []
