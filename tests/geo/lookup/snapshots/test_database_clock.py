"""The time of the database, and the time since it was last read."""

import datetime
from types import SimpleNamespace

from geo import city_time
from geo.lookup.snapshots import database_clock
from geo.lookup.snapshots.database_clock import DatabaseClock

LATER = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)


def test_before_the_first_synchronization_it_returns_the_system_time():
    clock = DatabaseClock()
    before = city_time.now()
    assert before <= clock.now() <= city_time.now()
    assert clock.seconds_since_sync is None


def test_after_a_synchronization_it_continues_from_the_time_of_the_database():
    clock = DatabaseClock()
    clock.synchronize(LATER)
    first, second = clock.now(), clock.now()
    assert LATER <= first <= second < LATER + datetime.timedelta(minutes=5)
    assert clock.seconds_since_sync >= 0


def test_another_synchronization_restarts_the_seconds_since_sync(monkeypatch):
    seconds = 100
    monkeypatch.setattr(database_clock, "time", SimpleNamespace(monotonic=lambda: seconds))
    clock = DatabaseClock()
    clock.synchronize(LATER)
    seconds = 160
    assert clock.seconds_since_sync == 60
    clock.synchronize(LATER)
    assert clock.seconds_since_sync == 0
