"""
The official Python SDK, as it is, against the daemon.
"""

import asyncio
import os
import resource
import typing

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.admin.organization import ProjectResidency

from harness import refused

pytestmark = pytest.mark.alike


@pytest.fixture
def client(daemon):
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1") as one:
        yield one


@pytest.fixture
def strict(daemon):
    """A client that checks each answer against the SDK's own types."""
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                _strict_response_validation=True) as one:
        yield one


@pytest.fixture
def invites(client):
    return client.admin.organization.invites


def test_the_example_of_the_documentation(daemon, monkeypatch):
    """As it is printed there: key and address come from the environment."""
    monkeypatch.setenv("OPENAI_ADMIN_KEY", daemon.key)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{daemon.url}/v1")
    client = OpenAI(
        admin_api_key=os.environ.get("OPENAI_ADMIN_KEY"),
    )
    invite = client.admin.organization.invites.create(
        email="email@example.com",
        role="reader",
    )
    assert invite.id.startswith("invite-")
    assert (invite.email, invite.role, invite.status, invite.object) == \
        ("email@example.com", "reader", "pending", "organization.invite")
    assert daemon.mailbox.wait("email@example.com").token
    client.close()


# -- projects: omitted, none, some --------------------------------------------

def test_projects_have_three_values(strict):
    admin = strict.admin.organization
    default, = admin.projects.list()
    named = admin.projects.create(name="Analytical engine")
    invites = admin.invites
    omitted = invites.create(email="a@example.com", role="reader")
    none = invites.create(email="b@example.com", role="reader", projects=[])
    some = invites.create(email="c@example.com", role="owner", projects=[
        {"id": named.id, "role": "owner"}, {"id": default.id,
                                            "role": "member"}])
    assert [(one.id, one.role) for one in omitted.projects] == \
        [(default.id, "member")]
    assert none.projects == []
    assert [(one.id, one.role) for one in some.projects] == \
        [(named.id, "owner"), (default.id, "member")]


# -- where data stays ---------------------------------------------------------

def test_a_project_is_changed_and_archived(strict):
    projects = strict.admin.organization.projects
    project = projects.create(name="Apollo")
    changed = projects.update(project.id, name="Gemini",
                              external_key_id="key-1")
    assert (changed.name, changed.external_key_id) == ("Gemini", "key-1")
    assert projects.retrieve(project.id) == changed
    archived = projects.archive(project.id)
    assert archived.status == "archived" and archived.archived_at
    assert projects.retrieve(project.id) == archived
    assert project.id not in [one.id for one in projects.list()]
    with pytest.raises(openai.BadRequestError) as refusal:
        projects.update(project.id, name="Skylab")
    assert refusal.value.code == "project_archived"
    default, = projects.list()
    for call in (lambda: projects.archive(default.id),
                 lambda: projects.update(default.id, name="Mine")):
        with pytest.raises(openai.BadRequestError) as refusal:
            call()
        assert refusal.value.code == "project_is_default"


def test_groups_in_a_project(strict):
    organization = strict.admin.organization
    groups = organization.projects.groups
    project = organization.projects.create(name="Apollo")
    made = [organization.groups.create(name=f"g{number}")
            for number in range(3)]
    role = "role-api-project-member"
    for group in made:
        shown = groups.create(project.id, group_id=group.id, role=role)
        assert groups.retrieve(group.id, project_id=project.id) == shown
        assert (shown.group_name, shown.group_type) == (group.name, "group")
    listed = list(groups.list(project.id, limit=1))
    assert [one.group_id for one in listed] == [one.id for one in made]
    assert list(groups.list(project.id, order="desc", limit=2)) == listed[::-1]
    gone = groups.delete(made[0].id, project_id=project.id)
    assert gone.deleted and gone.object == "project.group.deleted"
    with pytest.raises(openai.NotFoundError):
        groups.retrieve(made[0].id, project_id=project.id)


