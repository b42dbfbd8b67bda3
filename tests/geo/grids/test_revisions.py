"""Publishing, reverting and comparing revisions."""

import datetime

import numpy as np
import pytest
from sqlalchemy import func, select

from geo import city_time, feature_query
from geo.grids import grids, lineage, revert, revision_diff, revisions
from geo.grids.grids import GridUnknown
from geo.grids.revert import ChangedSince, LeavesNoGrids, NoLongerFits
from geo.grids.revisions import EffectiveAtTooEarly, RevisionUnknown
from geo.models import Area, MicroGrid, Revision
from tests.district import LONG_AGO, lon_lat, square
from tests.district_edits import (
    COMMUNITY_1,
    COMMUNITY_2,
    GRID_1,
    GRID_2,
    GRID_3,
    grid_version,
    merge_grids,
    publish_versions,
)

NO_LIMIT = 1000


def grid_at(session, east: float, at: datetime.datetime | None = None) -> str | None:
    return grids.locate(session, np.array([lon_lat(east, 5)]), at or city_time.now())[0]


def test_a_reverted_revision_restores_the_retired_grids(district):
    before = revisions.current_grids(district, [COMMUNITY_1])
    merged = merge_grids(district)
    reverted = revert.revert(district, merged.number, author="test")
    assert revisions.current_grids(district, [COMMUNITY_1]) == before
    assert reverted.number == merged.number + 1
    assert grid_at(district, 5, merged.effective_at) == GRID_3
    assert grid_at(district, 5, reverted.effective_at) == GRID_1


def test_a_revision_whose_grids_changed_again_cannot_be_reverted_alone(district):
    first = publish_versions(district, {GRID_1: grid_version(0, 8), GRID_2: grid_version(8, 20)})
    second = publish_versions(district, {GRID_2: grid_version(8, 20, name="renamed")})
    with pytest.raises(ChangedSince, match=f"Revision {second.number}"):
        revert.revert(district, first.number, author="test")
    revert.revert(district, second.number, author="test")


def test_a_later_revision_elsewhere_does_not_prevent_a_revert(district):
    first = publish_versions(district, {GRID_1: grid_version(0, 8), GRID_2: grid_version(8, 20)})
    publish_versions(district, {COMMUNITY_2 + "001": grid_version(20, 30, COMMUNITY_2, "renamed")})
    revert.revert(district, first.number, author="test")
    assert grid_at(district, 9) == GRID_1


def test_grids_that_no_longer_fit_the_outline_cannot_be_restored(district):
    merged = merge_grids(district)
    district.get(Area, COMMUNITY_1).geom = square(0, 0, 20, 11)
    district.flush()
    with pytest.raises(NoLongerFits, match="m²"):
        revert.revert(district, merged.number, author="test")


def test_the_first_import_is_reverted_only_if_empty_communities_are_confirmed(district):
    with pytest.raises(LeavesNoGrids, match=f"2 of 2 communities .* {COMMUNITY_1}") as refused:
        revert.revert(district, 1, author="test")
    assert "--leave-empty" in refused.value.hint
    assert len(revisions.current_grids(district, [COMMUNITY_1, COMMUNITY_2])) == 4
    made = revert.revert(district, 1, author="test", leave_empty=True)
    assert revisions.current_grids(district, [COMMUNITY_1, COMMUNITY_2]) == {}
    revert.revert(district, made.number, author="test")
    assert len(revisions.current_grids(district, [COMMUNITY_1, COMMUNITY_2])) == 4


def test_a_scheduled_revision_is_reverted_an_instant_after_it_comes_into_force(district):
    tomorrow = city_time.now() + datetime.timedelta(days=1)
    scheduled = merge_grids(district, effective_at=tomorrow)
    reverted = revert.revert(district, scheduled.number, author="test")
    assert reverted.effective_at == tomorrow + datetime.timedelta(microseconds=1)
    assert grid_at(district, 5) == GRID_1
    assert grid_at(district, 5, tomorrow + datetime.timedelta(days=1)) == GRID_1


def test_an_unknown_revision_cannot_be_reverted(district):
    with pytest.raises(RevisionUnknown):
        revert.revert(district, 99, author="test")


def test_a_revision_cannot_come_into_force_before_a_scheduled_one_of_its_community(district):
    tomorrow = city_time.now() + datetime.timedelta(days=1)
    scheduled = merge_grids(district, effective_at=tomorrow)
    number, title, author = scheduled.number, scheduled.title, scheduled.author
    with pytest.raises(EffectiveAtTooEarly, match="change at") as raised:
        publish_versions(district, {GRID_3: grid_version(0, 20, name="renamed")})
    assert "after" in raised.value.hint
    moment = scheduled.effective_at.isoformat()
    named = f"community {COMMUNITY_1} at {moment} in revision {number} ({title!r}, by {author})"
    assert raised.value.message.endswith(f": {named}.")
    district.rollback()
    publish_versions(
        district, {COMMUNITY_2 + "001": grid_version(20, 30, COMMUNITY_2, "elsewhere")}
    )


def test_backdating_before_a_change_of_another_grid_of_the_community_is_refused(district):
    publish_versions(district, {GRID_1: grid_version(0, 10, name="renamed")})
    with pytest.raises(EffectiveAtTooEarly):
        publish_versions(
            district,
            {GRID_2: grid_version(10, 20, name="too")},
            effective_at=LONG_AGO + datetime.timedelta(days=1),
        )


