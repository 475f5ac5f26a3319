"""
A webhook is taken for genuine where the official SDKs take it for that, and
nowhere else: the published vectors, and each way in which one can be wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from conftest import Drive, drivers

NOW = 1750861210
SECRET = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()
BODY = json.dumps({"id": "evt_1", "object": "event", "created_at": NOW - 2,
                   "type": "invite.accepted",
                   "data": {"id": "invite-1", "name": "Ä\u2028\\ \"x\""}},
                  ensure_ascii=False)

# Of Standard Webhooks' own libraries, and of OpenAI's: their tests have them.
PUBLISHED = {
    "standard": dict(
        id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330",
        now=1614265330, body='{"test": 2432232314}',
        secrets="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        signature="v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    "openai": dict(
        id="wh_685c059ae39c8190af8c71ed1022a24d", timestamp="1750861210",
        now=1750861210, secrets=SECRET,
        body='{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": '
             '"event", "created_at": 1750861210, "type": '
             '"response.completed", "data": {"id": "resp_123"}}',
        signature="v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
}


def sign(secret: str, number: str, timestamp: str, body: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{number}.{timestamp}.{body}".encode(),
                   hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def webhook(secret: str = SECRET, late: int = 0, **change: Any) -> dict:
    """One that is genuine and was sent `late` seconds ago, but for changes."""
    timestamp = str(NOW - late)
    return {"id": "msg_1", "timestamp": timestamp, "now": NOW, "body": BODY,
            "secrets": SECRET,
            "signature": sign(secret, "msg_1", timestamp, BODY), **change}


def without(name: str) -> dict:
    return {key: value for key, value in webhook().items() if key != name}


GENUINE = webhook()["signature"]
BY_OTHER = webhook(OTHER)["signature"]
GOOD = {
    **PUBLISHED,
    "plain": webhook(),
    "at the edge of being old": webhook(late=300),
    "at the edge of the future": webhook(late=-300),
    "the second of two signatures": webhook(
        signature=f"{BY_OTHER} {GENUINE}"),
    "the first of two signatures": webhook(signature=f"{GENUINE} {BY_OTHER}"),
    "beside signatures of other kinds": webhook(
        signature=f"v1a,AAAA {GENUINE} v2,x"),
    "blanks around": webhook(signature=f"  {GENUINE}  "),
    "the same signature twice": webhook(signature=f"{GENUINE} {GENUINE}"),
    "another id": webhook(id="a.b", signature=sign(SECRET, "a.b", str(NOW),
                                                   BODY)),
}
FORGED = {
    "another body": webhook(body=BODY.replace("invite-1", "invite-2")),
    "a body with one blank more": webhook(body=BODY + " "),
    "an empty body": webhook(body=""),
    "another id": webhook(id="msg_2"),
    "another time": webhook(timestamp=str(NOW - 1)),
    "another's secret": webhook(OTHER),
    "no signature": webhook(signature=""),
    "only blanks": webhook(signature="   "),
    "half of the signature": webhook(signature=GENUINE[:20]),
    "another case": webhook(signature="v1," + GENUINE[3:].swapcase()),
    "an empty version 1": webhook(signature="v1,"),
    "by the empty secret": webhook(
        signature=sign("whsec_", "msg_1", str(NOW), BODY)),
}
UNTIMELY = {
    "too old": webhook(late=301),
    "too new": webhook(late=-301),
    "very old": webhook(late=NOW),
    "no number": webhook(timestamp="now", signature=sign(
        SECRET, "msg_1", "now", BODY)),
    "no time": webhook(timestamp="", signature=sign(SECRET, "msg_1", "",
                                                    BODY)),
    "no end": webhook(timestamp="9" * 40, signature=sign(
        SECRET, "msg_1", "9" * 40, BODY)),
}


@pytest.fixture(scope="module")
def trio():
    made = {kind: Drive(*argv) for kind, argv in drivers().items()}
    for drive in made.values():
        drive("new", base_url="http://127.0.0.1:1", admin_api_key="k")
    yield made
    for drive in made.values():
        drive.close()


def unwrapped(trio: dict, line: dict) -> dict:
    return {kind: drive("webhook", **line) for kind, drive in trio.items()}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_genuine_is_taken_by_all(trio, name):
    line = GOOD[name]
    out = unwrapped(trio, line)
    assert all(one["ok"] for one in out.values()), out
    event, body = out["c"]["result"], json.loads(line["body"])
    assert event["webhook_id"] == line["id"]
    assert event["sent_at"] == int(line["timestamp"])
    assert event["type"] == body.get("type", "")
    assert event["id"] == body.get("id")
    assert event["created_at"] == body.get("created_at", 0)
    assert json.loads(event["data"] or "null") == body.get("data")
    assert json.loads(event["json"]) == body == out["node"]["result"] == \
        out["python"]["result"]


@pytest.mark.parametrize("name, cause", [
    *((name, 14) for name in FORGED), *((name, 15) for name in UNTIMELY)])
def test_what_is_not_genuine_is_refused_by_all(trio, name, cause):
    out = unwrapped(trio, {**FORGED, **UNTIMELY}[name])
    assert not any(one["ok"] for one in out.values()), out
    error = out["c"]["error"]
    assert (error["kind"], error["cause"]) == ("webhook", cause)
    assert error["message"] and not error["temporary"]


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
def test_a_header_that_is_missing(trio, name):
    out = unwrapped(trio, without(name))
    assert not any(one["ok"] for one in out.values()), out
    assert out["c"]["error"]["kind"] == "webhook"
    assert f"webhook-{name}" in out["c"]["error"]["message"]


def test_a_tolerance_of_its_own(trio):
    for late, accepted in ((10, True), (11, False), (-10, True), (-11, False)):
        out = unwrapped(trio, webhook(late=late, tolerance=10))
        assert {one["ok"] for one in out.values()} == {accepted}, (late, out)


# ---- where we do otherwise, on purpose ------------------------------------------

def test_a_secret_may_take_the_place_of_another(trio):
    """The SDKs know one secret at a time."""
    for secrets in (f"{OTHER} {SECRET}", f"{SECRET} {OTHER}", f" {SECRET} "):
        for by, accepted in ((SECRET, True), (OTHER, OTHER in secrets),
                             ("whsec_" + "A" * 32, False)):
            out = trio["c"]("webhook", **webhook(by, secrets=secrets))
            assert out["ok"] == accepted, (secrets, by)


@pytest.mark.parametrize("secrets", [
    "", " ", "whsec_", "secret", SECRET.removeprefix("whsec_"), SECRET[:-1],
    SECRET + "A", SECRET.upper(), "whsec_Zm9v!!!!", f"{SECRET} x",
    f"{SECRET},{OTHER}", " ".join([SECRET] * 9), None])
def test_what_is_no_secret_is_no_secret(trio, secrets):
    """The SDKs take anything for one, and what is left of base 64."""
    error = trio["c"]("webhook", **webhook(secrets=secrets))["error"]
    assert error["kind"] == "usage" and "secret" in error["message"]


def test_a_signature_says_its_version(trio):
    """The SDKs take one without for version 1."""
    out = unwrapped(trio, webhook(signature=GENUINE[3:]))
    assert (out["c"]["ok"], out["python"]["ok"]) == (False, True)


def test_a_signature_ends_where_it_ends(trio):
    """Node reads base 64 up to the first "="."""
    out = unwrapped(trio, webhook(signature=GENUINE + "A"))
    assert [out[kind]["ok"] for kind in ("c", "python", "node")] == \
        [False, False, True]


@pytest.mark.parametrize("body", ["", "{", "[1]", '"x"', "nonsense",
                                  '{"type": 7}', '{"created_at": "now"}',
                                  '{"data": []}'])
def test_what_is_genuine_may_be_nonsense(trio, body):
    line = webhook(body=body, signature=sign(SECRET, "msg_1", str(NOW), body))
    error = trio["c"]("webhook", **line)["error"]
    assert error["kind"] == "answer"
    assert error["message"].startswith("The webhook makes no sense: ")


@pytest.mark.parametrize("change, said", [
    ({"tolerance": -1}, "tolerance"), ({"now": -1}, "now")])
def test_what_cannot_be_is_refused(trio, change, said):
    error = trio["c"]("webhook", **webhook(**change))["error"]
    assert error["kind"] == "usage" and said in error["message"]
