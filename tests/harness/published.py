"""
Holds an answer against the published contract of the Admin API, where that is
at hand: OPENAPI_ADMIN names it, or it lies beside this tree. Everything else
here does without.

The official SDKs are ahead of the last document that was published; what they
agree on is added to it.
"""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any, Iterator

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("OPENAPI_ADMIN", ROOT.parent /
                            "shared/reference/openapi-admin.json"))
URN = "urn:openai:admin"

NEWER_RESIDENCIES = ["JP_STORAGE_PROCESSING", "IN_STORAGE_PROCESSING",
                     "AU_STORAGE_PROCESSING"]
NEWER_EVENTS = ["external_storage.registered", "external_storage.removed",
                "tenant.trusted_access.application.submitted",
                "tenant.trusted_access.business_verification.started"]
KEY = "/organization/projects/{project_id}/api_keys/{api_key_id}"
KEY_UPDATE = {"requestBody": {"content": {"application/json": {"schema": {
    "type": "object", "properties": {
        "scopes": {"type": "array", "items": {"type": "string"}},
        "expires_in_seconds": {"type": "integer", "minimum": 1,
                               "maximum": 31536000}}}}}}}


@functools.cache
def document() -> Any:
    """The contract with what is newer in it; None where it is not there."""
    if not PLACE.exists():
        return None
    published = json.loads(PLACE.read_text("utf-8"))
    schemas = published["components"]["schemas"]
    schemas["PublicProjectResidency"]["enum"] += NEWER_RESIDENCIES
    schemas["AuditLogEventType"]["enum"] += NEWER_EVENTS
    paths = published["paths"]
    paths[KEY].setdefault("post", {
        **KEY_UPDATE, "parameters": paths[KEY]["get"]["parameters"],
        "responses": paths[KEY]["get"]["responses"]})
    return published


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))),
             path) for path in document()["paths"]]


@functools.cache
def _validator(pointer: str) -> jsonschema.Draft202012Validator:
    registry = Registry().with_resource(URN, Resource.from_contents(
        document(), default_specification=DRAFT202012))
    return jsonschema.Draft202012Validator({"$ref": URN + pointer},
                                           registry=registry)


def is_event(kind: str) -> bool:
    """Whether the contract has such events, as far as is known."""
    return document() is None or kind in \
        document()["components"]["schemas"]["AuditLogEventType"]["enum"]


def _pointer(method: str, path: str, status: int) -> str | None:
    """Where the contract speaks of such an answer."""
    name = next((name for pattern, name in _patterns()
                 if pattern.fullmatch(path.removeprefix("/v1"))), None)
    if name is None or method not in document()["paths"][name]:
        return None
    if status != 200:
        return "#/components/schemas/ErrorResponse"
    escaped = name.replace("~", "~0").replace("/", "~1")
    return (f"#/paths/{escaped}/{method}/responses/200/content/"
            "application~1json/schema")


def faults(method: str, path: str, status: int, body: bytes) -> Iterator[str]:
    """What the contract does not allow of this answer."""
    if document() is None or not body:
        return
    pointer = _pointer(method, path, status)
    if pointer is None:
        return
    value = json.loads(body)
    error = jsonschema.exceptions.best_match(
        _validator(pointer).iter_errors(value))
    if error is not None:
        yield f"{error.json_path}: {error.message}\nin {value!r}"
