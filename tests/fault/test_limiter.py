"""
Thousands of wrong codes at once: most are not looked up, whoever shares the
address gets in within seconds, and nobody else notices.
"""

import os
import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import eventually

VERBS = ["/v1/invitations/lookup", "/v1/invitations/accept",
         "/v1/invitations/decline"]
FLOOD = 2000 if os.environ.get("INVITED_TEST_ALL") else 500
THREADS = 40

pytestmark = pytest.mark.alike


def try_code(client, verb, token):
    return client.post(verb, json={"token": token}).status_code


def wrong():
    return "0000000000001." + secrets.token_urlsafe(32)


@pytest.mark.parametrize("verb", VERBS)
def test_thousands_of_wrong_codes_at_once(daemon, verb):
    """Of one address: at most what may be under way is tried."""
    _, token = daemon.api.link("ada@example.com")
    client = daemon.client(None, address="192.0.2.1")
    with ThreadPoolExecutor(THREADS) as pool:
        answers = Counter(pool.map(
            lambda _: try_code(client, verb, wrong()), range(FLOOD)))
    assert set(answers) == {404, 429}
    # What may be under way at once, and what was forgiven meanwhile.
    assert answers[404] < 100, answers
    eventually(lambda: try_code(client, verb, token) == 200,
               "the right code is taken", deadline=10)


def test_a_flood_from_one_network_turns_no_stranger_away(daemon):
    """Each request of the flood from another /64 of one /48."""
    links = [daemon.api.link(f"ada{n}@example.com")[1] for n in range(50)]
    ended = threading.Event()
    flooded = Counter()

    def flood(thread):
        with daemon.client(None) as client:
            net = thread
            while not ended.is_set():
                net += THREADS
                answer = client.post(
                    VERBS[0], json={"token": wrong()},
                    headers={"X-Forwarded-For": f"2001:db8:1:{net:x}::1"})
                flooded[answer.status_code] += 1

    with ThreadPoolExecutor(8) as pool:
        threads = [pool.submit(flood, n) for n in range(8)]
        try:
            eventually(lambda: flooded[429] > 500, "the network is in debt")
            for n, token in enumerate(links):
                stranger = daemon.client(None, address=f"2001:db9:{n:x}::1")
                assert try_code(stranger, VERBS[0], token) == 200
                neighbour = daemon.client(None, address=f"198.51.100.{n}")
                assert try_code(neighbour, VERBS[1], token) == 200
            # In that very network, too, for who comes back.
            inside = daemon.client(None, address="2001:db8:1::1")
            eventually(lambda: try_code(inside, VERBS[0], links[0]) == 200,
                       "the right code is taken", deadline=20)
        finally:
            ended.set()
        for thread in threads:
            thread.result()
    assert flooded[404] < flooded[429], flooded


def test_a_right_code_gets_in_where_wrong_ones_are_repeated(daemon):
    """From the very address of the flood, for who waits as told."""
    _, token = daemon.api.link("ada@example.com")
    codes = [wrong() for _ in range(300)]
    ended = threading.Event()
    flooded = Counter()

    def flood():
        with daemon.client(None, address="192.0.2.1") as client:
            while not ended.is_set():
                code = codes[flooded.total() % len(codes)]
                flooded[try_code(client, VERBS[0], code)] += 1

    def comes_back():
        answer = victim.post(VERBS[0], json={"token": token})
        if answer.status_code != 429:
            return answer.status_code == 200
        ended.wait(int(answer.headers["Retry-After"]))
        return False

    with ThreadPoolExecutor(6) as pool:
        threads = [pool.submit(flood) for _ in range(6)]
        try:
            eventually(lambda: flooded[429] > 2 * len(codes),
                       "the address is in debt")
            victim = daemon.client(None, address="192.0.2.1")
            eventually(comes_back, "the right code is taken", deadline=30)
        finally:
            ended.set()
        for thread in threads:
            thread.result()
