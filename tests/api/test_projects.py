"""
/organization/projects/{project_id}: a project is changed, and archived.
"""

import threading

import pytest

from harness import INVITES, PROJECTS, refused


def path_of(project, more=""):
    return f"{PROJECTS}/{project['id']}{more}"


def archived(api, name="Old"):
    project = api.project(name)
    return api.ok("POST", path_of(project, "/archive"))


def default_of(api):
    return list(api.all(PROJECTS))[-1]


@pytest.mark.parametrize("said", [
    {"name": "Gemini"},
    {"external_key_id": "key-2"},
    {"residency": "JP_STORAGE"},
    {"name": "G", "external_key_id": "k", "residency": "GLOBAL"},
    {"name": None, "external_key_id": None, "residency": None,
     "geography": None},
    {},
], ids=str)
def test_an_update_sets_what_it_is_given(shared, said):
    project = shared.ok("POST", PROJECTS, json={
        "name": "Apollo", "external_key_id": "key-1",
        "residency": "EU_STORAGE_PROCESSING"})
    given = {name: value for name, value in said.items() if value is not None}
    for _ in range(2):  # asked for again, it comes to the same
        changed = shared.ok("POST", path_of(project), json=said)
        assert changed == {**project, **given}
        assert shared.ok("GET", path_of(project)) == changed


def test_where_data_stays_is_said_in_one_way(shared):
    project = shared.ok("POST", PROJECTS, json={"name": "P",
                                                "geography": "EU"})
    changed = shared.ok("POST", path_of(project),
                        json={"residency": "US_STORAGE_PROCESSING"})
    assert (changed["residency"], changed["geography"]) == \
        ("US_STORAGE_PROCESSING", None)
    changed = shared.ok("POST", path_of(project), json={"geography": "JP"})
    assert "residency" not in changed and changed["geography"] == "JP"
    refused(shared.post(path_of(project), json={
        "geography": "JP", "residency": "JP_STORAGE"}), 400, "invalid_value",
        "geography")


@pytest.mark.parametrize("body, code, param", [
    ({"name": ""}, "string_below_min_length", "name"),
    ({"name": "a\nb"}, "invalid_value", "name"),
    ({"residency": "MOON"}, "invalid_value", "residency"),
    ({"status": "archived"}, "unknown_parameter", "status"),
])
def test_what_an_update_refuses(shared, body, code, param):
    project = shared.project("P")
    refused(shared.post(path_of(project), json=body), 400, code, param)
    assert shared.ok("GET", path_of(project)) == project


def test_an_archived_project_is_kept_and_not_listed(shared):
    kept = shared.project("Kept")
    project = archived(shared)
    assert project["status"] == "archived" and project["archived_at"]
    assert shared.ok("GET", path_of(project)) == project
    listed = [one["id"] for one in shared.all(PROJECTS)]
    assert kept["id"] in listed and project["id"] not in listed
    assert project in shared.all(PROJECTS, include_archived="true")


def test_archiving_again_changes_nothing(shared):
    project = archived(shared)
    for options in ({}, {"content": b""},
                    {"headers": {"Content-Type": "application/json"}}):
        assert shared.ok("POST", path_of(project, "/archive"),
                         **options) == project


def test_an_archived_project_refuses_changes(shared):
    project = archived(shared)
    refused(shared.post(path_of(project), json={"name": "New"}), 400,
            "project_archived", "project_id")
    refused(shared.get(path_of(project, "/users")), 400, "project_archived",
            "project_id")
    refused(shared.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "projects": [{"id": project["id"], "role": "member"}]}), 400,
        "project_archived", "projects[0].id")
    assert shared.ok("GET", path_of(project)) == project


def test_the_default_project_stays_as_it_is(shared):
    project = default_of(shared)
    refused(shared.post(path_of(project), json={"name": "Mine"}), 400,
            "project_is_default", "project_id")
    refused(shared.post(path_of(project, "/archive")), 400,
            "project_is_default", "project_id")
    assert shared.ok("GET", path_of(project)) == project


@pytest.mark.parametrize("one", ["proj_0000000000001", "nonsense"])
def test_no_such_project(shared, one):
    refused(shared.post(f"{PROJECTS}/{one}", json={"name": "x"}), 404,
            "project_not_found", "project_id")
    refused(shared.post(f"{PROJECTS}/{one}/archive"), 404,
            "project_not_found", "project_id")


def test_changes_at_once_lose_nothing(shared):
    """Each sets its own, whoever comes first."""
    project = shared.project("P")
    said = [{"name": "Q"}, {"external_key_id": "k"}, {"residency": "GLOBAL"}]
    threads = [threading.Thread(target=shared.ok, args=("POST",
                                path_of(project)), kwargs={"json": one})
               for one in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = shared.ok("GET", path_of(project))
    assert [now[name] for one in said for name in one] == ["Q", "k", "GLOBAL"]
