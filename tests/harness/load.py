"""
Load by the official SDK on any number of daemons over one PostgreSQL, and the
reckoning afterwards.

    Post     a real SMTP server, and the mails that it took, by invite
    Load     threads of administrators and of invited people; what each call
             came to is kept
    settle   holds all answers against the database and the mails

A call is answered, or refused for now (503), or cut off. The last two leave
open whether it was done: a create is repeated at another daemon, or left to
settle(), which repeats it; everything else is repeated until it is answered,
since the fate of an invite hangs on it.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
import traceback
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable

import openai
from openai import OpenAI

from harness.daemon import Daemon
from harness.mail import Mail
from harness.wait import DEADLINE, eventually
from mail.peers import Received, RealServer
from postgres_server import run_sql

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
STATES = {"pending": 0, "accepted": 1, "deleted": 2}
EVENTS = {"sent": 1, "accepted": 2, "deleted": 3}  # of the audit table

# Longer than anything may take to be answered, however the database fails.
PATIENCE = 20.0
# From a mail's claim to its arrival, on a machine that is very busy.
UNDER_WAY = 20.0


def public_id(prefix: str, number: int) -> str:
    """An id as the API shows it, from the database's number."""
    return prefix + "".join(DIGITS[number >> shift & 31]
                            for shift in range(60, -1, -5))


# -- mails --------------------------------------------------------------------

@dataclass(frozen=True)
class Letter:
    """A mail that the server took."""

    invite: str
    message_id: str
    link: str
    at: float  # time.monotonic()


class Post(RealServer):
    """`with Post() as post: Daemon("--mail", post.url, ...)`.

    hold()   nobody's mail is taken until release()
    """

    def __init__(self) -> None:
        super().__init__(verdict=self._note)
        self._raw: deque[tuple[float, bytes]] = deque()
        self._letters: dict[str, list[Letter]] = defaultdict(list)
        self._reading = threading.Lock()
        self._open = threading.Event()
        self._open.set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?timeout=120s"

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def _note(self, mail: Received) -> None:
        self._open.wait()
        self._raw.append((time.monotonic(), mail.raw))

    def letters(self) -> dict[str, list[Letter]]:
        """All of them so far, by invite; each list in order of arrival."""
        with self._reading:
            while self._raw:
                at, raw = self._raw.popleft()
                mail = Mail(raw)
                invite = mail.message_id.strip("<>").split(".")[0]
                self._letters[invite].append(
                    Letter(invite, mail.message_id, mail.link, at))
            return dict(self._letters)

    def token(self, invite: str) -> str | None:
        letters = self.letters().get(invite)
        return letters[-1].link.split("#", 1)[1] if letters else None

    def __exit__(self, *what: object) -> None:
        self.release()
        super().__exit__(*what)


# -- load ---------------------------------------------------------------------

@dataclass
class Trouble:
    """A call that was not answered."""

    daemon: Daemon
    what: str
    refused: bool  # by a 503; else it was cut off
    began: float
    ended: float


@dataclass
class Answers:
    """What was answered, and what was asked without an answer."""

    asked: set[str] = field(default_factory=set)          # addresses
    created: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set))         # address: its ids
    doubtful: set[str] = field(default_factory=set)       # addresses
    deleted: dict[str, float] = field(default_factory=dict)  # id: when
    accepted: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set))         # id: its users
    troubles: list[Trouble] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    repeats: int = 0  # creates that were asked for again at once
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)       # what may not be


