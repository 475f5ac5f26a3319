"""LiteLLM asks invited about each key; litellm.yaml names this file."""
import json
import os

import httpx
from fastapi import Request
from litellm.proxy._types import ProxyException, UserAPIKeyAuth

gate = httpx.AsyncClient(timeout=2, headers={
    "Authorization": "Bearer " + os.environ["INVITED_GATE_KEY"]})


async def model_of(request: Request) -> str | None:
    if "form" in request.headers.get("content-type", ""):
        return (await request.form()).get("model")
    named = json.loads(await request.body() or b"{}").get("model")
    return request.path_params.get("model", named)


def refusal(status: int, message: str) -> ProxyException:
    again = {"Retry-After": "1"} if status == 503 else {"x-should-retry": "false"}
    return ProxyException(message, "invalid_request_error", None, status, again)


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    reads = request.method in ("GET", "HEAD", "OPTIONS")
    question = {"key": api_key or "none", "project_id": os.environ.get("INVITED_PROJECT"),
                "permission": "model.read" if reads else "model.request",
                "model": await model_of(request)}
    try:
        answer = await gate.post(os.environ["INVITED_GATE"] + "/gate/check", json={
            name: value for name, value in question.items() if value is not None})
        if answer.status_code == 400:
            raise refusal(400, answer.json()["error"]["message"])
        said = answer.raise_for_status().json()
    except httpx.HTTPError:
        raise refusal(503, "The gate does not answer. Try again.")
    if said["allowed"] is not True:
        no_key = said["code"] in ("unknown", "revoked", "expired")
        raise refusal(401 if no_key else 403, f"The API key does not open this: {said['code']}.")
    return UserAPIKeyAuth(api_key=said["key"]["id"], user_id=said["owner"]["id"],
                          team_id=said["project"]["id"])
