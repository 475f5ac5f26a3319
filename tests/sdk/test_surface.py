"""
Every method of the official Python SDK on what an invite touches: it is driven
once with success, by a client that checks each answer against the SDK's own
types, and once for each error that is documented.
"""

import functools
import inspect
import json
from pathlib import Path
from types import SimpleNamespace

import openai
import pytest
from openai import OpenAI

from harness import Daemon

pytestmark = pytest.mark.alike

# All that the SDK has of it; `update` of a project's key came last.
SURFACE = {
    "admin_api_keys": "create retrieve list delete",
    "audit_logs": "list",
    "groups": "create retrieve update list delete",
    "groups.roles": "create retrieve list delete",
    "groups.users": "create retrieve list delete",
    "invites": "create retrieve list delete",
    "projects": "create retrieve update list archive",
    "projects.api_keys": "retrieve update list delete",
    "projects.groups": "create retrieve list delete",
    "projects.groups.roles": "create retrieve list delete",
    "projects.roles": "create retrieve update list delete",
    "projects.service_accounts": "create retrieve update list delete",
    "projects.service_accounts.api_keys": "create",
    "projects.users": "create retrieve update list delete",
    "projects.users.roles": "create retrieve list delete",
    "roles": "create retrieve update list delete",
    "users": "retrieve update list delete",
    "users.roles": "create retrieve list delete",
}

# What else stands below client.admin.organization is about other things.
OTHERS = {
    "certificates", "data_retention", "external_keys", "external_storage",
    "projects.certificates", "projects.data_retention",
    "projects.hosted_tool_permissions", "projects.model_permissions",
    "projects.rate_limits", "projects.service_tier_settings",
    "projects.spend_alerts", "projects.spend_limit", "spend_alerts",
    "spend_limit", "usage", "workload_identity_providers",
    "workload_identity_providers.federation_rules",
}

METHODS = {f"{resource}.{method}" for resource, methods in SURFACE.items()
           for method in methods.split()}


def resources(kind, path=""):
    """Each resource of the SDK below one, and its methods."""
    for name, value in vars(kind).items():
        if name.startswith(("_", "with_")) or \
                not isinstance(value, functools.cached_property):
            continue
        below = inspect.get_annotations(value.func, eval_str=True)["return"]
        yield path + name, {method for method, function in vars(below).items()
                            if inspect.isfunction(function)
                            and not method.startswith("_")}
        yield from resources(below, f"{path}{name}.")


def test_the_sdk_has_no_method_that_is_not_in_the_table():
    kind = type(OpenAI(admin_api_key="x").admin.organization)
    found = {name: methods for name, methods in resources(kind)
             if name not in OTHERS}
    assert found == {name: set(methods.split())
                     for name, methods in SURFACE.items()}
    assert len(METHODS) == 72


# -- each of them, with success -----------------------------------------------

class Driven:
    """A resource of the SDK that notes which methods were called."""

    def __init__(self, resource, seen, path=""):
        self._resource, self._seen, self._path = resource, seen, path

    def __getattr__(self, name):
        value = getattr(self._resource, name)
        if not callable(value):
            return Driven(value, self._seen, f"{self._path}{name}.")
        self._seen.add(self._path + name)
        return value


def ids(items):
    return [one.id for one in items]


def same(one, other):
    return one.to_dict() == other.to_dict()


def join(daemon, org, email, role="reader"):
    """Invites somebody, who accepts; their id."""
    made = org.invites.create(email=email, role=role, projects=[],
                              extra_body={"send_email": False})
    assert daemon.api.accept(made.accept_url.split("#")[1]).status_code == 200
    user, = org.users.list(emails=[email])
    return user.id


def drive_invites(org, daemon):
    made = org.invites.create(email="new@example.com", role="reader")
    assert org.invites.retrieve(made.id).email == made.email
    assert ids(org.invites.list(limit=1)) == [made.id]
    assert org.invites.delete(made.id).deleted is True
    assert ids(org.invites.list()) == []


def drive_users(org, daemon):
    ada, bob = (join(daemon, org, f"{name}@example.com")
                for name in ("ada", "bob"))
    assert set(ids(org.users.list(limit=1))) == {ada, bob}
    changed = org.users.update(ada, role="owner", technical_level="expert")
    assert (changed.role, changed.technical_level) == ("owner", "expert")
    assert same(org.users.retrieve(ada), changed)
    gone = org.users.delete(bob)
    assert (gone.id, gone.deleted, gone.object) == \
        (bob, True, "organization.user.deleted")
    assert ids(org.users.list()) == [ada]


def drive_projects(org, daemon):
    made = org.projects.create(name="Engine", external_key_id="hr-7",
                               residency="JP_STORAGE")
    assert same(org.projects.retrieve(made.id), made)
    changed = org.projects.update(made.id, name="Motor")
    assert (changed.name, changed.external_key_id) == ("Motor", "hr-7")
    assert made.id in ids(org.projects.list(limit=1))
    archived = org.projects.archive(made.id)
    assert archived.status == "archived" and archived.archived_at
    assert made.id not in ids(org.projects.list())
    assert made.id in ids(org.projects.list(include_archived=True))


