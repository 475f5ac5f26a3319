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


def run(client: openai.OpenAI, line: dict) -> Any:
    org = client.admin.organization
    match line["call"]:
        case "create":
            return org.invites.create(**given(line, "email", "role", "projects"))
        case "retrieve":
            return org.invites.retrieve(line["id"])
        case "list":
            return [i.id for i in org.invites.list(**given(line, "after",
                                                           "limit"))]
        case "delete":
            return org.invites.delete(line["id"])
        case "projects_create":
            return org.projects.create(name=line["name"],
                                       **given(line, "residency"))
        case "projects_retrieve":
            return org.projects.retrieve(line["id"])
        case "projects_list":
            return org.projects.list(**given(line, "after", "limit"))
        case "projects_users":
            return org.projects.users.list(line["id"],
                                           **given(line, "after", "limit"))
        case "users_retrieve":
            return org.users.retrieve(line["id"])
        case "users_list":
            return org.users.list(**given(line, "after", "limit"))
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
                run(client, line)
            except openai.APIStatusError as err:
                out = {"ok": False, "status": err.status_code,
                       "code": err.code, "request_id": err.request_id}
            except openai.APIConnectionError:
                out = {"ok": False, "status": 0}
        out["pauses"] = list(pauses)
        print(json.dumps(out), flush=True)


main()
