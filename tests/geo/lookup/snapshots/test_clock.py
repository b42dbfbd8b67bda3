"""Whose moments count, and since when there has been silence."""

import datetime

from geo import city_time
from geo.lookup.snapshots.clock import Clock

LATER = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)


def test_before_it_is_set_it_tells_our_own_time_and_knows_no_silence():
    clock = Clock()
    before = city_time.now()
    assert before <= clock.now() <= city_time.now()
    assert clock.silent_s is None


def test_once_set_it_goes_on_from_there():
    clock = Clock()
    clock.set(LATER)
    first, second = clock.now(), clock.now()
    assert LATER <= first <= second < LATER + datetime.timedelta(minutes=5)
    assert clock.silent_s >= 0


def test_setting_it_again_ends_the_silence():
    clock = Clock()
    clock.set(LATER)
    silent_s = clock.silent_s
    clock.set(LATER)
    assert clock.silent_s < silent_s + 60
