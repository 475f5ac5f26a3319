"""
The description itself: valid, and true to the published contract.
"""

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from harness import contract, published

SPEC = contract.spec()
METHODS = {"get", "post", "put", "patch", "delete"}
OPERATIONS = [(path, method, operation)
              for path, item in SPEC["paths"].items()
              for method, operation in item.items() if method in METHODS]

# What the published contract of the Admin API requires of each object, and
# what its documentation shows besides.
PUBLISHED = {
    "Invite": {"object", "id", "email", "role", "status", "created_at",
               "projects", "expires_at", "accepted_at", "invited_at"},
    "InviteList": {"object", "data", "has_more", "first_id", "last_id"},
    "DeletedInvite": {"object", "id", "deleted"},
    "Project": {"object", "id", "created_at", "name", "archived_at", "status"},
    "ProjectList": {"object", "data", "has_more", "first_id", "last_id"},
    "User": {"object", "id", "added_at", "name", "email", "role"},
    "UserList": {"object", "data", "has_more", "first_id", "last_id"},
    "ProjectUser": {"object", "id", "role", "added_at", "name", "email"},
    "ProjectGroup": {"object", "project_id", "group_id", "group_name",
                     "group_type", "created_at"},
    "ProjectGroupList": {"object", "data", "has_more", "next"},
    "AuditLog": {"id", "type", "effective_at", "actor"},
    "AuditLogList": {"object", "data", "has_more", "first_id", "last_id"},
    "ProjectUserList": {"object", "data", "has_more", "first_id", "last_id"},
    "Role": {"object", "id", "name", "description", "permissions",
             "resource_type", "predefined_role"},
    "RoleList": {"object", "data", "has_more", "next"},
    "DeletedRole": {"object", "id", "deleted"},
    "AssignedRole": {"id", "name", "permissions", "resource_type",
                     "predefined_role", "description", "created_at",
                     "updated_at", "created_by", "created_by_user_obj",
                     "metadata", "assignment_sources"},
    "AssignedRoleList": {"object", "data", "has_more", "next"},
    "UserRole": {"object", "user", "role"},
    "GroupRole": {"object", "group", "role"},
    "DeletedUserRole": {"object", "deleted"},
    "DeletedGroupRole": {"object", "deleted"},
}


def closed(schema):
    """Every object of an answer says what it may contain."""
    return schema.get("additionalProperties") is False or \
        schema.get("unevaluatedProperties") is False


def required_of(name):
    schema = SPEC["components"]["schemas"][name]
    base = schema.get("$ref")
    inherited = required_of(base.rsplit("/", 1)[1]) if base else set()
    return inherited | set(schema.get("required", []))


def test_it_is_valid_openapi():
    validate(SPEC)
    assert SPEC["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_members_are_promised(name):
    assert PUBLISHED[name] <= required_of(name)


@pytest.mark.parametrize("name", [
    *PUBLISHED, "CreatedInvite", "Invitation", "ErrorResponse", "Delivery",
    "ServerErrorResponse", "ErrorMembers", "Grant"])
def test_answers_are_closed(name):
    assert closed(SPEC["components"]["schemas"][name])


@pytest.mark.parametrize("path, method, operation", OPERATIONS)
def test_operation_is_complete(path, method, operation):
    assert operation["summary"] and operation["operationId"]
    assert {"200", "400"} <= set(operation["responses"])
    if path.startswith(("/organization", "/projects")):
        assert {"401", "500", "503"} <= set(operation["responses"])
        assert "security" not in operation, "the admin key is due"
    else:
        assert operation["x-extension"] is True
        wanted = [{"checkKey": []}] if path.startswith("/gate") else []
        assert operation["security"] == wanted


@pytest.mark.skipif(published.document() is None, reason="platform: the "
                    "published contract is not here")
def test_the_published_contract_is_asked():
    invite = {"object": "organization.invite", "id": "i", "email": "e",
              "role": "king", "status": "pending", "created_at": 1,
              "projects": []}
    asked = ("get", "/v1/organization/invites/x", 200)
    assert list(published.faults(*asked, json.dumps(invite).encode()))
    invite["role"] = "owner"
    assert not list(published.faults(*asked, json.dumps(invite).encode()))
    operations = [(path, method) for path, item in
                  published.document()["paths"].items()
                  for method in METHODS & set(item)]
    assert len(operations) == 72


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_request_examples_satisfy_their_schemas():
    count = 0
    for path, method, operation in OPERATIONS:
        body = operation.get("requestBody", {}).get("content", {})
        for example in body.get("application/json", {}) \
                .get("examples", {}).values():
            pointer = (f"#/paths/{path.replace('/', '~1')}/{method}"
                       "/requestBody/content/application~1json/schema")
            jsonschema.Draft202012Validator(
                {"$ref": contract.URN + pointer},
                registry=contract._registry()).validate(example["value"])
            count += 1
    assert count >= 4


@pytest.mark.parametrize("status, headers, body", [
    (200, {}, b'{"object":"list","data":[],"first_id":null,"last_id":null,'
              b'"has_more":false,"stray":1}'),
    (200, {}, b'{"object":"list","data":[],"first_id":null,"last_id":null,'
              b'"has_more":true}'),
    (200, {}, b'{"object":"list","data":[],"first_id":null,"last_id":null}'),
    (200, {}, b'{"object":"list","object":"list","data":[],"first_id":null,'
              b'"last_id":null,"has_more":false}'),
    (200, {"content-type": "text/html"}, b"{}"),
    (200, {"x-request-id": "42"},
     b'{"object":"list","data":[],"first_id":null,"last_id":null,'
     b'"has_more":false}'),
    (200, {"x-powered-by": "C"},
     b'{"object":"list","data":[],"first_id":null,"last_id":null,'
     b'"has_more":false}'),
    (418, {}, b"{}"),
    (404, {}, b"{}"),
    (400, {}, b'{"error":{"message":"No.","type":"invalid_request_error",'
              b'"param":null,"code":"invalid_type"}}'),  # no x-should-retry
    (401, {"x-should-retry": "false"},
     b'{"error":{"message":"No.","type":"invalid_request_error"}}'),
    (401, {"x-should-retry": "false"}, b'{"error":"No."}'),
])
def test_the_validator_refuses(status, headers, body):
    """The tests' own judge is judged: each of these is a fault."""
    headers = {"content-type": "application/json", "cache-control": "no-store",
               "x-request-id": "req_" + "0" * 32, **headers}
    with pytest.raises(contract.ContractFault):
        contract.validate_parts("get", "/v1/organization/invites", status,
                                headers, body)
