"""Rate limits: how many requests are allowed, and whether the stated wait is long enough."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import rate_limiter
from api.rate_limiter import RateLimiter
from geo.rate_limits import Rate


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


PAUSES = st.lists(st.floats(0, 90), min_size=1, max_size=60)


@given(st.integers(1, 6), st.integers(1, 60), PAUSES)
def test_a_refused_caller_is_allowed_after_the_stated_wait_and_not_much_earlier(
    requests, window_s, pauses
):
    clock, rate = Clock(), Rate(requests, window_s)
    limiter = RateLimiter(clock)
    for pause in pauses:
        clock.now += pause / 10
        decision = limiter.hit("chen", rate)
        if not decision.is_allowed:
            assert (decision.remaining, 0 < decision.reset_s <= window_s) == (0, True)
            clock.now += decision.reset_s - 1.001
            assert decision.reset_s == 1 or not limiter.hit("chen", rate).is_allowed
            clock.now += 1.001
            assert limiter.hit("chen", rate).is_allowed


@given(st.integers(1, 6), st.integers(1, 60), PAUSES)
def test_no_period_has_more_requests_than_a_full_limit_and_its_share(requests, window_s, pauses):
    clock, rate, allowed = Clock(), Rate(requests, window_s), []
    limiter = RateLimiter(clock)
    for pause in pauses:
        clock.now += pause / 10
        if limiter.hit("chen", rate).is_allowed:
            allowed.append(clock.now)
    for first, start in enumerate(allowed):
        for last in range(first, len(allowed)):
            share = (allowed[last] - start) * requests / window_s
            assert last - first + 1 <= requests + math.floor(share + 1e-4)


@given(st.integers(1, 50), st.integers(1, 86_400))
def test_a_whole_limit_is_allowed_at_once_and_counts_down(requests, window_s):
    limiter, rate = RateLimiter(Clock()), Rate(requests, window_s)
    decisions = [limiter.hit("chen", rate) for _ in range(requests + 1)]
    assert [each.remaining for each in decisions] == [*range(requests - 1, -1, -1), 0]
    assert [each.is_allowed for each in decisions] == [True] * requests + [False]
    assert limiter.hit("wang", rate).is_allowed


def test_the_usage_of_the_least_recent_callers_is_forgotten(monkeypatch):
    monkeypatch.setattr(rate_limiter, "MAX_CALLERS", 3)
    limiter, rate = RateLimiter(Clock()), Rate(1, 60)
    assert all(limiter.hit(caller, rate).is_allowed for caller in "abcd")
    assert limiter.hit("a", rate).is_allowed
    assert not limiter.hit("d", rate).is_allowed


@pytest.mark.parametrize("days", [1, 1000])
def test_an_idle_caller_has_its_whole_limit_again(days):
    clock, rate = Clock(), Rate(2, 86_400)
    limiter = RateLimiter(clock)
    assert [limiter.hit("chen", rate).is_allowed for _ in range(3)] == [True, True, False]
    clock.now += days * 86_400
    assert limiter.hit("chen", rate).remaining == 1