def test_who_did_what(strict):
    """Page by page, by each filter, in the SDK's own types."""
    organization = strict.admin.organization
    names = [f"P{number}" for number in range(5)]
    made = [organization.projects.create(name=name) for name in names]
    invite = organization.invites.create(email="ada@example.com", role="owner")
    logs = list(organization.audit_logs.list(limit=2))
    assert [log.type for log in logs] == ["invite.sent"] + \
        ["project.created"] * 5
    assert logs[0].invite_sent.data.email == "ada@example.com"
    assert [log.project_created.data.title for log in logs[:0:-1]] == names
    assert [log.project.id for log in logs[:0:-1]] == [one.id for one in made]
    key = logs[0].actor.api_key.id
    for filters in ({"event_types": ["invite.sent"]},
                    {"resource_ids": [invite.id]},
                    {"actor_ids": [key], "event_types": ["invite.sent"]},
                    {"effective_at": {"gte": invite.created_at - 60},
                     "after": "", "limit": 1, "event_types": ["invite.sent"]},
                    {"before": logs[1].id}):
        assert list(organization.audit_logs.list(**filters)) == logs[:1]
    for filters in ({"actor_emails": ["ada@example.com"]},
                    {"event_types": ["rate_limit.updated"]},
                    {"effective_at": {"lt": 1}}, {"tenant_only": True}):
        assert list(organization.audit_logs.list(**filters)) == []
    projects = list(organization.audit_logs.list(
        project_ids=[made[0].id, made[1].id], limit=1))
    assert [log.project_created.id for log in projects] == \
        [made[1].id, made[0].id]


def test_every_residency_of_the_sdk_is_kept(strict):
    projects = strict.admin.organization.projects
    words = typing.get_args(ProjectResidency)
    assert len(words) == 15
    for word in words:
        made = projects.create(name=word, residency=word)
        assert made.residency == word
        assert projects.retrieve(made.id).residency == word
    assert projects.create(name="none").residency is None


# -- pages --------------------------------------------------------------------

@pytest.mark.parametrize("limit", [1, 7, 100])
def test_auto_paging(strict, limit):
    invites = strict.admin.organization.invites
    made = [invites.create(email=f"p{number}@example.com", role="reader").id
            for number in range(25)]
    assert [one.id for one in invites.list(limit=limit)] == made[::-1]


def test_paging_by_hand(invites):
    made = [invites.create(email=f"p{number}@example.com", role="reader").id
            for number in range(5)]
    page = invites.list(limit=2)
    assert page.has_more is True and page.has_next_page()
    assert page.last_id == made[3]
    page = page.get_next_page().get_next_page()
    assert [one.id for one in page.data] == made[:1]
    assert not page.has_next_page()


def test_an_empty_list(strict):
    assert list(strict.admin.organization.invites.list()) == []
    assert list(strict.admin.organization.users.list()) == []


# -- the life of an invite ----------------------------------------------------

def test_retrieve_and_delete(strict):
    invites = strict.admin.organization.invites
    invite = invites.create(email="ada@example.com", role="reader")
    again = invites.retrieve(invite.id)
    assert again.email == invite.email and again.accepted_at is None
    assert again.expires_at == invite.created_at + 7 * 86400
    gone = invites.delete(invite.id)
    assert (gone.id, gone.deleted, gone.object) == \
        (invite.id, True, "organization.invite.deleted")
    with pytest.raises(openai.NotFoundError):
        invites.retrieve(invite.id)


