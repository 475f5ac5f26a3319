"""
Whatever is done, in whatever order: random calls, valid and not, from two
organizations that try each other's ids as well. Now and then everything is
read back, and must hang together.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any, Callable, Iterator

from harness import INVITES, PROJECTS, USERS, Client

ORGANIZATION = "/v1/organization"
GROUPS = f"{ORGANIZATION}/groups"
ROLES = f"{ORGANIZATION}/roles"
AUDIT = f"{ORGANIZATION}/audit_logs"

STEPS, ROUND = 360, 60
PEOPLE = [f"person{number}@example.com" for number in range(7)]

# Calls by their likelihood; {kind} stands for an id of that kind. Bodies are
# drawn anew each time.
Draw = Callable[[random.Random], Any]
CALLS: list[tuple[int, str, str, Draw | None]] = [
    (3, "POST", PROJECTS, lambda r: {"name": f"p{r.randrange(9)}"}),
    (2, "POST", PROJECTS + "/{project}", lambda r: {"name": "renamed"}),
    (1, "POST", PROJECTS + "/{project}/archive", None),
    (4, "POST", GROUPS, lambda r: {"name": f"g{r.randrange(9)}"}),
    (1, "DELETE", GROUPS + "/{group}", None),
    (4, "POST", USERS + "/{user}",
     lambda r: {"role": r.choice(["reader", "owner"])}),
    (2, "DELETE", USERS + "/{user}", None),
    (6, "POST", GROUPS + "/{group}/users", lambda r: {"user_id": "{user}"}),
    (2, "DELETE", GROUPS + "/{group}/users/{user}", None),
    (6, "POST", PROJECTS + "/{project}/users",
     lambda r: {"user_id": "{user}", "role": r.choice(["member", "owner"])}),
    (2, "POST", PROJECTS + "/{project}/users/{user}",
     lambda r: {"role": r.choice(["member", "owner"])}),
    (2, "DELETE", PROJECTS + "/{project}/users/{user}", None),
    (4, "POST", PROJECTS + "/{project}/service_accounts",
     lambda r: {"name": "robot"}),
    (2, "DELETE", PROJECTS + "/{project}/service_accounts/{account}", None),
    (1, "DELETE", PROJECTS + "/{project}/api_keys/{key}", None),
    (2, "POST", ROLES, lambda r: {"role_name": f"r{r.randrange(99)}",
                                  "permissions": ["api.model.read"]}),
    (1, "DELETE", ROLES + "/{role}", None),
    (3, "POST", USERS + "/{user}/roles", lambda r: {"role_id": "{role}"}),
    (1, "DELETE", USERS + "/{user}/roles/{role}", None),
    (3, "POST", GROUPS + "/{group}/roles", lambda r: {"role_id": "{role}"}),
    (2, "POST", PROJECTS + "/{project}/groups",
     lambda r: {"group_id": "{group}", "role": "role-api-project-member"}),
    (1, "DELETE", PROJECTS + "/{project}/groups/{group}", None),
    (5, "DELETE", INVITES + "/{invite}", None),
]


class World:
    """One organization, and the ids that are or were in it."""

    def __init__(self, api: Client, rng: random.Random) -> None:
        self.api, self.rng = api, rng
        self.ids: dict[str, list[str]] = {
            kind: [] for kind in ("project", "group", "user", "account",
                                  "key", "role", "invite")}
        self.made: list[str] = []  # in the order of their creation
        self.tokens: list[str] = []
        self.had_owner = False
        self.done: set[str] = set()  # calls that came to something

    def note(self, path: str, answer: Any) -> None:
        """What a call has made is known from now on."""
        kind = {"organization.project": "project", "group": "group",
                "organization.project.service_account": "account",
                "role": "role"}.get(answer.get("object"))
        if path == GROUPS:
            kind = "group"
        if kind and "id" in answer and answer["id"] not in self.ids[kind]:
            self.ids[kind].append(answer["id"])
            if kind != "account":
                self.made.append(answer["id"])
        if answer.get("api_key"):
            self.ids["key"].append(answer["api_key"]["id"])

    def invite(self, other: World) -> None:
        known = self.ids["project"] + other.ids["project"][:1]
        projects = [{"id": self.rng.choice(known), "role": "member"}] \
            if known and self.rng.random() < 0.5 else []
        answer = self.api.post(INVITES, json={
            "email": self.rng.choice(PEOPLE), "send_email": False,
            "role": self.rng.choice(["reader", "reader", "owner"]),
            **({"projects": projects} if projects else {})})
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 200:
            invite = answer.json()
            if invite["id"] not in self.ids["invite"]:
                self.ids["invite"].append(invite["id"])
                self.made.append(invite["id"])
            if url := invite.get("accept_url"):
                self.tokens.append(url.split("#", 1)[1])

    def accept(self) -> None:
        if self.tokens:
            token = self.rng.choice(self.tokens)
            answer = self.api.accept(token, "Ada")
            assert answer.status_code in (200, 400, 404, 410), answer.text
            self.ids["user"] = list(dict.fromkeys(
                self.ids["user"] + [user["id"]
                                    for user in self.api.all(USERS)]))

    def call(self, other: World) -> None:
        """One call; where an id of the other organization is in it, it comes
        to nothing."""
        _, method, path, draw = self.rng.choices(
            CALLS, [call[0] for call in CALLS])[0]
        foreign = self.rng.random() < 0.1
        source = other if foreign else self
        used = False

        def fill(text: str) -> str:
            nonlocal used
            for kind, ids in source.ids.items():
                if f"{{{kind}}}" in text and ids:
                    used = True
                    text = text.replace(f"{{{kind}}}", self.rng.choice(ids))
            return text

        body = draw(self.rng) if draw else None
        if body:
            body = {name: fill(value) if isinstance(value, str) else value
                    for name, value in body.items()}
        target = fill(path)
        if "{" in target + str(body and [v for v in body.values()
                                         if isinstance(v, str)]):
            return  # there is none of that kind yet
        answer = self.api.request(method, target,
                                  **({"json": body} if body else {}))
        assert answer.status_code in (200, 400, 404), \
            f"{method} {target} {body}: {answer.text}"
        if foreign and used:
            assert answer.status_code in (400, 404), \
                f"{method} {target} {body}: of another organization"
        if answer.status_code == 200:
            self.done.add(f"{method} {path}")
            if method == "POST":
                self.note(path, answer.json())

    # -- what must be true --------------------------------------------------

    def cursor_list(self, path: str) -> Iterator[Any]:
        params = {"limit": 100}
        while True:
            page = self.api.ok("GET", path, params=params)
            yield from page["data"]
            if not page["has_more"]:
                return
            params["after"] = page.get("next") or page["last_id"]

    def check(self) -> None:
        users = {user["id"]: user for user in self.cursor_list(USERS)}
        roles = {role["id"] for role in self.cursor_list(ROLES)}
        groups = {group["id"] for group in self.cursor_list(GROUPS)}
        self.check_people(users)
        self.check_invites(users)
        for user in users:
            for role in self.cursor_list(f"{USERS}/{user}/roles"):
                assert role["id"] in roles
        for group in groups:
            for member in self.cursor_list(f"{GROUPS}/{group}/users"):
                assert member["id"] in users
            for role in self.cursor_list(f"{GROUPS}/{group}/roles"):
                assert role["id"] in roles
        for project in self.cursor_list(PROJECTS):
            self.check_project(project["id"], users, groups)
        self.check_events()

    def check_people(self, users: dict[str, Any]) -> None:
        addresses = Counter(user["email"].lower() for user in users.values())
        assert not addresses or max(addresses.values()) == 1
        owners = [user for user in users.values() if user["role"] == "owner"]
        self.had_owner |= bool(owners)
        assert bool(owners) == self.had_owner, "an owner too few"
        for id, user in users.items():
            assert self.api.ok("GET", f"{USERS}/{id}") == user

    def check_invites(self, users: dict[str, Any]) -> None:
        members = {user["email"] for user in users.values()}
        pending = [invite["email"] for invite in self.cursor_list(INVITES)
                   if invite["status"] == "pending"]
        assert len(pending) == len(set(pending))
        assert not members & set(pending)

    def check_project(self, project: str, users: dict[str, Any],
                      groups: set[str]) -> None:
        path = f"{PROJECTS}/{project}"
        for member in self.cursor_list(f"{path}/users"):
            assert member["id"] in users
        for group in self.cursor_list(f"{path}/groups"):
            assert group["group_id"] in groups
        accounts = {account["id"] for account in
                    self.cursor_list(f"{path}/service_accounts")}
        for key in self.cursor_list(f"{path}/api_keys"):
            owner = key["owner"]
            if owner["type"] == "service_account":
                assert owner["service_account"]["id"] in accounts
            else:
                assert owner["user"]["id"] in users

    def check_events(self) -> None:
        """Newest first; what was made is there, in the order of its making."""
        events = list(self.cursor_list(AUDIT))
        times = [event["effective_at"] for event in events]
        assert times == sorted(times, reverse=True)
        assert len({event["id"] for event in events}) == len(events)
        told = [(event.get(event["type"]) or {}).get("id")
                for event in reversed(events)
                if event["type"] in ("project.created", "group.created",
                                     "role.created", "invite.sent")]
        made = [id for id in told if id in self.made]
        assert list(dict.fromkeys(made)) == self.made


def test_whatever_is_done_hangs_together(
        organization: Callable[[], Client]) -> None:
    seed = int(os.environ.get("INVITED_TEST_SEED") or random.getrandbits(63))
    print("seed", seed)
    rng = random.Random(seed)
    worlds = World(organization(), rng), World(organization(), rng)
    for step in range(1, STEPS + 1):
        world, other = rng.sample(worlds, 2)
        chance = rng.random()
        if chance < 0.15:
            world.invite(other)
        elif chance < 0.25:
            world.accept()
        else:
            world.call(other)
        if step % ROUND == 0:
            for each in worlds:
                each.check()
    ids = [{id for kind in world.ids.values() for id in kind}
           for world in worlds]
    assert not ids[0] & ids[1]
    assert len(worlds[0].done | worlds[1].done) > len(CALLS) / 2