class Load:
    """`with Load(daemons, post) as load: ...`: runs until the block is left.

    daemons  all over one database, with one key; they may be restarted

    A few invites of ten are deleted or accepted; all that are to be have been
    when the block is left.
    """

    WEIGHTS = {"create": 10, "retrieve": 4, "delete": 2, "accept": 3,
               "page": 1}

    def __init__(self, daemons: list[Daemon], post: Post, workers: int = 10,
                 seed: int | None = None) -> None:
        self.daemons, self.post = daemons, post
        self.answers = Answers()
        self.seed = seed if seed is not None else \
            random.SystemRandom().randrange(1 << 32)
        self._numbers = itertools.count()
        self._known: deque[tuple[str, Daemon]] = deque(maxlen=200)
        self._to_delete: deque[str] = deque()
        self._to_accept: deque[str] = deque()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._workers = [
            threading.Thread(target=self._run, daemon=True,
                             args=(random.Random(f"{self.seed}-{number}"),))
            for number in range(workers)]

    def __enter__(self) -> Load:
        print(f"load: seed {self.seed}")
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for worker in self._workers:
            worker.join(DEADLINE * 4)
            assert not worker.is_alive(), "a call was never answered"

    def wait(self, creates: int) -> None:
        """Until so many more creates were answered."""
        enough = len(self.answers.created) + creates
        eventually(lambda: len(self.answers.created) >= enough or
                   self.answers.faults, f"{creates} more creates",
                   DEADLINE * 4)
        assert not self.answers.faults, "\n".join(self.answers.faults[:5])

    # -- threads ------------------------------------------------------------

    def _run(self, dice: random.Random) -> None:
        hand = Hand(self, dice)
        kinds = list(self.WEIGHTS)
        weights = list(self.WEIGHTS.values())
        try:
            while not self._ended.is_set() and not self.answers.faults:
                kind = dice.choices(kinds, weights)[0]
                getattr(self, f"_{kind}")(hand)
            while ((self._to_delete or self._to_accept) and
                   not self.answers.faults):
                self._delete(hand)
                self._accept(hand)
        except Exception:
            self.fault(traceback.format_exc())
        finally:
            hand.close()

    def fault(self, what: str) -> None:
        with self._lock:
            self.answers.faults.append(what)

    def _create(self, hand: Hand) -> None:
        email = f"p{next(self._numbers)}@example.com"
        self.answers.asked.add(email)
        made = hand.call("create", lambda sdk: invite(sdk, email))
        if made is None and hand.dice.random() < 0.5:
            self.answers.repeats += 1
            made = hand.until_answered("create",
                                       lambda sdk: invite(sdk, email))
        if made is None:
            self.answers.doubtful.add(email)
            return
        with self._lock:
            self.answers.created[email].add(made.id)
        fate = hand.dice.random()
        if fate < 0.15:
            self._to_delete.append(made.id)
        elif fate < 0.4:
            self._to_accept.append(made.id)
        else:
            self._known.append((made.id, hand.daemon))

    def _retrieve(self, hand: Hand) -> None:
        """What one daemon answered, another knows at once."""
        if not self._known:
            return
        identity, maker = self._known[-1]
        found = hand.call(
            "retrieve",
            lambda sdk: sdk.admin.organization.invites.retrieve(identity),
            other_than=maker, missing="gone")
        if found == "gone":
            self.fault(f"{identity} is not found")

    def _page(self, hand: Hand) -> None:
        hand.call("page",
                  lambda sdk: sdk.admin.organization.invites.list(limit=50))

    def _delete(self, hand: Hand) -> None:
        try:
            identity = self._to_delete.popleft()
        except IndexError:
            return
        # A repeat may find it gone; the first may not.
        done = hand.until_answered(
            "delete",
            lambda sdk: sdk.admin.organization.invites.delete(identity),
            missing="gone")
        if done == "gone" and not hand.repeated:
            self.fault(f"{identity} is not there to be deleted")
        self.answers.deleted[identity] = time.monotonic()

    def _accept(self, hand: Hand) -> None:
        try:
            identity = self._to_accept.popleft()
        except IndexError:
            return
        token = self.post.token(identity)
        if token is None:
            self._to_accept.append(identity)
            return
        user = hand.until_answered("accept", lambda sdk: sdk.post(
            "/invitations/accept", body={"token": token, "name": "Ada"},
            cast_to=object)["user_id"])
        with self._lock:
            self.answers.accepted[identity].add(user)

    # -- what it came to ----------------------------------------------------

    def outage(self, since: float, until: float | None = None) -> float:
        """Seconds from `since` to the end of the last call that was not
        answered; 0 where all were."""
        ends = [one.ended - since for one in list(self.answers.troubles)
                if one.ended > since and (until is None or one.began < until)]
        return max(ends, default=0.0)

    def report(self) -> str:
        """Figures, for people."""
        answers = self.answers
        refused = sum(one.refused for one in answers.troubles)
        return (f"{len(answers.created)} creates, {len(answers.accepted)} "
                f"accepts, {len(answers.deleted)} deletes, "
                f"{sum(answers.calls.values())} calls; {refused} refused by "
                f"503, {len(answers.troubles) - refused} cut off, "
                f"{len(answers.doubtful)} creates in doubt, "
                f"{answers.repeats} repeated; slowest call "
                f"{answers.slowest:.2f} s")


