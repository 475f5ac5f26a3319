"""
Somebody else's reading of the contract: Prism makes a server from the OpenAPI
document, which refuses every request that is not as the document says and
answers as the document would have it, our own one at random.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Cli, Drive, HERE, KEY, ROOT, clean_environment, drivers
from harness import published
from harness.wait import eventually
from test_calls import (CALLS as CALLS_OF_THE_LIBRARY, Caller,
                        ffi, inv)  # noqa: F401

PRISM = HERE / "node_modules/.bin/prism"

# Our own document, and the published one where the environment names it.
DOCUMENTS = [ROOT / "api/openapi.yaml"]
if os.environ.get("OPENAPI_ADMIN"):
    DOCUMENTS.append(Path(os.environ["OPENAPI_ADMIN"]))


def merged(parts: list[dict]) -> dict:
    """One schema that says what all of them say."""
    whole: dict = {}
    for part in parts:
        for name, value in part.items():
            if name == "properties":
                whole[name] = {**whole.get(name, {}), **value}
            elif name == "required":
                whole[name] = whole.get(name, []) + value
            else:
                whole[name] = value
    return whole


def plain(part: Any, root: dict) -> Any:
    """The same with what Prism's generator of answers stumbles on said in
    older words: members beside a $ref, allOf, unevaluatedProperties."""
    if isinstance(part, list):
        return [plain(item, root) for item in part]
    if not isinstance(part, dict):
        return part
    part = {name: plain(value, root) for name, value in part.items()
            if name != "unevaluatedProperties"}
    parts = part.pop("allOf", [])
    if isinstance(part.get("$ref"), str) and (len(part) > 1 or parts):
        parts = [{"$ref": part.pop("$ref")}] + parts
    for number, item in enumerate(parts):
        while "$ref" in item:
            target: Any = root
            for step in item["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            item = plain(target, root)
        parts[number] = item
    return merged(parts + [part]) if parts else part


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda p: p.name)
def mock(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("prism")
    log = directory / "log"
    document = directory / "openapi.json"
    root = (published.document() if request.param == published.PLACE
            else yaml.safe_load(request.param.read_text()))
    document.write_text(json.dumps(plain(root, root)))
    with open(log, "w") as out:
        process = subprocess.Popen(
            [str(PRISM), "mock", "--host", "127.0.0.1", "--port", "0",
             *(["--dynamic"] if request.param.suffix == ".yaml" else []),
             str(document)], stdout=out,
            stderr=subprocess.STDOUT, env=clean_environment(NO_COLOR="1"),
            cwd=HERE)

    def listening() -> str | None:
        assert process.poll() is None, log.read_text()
        found = re.search(r"listening on (http://\S+)", log.read_text())
        return found and found[1]
    try:
        yield eventually(listening, "Prism", 120)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def mocked(mock):
    drive = Drive(*drivers()["c"])
    assert drive("new", base_url=mock, admin_api_key=KEY, max_retries=-1)["ok"]
    yield drive
    drive.close()



ID = "invite-0123456789ABC"
PROJECT = "proj_0123456789ABC"
USER = "user-0123456789ABC"

EMPTY_BUT_NOT_LAST = 12  # INV_CAUSE_PAGE

CALLS = [
    dict(call="create", email="ada@example.com", role="reader"),
    dict(call="create", email="ada@example.com", role="owner", projects=[]),
    dict(call="create", email="ada@example.com", role="reader",
         projects=[{"id": PROJECT, "role": "member"},
                   {"id": PROJECT, "role": "owner"}]),
    dict(call="retrieve", id=ID),
    dict(call="delete", id=ID),
    dict(call="projects_create", name="Engine"),
    dict(call="projects_create", name="Engine",
         residency="EU_STORAGE_PROCESSING"),
    dict(call="projects_retrieve", id=PROJECT),
    dict(call="projects_list", limit=100, extra_query="include_archived=true"),
    dict(call="projects_list", after=PROJECT),
    dict(call="projects_users", id=PROJECT, limit=1),
    dict(call="users_retrieve", id=USER),
    dict(call="users_list", after=USER, limit=50),
    dict(call="request", method="GET", path="/organization/invites",
         query="limit=5"),
]


@pytest.mark.parametrize("line", CALLS, ids=lambda c: c["call"])
def test_what_we_send_and_read(mocked, line):
    out = mocked(**line)
    # What is made up may be a page that is empty and not the last, which is
    # refused. Ask for another.
    for _ in range(20):
        if out["ok"] or out["error"]["cause"] != EMPTY_BUT_NOT_LAST:
            break
        out = mocked(**line)
    assert out["ok"], out["error"]


SERVED = {(method.upper(), path) for path, item in
          yaml.safe_load(DOCUMENTS[0].read_text())["paths"].items()
          for method in item}


@pytest.mark.parametrize("line", [
    line for line in CALLS_OF_THE_LIBRARY if tuple(line[2:4]) in SERVED
    and "/invitations/" not in line[3]], ids=lambda line: line[1])
def test_every_call_is_as_the_document_says(mock, ffi, inv, line):
    """With nothing but what it has to say; Prism answers 422 to more."""
    caller = Caller(ffi, inv, mock)
    for _ in range(20):
        rc, result = caller(line)
        if rc == 0 or caller.err.cause != EMPTY_BUT_NOT_LAST:
            break
    assert rc == 0, (caller.err.status, caller.message(),
                     ffi.string(caller.err.body))
    inv.inv_free(result)
    caller.close()


@pytest.mark.parametrize("line, where", [
    (dict(call="create", email="ada@example.com", role="king"), "role"),
    (dict(call="create", email="ada@example.com", role="reader",
          projects=[{"id": PROJECT, "role": "king"}]), "role"),
    (dict(call="request", method="POST", path="/organization/invites",
          body='{"email": 7, "role": "reader"}'), "email"),
    (dict(call="request", method="POST", path="/organization/invites",
          body="{}"), "email"),
])
def test_the_mock_does_refuse(mocked, line, where):
    """That the calls above passed means something."""
    out = mocked(**line)
    assert not out["ok"]
    assert out["error"]["status"] in (400, 422), out["error"]


def test_without_a_key_it_refuses(mock):
    drive = Drive(*drivers()["c"])
    drive("new", base_url=mock, headers="Authorization: none",
          max_retries=-1)
    out = drive("retrieve", id=ID)
    drive.close()
    assert out["error"]["kind"] == "authentication", out["error"]


def test_the_command_line(mock):
    cli = Cli(mock)
    done = cli("create", "--email", "ada@example.com", "--role", "reader",
               "--project", f"{PROJECT}:owner")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["object"] == "organization.invite"
    # The list that is made up may be empty, and say that there is more.
    listed = (cli("list", "--max-items", "1", "--format", "jsonl")
              for _ in range(20))
    line = next(done.stdout for done in listed
                if done.returncode == 0 and done.stdout)
    assert json.loads(line)["object"] == "organization.invite"


@pytest.mark.parametrize("mock", DOCUMENTS[:1], indirect=True,
                         ids=lambda p: p.name)
def test_the_invited_persons_side(mock):
    """Only our own document has it."""
    cli = Cli(mock)
    token = "0123456789ABC." + "x" * 43
    for args in (["lookup"], ["accept", "--name", "Ada", "--yes"],
                 ["decline", "--yes"]):
        done = cli(*args, "--link", f"{mock}/accept#{token}")
        assert done.returncode == 0, done.stderr
