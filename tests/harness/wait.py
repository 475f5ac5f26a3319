"""
Waiting for an event that another process brings about, and doing things at
once.

Nothing in the tests sleeps for a fixed time: a test that is fast on a fast
machine must pass on a slow one, under a sanitizer too.
"""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, TypeVar

T = TypeVar("T")

# Seconds that anything may take before a test gives it up. Sanitizers and
# valgrind are an order of magnitude slower than a release build.
DEADLINE = float(os.environ.get("INVITED_TEST_DEADLINE", "30"))


def eventually(probe: Callable[[], T], what: str = "the event",
               deadline: float = DEADLINE) -> T:
    """Calls `probe` until it returns something true, and returns that.

    An AssertionError of the probe counts as "not yet"; the last one is
    reported when time is up.
    """
    end = time.monotonic() + deadline
    pause = 0.001
    last: AssertionError | None = None
    while True:
        try:
            result = probe()
            if result:
                return result
        except AssertionError as error:
            last = error
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come to pass in "
                                 f"{deadline:g} s: {last}") from last
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Runs the calls in threads that start together; their results."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
