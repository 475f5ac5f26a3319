"""
Holds an answer of the daemon against api/openapi.yaml.

`validate(response)` finds the operation by method and path (with or without
/v1) and raises ContractFault unless the status is documented for it, the
content type and the headers are as described, and the body satisfies its
schema. Schemas of our own answers are closed, so a stray member is a fault.
The published contract has to allow it, too (harness/published.py).
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from harness import published

SPEC = Path(__file__).resolve().parents[2] / "api/openapi.yaml"
URN = "urn:invited:openapi"

# What every HTTP server says, and the description therefore does not.
COMMON_HEADERS = {"connection", "content-length", "content-type", "date",
                  "keep-alive"}


class ContractFault(AssertionError):
    """The daemon answered what api/openapi.yaml does not allow."""


@functools.cache
def spec() -> Any:
    return yaml.load(SPEC.read_text("utf-8"), Loader=yaml.CSafeLoader)


@functools.cache
def _registry() -> Registry:
    resource = Resource.from_contents(spec(), default_specification=DRAFT202012)
    return Registry().with_resource(URN, resource)


@functools.cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of all paths; those without parameters first."""
    paths = sorted(spec()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))),
             path) for path in paths]


def template(path: str) -> str | None:
    """The path of the description that a request's path belongs to."""
    below = path.startswith("/v1/") and path != "/v1/"
    bare = path.removeprefix("/v1") if below else path
    if re.match(r"/accept(/?$|/?%|/\w{13}\.)", bare):
        return "/accept"  # a link that was bent on the way
    return next((name for pattern, name in _routes()
                 if pattern.fullmatch(bare)), None)


def _pointer(*parts: str) -> str:
    return "#" + "".join(
        "/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _resolve(pointer: str) -> tuple[str, Any]:
    """Follows `$ref`s from a pointer; where they end, and what is there."""
    while True:
        node = spec()
        for part in pointer[2:].split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        if "$ref" not in node:
            return pointer, node
        pointer = node["$ref"]


@functools.cache
def _validator(pointer: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": URN + pointer}, registry=_registry(),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def is_of_the_contract(path: str) -> bool:
    """Whether an unknown path is part of the contract, and not served here."""
    return not {"organization", "projects"}.isdisjoint(path.split("/")[:-1])


def _response_pointer(method: str, path: str, status: int) -> str:
    """Where the description speaks of this answer."""
    name = template(path)
    if name is None:
        return _pointer("components", "responses",
                        "NotSupported" if is_of_the_contract(path)
                        else "UnknownUrl")
    operations = spec()["paths"][name]
    if method not in operations:
        return _pointer("components", "responses", "MethodNotAllowed")
    documented = operations[method]["responses"]
    if str(status) not in documented:
        raise ContractFault(f"{method.upper()} {name} has no documented "
                            f"{status}, only {', '.join(documented)}")
    return _pointer("paths", name, method, "responses", str(status))


def _expected_status(method: str, path: str, status: int) -> None:
    name = template(path)
    if name is None:
        wanted = 400 if is_of_the_contract(path) else 404
    else:
        wanted = 405 if method not in spec()["paths"][name] else status
    if status != wanted:
        raise ContractFault(f"{status} where {wanted} is due: "
                            f"{method.upper()} {path}")


def validate(response: Any) -> None:
    """Raises ContractFault unless the description allows this answer.

    `response` is of httpx or requests: both know their request.
    """
    method = response.request.method.lower()
    url = urlsplit(str(response.request.url))
    validate_parts(method, url.path, response.status_code,
                   {name.lower(): value
                    for name, value in response.headers.items()},
                   response.content)
    if not _asks_for_more(method, url.path, url.query):
        for fault in published.faults(method, url.path, response.status_code,
                                      response.content):
            raise ContractFault(f"{method.upper()} {url.path}: the published "
                                f"contract: {fault}")


def _asks_for_more(method: str, path: str, query: str) -> bool:
    """Whether it has a parameter that is ours, or asks for events of ours by
    their types: then so may be the answer."""
    operation = spec()["paths"].get(template(path), {}).get(method, {})
    ours = {parameter.get("name")
            for parameter in operation.get("parameters", [])
            if parameter.get("x-extension")}
    return any(name in ours or (name.removesuffix("[]") == "event_types" and
                                not published.is_event(value))
               for name, value in parse_qsl(query))


def validate_parts(method: str, path: str, status: int,
                   headers: dict[str, str], body: bytes) -> None:
    """The same, for an answer in pieces; header names in lower case."""
    # A HEAD is answered as the GET would be, without the body.
    head = method == "head"
    name = template(path)
    if head and name and "head" not in spec()["paths"][name]:
        method = "get"
    _expected_status(method, path, status)
    pointer, described = _resolve(_response_pointer(method, path, status))
    where = f"{method.upper()} {path} -> {status}"
    _check_headers(where, pointer, described, headers)
    if head:
        if body:
            raise ContractFault(f"{where}: HEAD with a body")
        return
    _check_body(where, pointer, described, headers, body)


def _check_headers(where: str, pointer: str, described: Any,
                   headers: dict[str, str]) -> None:
    known = {name.lower(): name for name in described.get("headers", {})}
    stray = set(headers) - set(known) - COMMON_HEADERS
    if stray:
        raise ContractFault(f"{where}: undocumented headers {sorted(stray)}")
    for lower, name in known.items():
        at, header = _resolve(f"{pointer}/headers/{name}")
        if lower in headers:
            _check(where + f": header {name}", at + "/schema",
                   _typed(headers[lower], header["schema"]))
        elif header.get("required"):
            raise ContractFault(f"{where}: no header {name}")


def _typed(value: str, schema: Any) -> Any:
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value


def _check_body(where: str, pointer: str, described: Any,
                headers: dict[str, str], body: bytes) -> None:
    content = described.get("content")
    if not content:
        if body:
            raise ContractFault(f"{where}: a body where none is documented")
        return
    given = headers.get("content-type", "")
    kind = given.split(";")[0].strip()
    if given not in content and kind not in content:
        raise ContractFault(f"{where}: content type {given!r}, documented "
                            f"are {list(content)}")
    kind = given if given in content else kind
    if kind == "application/json":
        escaped = kind.replace("/", "~1")
        _check(where, f"{pointer}/content/{escaped}/schema", _json(where, body))


def _json(where: str, body: bytes) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ContractFault(f"{where}: a member twice in {body!r}")
        return dict(pairs)
    try:
        return json.loads(body.decode("utf-8"),
                          object_pairs_hook=no_duplicates)
    except ValueError as error:
        raise ContractFault(f"{where}: {error} in {body!r}") from None


def _check(where: str, pointer: str, value: Any) -> None:
    error = jsonschema.exceptions.best_match(
        _validator(pointer).iter_errors(value))
    if error is not None:
        raise ContractFault(f"{where}: {error.json_path}: {error.message}\n"
                            f"in {value!r}")
