"""
Lists of more than two pages, in each of the contract's three envelopes, gone
through as each of the five official SDKs does: they stop for different reasons,
and a server has to please all of them.
"""

import functools

import pytest
from openai import OpenAI

from harness import Daemon

pytestmark = pytest.mark.alike

ORG = "/v1/organization"


# What the next page is asked for, by the envelope: the last id, the id of the
# last item, or what the page says.
CURSORS = {
    "last_id": lambda page: page.get("last_id"),
    "item": lambda page: page["data"][-1]["id"] if page["data"] else None,
    "next": lambda page: page.get("next"),
}

# Whether there is another page, as the SDK of that language decides.
GOES_ON = {
    "Python": lambda page, cursor, _: (
        page.get("has_more") is not False and page["data"] and cursor),
    "Node": lambda page, cursor, envelope: (
        page.get("has_more") and cursor
        and (envelope == "next" or page["data"])),
    "Go": lambda page, cursor, _: (
        page["data"] and page.get("has_more") is not False and cursor),
    "Ruby": lambda page, cursor, _: page.get("has_more"),
    "Java": lambda page, cursor, _: page["data"] and cursor,
}


def walk(get, envelope, goes_on):
    """The pages of a list; `get` asks for the one behind a cursor."""
    cursor, pages = None, []
    while len(pages) < 20:
        page = get(cursor)
        pages.append(page["data"])
        cursor = CURSORS[envelope](page)
        if not goes_on(page, cursor, envelope):
            break
    return pages


COUNT = 7  # items at least: three pages of three


def fill(api, path, *bodies):
    for body in bodies:
        api.ok("POST", path, json=body)
    return path


def named(letter, name="name", **more):
    return [{name: f"{letter}{number}", **more} for number in range(COUNT)]


# Each fills a list; the world is made before them.

def invites(api, **_):
    return ORG + "/invites"


def users(api, **_):
    return ORG + "/users"


def projects(api, **_):
    return fill(api, ORG + "/projects", *named("P"))


def project_users(api, project, users, **_):
    return fill(api, f"{ORG}/projects/{project}/users",
                *({"user_id": one, "role": "member"} for one in users))


def service_accounts(api, project, **_):
    return fill(api, f"{ORG}/projects/{project}/service_accounts", *named("A"))


def project_keys(api, project, **_):
    """Each account has brought one."""
    return f"{ORG}/projects/{project}/api_keys"


def audit_logs(api, **_):
    return ORG + "/audit_logs"


def admin_keys(api, **_):
    return fill(api, ORG + "/admin_api_keys", *named("K"))


def groups(api, **_):
    return ORG + "/groups"


def group_users(api, groups, users, **_):
    return fill(api, f"{ORG}/groups/{groups[0]}/users",
                *({"user_id": one} for one in users))


def project_groups(api, project, groups, **_):
    return fill(api, f"{ORG}/projects/{project}/groups",
                *({"group_id": one, "role": "role-api-project-member"}
                  for one in groups))


def roles(api, **_):
    return fill(api, ORG + "/roles", *named("R", "role_name",
                                            permissions=["a"]))


def project_roles(api, project, **_):
    return fill(api, f"/v1/projects/{project}/roles",
                *named("R", "role_name", permissions=["a"]))


def custom(api, path):
    return [{"role_id": one["id"]} for one in api.ok("GET", path)["data"]
            if not one["predefined_role"]]


def user_roles(api, users, **_):
    return fill(api, f"{ORG}/users/{users[0]}/roles",
                *custom(api, ORG + "/roles"))


def group_roles(api, groups, **_):
    return fill(api, f"{ORG}/groups/{groups[0]}/roles",
                *custom(api, ORG + "/roles"))


def project_user_roles(api, project, users, **_):
    return fill(api, f"/v1/projects/{project}/users/{users[0]}/roles",
                *custom(api, f"/v1/projects/{project}/roles"))


def project_group_roles(api, project, groups, **_):
    return fill(api, f"/v1/projects/{project}/groups/{groups[0]}/roles",
                {"role_id": "role-api-project-member"},
                *custom(api, f"/v1/projects/{project}/roles"))


LISTS = {
    "last_id": [invites, users, projects, project_users, service_accounts,
                project_keys, audit_logs],
    "item": [admin_keys],
    "next": [groups, group_users, project_groups, roles, project_roles,
             user_roles, group_roles, project_user_roles,
             project_group_roles],
}


def id_of(item):
    return item.get("id") or item["group_id"]


def check(api, path, envelope):
    """Every SDK sees each item once; only Java asks behind the end."""
    whole = api.ok("GET", path, params={"limit": 100})
    expected = [id_of(item) for item in whole["data"]]
    assert whole["has_more"] is False and len(expected) > 6, path

    @functools.cache  # the SDKs ask for the same
    def get(cursor):
        after = {} if cursor is None else {"after": cursor}
        return api.ok("GET", path, params={"limit": 3, **after})
    for language, goes_on in GOES_ON.items():
        pages = walk(get, envelope, goes_on)
        assert [id_of(item) for page in pages for item in page] == expected, \
            (path, language)
        behind = len(pages) - -(-len(expected) // 3)
        assert behind == (language == "Java" and envelope != "next"), \
            (path, language)


def test_each_list_ends_as_each_sdk_wants_it(engine):
    with Daemon("--mail", "none:", engine=engine) as daemon:
        api = daemon.api
        world = {
            "api": api, "project": api.project("World")["id"],
            "users": [api.member(f"u{number}@example.com")
                      for number in range(COUNT)],
            "groups": [api.ok("POST", ORG + "/groups", json=body)["id"]
                       for body in named("G")]}
        for envelope, makers in LISTS.items():
            for make in makers:
                check(api, make(**world), envelope)


def test_the_python_sdk_goes_through_all_three(engine):
    with Daemon("--mail", "none:", engine=engine) as daemon, \
            OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                   _strict_response_validation=True) as client:
        org = client.admin.organization
        for resource, args in (
                (org.projects, lambda n: {"name": f"P{n}"}),
                (org.groups, lambda n: {"name": f"G{n}"}),
                (org.admin_api_keys, lambda n: {"name": f"K{n}"})):
            made = {resource.create(**args(n)).id for n in range(COUNT)}
            listed = [one.id for one in resource.list(limit=3)]
            assert made <= set(listed) and len(listed) == len(set(listed))
