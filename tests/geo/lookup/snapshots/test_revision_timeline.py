"""Which revision is in force at which time."""

import datetime

from geo.lookup.snapshots.revision_timeline import (
    BEGINNING,
    RevisionPeriod,
    RevisionTimeline,
    RevisionTimes,
)

DAYS = [datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in range(1, 10)]


def timeline(**effective_days):
    """Revisions published in order of number; `r3=5`: number 3 comes into force at DAYS[5]."""
    numbers = {int(name[1:]): day for name, day in effective_days.items()}
    return RevisionTimeline(
        {
            number: RevisionTimes(DAYS[day], DAYS[0].replace(hour=number))
            for number, day in numbers.items()
        }
    )


def test_a_period_lasts_from_one_revision_to_the_next():
    revisions = timeline(r1=1, r2=4)
    assert revisions.period(DAYS[0]) == RevisionPeriod(None, BEGINNING, DAYS[1])
    assert revisions.period(DAYS[1]) == RevisionPeriod(1, DAYS[1], DAYS[4])
    assert revisions.period(DAYS[3]) == RevisionPeriod(1, DAYS[1], DAYS[4])
    assert revisions.period(DAYS[4]) == RevisionPeriod(2, DAYS[4], None)


def test_a_period_includes_its_start_and_excludes_its_end():
    period = RevisionPeriod(1, DAYS[1], DAYS[4])
    assert [period.covers(DAYS[at]) for at in (0, 1, 3, 4)] == [False, True, True, False]
    assert RevisionPeriod(1, DAYS[1], None).covers(DAYS[8])


def test_the_highest_number_in_effect_is_in_force():
    """1 ──── 3 ──── 2 ────   in order of effective time; when 2 takes effect, 3 stays in force"""
    revisions = timeline(r1=1, r2=4, r3=2)
    assert [revisions.period(DAYS[at]).revision for at in (1, 2, 3, 4, 5)] == [1, 3, 3, 3, 3]


def test_two_revisions_with_the_same_effective_time_start_one_period():
    revisions = timeline(r1=1, r2=1)
    assert revisions.period(DAYS[1]) == RevisionPeriod(2, DAYS[1], None)


def test_without_revisions_there_is_one_period_without_a_number():
    assert RevisionTimeline({}).period(DAYS[0]) == RevisionPeriod(None, BEGINNING, None)
    assert RevisionTimeline({}).fingerprint == (0, None)


def test_a_timeline_extends_one_whose_revisions_it_contains_unchanged():
    one, two = timeline(r1=1), timeline(r1=1, r2=4)
    assert two.extends(one)
    assert not one.extends(two)
    assert not timeline(r1=2).extends(one)


def test_a_number_that_is_published_again_is_another_revision():
    republished = RevisionTimeline({1: RevisionTimes(DAYS[1], DAYS[8])})
    assert not republished.extends(timeline(r1=1))
    assert republished.fingerprint != timeline(r1=1).fingerprint


def test_between_returns_the_revisions_that_took_effect_then_or_are_new():
    one, two = timeline(r1=1, r2=4), timeline(r1=1, r2=4, r3=8)
    assert two.between(one, DAYS[1], DAYS[3]) == [3]
    assert two.between(two, DAYS[1], DAYS[3]) == []
    assert two.between(two, DAYS[1], DAYS[4]) == [2]
    assert two.between(two, DAYS[8], DAYS[1]) == [2, 3]