def drive_project_users(org, daemon):
    carol = join(daemon, org, "carol@example.com")
    project = org.projects.create(name="Users")
    users = org.projects.users
    added = users.create(project.id, user_id=carol, role="member")
    assert (added.id, added.role) == (carol, "member")
    assert same(users.retrieve(carol, project_id=project.id), added)
    assert users.update(carol, project_id=project.id,
                        role="owner").role == "owner"
    assert ids(users.list(project.id)) == [carol]
    assert users.delete(carol, project_id=project.id).deleted is True
    assert users.create(project.id, email="CAROL@example.com",
                        role="owner").id == carol


def drive_groups(org, daemon):
    dan = join(daemon, org, "dan@example.com")
    group = org.groups.create(name="Crew")
    assert org.groups.retrieve(group.id).name == "Crew"
    assert org.groups.update(group.id, name="Night crew").id == group.id
    assert ids(org.groups.list(limit=1)) == [group.id]
    assert org.groups.users.create(group.id, user_id=dan).user_id == dan
    assert org.groups.users.retrieve(dan, group_id=group.id).id == dan
    assert ids(org.groups.users.list(group.id)) == [dan]
    assert org.groups.users.delete(dan, group_id=group.id).deleted is True
    assert org.groups.delete(group.id).deleted is True


def drive_project_groups(org, daemon):
    group = org.groups.create(name="Builders")
    project = org.projects.create(name="Groups")
    groups = org.projects.groups
    added = groups.create(project.id, group_id=group.id,
                          role="role-api-project-member")
    assert (added.group_id, added.project_id) == (group.id, project.id)
    assert groups.retrieve(group.id, project_id=project.id,
                           group_type="group").group_name == "Builders"
    assert [one.group_id for one in groups.list(project.id)] == [group.id]
    assert groups.delete(group.id, project_id=project.id).deleted is True
    assert list(groups.list(project.id)) == []


def drive_roles(org, daemon):
    project = org.projects.create(name="Roles")
    for roles, where in ((org.roles, {}),
                         (org.projects.roles, {"project_id": project.id})):
        args = where.values()
        made = roles.create(*args, role_name="Auditor", permissions=["a.b"],
                            description="Looks")
        assert same(roles.retrieve(made.id, **where), made)
        assert made.predefined_role is False
        changed = roles.update(made.id, **where, permissions=["a.b", "c.d"])
        assert sorted(changed.permissions) == ["a.b", "c.d"]
        assert changed.description == "Looks"
        listed = {one.id: one for one in roles.list(*args, limit=1)}
        assert made.id in listed
        assert any(one.predefined_role for one in listed.values())
        assert roles.delete(made.id, **where).deleted is True
        assert made.id not in ids(roles.list(*args))


def drive_assignments(org, daemon):
    eve = join(daemon, org, "eve@example.com")
    group = org.groups.create(name="Assigned")
    project = org.projects.create(name="Assigned")
    org.projects.users.create(project.id, user_id=eve, role="member")
    org.projects.groups.create(project.id, group_id=group.id,
                               role="role-api-project-member")
    own = org.roles.create(role_name="Reviewer", permissions=["a"])
    local = org.projects.roles.create(project.id, role_name="Reviewer",
                                      permissions=["a"])
    inside = {"project_id": project.id}
    for roles, role, first, where in (
            (org.users.roles, own, eve, {"user_id": eve}),
            (org.groups.roles, own, group.id, {"group_id": group.id}),
            (org.projects.users.roles, local, eve,
             {**inside, "user_id": eve}),
            (org.projects.groups.roles, local, group.id,
             {**inside, "group_id": group.id})):
        others = {name: value for name, value in where.items()
                  if value != first}
        given = roles.create(first, **others, role_id=role.id)
        assert given.role.id == role.id
        assert given.object in ("user.role", "group.role")
        assert roles.retrieve(role.id, **where).name == "Reviewer"
        assert role.id in ids(roles.list(first, **others, limit=1))
        assert roles.delete(role.id, **where).deleted is True
        assert role.id not in ids(roles.list(first, **others))


def drive_service_accounts(org, daemon):
    project = org.projects.create(name="Accounts")
    accounts, keys = org.projects.service_accounts, org.projects.api_keys
    made = accounts.create(project.id, name="ci", expires_in_seconds=3600)
    assert made.role == "member" and made.api_key.value.startswith("sk-")
    assert made.api_key.expires_at == made.api_key.created_at + 3600
    bare = accounts.create(project.id, name="cd",
                           create_service_account_only=True)
    assert (bare.role, bare.api_key) == ("none", None)
    assert accounts.retrieve(made.id, project_id=project.id).name == "ci"
    changed = accounts.update(bare.id, project_id=project.id, name="deploy",
                              role="owner")
    assert (changed.name, changed.role) == ("deploy", "owner")
    assert set(ids(accounts.list(project.id, limit=1))) == {made.id, bare.id}
    second = accounts.api_keys.create(bare.id, project_id=project.id,
                                      name="second", scopes=["a"])
    listed = {one.id: one for one in keys.list(project.id, limit=1,
                                               owner_project_access="any")}
    assert set(listed) == {made.api_key.id, second.id}
    assert listed[second.id].owner.service_account.id == bare.id
    key = keys.retrieve(second.id, project_id=project.id)
    assert key.name == "second" and second.value not in key.to_json()
    later = keys.update(second.id, project_id=project.id, scopes=[],
                        expires_in_seconds=60)
    assert later.expires_at is not None
    assert keys.delete(second.id, project_id=project.id).deleted is True
    assert accounts.delete(made.id, project_id=project.id).deleted is True
    assert ids(accounts.list(project.id)) == [bare.id]


