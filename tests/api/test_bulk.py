"""
POST /organization/invites/bulk: many creates in one request, each answered as
it would be alone; or all of them or none.
"""

from __future__ import annotations

import json

import pytest

from harness import INVITES, PROJECTS, refused

BULK = INVITES + "/bulk"


def bulk(api, lines, **more):
    body = api.ok("POST", BULK, json={"invites": lines, **more})
    assert [line["index"] for line in body["data"]] == list(range(len(lines)))
    assert body["created"] + body["existing"] + body["refused"] == len(lines)
    return body


def line(email, role="reader", **more):
    return {"email": email, "role": role, **more}


def faults(api):
    """One line of every kind, by what a create of it alone is answered."""
    archived = api.ok("POST", PROJECTS, json={"name": "Old"})["id"]
    api.ok("POST", f"{PROJECTS}/{archived}/archive")
    project = api.ok("POST", PROJECTS, json={"name": "New"})["id"]
    api.member("member@example.com")
    api.invite("owner@example.com", "owner")
    return [
        line("fine{}@example.com"),
        line("project{}@example.com", projects=[
            {"id": project, "role": "owner"}]),
        line("none{}@example.com", "owner", projects=[]),
        line("ttl{}@example.com", expires_in_seconds=3600),
        line("link{}@example.com", send_email=False),
        line("unicode{}@bücher.example"),
        line("nobody"), line(""), line(5), line(None), {"role": "reader"},
        {"email": "a@example.com"}, line("a@example.com", "king"),
        line("a@example.com", None), line("a@example.com", extra=1),
        line("a@example.com", projects={}), line("a@example.com", projects=[1]),
        line("a@example.com", projects=[{"id": "proj_1", "role": "member"}]),
        line("a@example.com", projects=[{"id": archived, "role": "member"}]),
        line("a@example.com", expires_in_seconds=1),
        line("x" * 255 + "@example.com"), line("a\u202e@example.com"),
        line("member@example.com"), line("owner@example.com"),
        [], 5, "text", None, True, {},
    ]


def filled(template, number):
    if isinstance(template, dict) and "{}" in str(template.get("email")):
        return {**template, "email": template["email"].format(number)}
    return template


def answer_of(found):
    """Status, existing, and what two answers of one invite have in common."""
    if found["error"]:
        return found["status"], found["existing"], found["error"]
    return found["status"], found["existing"], {
        name: value for name, value in found["invite"].items()
        if name not in ("id", "delivery", "accept_url", "created_at",
                        "invited_at", "expires_at", "email")}


@pytest.mark.alike
def test_a_thousand_lines_with_every_kind_of_fault(shared):
    templates = faults(shared)
    count = 1000
    lines = [filled(templates[i % len(templates)], i) for i in range(count)]
    lines[991] = {**lines[0]}  # again, and again with another role
    lines[992] = {**lines[0], "role": "owner"}
    lines[993] = line("big@example.com", metadata="x" * 66000)
    body = bulk(shared, lines)
    for i, found in enumerate(body["data"]):
        if found["invite"]:
            assert found["invite"]["email"] == lines[i]["email"]
            assert found["invite"]["role"] == lines[i]["role"]
    assert body["data"][991]["existing"]
    assert body["data"][991]["invite"]["id"] == body["data"][0]["invite"]["id"]
    assert body["data"][992]["error"]["code"] == "invite_already_exists"
    assert body["data"][993]["status"] == 413
    emails = {invite["email"] for invite in shared.all(INVITES)}
    assert {found["invite"]["email"] for found in body["data"]
            if found["invite"]} <= emails

    # As the single call would answer each.
    for number, template in enumerate(templates):
        alone = shared.post(INVITES, content=json.dumps(
            filled(template, f"alone{number}")).encode(),
            headers={"Content-Type": "application/json"})
        said = {"status": alone.status_code,
                "existing": "x-invite-existing" in alone.headers,
                "invite": None, "error": None,
                **(alone.json() if alone.status_code != 200
                   else {"invite": alone.json()})}
        assert answer_of(body["data"][number]) == answer_of(said), template


def test_repeating_it_is_safe(shared):
    lines = [line(f"u{i}@example.com") for i in range(200)]
    first = bulk(shared, lines)
    assert (first["created"], first["existing"]) == (200, 0)
    second = bulk(shared, lines)
    assert (second["created"], second["existing"]) == (0, 200)
    assert [found["invite"]["id"] for found in first["data"]] == \
        [found["invite"]["id"] for found in second["data"]]


@pytest.mark.parametrize("atomic", [False, True])
def test_its_mails_leave(shared, atomic):
    body = bulk(shared, [line(f"u{i}@example.com") for i in range(5)],
                atomic=atomic)
    for found in body["data"]:
        shared.delivered(found["invite"]["id"])


def test_all_or_none(shared):
    lines = [line(f"u{i}@example.com") for i in range(256)]
    bad = [*lines[:250], line("nobody"), line("U7@example.com", "owner"),
           line("a@example.com", projects=[{"id": "proj_1",
                                            "role": "member"}])]
    answer = shared.post(BULK, json={"invites": bad, "atomic": True})
    refused(answer, 400, "invites_refused")
    assert [(found["index"], found["error"]["code"], found["error"]["param"])
            for found in answer.json()["data"]] == [
        (250, "invalid_email", "email"),
        (251, "invite_already_exists", "email"),
        (252, "project_not_found", "projects[0].id")]
    assert list(shared.all(INVITES)) == []
    body = bulk(shared, lines, atomic=True)
    assert body["created"] == 256
    assert len(list(shared.all(INVITES))) == 256
    assert bulk(shared, lines, atomic=True)["existing"] == 256


def test_what_makes_no_sense_as_a_whole(shared):
    for body, code in (
            ({}, "missing_required_parameter"),
            ({"invites": {}}, "invalid_type"),
            ({"invites": [], "atomic": 1}, "invalid_type"),
            ({"invites": [], "emails": []}, "unknown_parameter"),
            ({"invites": [{}] * 1001}, "array_above_max_length"),
            ({"invites": [{}] * 257, "atomic": True},
             "array_above_max_length")):
        refused(shared.post(BULK, json=body), 400, code)
    assert bulk(shared, [])["data"] == []
    assert bulk(shared, [], atomic=True)["data"] == []


def test_lines_are_read_however_they_are_written(shared):
    body = """ { "atomic" : false ,\n "\\u0069nvites"\t: [
        {"role":"reader", "email" : "a\\u0040example.com",
         "metadata": {"],[": "}]", "\\"": "\\\\", "ü": "{[,"}} ,
        [ ] , "]}" , null
    ]\r\n } """
    data = shared.ok("POST", BULK, content=body.encode(), headers={
        "Content-Type": "application/json"})["data"]
    assert [found["status"] for found in data] == [200, 400, 400, 400]
    assert data[0]["invite"]["email"] == "a@example.com"
    assert data[0]["invite"]["metadata"] == {
        "],[": "}]", "\"": "\\", "ü": "{[,"}


def test_a_body_of_a_mebibyte_and_no_more(shared):
    most, head = 1024 * 1024, '{"invites": ['
    body = head + "]}".rjust(most - len(head))
    sent = {"headers": {"Content-Type": "application/json"}}
    assert shared.ok("POST", BULK, content=body, **sent)["data"] == []
    refused(shared.post(BULK, content=body + " ", **sent), 413,
            "request_too_large")
    refused(shared.post(INVITES, content=body, **sent), 413,
            "request_too_large")
