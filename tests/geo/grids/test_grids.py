"""The grid that covers a point, now and in the past, by SQL."""

import datetime
import json

import numpy as np
import pytest
from sqlalchemy import func, select

from geo import city_time, feature_query
from geo.grids import grids, revisions
from geo.grids.grids import GridUnknown
from geo.grids.revisions import Delta
from geo.models import MicroGrid
from tests.district import LONG_AGO, lon_lat

FIRST = "230403001001"


def coords(*points):
    return np.array(points)


def test_a_point_inside_is_in_its_grid_and_one_outside_is_in_none(district):
    codes = grids.locate(
        district, coords(lon_lat(5, 5), lon_lat(35, 5), lon_lat(50, 5)), city_time.now()
    )
    assert codes == [FIRST + "001", "230403001002002", None]


def test_a_point_on_a_shared_border_always_gets_the_lowest_code(district):
    borders = coords(lon_lat(10, 5), lon_lat(20, 5), lon_lat(30, 0))
    assert grids.locate(district, borders, city_time.now()) == [
        FIRST + "001",
        FIRST + "002",
        "230403001002001",
    ]


def test_a_point_with_a_nan_is_in_no_grid(district):
    assert grids.locate(district, coords((np.nan, 47.0), (np.nan, np.nan)), city_time.now()) == [
        None,
        None,
    ]


def test_without_points_the_result_is_empty(district):
    assert grids.locate(district, np.empty((0, 2)), city_time.now()) == []


def test_before_the_first_revision_there_is_no_grid(district):
    before = LONG_AGO - datetime.timedelta(seconds=1)
    assert grids.locate(district, coords(lon_lat(5, 5)), before) == [None]
    assert grids.revision_at(district, before) is None
    assert grids.revision_at(district, LONG_AGO) == 1


def merge_grids(session) -> datetime.datetime:
    """Publish 001 and 002 of the first community as one grid 003; return when that is in force."""
    old = revisions.current_grids(session, [FIRST])
    union = session.scalar(
        select(func.ST_AsBinary(func.ST_Union(MicroGrid.geom))).where(
            MicroGrid.community_code == FIRST
        )
    )
    new = revisions.GridVersion(None, FIRST, bytes(union))
    deltas = [Delta(code, version, None) for code, version in old.items()]
    revision = revisions.publish(
        session, [*deltas, Delta(FIRST + "003", None, new)], title="merge", author="test"
    )
    session.commit()
    session.expire_all()
    return revision.effective_at


def test_after_a_merge_points_are_in_the_new_grid_now_and_in_the_old_ones_before(district):
    merged_at = merge_grids(district)
    instant = datetime.timedelta(microseconds=1)
    points = coords(lon_lat(5, 5), lon_lat(15, 5))
    assert grids.locate(district, points, merged_at) == [FIRST + "003"] * 2
    assert grids.locate(district, points, merged_at - instant) == [FIRST + "001", FIRST + "002"]
    assert grids.revision_at(district, merged_at) == 2


def test_the_error_for_a_retired_grid_says_when_it_was_in_force(district):
    merge_grids(district)
    with pytest.raises(GridUnknown, match="not in force") as raised:
        grids.get(district, FIRST + "001", at=city_time.now())
    assert "at=" in raised.value.hint
    assert len(grids.history(district, FIRST + "001")) == 1


def test_a_grid_has_counts_of_buildings_and_households(district):
    query = grids.get(district, FIRST + "001", at=city_time.now())
    properties = json.loads(feature_query.fetch_one(district, query))["properties"]
    assert (properties["buildings"], properties["households"]) == (2, 30)


def test_an_unknown_grid_is_an_error(district):
    with pytest.raises(GridUnknown, match="no grid"):
        grids.get(district, "nowhere", at=city_time.now())
    with pytest.raises(GridUnknown):
        grids.history(district, "nowhere")
