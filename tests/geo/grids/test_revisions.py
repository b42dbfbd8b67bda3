"""Publishing, taking back, comparing: revisions as a plan, an import or a revert makes them."""

import datetime

import numpy as np
import pytest
from sqlalchemy import func, select

from geo import city_time, feature_query
from geo.grids import grids, lineage, revert, revision_diff, revisions
from geo.grids.grids import GridUnknown
from geo.grids.revert import ChangedSince, LeavesNoGrids, NoLongerFits
from geo.grids.revisions import RevisionUnknown, TooEarly
from geo.models import Area, MicroGrid, Revision
from tests.district import LONG_AGO, place, square
from tests.redrawn import FIRST, ONE, SECOND, THREE, TWO, merge, outline, publish

EVERYTHING = 1000


def holder(session, east: float, at: datetime.datetime | None = None) -> str | None:
    return grids.locate(session, np.array([place(east, 5)]), at or city_time.now())[0]


def test_a_change_can_be_taken_back_and_the_retired_codes_come_back_as_they_were(district):
    before = revisions.in_force_now(district, [FIRST])
    changed = merge(district)
    back = revert.revert(district, changed.number, author="test")
    assert revisions.in_force_now(district, [FIRST]) == before
    assert back.number == changed.number + 1
    assert holder(district, 5, changed.effective_at) == THREE
    assert holder(district, 5, back.effective_at) == ONE


def test_a_change_that_was_changed_again_cannot_be_taken_back_alone(district):
    first = publish(district, {ONE: outline(0, 8), TWO: outline(8, 20)})
    second = publish(district, {TWO: outline(8, 20, name="renamed")})
    with pytest.raises(ChangedSince, match=f"Revision {second.number}"):
        revert.revert(district, first.number, author="test")
    revert.revert(district, second.number, author="test")


def test_a_change_elsewhere_does_not_keep_one_from_being_taken_back(district):
    first = publish(district, {ONE: outline(0, 8), TWO: outline(8, 20)})
    publish(district, {SECOND + "001": outline(20, 30, SECOND, "renamed")})
    revert.revert(district, first.number, author="test")
    assert holder(district, 9) == ONE


def test_what_no_longer_fits_the_outline_cannot_be_taken_back(district):
    changed = merge(district)
    district.get(Area, FIRST).geom = square(0, 0, 20, 11)
    district.flush()
    with pytest.raises(NoLongerFits, match="m²"):
        revert.revert(district, changed.number, author="test")


def test_the_first_import_is_not_taken_back_unless_empty_communities_are_meant(district):
    with pytest.raises(LeavesNoGrids, match=f"2 of 2 communities .* {FIRST}") as refused:
        revert.revert(district, 1, author="test")
    assert "--leave-empty" in refused.value.hint
    assert len(revisions.in_force_now(district, [FIRST, SECOND])) == 4
    made = revert.revert(district, 1, author="test", leave_empty=True)
    assert revisions.in_force_now(district, [FIRST, SECOND]) == {}
    revert.revert(district, made.number, author="test")
    assert len(revisions.in_force_now(district, [FIRST, SECOND])) == 4


def test_a_scheduled_change_is_taken_back_an_instant_after_it_begins(district):
    tomorrow = city_time.now() + datetime.timedelta(days=1)
    scheduled = merge(district, effective_at=tomorrow)
    back = revert.revert(district, scheduled.number, author="test")
    assert back.effective_at == tomorrow + datetime.timedelta(microseconds=1)
    assert holder(district, 5) == ONE
    assert holder(district, 5, tomorrow + datetime.timedelta(days=1)) == ONE


def test_an_unknown_revision_cannot_be_taken_back(district):
    with pytest.raises(RevisionUnknown):
        revert.revert(district, 99, author="test")


def test_nothing_comes_into_force_before_what_the_community_has_been_through(district):
    merge(district, effective_at=city_time.now() + datetime.timedelta(days=1))
    with pytest.raises(TooEarly, match="change at") as caught:
        publish(district, {THREE: outline(0, 20, name="renamed")})
    assert "after" in caught.value.hint
    district.rollback()
    publish(district, {SECOND + "001": outline(20, 30, SECOND, "elsewhere")})


def test_backdating_past_another_change_of_the_community_is_refused_though_its_grids_stay(district):
    publish(district, {ONE: outline(0, 10, name="renamed")})
    with pytest.raises(TooEarly):
        publish(
            district,
            {TWO: outline(10, 20, name="too")},
            effective_at=LONG_AGO + datetime.timedelta(days=1),
        )


