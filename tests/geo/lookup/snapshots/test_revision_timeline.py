"""Which revision is in force when."""

import datetime

from geo.lookup.snapshots.revision_timeline import BEGINNING, Period, Stamp, Timeline

DAYS = [datetime.datetime(2024, 1, day, tzinfo=datetime.UTC) for day in range(1, 10)]


def known(**effective):
    """Revisions by number (`r3=5`: number 3 comes into force on the 5th), published in order."""
    numbers = {int(name[1:]): day for name, day in effective.items()}
    return Timeline(
        {number: Stamp(DAYS[day], DAYS[0].replace(hour=number)) for number, day in numbers.items()}
    )


def test_a_period_lasts_from_one_revision_to_the_next():
    timeline = known(r1=1, r2=4)
    assert timeline.period(DAYS[0]) == Period(None, BEGINNING, DAYS[1])
    assert timeline.period(DAYS[1]) == Period(1, DAYS[1], DAYS[4])
    assert timeline.period(DAYS[3]) == Period(1, DAYS[1], DAYS[4])
    assert timeline.period(DAYS[4]) == Period(2, DAYS[4], None)


def test_a_period_has_its_beginning_and_not_its_end():
    period = Period(1, DAYS[1], DAYS[4])
    assert [period.covers(DAYS[at]) for at in (0, 1, 3, 4)] == [False, True, True, False]
    assert Period(1, DAYS[1], None).covers(DAYS[8])


def test_a_backdated_revision_is_the_newest_from_its_moment_on():
    """1 ──── 3 ──── 2 ────   by moment; after the 4th the newest that has come is still 3"""
    timeline = known(r1=1, r2=4, r3=2)
    assert [timeline.period(DAYS[at]).revision for at in (1, 2, 3, 4, 5)] == [1, 3, 3, 3, 3]


def test_two_revisions_at_one_moment_are_one_step():
    timeline = known(r1=1, r2=1)
    assert timeline.period(DAYS[1]) == Period(2, DAYS[1], None)


def test_no_revision_is_one_period_without_a_number():
    assert Timeline({}).period(DAYS[0]) == Period(None, BEGINNING, None)
    assert Timeline({}).digest == (0, None)


def test_a_timeline_extends_one_whose_revisions_it_has_unchanged():
    one, two = known(r1=1), known(r1=1, r2=4)
    assert two.extends(one)
    assert not one.extends(two)
    assert not known(r1=2).extends(one)


def test_the_same_number_published_anew_is_another_revision():
    again = Timeline({1: Stamp(DAYS[1], DAYS[8])})
    assert not again.extends(known(r1=1))
    assert again.digest != known(r1=1).digest


def test_between_two_moments_lie_the_revisions_that_came_then_or_were_unknown():
    one, two = known(r1=1, r2=4), known(r1=1, r2=4, r3=8)
    assert two.between(one, DAYS[1], DAYS[3]) == [3]
    assert two.between(two, DAYS[1], DAYS[3]) == []
    assert two.between(two, DAYS[1], DAYS[4]) == [2]
    assert two.between(two, DAYS[8], DAYS[1]) == [2, 3]
