"""Snapshots are kept while there is memory for them, and made once."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from geo.lookup.snapshots.revision_timeline import Period
from geo.lookup.snapshots.snapshot_cache import Past

DAYS = [datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in range(1, 10)]


@dataclass(frozen=True)
class Weight:
    """What the cache looks at in a snapshot."""

    period: Period
    nbytes: int


def period(number):
    return Period(number, DAYS[number], DAYS[number + 1])


class Maker:
    def __init__(self):
        self.made = []

    def __call__(self, number, nbytes=10):
        def make():
            self.made.append(number)
            return Weight(period(number), nbytes)

        return make


def test_what_is_at_hand_is_not_made_again():
    past, make = Past(100), Maker()
    assert past.get(period(1), make(1)) is past.get(period(1), make(1))
    assert make.made == [1]


def test_the_least_recently_asked_for_goes_first_when_memory_is_short():
    past, make = Past(25), Maker()
    for number in (1, 2, 1, 3):
        past.get(period(number), make(number))
    assert past.nbytes == 20
    past.get(period(1), make(1))
    assert make.made == [1, 2, 3]
    past.get(period(2), make(2))
    assert make.made == [1, 2, 3, 2]


def test_one_that_is_too_large_alone_is_kept_until_the_next():
    past, make = Past(25), Maker()
    past.get(period(1), make(1, nbytes=99))
    assert len(past) == 1
    past.get(period(2), make(2))
    assert (len(past), past.nbytes) == (1, 10)


def test_clearing_forgets_and_what_was_under_way_is_not_kept():
    past, make = Past(100), Maker()

    def overtaken():
        past.clear()
        return Weight(period(1), 10)

    assert past.get(period(1), overtaken).period == period(1)
    assert len(past) == 0
    past.get(period(1), make(1))
    assert make.made == [1]


def test_a_snapshot_of_another_period_than_asked_is_handed_out_but_not_kept():
    past, make = Past(100), Maker()
    assert past.get(period(1), make(2)).period == period(2)
    assert len(past) == 0


def test_two_who_ask_for_the_same_do_the_work_once():
    past, make, begun = Past(100), Maker(), threading.Event()

    def slowly():
        begun.set()
        return make(1)()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(past.get, period(1), slowly)
        begun.wait()
        second = pool.submit(past.get, period(1), make(1))
        assert first.result() is second.result()
    assert make.made == [1]


def test_one_at_hand_is_had_while_another_is_made():
    past, make = Past(100), Maker()
    begun, go_on = threading.Event(), threading.Event()
    kept = past.get(period(1), make(1))

    def slowly():
        begun.set()
        go_on.wait(60)
        return make(2)()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(past.get, period(2), slowly)
        begun.wait(60)
        assert past.get(period(1), make(1)) is kept
        go_on.set()
        assert other.result().period == period(2)
