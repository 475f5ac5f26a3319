"""
A tool that keeps what is there equal to what is written, as Terraform does, by
the official Python SDK: whatever was applied is planned without a change, a
change is planned as one, and what was destroyed is gone and can be made anew.
"""

import openai
import pytest
from openai import OpenAI

from harness import Daemon

pytestmark = pytest.mark.alike


class Resource:
    """One thing as it is written down. `read` tells of the one with this id
    what it is like, by the names of `wanted`; None, or a 404: it is not there.
    Without `update` it is made anew where it is not as written."""

    def __init__(self, create, read, delete, update=None, **wanted):
        self.create, self.read, self.delete = create, read, delete
        self.update, self.wanted, self.id = update, wanted, None

    def plan(self):
        """What there is to do: None, "create", "update" or "replace"."""
        try:
            there = self.id and self.read(self.id)
        except openai.NotFoundError:
            there = None
        if there is None:
            return "create"
        if all(there[name] == value for name, value in self.wanted.items()):
            return None
        return "update" if self.update else "replace"

    def apply(self):
        todo = self.plan()
        if todo == "update":
            self.update(self.id, **self.wanted)
        elif todo:
            if todo == "replace":
                self.delete(self.id)
            self.id = self.create(**self.wanted)
        assert self.plan() is None, "inconsistent result after apply"

    def destroy(self):
        self.delete(self.id)
        assert self.plan() == "create"


@pytest.fixture(scope="module")
def world(engine):
    """A daemon, the SDK, and what the resources below belong to."""
    with Daemon("--mail", "none:", engine=engine) as daemon, \
            OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                   _strict_response_validation=True) as client:
        org = client.admin.organization
        owner, ada = daemon.api.member("owner@example.com", "owner"), \
            daemon.api.member("ada@example.com")
        project = org.projects.create(name="World").id
        group = org.groups.create(name="World").id
        yield {"daemon": daemon, "org": org, "owner": owner, "ada": ada,
               "project": project, "group": group}


def of(thing, *names):
    return {name: getattr(thing, name) for name in names}


def project(org, **_):
    """Archived where others are deleted; read through the list, as the
    official provider does."""
    def read(identity):
        return next((of(one, "name", "external_key_id")
                     for one in org.projects.list(include_archived=True,
                                                  limit=100)
                     if one.id == identity and one.status == "active"), None)
    return Resource(lambda **args: org.projects.create(**args).id, read,
                    org.projects.archive, org.projects.update,
                    name="Engine", external_key_id="hr-7"), {"name": "Motor"}


def project_user(org, project, ada, **_):
    users = org.projects.users
    return Resource(
        lambda role: users.create(project, user_id=ada, role=role).id,
        lambda one: of(users.retrieve(one, project_id=project), "role"),
        lambda one: users.delete(one, project_id=project),
        lambda one, role: users.update(one, project_id=project, role=role),
        role="member"), {"role": "owner"}


def group(org, **_):
    groups = org.groups
    return Resource(lambda name: groups.create(name=name).id,
                    lambda one: of(groups.retrieve(one), "name"),
                    groups.delete, groups.update,
                    name="Crew"), {"name": "Night crew"}


def group_user(org, group, ada, **_):
    users = org.groups.users
    return Resource(
        lambda user_id: users.create(group, user_id=user_id).user_id,
        lambda one: {"user_id": users.retrieve(one, group_id=group).id},
        lambda one: users.delete(one, group_id=group), user_id=ada), None


def project_group(org, project, group, **_):
    groups = org.projects.groups
    return Resource(
        lambda group_id: groups.create(
            project, group_id=group_id, role="role-api-project-member"
        ).group_id,
        lambda one: of(groups.retrieve(one, project_id=project), "group_id"),
        lambda one: groups.delete(one, project_id=project),
        group_id=group), None


def role(org, **_):
    roles = org.roles
    return Resource(lambda **args: roles.create(**args).id,
                    lambda one: {"role_name": roles.retrieve(one).name, **of(
                        roles.retrieve(one), "permissions", "description")},
                    roles.delete, roles.update, role_name="Auditor",
                    permissions=["z.read", "a.write"], description="Looks"), \
        {"permissions": ["a.write"], "description": "Touches"}


def project_role(org, project, **_):
    roles, here = org.projects.roles, {"project_id": project}
    return Resource(lambda **args: roles.create(project, **args).id,
                    lambda one: {
                        "role_name": roles.retrieve(one, **here).name,
                        **of(roles.retrieve(one, **here), "permissions")},
                    lambda one: roles.delete(one, **here),
                    lambda one, **args: roles.update(one, **here, **args),
                    role_name="Builder", permissions=["b"]), \
        {"role_name": "Mason"}


def assignment(roles, first, custom, **where):
    """A role that somebody has; there is nothing to change in it."""
    others = {name: value for name, value in where.items() if value != first}
    return Resource(
        lambda role_id: roles.create(first, **others, role_id=role_id).role.id,
        lambda one: {"role_id": roles.retrieve(one, **where).id},
        lambda one: roles.delete(one, **where), role_id=custom), None


def user_role(org, ada, **_):
    custom = org.roles.create(role_name="Of users", permissions=["a"]).id
    return assignment(org.users.roles, ada, custom, user_id=ada)


def group_role(org, group, **_):
    custom = org.roles.create(role_name="Of groups", permissions=["a"]).id
    return assignment(org.groups.roles, group, custom, group_id=group)


def project_user_role(org, project, owner, **_):
    org.projects.users.create(project, user_id=owner, role="member")
    custom = org.projects.roles.create(project, role_name="Of users",
                                       permissions=["a"]).id
    return assignment(org.projects.users.roles, owner, custom,
                      project_id=project, user_id=owner)