def test_the_lineage_of_a_revision_has_the_shares_of_area_by_grid(district):
    revision = publish_versions(district, {GRID_1: grid_version(0, 5), GRID_3: grid_version(5, 10)})
    pairs = [
        (row["from_code"], row["to_code"])
        for row in lineage.list_lineage(district, revision.number)
    ]
    assert pairs == [(GRID_1, GRID_1), (GRID_1, GRID_3)]
    shares = [row["share"] for row in lineage.list_lineage(district, revision.number)]
    assert shares == pytest.approx([0.5, 0.5])


def test_a_retired_grid_lists_its_successors_by_share(district):
    merge_grids(district)
    publish_versions(
        district,
        {
            GRID_3: None,
            COMMUNITY_1 + "004": grid_version(0, 3),
            COMMUNITY_1 + "005": grid_version(3, 20),
        },
    )
    feature = feature_query.fetch_one(district, grids.get(district, GRID_1))
    assert f'"successors": ["{COMMUNITY_1}005", "{COMMUNITY_1}004"]' in feature
    assert '"in_force_to": "2' in feature
    assert '"buildings": 2' in feature
    with pytest.raises(GridUnknown, match="not in force"):
        grids.get(district, GRID_1, at=city_time.now())


def test_a_grid_in_force_has_no_successors(district):
    feature = feature_query.fetch_one(district, grids.get(district, GRID_1))
    assert '"successors": []' in feature
    assert '"in_force_to": null' in feature


def test_the_error_for_a_future_grid_says_when_it_comes_into_force(district):
    tomorrow = city_time.now() + datetime.timedelta(days=1)
    merge_grids(district, effective_at=tomorrow)
    with pytest.raises(GridUnknown) as raised:
        grids.get(district, GRID_3)
    assert tomorrow.isoformat() in raised.value.hint


def test_two_revisions_are_compared_in_both_directions(district):
    merged = merge_grids(district)
    forward = revision_diff.diff(district, 1, merged.number, limit=NO_LIMIT).deltas
    backward = revision_diff.diff(district, merged.number, 1, limit=NO_LIMIT).deltas
    assert [(delta.code, *delta.kinds) for delta in forward] == [
        (GRID_1, "removed"),
        (GRID_2, "removed"),
        (GRID_3, "added"),
    ]
    assert [(delta.code, delta.new, delta.old) for delta in backward] == [
        (delta.code, delta.old, delta.new) for delta in forward
    ]


def test_moments_and_revisions_can_be_compared(district):
    merged = merge_grids(district)
    now = city_time.now()
    codes = [GRID_1, GRID_2, GRID_3]
    for before, after in ((LONG_AGO, now), (1, now), (LONG_AGO, merged.number)):
        deltas = revision_diff.diff(district, before, after, limit=NO_LIMIT).deltas
        assert [delta.code for delta in deltas] == codes, (before, after)
    assert not revision_diff.diff(district, now, now, limit=NO_LIMIT).deltas
    everything = revision_diff.diff(district, 0, now, limit=NO_LIMIT).deltas
    assert len(everything) == 3


def test_reverted_grids_are_no_difference(district):
    merged = merge_grids(district)
    revert.revert(district, merged.number, author="test")
    assert not revision_diff.diff(district, 1, merged.number + 1, limit=NO_LIMIT).deltas


def test_a_diff_has_pages_and_an_area_filter(district):
    merged = merge_grids(district)
    first = revision_diff.diff(district, 1, merged.number, limit=2)
    assert [delta.code for delta in first.deltas] == [GRID_1, GRID_2]
    rest = revision_diff.diff(district, 1, merged.number, limit=2, cursor=first.next)
    assert ([delta.code for delta in rest.deltas], rest.next) == ([GRID_3], None)
    assert not revision_diff.diff(district, 1, merged.number, area_code=COMMUNITY_2, limit=9).deltas


def test_revisions_are_listed_newest_first_with_an_area_filter(district):
    merge_grids(district)
    publish_versions(district, {COMMUNITY_2 + "001": grid_version(20, 30, COMMUNITY_2, "renamed")})
    page, more = revisions.list_revisions(district, limit=2)
    assert ([revision.number for revision in page], more) == ([3, 2], 2)
    page, more = revisions.list_revisions(district, limit=2, cursor=more)
    assert ([revision.number for revision in page], more) == ([1], None)
    page, _ = revisions.list_revisions(district, area_code=COMMUNITY_2, limit=9)
    assert [revision.number for revision in page] == [3, 1]
    assert revisions.touched_communities(district, 3) == [COMMUNITY_2]
    with pytest.raises(RevisionUnknown):
        revisions.get(district, 9)


def test_later_revisions_do_not_change_the_grids_of_a_moment(district):
    """One merge and its revert: each revision's moment still has its own grids at the end."""
    merged = merge_grids(district)
    revert.revert(district, merged.number, author="test")
    moments_of = {row.number: row.effective_at for row in district.scalars(select(Revision))}
    codes = [grid_at(district, 15, moments_of[number]) for number in sorted(moments_of)]
    assert codes == [GRID_2, GRID_3, GRID_2]
    overlapping = district.scalar(
        select(func.count()).select_from(MicroGrid).where(MicroGrid.code == GRID_2)
    )
    assert overlapping == 2