def invite(sdk: OpenAI, email: str) -> Any:
    return sdk.admin.organization.invites.create(email=email, role="reader")


class Hand:
    """One thread's clients: one for each daemon and each life of it."""

    def __init__(self, load: Load, dice: random.Random) -> None:
        self.load, self.dice = load, dice
        self.daemon = load.daemons[0]  # of the last call
        self.repeated = False          # whether the last was
        self._clients: dict[str, OpenAI] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _client(self, daemon: Daemon) -> OpenAI:
        url = daemon.url
        if url not in self._clients:
            self._clients[url] = OpenAI(
                admin_api_key=daemon.key, base_url=f"{url}/v1", max_retries=0,
                timeout=PATIENCE)
        return self._clients[url]

    def call(self, what: str, do: Callable[[OpenAI], Any],
             other_than: Daemon | None = None,
             missing: str | None = None) -> Any:
        """What `do` returned; `missing` for a 404 or 410; None where it was
        not answered."""
        choice = [one for one in self.load.daemons if one is not other_than]
        self.daemon = self.dice.choice(choice or self.load.daemons)
        began = time.monotonic()
        try:
            result = do(self._client(self.daemon))
            self.load.answers.calls[what] += 1
            return result
        except openai.APIStatusError as error:
            if error.status_code == 404 and missing is not None:
                return missing
            self._refused(error, what, began)
        except openai.APITimeoutError:
            self.load.fault(f"{what} hung for {PATIENCE:g} s")
        except openai.APIConnectionError:
            self._trouble(what, False, began)
        finally:
            answers = self.load.answers
            answers.slowest = max(answers.slowest, time.monotonic() - began)
        return None

    def _refused(self, error: openai.APIStatusError, what: str,
                 began: float) -> None:
        fine = (error.status_code == 503 and
                error.code == "service_unavailable" and
                error.response.headers.get("retry-after", "").isdigit())
        if not fine:
            self.load.fault(f"{what}: {error}, {error.response.headers}")
        self._trouble(what, True, began)

    def _trouble(self, what: str, refused: bool, began: float) -> None:
        self.load.answers.troubles.append(
            Trouble(self.daemon, what, refused, began, time.monotonic()))

    def until_answered(self, what: str, do: Callable[[OpenAI], Any],
                       missing: str | None = None) -> Any:
        """As people do: again, perhaps at another daemon."""
        end = time.monotonic() + DEADLINE
        self.repeated = False
        while (result := self.call(what, do, missing=missing)) is None:
            self.repeated = True
            if time.monotonic() > end or self.load.answers.faults:
                raise AssertionError(f"{what} was not answered")
            time.sleep(0.05)  # refused at once: it may be for a while
        return result


# -- the reckoning ------------------------------------------------------------

def rows(url: str, query: str) -> list[dict[str, Any]]:
    """Of the database itself, past all daemons."""
    return json.loads(run_sql(
        url, f"SELECT coalesce(json_agg(t), '[]') FROM ({query}) t"))


def emptied(url: str, deadline: float = DEADLINE) -> None:
    """Waits until no mail is left to be sent."""
    eventually(lambda: run_sql(url, "SELECT count(*) FROM outbox") == "0",
               "an empty outbox", deadline)


