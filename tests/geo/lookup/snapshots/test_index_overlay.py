"""An index with an overlay returns the same results as a full index, and as SQL."""

import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import city_time
from geo.grids import grids
from geo.lookup.snapshots import grid_index, index_overlay, queries
from geo.lookup.snapshots.grid_index import GridTable
from geo.lookup.snapshots.index_overlay import GridChanges, OverlayIndex
from tests.district import LONG_AGO
from tests.geo.lookup.snapshots.lattice import (
    SIDE,
    code,
    create_community,
    grid_versions,
    points,
    publish,
)

NO_GRIDS = (frozenset(),) * SIDE**2

owners = st.lists(
    st.sampled_from([(), (1,), (2,), (3,), (4,), (5,), (2, 4)]).map(frozenset),
    min_size=SIDE**2,
    max_size=SIDE**2,
)
few_examples = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def all_results(index, coords):
    """For each point: grid code, name, community, method, metres to the border, code beyond it."""
    positions = index.assign(coords)
    for (lon, lat), position in zip(coords.tolist(), positions, strict=True):
        located, method = index.locate(lon, lat)
        assert located == position
        border = index.nearest_border(lon, lat)
        metres, neighbor = (None, None) if border is None else (border[0], index.codes[border[1]])
        name, community_code = index.names[position], index.community_codes[position]
        yield index.codes[position], name, community_code, method, metres, neighbor


@few_examples
@given(owners, owners, owners)
def test_an_overlay_of_two_revisions_equals_a_full_index_and_sql(session, one, two, three):
    with session.begin_nested() as savepoint:
        create_community(session)
        publish(session, NO_GRIDS, one, LONG_AGO)
        connection = session.connection()
        base = grid_index.build(queries.read_grids(connection, city_time.now()))
        publish(session, one, two)
        publish(session, two, three)
        now = city_time.now()
        changes = queries.read_changes(connection, [2, 3], now, max_grids=100)
        overlay = index_overlay.build(base, changes)
        full = grid_index.build(queries.read_grids(connection, now))
        coords = points()
        assert list(all_results(overlay, coords)) == list(all_results(full, coords))
        assert overlay.codes[overlay.assign(coords)].tolist() == grids.locate(session, coords, now)
        savepoint.rollback()


@few_examples
@given(owners, owners)
def test_an_overlay_can_also_represent_a_past_moment(session, one, two):
    with session.begin_nested() as savepoint:
        create_community(session)
        publish(session, NO_GRIDS, one, LONG_AGO)
        publish(session, one, two)
        connection = session.connection()
        base = grid_index.build(queries.read_grids(connection, city_time.now()))
        past = LONG_AGO + datetime.timedelta(days=1)
        changes = queries.read_changes(connection, [2], past, max_grids=100)
        overlay = index_overlay.build(base, changes)
        full = grid_index.build(queries.read_grids(connection, past))
        assert list(all_results(overlay, points())) == list(all_results(full, points()))
        savepoint.rollback()


def test_read_changes_returns_none_if_too_many_grids_changed(session):
    create_community(session)
    publish(session, NO_GRIDS, [frozenset({i}) for i in range(SIDE**2)], LONG_AGO)
    connection, now = session.connection(), city_time.now()
    assert queries.read_changes(connection, [1], now, max_grids=15) is None
    assert len(queries.read_changes(connection, [1], now, max_grids=16).changed_codes) == 16


def test_changes_include_the_neighbors_of_changed_grids_and_their_neighbors(session):
    """Four grids in a row along the bottom; grid 9 is added on top of grid 0.

    ```
    │  0, 9  │     1    │        2        │     3     │
     changed   neighbor   its neighbor      unaffected
    ```
    """
    create_community(session)
    before = [frozenset({i}) if i < SIDE else frozenset() for i in range(SIDE**2)]
    after = [frozenset({0, 9}) if i == 0 else numbers for i, numbers in enumerate(before)]
    publish(session, NO_GRIDS, before, LONG_AGO)
    publish(session, before, after)
    changes = queries.read_changes(session.connection(), [2], city_time.now(), max_grids=9)
    assert changes.changed_codes == {code(9)}
    assert changes.nearby.codes.tolist() == [code(0), code(1), code(2), code(9)]
    assert changes.has_all_neighbors.tolist() == [True, True, False, True]


def test_without_changes_the_base_itself_is_returned():
    base = full_index([frozenset({1})] * SIDE**2)
    no_changes = GridChanges(frozenset(), grid_table(NO_GRIDS), np.zeros(0, np.bool_))
    assert index_overlay.build(base, no_changes) is base


def test_an_overlay_is_smaller_than_its_base_and_shares_it():
    base = full_index([frozenset({i}) for i in range(SIDE**2)])
    nearby = grid_table([frozenset({1}) if i == 1 else frozenset() for i in range(SIDE**2)])
    changes = GridChanges(frozenset({code(1)}), nearby, np.ones(1, np.bool_))
    overlay = index_overlay.build(base, changes)
    assert isinstance(overlay, OverlayIndex)
    assert overlay.full_index is base
    assert base.full_index is base
    assert overlay.nbytes < base.nbytes


def test_an_index_without_grids_locates_nothing():
    index = full_index(NO_GRIDS)
    assert index.codes[index.assign(points())].tolist() == [None] * len(points())
    assert index.nearest_border(130.0, 47.0) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinite_coordinates_are_in_no_grid_of_an_overlay(value):
    base = full_index([frozenset({1})] * SIDE**2)
    nearby = grid_table([frozenset({2})] * SIDE**2)
    changes = GridChanges(frozenset({code(1)}), nearby, np.ones(1, np.bool_))
    overlay = index_overlay.build(base, changes)
    coords = np.array([[value, 47.001], [130.001, 47.001]])
    assert overlay.codes[overlay.assign(coords)].tolist() == [None, code(2)]


def grid_table(owners):
    versions = grid_versions(owners)
    return GridTable(
        np.array(list(versions), dtype=object),
        np.array([version.name for version in versions.values()], dtype=object),
        np.array([version.community_code for version in versions.values()], dtype=object),
        queries.to_geometries([version.wkb for version in versions.values()]),
    )


def full_index(owners):
    return grid_index.build(grid_table(owners))
