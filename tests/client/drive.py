"""
drive.c's twin on the official Python SDK: the same lines in, and enough of the
same out for the two to be compared. Pauses are recorded, not slept.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import openai

pauses: list[float] = []
time.sleep = lambda seconds: pauses.append(seconds * 1000)  # type: ignore


def given(line: dict, *names: str) -> dict:
    return {name: line[name] for name in names if name in line}


def with_options(client: openai.OpenAI, line: dict) -> openai.OpenAI:
    """The options of the one call, as the SDK has them."""
    options = line.get("options", {})
    more: dict[str, Any] = {}
    if "timeout_ms" in options:
        more["timeout"] = options["timeout_ms"] / 1000
    if "max_retries" in options:
        more["max_retries"] = max(options["max_retries"], 0)
    return client.with_options(**more) if more else client


def extra(line: dict) -> dict[str, Any]:
    headers = line.get("options", {}).get("headers")
    if not headers:
        return {}
    return {"extra_headers": dict(text.split(": ", 1)
                                  for text in headers.split("\n"))}


def raw(answer: Any) -> dict:
    """What came with an answer, as inv_meta() tells it."""
    return {"status_code": answer.status_code, "json": answer.text,
            "request_id": answer.headers.get("x-request-id", ""),
            "attempts": answer.retries_taken + 1,
            "other": answer.headers.get("x-other")}


def unwrap(client: openai.OpenAI, line: dict) -> Any:
    """As it is at that time."""
    headers = {f"webhook-{name}": line[name] for name in
               ("id", "timestamp", "signature") if name in line}
    real, time.time = time.time, lambda: line["now"]
    try:
        client.webhooks.verify_signature(
            line["body"], headers, secret=line["secrets"],
            tolerance=line.get("tolerance", 300))
        if "tolerance" in line:
            return json.loads(line["body"])
        return client.webhooks.unwrap(
            line["body"], headers, secret=line["secrets"]).to_dict()
    finally:
        time.time = real


def run(client: openai.OpenAI, line: dict) -> Any:
    if line["call"] == "webhook":
        return unwrap(client, line)
    org = with_options(client, line).admin.organization
    more = extra(line)
    match line["call"]:
        case "create":
            return org.invites.create(**given(line, "email", "role",
                                              "projects"), **more)
        case "retrieve" if line.get("raw"):
            return raw(org.invites.with_raw_response.retrieve(line["id"],
                                                              **more))
        case "retrieve":
            return org.invites.retrieve(line["id"], **more)
        case "list":
            return {"ids": [i.id for i in org.invites.list(
                **given(line, "after", "limit"), **more)]}
        case "delete":
            return org.invites.delete(line["id"], **more)
        case "projects_create":
            return org.projects.create(name=line["name"], **given(
                line, "residency", "external_key_id"), **more)
        case "projects_retrieve":
            return org.projects.retrieve(line["id"])
        case "projects_list":
            return org.projects.list(**given(line, "after", "limit",
                                             "include_archived"))
        case "projects_users":
            return org.projects.users.list(line["id"],
                                           **given(line, "after", "limit"))
        case "users_retrieve":
            return org.users.retrieve(line["id"])
        case "users_list":
            return org.users.list(**given(line, "after", "limit", "emails"))
    raise ValueError(line["call"])


def main() -> None:
    client = None
    for text in sys.stdin:
        line = json.loads(text)
        pauses.clear()
        out: dict[str, Any] = {"ok": True, "status": None}
        if line["call"] == "new":
            options = given(line, "admin_api_key", "base_url", "organization",
                            "project")
            client = openai.OpenAI(api_key=None, **options)
        else:
            try:
                result = run(client, line)
                out["result"] = result if isinstance(result, dict) else None
            except openai.APIStatusError as err:
                out = {"ok": False, "status": err.status_code,
                       "code": err.code, "request_id": err.request_id}
            except (openai.InvalidWebhookSignatureError, ValueError) as err:
                out = {"ok": False, "status": None, "message": str(err)}
            except openai.APIConnectionError:
                out = {"ok": False, "status": 0}
        out["pauses"] = list(pauses)
        print(json.dumps(out), flush=True)


main()