def project_group_role(org, project, **_):
    crew = org.groups.create(name="With a role").id
    org.projects.groups.create(project, group_id=crew,
                               role="role-api-project-member")
    custom = org.projects.roles.create(project, role_name="Of groups",
                                       permissions=["a"]).id
    return assignment(org.projects.groups.roles, crew, custom,
                      project_id=project, group_id=crew)


def service_account(org, project, **_):
    """Without a key, as the official provider makes one."""
    accounts, here = org.projects.service_accounts, {"project_id": project}
    return Resource(
        lambda name: accounts.create(project, name=name,
                                     create_service_account_only=True).id,
        lambda one: of(accounts.retrieve(one, **here), "name"),
        lambda one: accounts.delete(one, **here),
        lambda one, name: accounts.update(one, **here, name=name),
        name="ci"), {"name": "cd"}


def service_account_key(org, project, **_):
    keys, accounts = org.projects.api_keys, org.projects.service_accounts
    account = accounts.create(project, name="with keys",
                              create_service_account_only=True).id
    accounts.update(account, project_id=project, role="member")
    return Resource(
        lambda name: accounts.api_keys.create(account, project_id=project,
                                              name=name).id,
        lambda one: of(keys.retrieve(one, project_id=project), "name"),
        lambda one: keys.delete(one, project_id=project),
        name="deploy"), {"name": "another"}


def admin_key(org, **_):
    keys = org.admin_api_keys
    return Resource(lambda name: keys.create(name=name).id,
                    lambda one: of(keys.retrieve(one), "name"),
                    keys.delete, name="terraform"), {"name": "pulumi"}


RESOURCES = [project, project_user, group, group_user, project_group, role,
             project_role, user_role, group_role, project_user_role,
             project_group_role, service_account, service_account_key,
             admin_key]


def live(resource, change):
    """Apply, plan, change, destroy, and all over again."""
    resource.apply()
    first = resource.id
    resource.apply()
    assert resource.id == first
    if change:
        resource.wanted.update(change)
        assert resource.plan() in ("update", "replace")
        resource.apply()
        assert (resource.id == first) == (resource.update is not None)
    resource.destroy()
    resource.apply()
    resource.destroy()


@pytest.mark.parametrize("make", RESOURCES, ids=lambda make: make.__name__)
def test_a_life_as_terraform_leads_it(world, make):
    live(*make(**world))


def test_a_member_is_adopted_changed_and_removed(world):
    """A user is nothing that can be created: they accept an invite."""
    org = world["org"]
    bob = world["daemon"].api.member("bob@example.com")
    user = Resource(None, lambda one: of(org.users.retrieve(one), "role"),
                    org.users.delete, org.users.update, role="reader")
    user.id = bob
    assert user.plan() is None
    user.wanted["role"] = "owner"
    assert user.plan() == "update"
    user.apply()
    user.destroy()
    assert bob not in [one.id for one in org.users.list()]


# -- invites ------------------------------------------------------------------

def invite(org, email, **wanted):
    """An invite cannot be changed: it is made anew."""
    def read(identity):
        there = org.invites.retrieve(identity)
        return {**of(there, "email", "role"), "projects": [
            {"id": one.id, "role": one.role} for one in there.projects]}
    return Resource(lambda **args: org.invites.create(
        **args, extra_body={"send_email": False}).id, read, org.invites.delete,
        **{"email": email, "role": "reader", "projects": [], **wanted})


def token(org, one):
    """A new link of a pending invite."""
    made = org.invites.create(**one.wanted, extra_body={"send_email": False})
    assert made.id == one.id
    return made.accept_url.split("#")[1]


def test_an_invite_that_is_changed_is_another(world):
    org = world["org"]
    projects = [{"id": org.projects.create(name=name).id, "role": role}
                for name, role in (("A", "member"), ("B", "owner"))]
    one = invite(org, "eve@example.com", projects=projects[::-1])
    live(one, {"role": "owner"})


def test_an_invite_is_declined_in_the_middle(world):
    """She said no: that is shown, and she is not asked again."""
    org, api = world["org"], world["daemon"].api
    one = invite(org, "carol@example.com")
    one.apply()
    api.ok("POST", "/v1/invitations/decline", json={"token": token(org, one)})
    first = one.id
    one.apply()
    declined = org.invites.retrieve(one.id)
    assert one.id == first and declined.status == "expired"
    assert declined.to_dict()["declined_at"] >= declined.created_at
    one.destroy()
    one.apply()
    assert one.id != first
    one.destroy()


def test_an_invite_is_accepted_in_the_middle(world):
    """It stays as it is; destroying it is refused, for its person is in."""
    org, api = world["org"], world["daemon"].api
    one = invite(org, "dan@example.com")
    one.apply()
    assert api.accept(token(org, one)).status_code == 200
    first = one.id
    one.apply()
    assert one.id == first and one.plan() is None
    with pytest.raises(openai.BadRequestError, match="already accepted"):
        one.destroy()
    assert one.plan() is None


def test_an_invite_expires_in_the_middle(world):
    """Nothing is planned by itself, and it can be made anew."""
    org, daemon = world["org"], world["daemon"]
    one = invite(org, "fay@example.com")
    one.apply()
    first = one.id
    daemon.database.sql("UPDATE invite SET created_at = created_at - 864000, "
                        "expires_at = expires_at - 864000 "
                        "WHERE email = 'fay@example.com'")
    assert org.invites.retrieve(first).status == "expired"
    assert one.plan() is None
    one.destroy()
    one.apply()
    assert one.id != first
    assert org.invites.retrieve(one.id).status == "pending"
