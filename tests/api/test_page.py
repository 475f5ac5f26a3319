"""
/accept: the page, as a browser without JavaScript would use it.
"""

import html
import re

import pytest

from harness import INVITES, PROJECTS, USERS

pytestmark = pytest.mark.alike

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def submit(api, code, action=None, **more):
    data = {"code": code, **({"action": action} if action else {}), **more}
    return api.post("/accept", data=data)


def status_of(api, invite):
    return api.ok("GET", f"{INVITES}/{invite['id']}")["status"]


def title(response):
    return html.unescape(re.search(r"<h1[^>]*>(.*?)</h1>", response.text,
                                   re.S)[1])


# -- opening it ---------------------------------------------------------------

@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?utm_source=mail", "?code={token}"])
def test_opening_it_changes_nothing(shared, method, query):
    invite, token = shared.link("ada@example.com")
    for _ in range(3):
        response = shared.request(method,
                                  "/accept" + query.format(token=token))
        assert response.status_code == (303 if token in str(response.url)
                                        else 200)
    assert status_of(shared, invite) == "pending"


def test_everyone_is_shown_the_same_page(shared):
    _, token = shared.link("ada@example.com")
    pages = {shared.get(f"/accept{query}").text
             for query in ("", f"?code={token[:-1]}", "?x=<y>")}
    assert len(pages) == 1
    assert token not in pages.pop()


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
def test_the_root_is_a_page(shared, accept):
    """For everybody, and the same for everybody: it knows no organization."""
    response = shared.get("/", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in response.headers["content-security-policy"]
    assert 'href="/accept"' in response.text and "/v1" in response.text
    assert "Default organization" not in response.text


@pytest.mark.parametrize("path", ["/", "/accept", "/nothing"])
def test_the_page_is_on_its_own(shared, path):
    """Nothing from elsewhere, nothing inline, nothing kept."""
    response = shared.get(path, headers={"Accept": "text/html"})
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "http:" not in policy
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    for source in re.findall(r"(?:src|href|action)=\"([^\"]*)\"",
                             response.text):
        assert not re.match(r"(?i)[a-z]+:|//", source), source
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=",
                         response.text)


# -- the form -----------------------------------------------------------------

@pytest.mark.parametrize("action", [None, "show", "ask", "nonsense", "ACCEPT",
                                    ""])
def test_showing_changes_nothing(shared, action):
    invite, token = shared.link("ada@example.com")
    response = submit(shared, token, action, name="Ada")
    assert response.status_code == 200
    if action != "ask":
        assert "ada@example.com" in response.text
    assert status_of(shared, invite) == "pending"


def buttons(response):
    """The actions that the page's buttons send."""
    return re.findall(r'<button[^>]*name="action" value="(\w+)"',
                      response.text)


def test_declining_takes_a_second_click(shared):
    invite, token = shared.link("ada@example.com")
    shown = submit(shared, token)
    assert buttons(shown) == ["accept", "ask", "ask_opt_out"]
    asked = submit(shared, token, "ask", name="Ada")
    assert title(asked).startswith("Decline the invitation to ")
    assert buttons(asked) == ["decline", "show"]
    assert status_of(shared, invite) == "pending"
    back = submit(shared, token, "show", name="Ada")
    assert buttons(back) == ["accept", "ask", "ask_opt_out"] and 'value="Ada"' in back.text


def test_the_button_that_declines_does_not_look_like_accepts(shared):
    _, token = shared.link("ada@example.com")
    accept = re.search(r'<button class="([^"]*)"[^>]*value="accept"',
                       submit(shared, token).text)
    decline = re.search(r'<button class="([^"]*)"[^>]*value="decline"',
                        submit(shared, token, "ask").text)
    assert accept and decline
    assert "final" in decline[1].split() and "final" not in accept[1].split()


def test_a_name_that_is_refused_is_explained_in_plain_words(shared):
    _, token = shared.link("ada@example.com")
    refused = submit(shared, token, "accept", name="a" * 300)
    assert "too long" in refused.text and "byte" not in refused.text


def test_what_is_accepted_is_not_asked_about(shared):
    _, token = shared.link("ada@example.com")
    submit(shared, token, "accept")
    asked = submit(shared, token, "ask")
    assert asked.status_code == 200 and "decline" not in buttons(asked)