def test_the_lineage_of_a_change_says_which_ground_went_where(district):
    changed = publish(district, {ONE: outline(0, 5), THREE: outline(5, 10)})
    told = [(row["from_code"], row["to_code"]) for row in lineage.told(district, changed.number)]
    assert told == [(ONE, ONE), (ONE, THREE)]
    shares = [row["share"] for row in lineage.told(district, changed.number)]
    assert shares == pytest.approx([0.5, 0.5])


def test_a_retired_grid_still_answers_and_names_its_successors_by_their_share(district):
    merge(district)
    publish(district, {THREE: None, FIRST + "004": outline(0, 3), FIRST + "005": outline(3, 20)})
    found = feature_query.one(district, grids.get(district, ONE))
    assert f'"successors": ["{FIRST}005", "{FIRST}004"]' in found
    assert '"in_force_to": "2' in found
    assert '"buildings": 2' in found
    with pytest.raises(GridUnknown, match="not in force"):
        grids.get(district, ONE, at=city_time.now())


def test_a_grid_in_force_has_no_successors(district):
    found = feature_query.one(district, grids.get(district, ONE))
    assert '"successors": []' in found
    assert '"in_force_to": null' in found


def test_a_grid_that_is_yet_to_come_says_when(district):
    tomorrow = city_time.now() + datetime.timedelta(days=1)
    merge(district, effective_at=tomorrow)
    with pytest.raises(GridUnknown) as caught:
        grids.get(district, THREE)
    assert tomorrow.isoformat() in caught.value.hint


def test_two_revisions_compare_in_both_directions(district):
    changed = merge(district)
    there = revision_diff.between(district, 1, changed.number, limit=EVERYTHING).deltas
    back = revision_diff.between(district, changed.number, 1, limit=EVERYTHING).deltas
    assert [(delta.code, *delta.kinds) for delta in there] == [
        (ONE, "removed"),
        (TWO, "removed"),
        (THREE, "added"),
    ]
    assert [(delta.code, delta.new, delta.old) for delta in back] == [
        (delta.code, delta.old, delta.new) for delta in there
    ]


def test_two_moments_and_a_revision_beside_a_moment_compare_too(district):
    changed = merge(district)
    now = city_time.now()
    codes = [ONE, TWO, THREE]
    for before, after in ((LONG_AGO, now), (1, now), (LONG_AGO, changed.number)):
        found = revision_diff.between(district, before, after, limit=EVERYTHING).deltas
        assert [delta.code for delta in found] == codes, (before, after)
    assert not revision_diff.between(district, now, now, limit=EVERYTHING).deltas
    everything = revision_diff.between(district, 0, now, limit=EVERYTHING).deltas
    assert len(everything) == 3


def test_what_came_back_as_it_was_is_no_change(district):
    changed = merge(district)
    revert.revert(district, changed.number, author="test")
    assert not revision_diff.between(district, 1, changed.number + 1, limit=EVERYTHING).deltas


def test_a_comparison_comes_in_pages_and_of_an_area(district):
    changed = merge(district)
    first = revision_diff.between(district, 1, changed.number, limit=2)
    assert [delta.code for delta in first.deltas] == [ONE, TWO]
    rest = revision_diff.between(district, 1, changed.number, limit=2, cursor=first.next)
    assert ([delta.code for delta in rest.deltas], rest.next) == ([THREE], None)
    assert not revision_diff.between(district, 1, changed.number, area_code=SECOND, limit=9).deltas


def test_revisions_page_from_the_newest_and_narrow_to_an_area(district):
    merge(district)
    publish(district, {SECOND + "001": outline(20, 30, SECOND, "renamed")})
    found, more = revisions.page(district, limit=2)
    assert ([revision.number for revision in found], more) == ([3, 2], 2)
    found, more = revisions.page(district, limit=2, cursor=more)
    assert ([revision.number for revision in found], more) == ([1], None)
    found, _ = revisions.page(district, area_code=SECOND, limit=9)
    assert [revision.number for revision in found] == [3, 1]
    assert revisions.touched(district, 3) == [SECOND]
    with pytest.raises(RevisionUnknown):
        revisions.get(district, 9)


def test_every_moment_keeps_its_grids_whatever_came_later(district):
    """Each revision's moment, asked again at the end, has the grids it had: none, one, two back."""
    changed = merge(district)
    revert.revert(district, changed.number, author="test")
    moments_of = {row.number: row.effective_at for row in district.scalars(select(Revision))}
    found = [holder(district, 15, moments_of[number]) for number in sorted(moments_of)]
    assert found == [TWO, THREE, TWO]
    overlapping = district.scalar(
        select(func.count()).select_from(MicroGrid).where(MicroGrid.code == TWO)
    )
    assert overlapping == 2