def test_an_acceptance_shows(daemon, strict):
    admin = strict.admin.organization
    project = admin.projects.create(name="Analytical engine")
    invite = admin.invites.create(email="ada@example.com", role="owner",
                                  projects=[{"id": project.id,
                                             "role": "member"}])
    token = daemon.mailbox.wait("ada@example.com").token
    assert daemon.api.accept(token, "Ada Lovelace").status_code == 200
    assert admin.invites.retrieve(invite.id).status == "accepted"
    user, = admin.users.list(emails=["ADA@example.com"])
    assert (user.name, user.role) == ("Ada Lovelace", "owner")
    assert admin.users.retrieve(user.id).email == "ada@example.com"
    member, = admin.projects.users.list(project.id)
    assert (member.id, member.role) == (user.id, "member")
    assert admin.projects.retrieve(project.id).name == "Analytical engine"
    with pytest.raises(openai.BadRequestError, match="already accepted"):
        admin.invites.delete(invite.id)
    with pytest.raises(openai.BadRequestError, match="already exists"):
        admin.invites.create(email="ada@example.com", role="owner")


def test_extensions(daemon, strict):
    invites = strict.admin.organization.invites
    invite = invites.create(
        email="ada@example.com", role="reader",
        extra_body={"send_email": False, "expires_in_seconds": 3600})
    assert invite.expires_at - invite.created_at == 3600
    assert invite.accept_url.startswith(f"{daemon.url}/accept#")
    assert invite.delivery["status"] == "none"
    found = invites.list(extra_query={"email": "ADA@example.com"})
    assert [one.id for one in found] == [invite.id]
    assert list(invites.list(extra_query={"status": "expired"})) == []


# -- errors -------------------------------------------------------------------

def requests_total(daemon):
    """How many requests the daemon has answered."""
    text = daemon.api.get("/metrics").text
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith("invited_http_requests_total{"))


def conflict(invites):
    invites.create(email="ada@example.com", role="reader")
    invites.create(email="ada@example.com", role="owner")


FAILURES = [
    ("conflict", conflict, openai.BadRequestError, "invite_already_exists"),
    ("bad address", lambda invites: invites.create(
        email="nonsense", role="reader"),
     openai.BadRequestError, "invalid_email"),
    ("bad role", lambda invites: invites.create(
        email="ada@example.com", role="admin"),
     openai.BadRequestError, "invalid_value"),
    ("unknown member", lambda invites: invites.create(
        email="ada@example.com", role="reader", extra_body={"project": []}),
     openai.BadRequestError, "unknown_parameter"),
    ("unknown project", lambda invites: invites.create(
        email="ada@example.com", role="reader",
        projects=[{"id": "proj_abc", "role": "member"}]),
     openai.BadRequestError, "project_not_found"),
    ("limit", lambda invites: invites.list(limit=101),
     openai.BadRequestError, "integer_above_max_value"),
    ("unknown", lambda invites: invites.retrieve("invite-abc"),
     openai.NotFoundError, "invite_not_found"),
    ("a path for an id", lambda invites: invites.retrieve("a/b?c=d#e%2f"),
     openai.NotFoundError, "invite_not_found"),
    ("delete unknown", lambda invites: invites.delete("invite-abc"),
     openai.NotFoundError, "invite_not_found"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda row: row[0])
def test_errors_have_their_class_and_are_not_retried(daemon, invites, failure):
    _, call, kind, code = failure
    before = requests_total(daemon)
    with pytest.raises(kind) as caught:
        call(invites)
    error = caught.value
    assert error.code == code and error.type == "invalid_request_error"
    assert error.request_id.startswith("req_")
    assert error.body["message"]
    # One request per call, and the one for the metrics.
    calls = 2 if call is conflict else 1
    assert requests_total(daemon) - before == calls + 1


@pytest.mark.parametrize("options, code", [
    ({"admin_api_key": "sk-admin-wrong"}, "invalid_api_key"),
    ({"organization": "org-0000000000001"}, "mismatched_organization"),
])
def test_authentication(daemon, options, code):
    with OpenAI(**{"admin_api_key": daemon.key, **options},
                base_url=f"{daemon.url}/v1") as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            client.admin.organization.invites.list()
    assert caught.value.code == code


def test_with_a_project_header(daemon):
    with OpenAI(admin_api_key=daemon.key, project="proj_abc",
                base_url=f"{daemon.url}/v1") as client:
        assert list(client.admin.organization.invites.list()) == []


def test_request_ids(invites):
    page = invites.list()
    assert page._request_id.startswith("req_")
    raw = invites.with_raw_response.create(email="ada@example.com",
                                           role="reader")
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.status_code == 200
    assert raw.parse()._request_id == raw.headers["x-request-id"]


def test_a_lost_answer_is_repeated_safely(daemon, invites):
    """What a client does after a time-out: the same request once more."""
    first = invites.create(email="ada@example.com", role="reader")
    again = invites.create(email="ada@example.com", role="reader")
    assert again.id == first.id
    assert len(list(invites.list())) == 1


def test_a_restart_is_survived_by_retries(make_daemon):
    """Nobody listens for a moment: the SDK's own retries bridge that."""
    daemon = make_daemon()
    first = daemon.api.invite("ada@example.com")
    url, port = daemon.url, daemon.port
    daemon.stop()
    daemon.args[:] = ["--listen", f"127.0.0.1:{port}"]
    refusals = []

    def on_request(request):
        # The third attempt finds it back.
        refusals.append(request)
        if len(refusals) == 3:
            daemon.start()
    with OpenAI(admin_api_key=daemon.key, base_url=f"{url}/v1",
                http_client=httpx.Client(
                    event_hooks={"request": [on_request]})) as client:
        again = client.admin.organization.invites.create(
            email="ada@example.com", role="reader")
    assert again.id == first["id"] and len(refusals) == 3


def fill_disk(daemon):
    """Returns what empties it again."""
    full = max(path.stat().st_size for path in daemon.files())

    def limit(size):
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                         (size, resource.RLIM_INFINITY))
    limit(full)
    return lambda: limit(resource.RLIM_INFINITY)


