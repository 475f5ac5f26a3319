"""What each resource costs beside an invite: one of it retrieved, and a page of
20, from a database with a few dozen of each."""

import http.client
import json

from harness import HOST, INVITES, KEY, START_SECONDS, running

WIDTH = 64  # as for all other reads
COUNT = 30
ORGANIZATION = "/v1/organization"


class Caller:
    """Calls of one daemon, on one connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection(HOST, port,
                                                     timeout=START_SECONDS)

    def post(self, path, body):
        self.connection.request(
            "POST", path, json.dumps(body),
            {"Authorization": "Bearer " + KEY,
             "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"POST {path}: {text}")
        return json.loads(text)

    def get(self, path):
        self.connection.request("GET", path,
                                headers={"Authorization": "Bearer " + KEY})
        return json.loads(self.connection.getresponse().read())


def member(call, number):
    made = call.post(INVITES, {"email": f"u{number}@example.com",
                               "role": "reader", "send_email": False})
    token = made["accept_url"].split("#")[1]
    call.post("/v1/invitations/accept", {"token": token, "name": "U"})


def fill(call):
    """The paths of the lists, each with one of what is in it."""
    project = call.post(f"{ORGANIZATION}/projects", {"name": "P"})["id"]
    below = f"{ORGANIZATION}/projects/{project}"
    for number in range(COUNT):
        call.post(INVITES, {"email": f"i{number}@example.com",
                            "role": "reader", "send_email": False})
        member(call, number)
    users = [one["id"] for one in
             call.get(f"{ORGANIZATION}/users?limit={COUNT}")["data"]]
    groups = [call.post(f"{ORGANIZATION}/groups", {"name": f"g{number}"})["id"]
              for number in range(COUNT)]
    for number, user in enumerate(users):
        call.post(f"{ORGANIZATION}/projects", {"name": f"p{number}"})
        call.post(f"{ORGANIZATION}/admin_api_keys", {"name": f"k{number}"})
        call.post(f"{below}/users", {"user_id": user, "role": "member"})
        call.post(f"{below}/service_accounts", {"name": f"s{number}"})
        call.post(f"{below}/groups", {"group_id": groups[number],
                                      "role": "role-api-project-member"})
        call.post(f"{ORGANIZATION}/groups/{groups[0]}/users",
                  {"user_id": user})
        role = call.post(f"{ORGANIZATION}/roles", {
            "role_name": f"r{number}", "permissions": ["a"]})["id"]
        call.post(f"/v1/projects/{project}/roles", {
            "role_name": f"r{number}", "permissions": ["a"]})
        call.post(f"{ORGANIZATION}/users/{users[0]}/roles", {"role_id": role})
    lists = [INVITES, *(f"{ORGANIZATION}/{name}" for name in (
        "projects", "users", "groups", "roles", "admin_api_keys",
        f"groups/{groups[0]}/users", f"users/{users[0]}/roles")),
        *(f"{below}/{name}" for name in (
            "users", "groups", "service_accounts", "api_keys")),
        f"/v1/projects/{project}/roles"]
    return {path: path + "/" + first(call, path) for path in lists}


def first(call, path):
    one = call.get(path + "?limit=1")["data"][0]
    return one.get("id") or one["group_id"]


def measure(bench, place):
    """Rates: by list, of pages and of retrieves."""
    with running(place.daemon()) as daemon:
        paths = fill(Caller(daemon.port))
        paths[f"{ORGANIZATION}/audit_logs"] = None

        def get(target):
            return bench.tools.load("get", daemon, WIDTH, bench.span,
                                    bench.targets("resource", [target]))
        return {"pages": {path: get(path + "?limit=20") for path in paths},
                "ones": {path: get(one) for path, one in paths.items() if one}}


def dearest(result, kind):
    """How many of the invites' the dearest costs."""
    rates = {path: one["per_second"]
             for path, one in result["resources"][kind].items()}
    return max(rates[INVITES] / rate for rate in rates.values())