def drive_admin_keys(org, daemon):
    keys = org.admin_api_keys
    made = keys.create(name="terraform", expires_in_seconds=3600)
    assert made.value.startswith("sk-admin-")
    assert made.expires_at == made.created_at + 3600
    there = keys.retrieve(made.id)
    assert there.name == "terraform"
    assert made.value not in there.to_json() and there.redacted_value
    assert made.id in ids(keys.list(limit=1, order="desc"))
    with OpenAI(admin_api_key=made.value,
                base_url=f"{daemon.url}/v1") as other:
        assert other.admin.organization.invites.list().data is not None
        assert keys.delete(made.id).deleted is True
        with pytest.raises(openai.AuthenticationError):
            other.admin.organization.invites.list()


def drive_audit_logs(org, daemon):
    made = org.invites.create(email="seen@example.com", role="reader")
    event, = org.audit_logs.list(event_types=["invite.sent"],
                                 resource_ids=[made.id], limit=1)
    assert event.type == "invite.sent" and event.invite_sent.id == made.id
    assert event.invite_sent.data.email == "seen@example.com"
    before = org.audit_logs.list(before=event.id, limit=1)
    assert event.id not in ids(before.data)
    assert list(org.audit_logs.list(
        effective_at={"gt": event.effective_at + 3600})) == []


SCENARIOS = [drive_invites, drive_users, drive_projects, drive_project_users,
             drive_groups, drive_project_groups, drive_roles,
             drive_assignments, drive_service_accounts, drive_admin_keys,
             drive_audit_logs]


@pytest.fixture
def surface(engine):
    with Daemon("--mail", "none:", engine=engine) as daemon, \
            OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                   _strict_response_validation=True, max_retries=0) as client:
        yield daemon, client.admin.organization


def test_every_method_does_what_it_says(surface):
    daemon, organization = surface
    seen, failed = set(), []
    for drive in SCENARIOS:
        try:
            drive(Driven(organization, seen), daemon)
        except Exception as error:  # the others have something to say, too
            failed.append(f"{drive.__name__}: {type(error).__name__} {error}")
    assert not failed, "\n".join(failed)
    assert seen == METHODS


# -- each documented error ----------------------------------------------------

def world_of(daemon, org):
    """One of each thing, for calls that are to be refused."""
    w = SimpleNamespace(org=org)
    w.key, = ids(org.admin_api_keys.list())
    w.owner = join(daemon, org, "owner@example.org", role="owner")
    w.ada, w.bob = (join(daemon, org, f"{name}@example.org")
                    for name in ("ada", "bob"))
    w.default = next(one.id for one in org.projects.list(limit=100)
                     if one.name == "Default project")
    w.project = org.projects.create(name="Refusals").id
    org.projects.users.create(w.project, user_id=w.ada, role="member")
    w.archived = org.projects.create(name="Archived").id
    org.projects.users.create(w.archived, user_id=w.ada, role="member")
    org.projects.archive(w.archived)
    w.group = org.groups.create(name="Refusals").id
    return w


# The method, what it is called with, and what comes of it; "$ada" is the id of
# the thing of that name in the world. The Node SDK is asked for the same.
REFUSALS = json.loads((Path(__file__).parent / "refusals.json").read_text())


def filled(value, world):
    if isinstance(value, list):
        return [filled(one, world) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, world) for name, one in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return getattr(world, value[1:])
    return value


def told(world, method, args, more):
    """What a refused call says: its class, status and code."""
    call = functools.reduce(getattr, method.split("."), world.org)
    try:
        call(*filled(args, world), **filled(more, world))
    except openai.APIStatusError as error:
        assert error.type == "invalid_request_error" and error.message
        return type(error), error.status_code, error.code
    return None, 200, None


CLASSES = {400: openai.BadRequestError, 404: openai.NotFoundError}


def test_every_documented_error_has_its_class_and_code(surface):
    world, wrong = world_of(*surface), []
    for method, args, more, status, code in REFUSALS:
        got = told(world, method, args, more)
        if got != (CLASSES[status], status, code):
            wrong.append(f"{method} {args} {more}: {got}")
    assert not wrong, "\n".join(wrong)


def test_every_method_is_refused_something():
    assert {row[0] for row in REFUSALS} == METHODS
