"""
Mails about keys: that one is about to end, and that one was ended.
"""

import pytest

from harness import PROJECTS, USERS

DAY = 24 * 3600


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()


def person(api, email, project, role="reader"):
    _, token = api.link(email, role, projects=[{"id": project["id"],
                                                "role": "member"}])
    assert api.accept(token, "Ada").status_code == 200
    return next(one for one in api.all(USERS) if one["email"] == email)


def let_pass(daemon, seconds):
    """As if all keys had been made that much earlier.

    It is stopped first: it may just be looking for keys that end.
    """
    daemon.stop()
    daemon.database.sql(
        f"UPDATE project_key SET created_at = created_at - {seconds},"
        f" expires_at = expires_at - {seconds},"
        f" warn_at = CASE warn_at WHEN 0 THEN 0 ELSE warn_at - {seconds} END"
        " WHERE expires_at > 0 RETURNING 1")
    daemon.start()


def waiting(daemon):
    return int(daemon.database.sql("SELECT count(*) FROM outbox")[0][0])


def notices(daemon, to):
    return [mail for mail in daemon.mailbox.all(to)
            if "A key of" in mail.message["Subject"]]


def test_a_warning_before_each_end_once(daemon):
    """14, 3 and 0 days before; whoever it belongs to; across restarts."""
    api, project = daemon.api, daemon.api.project("Apollo")
    ada = person(api, "ada@example.com", project)
    boss = person(api, "boss@example.com", project, "owner")
    keys = f"{PROJECTS}/{project['id']}/api_keys"
    key = api.ok("POST", keys, json={"user_id": ada["id"], "name": "laptop",
                                     "expires_in_seconds": 90 * DAY})
    for more in ({"expires_in_seconds": 60}, {}):
        api.ok("POST", keys, json={"user_id": ada["id"], "name": "no", **more})
    api.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts", json={
        "name": "robot", "expires_in_seconds": 90 * DAY})
    let_pass(daemon, 75 * DAY)
    assert waiting(daemon) == 0
    for count, passed in ((1, DAY + 3600), (2, 11 * DAY), (3, 2 * DAY)):
        let_pass(daemon, passed)
        for to in ("ada@example.com", "boss@example.com"):
            daemon.wait_log("keys_end_soon", count="2")
            daemon.mailbox.wait(to, count)
        daemon.restart()
        assert len(notices(daemon, "ada@example.com")) == count
        assert len(notices(daemon, "boss@example.com")) == count
    mail = notices(daemon, "ada@example.com")[-1]
    assert '"laptop"' in mail.text and key["redacted_value"] in mail.text
    assert "Apollo" in mail.text and key["value"] not in mail.text
    assert '"Secret Key"' in notices(daemon, boss["email"])[-1].text
    assert daemon.command("check").stdout == "ok\n"
