"""
An HTTP client that believes nothing: every answer is held against
api/openapi.yaml before a test sees it.
"""

from __future__ import annotations

from typing import Any, Iterator

import httpx

from harness import contract
from harness.wait import DEADLINE, eventually

INVITES = "/v1/organization/invites"
PROJECTS = "/v1/organization/projects"
USERS = "/v1/organization/users"


class Client:
    """Requests to one daemon with one key. Safe to use from many threads.

    address  where requests come from, as a proxy on this machine tells it:
             wrong codes are counted per address, so tests that send them need
             one of their own
    """

    def __init__(self, url: str, key: str | None = None,
                 headers: dict[str, str] | None = None,
                 address: str | None = None) -> None:
        self.key = key
        all_headers = dict(headers or {})
        if key is not None:
            all_headers["Authorization"] = f"Bearer {key}"
        if address is not None:
            all_headers["X-Forwarded-For"] = address
        self._http = httpx.Client(
            base_url=url, headers=all_headers, timeout=DEADLINE,
            trust_env=False, transport=httpx.HTTPTransport(
                verify=False, limits=httpx.Limits(max_connections=None)))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *what: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._http.request(method, path, **options)
        contract.validate(response)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    # -- what nearly every test does ----------------------------------------

    def ok(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer that must be a 200."""
        response = self.request(method, path, **options)
        assert response.status_code == 200, \
            f"{method} {path}: {response.status_code} {response.text}"
        return response.json()

    def invite(self, email: str, role: str = "reader", **more: Any) -> Any:
        """Creates an invite; its JSON."""
        return self.ok("POST", INVITES,
                       json={"email": email, "role": role, **more})

    def link(self, email: str, role: str = "reader",
             **more: Any) -> tuple[Any, str]:
        """Creates an invite without mail; its JSON and the link's token."""
        invite = self.invite(email, role, send_email=False, **more)
        return invite, invite["accept_url"].split("#", 1)[1]

    def project(self, name: str) -> Any:
        return self.ok("POST", PROJECTS, json={"name": name})

    def accept(self, token: str, name: str = "Ada Lovelace") -> httpx.Response:
        return self.post("/v1/invitations/accept",
                         json={"token": token, "name": name})

    def member(self, email: str, role: str = "reader", name: str = "Ada",
               **more: Any) -> str:
        """Somebody who was invited and has accepted; the user's id."""
        response = self.accept(self.link(email, role, **more)[1], name)
        assert response.status_code == 200, response.text
        return response.json()["user_id"]

    def all(self, path: str, **params: Any) -> Iterator[Any]:
        """Every item of a list, page by page as the SDKs do."""
        params = {"limit": 100, **params}
        while True:
            page = self.ok("GET", path, params=params)
            yield from page["data"]
            if not page["has_more"]:
                return
            params["after"] = page["last_id"]

    def pages(self, path: str, **params: Any) -> tuple[list[Any], list[int]]:
        """Every item of a list whose cursor is `next`; the pages' sizes."""
        items: list[Any] = []
        sizes: list[int] = []
        while True:
            page = self.ok("GET", path, params=params)
            items += page["data"]
            sizes.append(len(page["data"]))
            assert page["has_more"] == (page["next"] is not None)
            if not page["has_more"]:
                return items, sizes
            params["after"] = page["next"]

    def delivered(self, invite_id: str, status: str = "sent") -> Any:
        """Waits until the invite's mail is `sent`, `failed`, ..."""
        def there() -> Any:
            invite = self.ok("GET", f"{INVITES}/{invite_id}")
            return invite if invite["delivery"]["status"] == status else None
        return eventually(there, f"delivery {status} of {invite_id}")


def refused(response: httpx.Response, status: int, code: str | None,
            param: str | None | object = ...) -> str:
    """Asserts an error answer, whatever its `param` where none is given; its
    message."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code, error
    assert param is ... or error["param"] == param, error
    return error["message"]
