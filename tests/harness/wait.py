"""
Waiting for an event that another process brings about.

Nothing in the tests sleeps for a fixed time: a test that is fast on a fast
machine must pass on a slow one, under a sanitizer too.
"""

import os
import time
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
