"""The rate limit of logins: delays by pair and by network, and concurrent attempts."""

import datetime
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import db
from geo.accounts import login_attempts
from geo.accounts.login_attempts import ADDRESS_LIMIT, PAIR_LIMIT, TooManyAttempts
from geo.accounts.networks import network_of

MINUTE = datetime.timedelta(minutes=1)


def pass_time(session: Session, seconds: int) -> None:
    """Make every recorded attempt older."""
    older = text("UPDATE login_attempt SET made_at = made_at - make_interval(secs => :seconds)")
    session.execute(older, {"seconds": seconds})


def wait_of(session: Session, login: str, address: str) -> int:
    """Return how many seconds a login has to wait; 0 if it is recorded."""
    try:
        login_attempts.record(session, login, address)
    except TooManyAttempts as error:
        return error.retry_after_s
    return 0


@pytest.mark.parametrize("limit", [PAIR_LIMIT, ADDRESS_LIMIT])
def test_delays_double_up_to_an_hour(limit):
    delays = [limit.delay(limit.free_failures + excess) / MINUTE for excess in range(-1, 8)]
    assert delays == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert limit.delay(10**9) == login_attempts.MAX_DELAY


def test_each_further_failure_waits_longer_than_the_one_before(session):
    waits = []
    for _ in range(PAIR_LIMIT.free_failures - 1):
        assert wait_of(session, "li", "10.0.0.1") == 0
    for _ in range(4):
        assert wait_of(session, "li", "10.0.0.1") == 0
        waits.append(wait_of(session, "li", "10.0.0.1"))
        pass_time(session, waits[-1])
    assert waits == [60, 120, 240, 480]
    pass_time(session, 24 * 3600)
    assert [wait_of(session, "li", "10.0.0.1") for _ in range(6)] == [0, 0, 0, 0, 0, 60]


@pytest.mark.parametrize("variant", ["Li", " li ", "\uff4c\uff49"])
def test_variants_of_a_login_count_as_one(session, variant):
    for _ in range(PAIR_LIMIT.free_failures):
        login_attempts.record(session, variant, "10.0.0.1")
    assert wait_of(session, "li", "10.0.0.1") == 60


def test_a_network_that_tries_many_logins_has_to_wait(session):
    for number in range(ADDRESS_LIMIT.free_failures):
        assert wait_of(session, f"guess {number}", f"2001:db8::{number:x}") == 0
    assert wait_of(session, "another", "2001:db8::ffff") == 60
    assert wait_of(session, "another", "2001:db8:0:1::1") == 0
    assert wait_of(session, "guess 1", "10.0.0.1") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_as_its_network(address, network):
    assert network_of(address) == network


def test_concurrent_login_attempts_are_all_counted(database_url):
    """Of thirty attempts at once, as from thirty workers, five may verify their password."""
    engine = db.connect(database_url)
    barrier = threading.Barrier(30)
    admitted: list[bool] = []

    def attempt() -> None:
        with Session(engine) as session:
            barrier.wait()
            try:
                login_attempts.record(session, "li", "10.0.0.1")
                session.commit()
                admitted.append(True)
            except TooManyAttempts:
                admitted.append(False)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert (len(admitted), sum(admitted)) == (30, login_attempts.PAIR_LIMIT.free_failures)