def test_accept_and_again(shared):
    invite, token = shared.link("ada@example.com")
    first = submit(shared, token, "accept", name="Ada Lovelace")
    assert first.status_code == 200
    assert status_of(shared, invite) == "accepted"
    again = submit(shared, token, "accept", name="Eve")
    shown = submit(shared, token)
    assert again.status_code == shown.status_code == 200
    user, = shared.all(USERS)
    assert user["name"] == "Ada Lovelace"


def test_decline(shared):
    invite, token = shared.link("ada@example.com")
    assert submit(shared, token, "decline").status_code == 200
    assert submit(shared, token, "accept").status_code == 410
    assert status_of(shared, invite) == "expired"
    assert list(shared.all(USERS)) == []


def test_decline_after_accept(shared):
    invite, token = shared.link("ada@example.com")
    submit(shared, token, "accept", name="Ada")
    assert submit(shared, token, "decline").status_code == 400
    assert status_of(shared, invite) == "accepted"


def test_withdrawn(shared):
    invite, token = shared.link("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    for action in ("show", "accept", "decline"):
        response = submit(shared, token, action)
        assert response.status_code == 410 and title(response)
    assert list(shared.all(USERS)) == []


def test_wrong_codes_look_alike(shared):
    _, token = shared.link("ada@example.com")
    number, secret = token.split(".")
    answers = [submit(shared, code, action)
               for code in (f"{number}.{'A' * 43}", f"0000000000001.{secret}",
                            "nonsense")
               for action in ("show", "accept")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({title(answer) for answer in answers}) == 1


@pytest.mark.parametrize("dress", [" {} ", "https://x.example/accept#{}"])
def test_a_pasted_link_will_do(shared, dress):
    _, token = shared.link("ada@example.com")
    assert submit(shared, dress.format(token)).status_code == 200


@pytest.mark.parametrize("body", [
    b"", b"code=", b"code=%20", b"name=Ada&action=accept", b"&&&=", b"%=%",
    b"code=%ff", b"code=%00", b"\0\1\2", b"code" * 1000, b"=" * 16000])
def test_malformed_forms(shared, body):
    response = shared.post("/accept", content=body, headers=FORM)
    assert response.status_code in (400, 404)
    assert "<form" in response.text


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data",
                                  "text/plain"])
def test_other_bodies(shared, kind):
    invite, token = shared.link("ada@example.com")
    response = shared.post("/accept", content=f"code={token}&action=accept",
                           headers={"Content-Type": kind})
    assert response.status_code == 415
    assert status_of(shared, invite) == "pending"


def test_too_large_a_form(shared):
    assert shared.post("/accept", content=b"code=" + b"x" * 65536,
                       headers=FORM).status_code == 413


@pytest.mark.parametrize("field", [b"name=a%00b", b"name=%ff", b"name=%"])
@pytest.mark.parametrize("order", [0, 1])
def test_what_cannot_be_read_is_not_left_out(shared, field, order):
    invite, token = shared.link("ada@example.com")
    rest = b"code=" + token.encode() + b"&action=accept"
    body = [field + b"&" + rest, rest + b"&" + field][order]
    assert shared.post("/accept", content=body, headers=FORM).status_code == 400
    assert status_of(shared, invite) == "pending"


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "x" * 257,
                                  "\u3000", "a\ufffe"])
def test_a_bad_name_is_asked_for_again(shared, name):
    invite, token = shared.link("ada@example.com")
    response = submit(shared, token, "accept", name=name)
    assert response.status_code == 400
    assert "ada@example.com" in response.text
    assert status_of(shared, invite) == "pending"


# -- what people wrote is text, never markup ----------------------------------

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"


def test_nothing_is_markup(make_daemon):
    api = make_daemon("--organization", EVIL).api
    project = api.project(EVIL)
    _, token = api.link("'<b>'&x@example.com".replace("<b>", "b"),
                        projects=[{"id": project["id"], "role": "member"}])
    pages = [submit(api, token, name=EVIL), submit(api, EVIL),
             submit(api, token, "accept", name=EVIL), submit(api, token)]
    for page in pages:
        assert "<script>alert" not in page.text and "<img" not in page.text
        assert "onerror=alert(1)>" not in page.text
    assert html.escape(EVIL, quote=False).split("\"")[0] in pages[0].text
    assert len(list(api.all(USERS))) == 1 == \
        len(list(api.all(f"{PROJECTS}/{project['id']}/users")))