def settle(load: Load, url: str, patience: float = DEADLINE * 4) -> str:
    """
    Every answered create is there exactly once, as it was left; nothing is
    there that nobody asked for; what was in doubt is there once or not at all,
    and repeating it settles it; each accept happened once; each mail was sent,
    and repeats of it are the same mail. `patience`: for the last mail. Returns
    figures.
    """
    answers = load.answers
    assert not answers.faults, "\n".join(answers.faults[:5])
    _repeat_doubtful(load, url)
    emptied(url, patience)
    invites = rows(url, "SELECT id, email, state, \"user\", delivery"
                        " FROM invite")
    for one in invites:
        one["id"] = public_id("invite-", one["id"])
    _settle_creates(answers, invites)
    _settle_fates(answers, invites, url)
    mails, repeats, late = _settle_mails(answers, invites,
                                         load.post.letters())
    done = load.daemons[0].command("check", "--database", url, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (f"{load.report()}; {mails} mails, {repeats} repeats, {late} "
            "under way when their invite was deleted")


def _repeat_doubtful(load: Load, url: str) -> None:
    """The same invite, if it was made; at whichever daemon one asks."""
    made = defaultdict(list)
    for one in rows(url, "SELECT id, email FROM invite"):
        made[one["email"]].append(public_id("invite-", one["id"]))
    for number, email in enumerate(sorted(load.answers.doubtful)):
        daemon = load.daemons[number % len(load.daemons)]
        with OpenAI(admin_api_key=daemon.key, max_retries=5,
                    base_url=f"{daemon.url}/v1", timeout=PATIENCE) as sdk:
            again = invite(sdk, email)
        assert made[email] in ([], [again.id]), email
        load.answers.created[email].add(again.id)


def _settle_creates(answers: Answers, invites: Iterable[dict[str, Any]]
                    ) -> None:
    found = defaultdict(list)
    for one in invites:
        found[one["email"]].append(one["id"])
    assert set(found) <= answers.asked
    for email, ids in answers.created.items():
        assert found[email] == list(ids), email
    assert set(found) == set(answers.created)


def _settle_fates(answers: Answers, invites: list[dict[str, Any]],
                  url: str) -> None:
    by_state = defaultdict(set)
    for one in invites:
        by_state[one["state"]].add(one["id"])
    assert by_state[STATES["accepted"]] == set(answers.accepted)
    assert by_state[STATES["deleted"]] == set(answers.deleted)
    users = {public_id("user-", one["id"]): one["email"]
             for one in rows(url, "SELECT id, email FROM \"user\"")}
    emails = {one["id"]: one["email"] for one in invites}
    assert sorted(users.values()) == sorted(emails[one]
                                            for one in answers.accepted)
    for identity, answered in answers.accepted.items():
        assert [users[one] for one in answered] == [emails[identity]]
    _settle_events(answers, emails, url)


def _settle_events(answers: Answers, emails: dict[str, str],
                   url: str) -> None:
    """Everything that happened was written down, once."""
    events = defaultdict(list)
    for one in rows(url, "SELECT type, target FROM audit"):
        events[one["type"]].append(public_id("invite-", one["target"]))
    assert sorted(events[EVENTS["sent"]]) == sorted(emails)
    assert sorted(events[EVENTS["accepted"]]) == sorted(answers.accepted)
    assert sorted(events[EVENTS["deleted"]]) == sorted(answers.deleted)


def _settle_mails(answers: Answers, invites: list[dict[str, Any]],
                  letters: dict[str, list[Letter]]) -> tuple[int, int, int]:
    late = 0
    for one in invites:
        mails = letters.get(one["id"], [])
        assert mails or one["id"] in answers.deleted, f"no mail: {one}"
        assert len({(mail.message_id, mail.link) for mail in mails}) <= 1
        gone = answers.deleted.get(one["id"])
        after = [mail for mail in mails if gone and mail.at > gone]
        assert all(mail.at < gone + UNDER_WAY for mail in after), one
        late += len(after)
    assert set(letters) <= {one["id"] for one in invites}
    total = sum(map(len, letters.values()))
    return total, total - len(letters), late