def cut_off(daemon):
    """Returns what lets it reach its database again."""
    daemon.database.go_away()
    return daemon.database.come_back


def test_trouble_is_bridged_by_retries(daemon, engine):
    """503 with retry-after: the SDK waits and asks again."""
    first = daemon.api.invite("first@example.com")
    daemon.api.delivered(first["id"])
    attempts = []

    def on_request(request):
        attempts.append(request)
        if len(attempts) == 3:
            end_trouble()
    daemon.expect_error("store_unavailable")
    end_trouble = {"sqlite": fill_disk, "postgres": cut_off}[engine](daemon)
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                http_client=httpx.Client(
                    event_hooks={"request": [on_request]})) as client:
        invite = client.admin.organization.invites.create(
            email="ada@example.com", role="reader")
        assert invite.status == "pending" and len(attempts) == 3
        assert [request.headers["x-stainless-retry-count"]
                for request in attempts] == ["0", "1", "2"]
        # Reads have a connection of their own, which may come back later.
        assert len(list(client.admin.organization.invites.list())) == 2


def test_without_the_prefix(daemon):
    with OpenAI(admin_api_key=daemon.key, base_url=daemon.url) as client:
        invite = client.admin.organization.invites.create(
            email="ada@example.com", role="reader")
        assert client.admin.organization.invites.retrieve(invite.id).id == \
            invite.id


def test_many_at_once(daemon):
    """The asynchronous client, a hundred requests under way."""
    async def run():
        async with AsyncOpenAI(admin_api_key=daemon.key,
                               base_url=f"{daemon.url}/v1") as client:
            invites = client.admin.organization.invites
            made = await asyncio.gather(*[
                invites.create(email=f"p{number}@example.com", role="reader")
                for number in range(100)])
            listed = [one.id async for one in invites.list(limit=30)]
            return [one.id for one in made], listed
    made, listed = asyncio.run(run())
    assert sorted(made, reverse=True) == listed and len(set(made)) == 100


def test_without_a_key(daemon):
    """The SDK refuses to ask; what others send is answered like this."""
    refused(daemon.client(None).get("/v1/organization/invites"), 401, None)
