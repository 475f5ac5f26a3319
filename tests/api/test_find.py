"""
GET /organization/invites with filters: who was invited, by what is known of
them.
"""

from __future__ import annotations

import time

import pytest

from harness import INVITES, PROJECTS, refused


@pytest.fixture(scope="session")
def found(shared_daemon):
    """Looks for invites of an organization with some of every kind."""
    from harness import admin_key_in
    shared_daemon.command("organization", "create", "Finders")
    done = shared_daemon.command("key", "create", "test", "--organization",
                                 "Finders")
    with shared_daemon.client(admin_key_in(done.stdout),
                              address="10.255.255.1") as api:
        projects = [api.project(name)["id"] for name in "AB"]
        for name, role in (("ada", "owner"), ("bob", "member")):
            api.invite(f"{name}@example.com", projects=[
                {"id": project, "role": role} for project in projects])
        api.invite("Cleo.Smith@Example.ORG", projects=[
            {"id": projects[1], "role": "member"}])
        api.member("dan.smith@example.com")
        declined = api.link("eve@example.com")[1]
        assert api.post("/v1/invitations/decline", json={
            "token": declined}).status_code == 200
        gone = api.invite("gone.smith@example.com")
        api.ok("DELETE", f"{INVITES}/{gone['id']}")
        api.invite("jürgen@example.com", send_email=False)

        def names(**params):
            every = [i["email"].split("@")[0].split(".")[0].lower()
                     for i in api.all(INVITES, limit=2, **params)]
            assert len(every) == len(set(every))
            return " ".join(every)
        names.projects, names.api = projects, api
        yield names


def test_by_several_statuses(found):
    assert found(status=["accepted", "expired"]) == "eve dan"
    assert found(**{"status[]": ["declined", "accepted"]}) == "eve dan"
    assert found(status="declined") == "eve"
    assert found(status="expired") == "eve"
    assert found(status=["pending", "declined"]) == "jürgen eve cleo bob ada"
    refused(found.api.get(INVITES, params={"status": "gone"}), 400,
            "invalid_value", "status")


def test_by_part_of_the_address(found):
    assert found(query="smith") == "dan cleo"
    assert found(query="SMITH@EXAMPLE.org") == "cleo"
    assert found(query="JÜRG") == "jürgen"
    assert found(query="%") == found(query="nobody") == ""
    assert found(query="smith", status="pending") == "cleo"
    assert found(query="@example", email="ada@example.com") == "ada"
    refused(found.api.get(INVITES, params={"query": ""}), 400,
            "invalid_value", "query")
    refused(found.api.get(INVITES, params={"query": "a" * 65}), 400,
            "invalid_value", "query")


def test_by_project(found):
    assert found(project_id=found.projects[0]) == "bob ada"
    assert found(project_id=found.projects[1]) == "cleo bob ada"
    assert found(project_id="proj_none") == ""


def test_by_what_became_of_the_mail(found):
    assert found(delivery="failed") == found(delivery="deferred") == ""
    assert found(delivery="none") == "jürgen eve dan"
    refused(found.api.get(INVITES, params={"delivery": "lost"}), 400,
            "invalid_value", "delivery")


def test_by_when_it_was_made(found):
    now = int(time.time())
    everybody = "jürgen eve dan cleo bob ada"
    assert found(**{"created_at[gte]": now - 3600}) == everybody
    assert found(**{"created_at[lte]": now + 5}) == everybody
    assert found(**{"created_at[gt]": now + 3600}) == ""
    assert found(**{"created_at[lt]": now - 3600}) == ""
    assert found(**{"created_at[gte]": now - 3600,
                    "created_at[lt]": now + 60,
                    "status": "accepted"}) == "dan"
    refused(found.api.get(INVITES, params={"created_at[gte]": "today"}), 400,
            "invalid_type", "created_at[gte]")
