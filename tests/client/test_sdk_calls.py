"""
Each call that the official Python SDK has too, with all that can be said in it,
asks for the same: what the SDK takes is found in the SDK itself, so that what a
newer one takes besides is missed here.
"""

from __future__ import annotations

import inspect
from typing import Any

import openai
import pytest

from conftest import KEY
from test_calls import CALLS, Caller, ffi, fitting, inv  # noqa: F401

VALUE, NULL = 2, 1
NOT_OURS = {"extra_headers", "extra_query", "extra_body", "timeout",
            "geography"}  # another name for residency, until it goes

GIVEN: dict[str, Any] = {
    "actor_emails": ["a@b.c", "d&é@f.g"], "actor_ids": ["user 1"],
    "after": "x/1 é", "before": "y&2", "create_service_account_only": True,
    "description": "What \"it\" does\n", "developer_persona": "é",
    "effective_at": {"gt": 1, "gte": 2, "lt": 3, "lte": 4},
    "email": "\"<é&\u2028\\>@b.c", "emails": ["a@b.c", "d&é@f.g"],
    "event_types": ["invite.sent", "user.added"], "expires_in_seconds": 3600,
    "external_key_id": "hr-7", "group_id": "g 1", "group_type": "group",
    "include_archived": True, "limit": 7, "name": "N & \"é\"",
    "order": "desc", "owner_project_access": "inactive",
    "permissions": ["a", "é"], "project_ids": ["p 1", "p&2"],
    "projects": [{"id": "p 1", "role": "member"},
                 {"id": "p2", "role": "auditor"}],
    "residency": "EU_STORAGE", "resource_ids": ["r"], "role": "auditor",
    "role_id": "role 1", "role_name": "Auditör", "scopes": ["a", "b.c"],
    "technical_level": "expert", "tenant_only": True, "user_id": "user/1",
}


SDK = openai.OpenAI(admin_api_key=KEY, base_url="http://127.0.0.1:1",
                    max_retries=0)


def method(name: str, client: openai.OpenAI = SDK) -> Any:
    """The SDK's, of the same name: projects.users.roles.create."""
    def find(at: Any, words: list[str]) -> Any:
        for n in range(len(words), 0, -1):
            here = getattr(at, "_".join(words[:n]), None)
            found = here if n == len(words) else here and find(here, words[n:])
            if found:
                return found
        return None
    return find(client.admin.organization, name.split("_"))


def takes(line: tuple) -> list[str]:
    """What can be said in a call besides the ids of its path."""
    return [name for name in inspect.signature(method(line[1])).parameters
            if name not in NOT_OURS and f"{{{name}}}" not in line[3]]


SHARED = [line for line in CALLS if method(line[1])]


def test_only_these_are_not_the_sdks():
    assert {line[1] for line in CALLS if line not in SHARED} >= {
        "invites_create_bulk", "invites_update", "invites_resend",
        "gate_check", "invitations_accept"}
    assert len(SHARED) >= 72


class Both(Caller):
    """Makes a call here and there."""

    def texts(self, values: list[str]) -> dict:
        items = self.ffi.new("const char *[]", [self.text(v) for v in values])
        self.kept.append(items)
        return {"said": VALUE, "items": items, "len": len(values)}

    def grants(self, values: list[dict]) -> dict:
        items = self.ffi.new("struct inv_grant[]", [
            {"id": self.text(v["id"]), "role_text": self.text(v["role"])}
            for v in values])
        self.kept.append(items)
        return {"said": VALUE, "items": items, "len": len(values)}

    def plain(self, kind: str, value: Any) -> Any:
        """A value as the member of that type has it."""
        if kind.startswith("struct"):
            if value is None:
                return {"said": NULL}
            if kind == "struct inv_grants":
                return self.grants(value)
            if kind == "struct inv_texts":
                return self.texts(value)
            return {"said": VALUE, "value": self.plain("", value)}
        return self.text(value) if isinstance(value, str) else value

    def filled(self, name: str, given: dict[str, Any]) -> Any:
        params = self.ffi.new(f"struct inv_{name} *")
        types = {member: field.type.cname for member, field in
                 self.ffi.typeof(f"struct inv_{name}").fields}
        for member, value in given.items():
            if isinstance(value, dict):
                for end, number in value.items():
                    setattr(params, f"{member}_{end}", number)
                continue
            place = f"{member}_text" if f"{member}_text" in types else member
            setattr(params, place, self.plain(types[place], value))
        return params

    def nullable(self, name: str, members: list[str]) -> list[str]:
        types = dict(self.ffi.typeof(f"struct inv_{name}").fields)
        return [m for m in members if m in types and
                types[m].type.kind == "struct"]

    def made(self, line: tuple, given: dict[str, Any]) -> None:
        self.params = lambda name: self.filled(name, given)  # type: ignore
        rc, result = self(line)
        assert rc == 0, self.message()
        self.inv.inv_free(result)


@pytest.fixture
def both(ffi, inv, peer):  # noqa: F811
    both = Both(ffi, inv, peer.url)
    yield both
    both.close()


def asked(peer: Any) -> list[tuple]:
    return [(r.method, r.path, sorted(r.query), r.json if r.body else None)
            for r in peer.requests]


def compare(both: Both, peer: Any, line: tuple, given: dict) -> None:
    peer.script(fitting(line))
    both.made(line, given)
    ours = asked(peer)
    peer.script(fitting(line))
    theirs = method(line[1], SDK.with_options(base_url=peer.url))
    theirs(**{name: "a/b c" for name in line[4]}, **given)
    assert len(ours) == 1
    assert ours == asked(peer)


@pytest.mark.parametrize("line", SHARED, ids=lambda line: line[1])
def test_all_that_can_be_said_is_said_alike(both, peer, line):
    given = {name: GIVEN[name] for name in takes(line)}
    compare(both, peer, line, given)
    empty = both.nullable(line[5], list(given)) if line[5] else []
    if line[2] == "POST" and empty:
        compare(both, peer, line, {**given, **dict.fromkeys(empty)})
        compare(both, peer, line, {
            name: [] if isinstance(value, list) else value
            for name, value in given.items()})
