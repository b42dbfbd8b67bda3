"""Grids laid over others answer as if all had been compiled, and as SQL does."""

import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import city_time
from geo.grids import grids
from geo.lookup.snapshots import index_overlay, queries
from geo.lookup.snapshots.index_overlay import Change, Patched
from tests.district import LONG_AGO
from tests.geo.lookup.snapshots.lattice import SIDE, code, found, outlines, points, publish

NOBODY = (frozenset(),) * SIDE**2

owners = st.lists(
    st.sampled_from([(), (1,), (2,), (3,), (4,), (5,), (2, 4)]).map(frozenset),
    min_size=SIDE**2,
    max_size=SIDE**2,
)
whole_database = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def everything(asked, places):
    """What a sheet says about some places: code, name, method, border, code beyond it."""
    positions = asked.assign(places)
    for (lon, lat), position in zip(places.tolist(), positions, strict=True):
        at, method = asked.place(lon, lat)
        assert at == position
        border = asked.border(lon, lat)
        beyond = border and asked.codes[border[1]]
        name, community = asked.names[at], asked.communities[at]
        yield asked.codes[at], name, community, method, border and border[0], beyond


@whole_database
@given(owners, owners, owners)
def test_a_sheet_patched_twice_over_equals_one_compiled_anew_and_sql(session, one, two, three):
    with session.begin_nested() as savepoint:
        found(session)
        publish(session, NOBODY, one, LONG_AGO)
        connection = session.connection()
        base = index_overlay.compile(queries.outlines(connection, city_time.now()))
        publish(session, one, two)
        publish(session, two, three)
        now = city_time.now()
        change = queries.change(connection, [2, 3], now, most=100)
        patched = index_overlay.patch(base, change)
        anew = index_overlay.compile(queries.outlines(connection, now))
        places = points()
        assert list(everything(patched, places)) == list(everything(anew, places))
        assert patched.codes[patched.assign(places)].tolist() == grids.locate(session, places, now)
        savepoint.rollback()


@whole_database
@given(owners, owners)
def test_a_past_moment_is_a_patch_on_today_too(session, one, two):
    with session.begin_nested() as savepoint:
        found(session)
        publish(session, NOBODY, one, LONG_AGO)
        publish(session, one, two)
        connection = session.connection()
        base = index_overlay.compile(queries.outlines(connection, city_time.now()))
        then = LONG_AGO + datetime.timedelta(days=1)
        patched = index_overlay.patch(base, queries.change(connection, [2], then, most=100))
        anew = index_overlay.compile(queries.outlines(connection, then))
        assert list(everything(patched, points())) == list(everything(anew, points()))
        savepoint.rollback()


def test_more_changes_than_allowed_are_no_patch(session):
    found(session)
    publish(session, NOBODY, [frozenset({at}) for at in range(SIDE**2)], LONG_AGO)
    connection, now = session.connection(), city_time.now()
    assert queries.change(connection, [1], now, most=15) is None
    assert len(queries.change(connection, [1], now, most=16).changed) == 16


def test_a_change_brings_its_neighbours_and_theirs_and_no_more(session):
    """Eight cells in a row along the bottom; cell 0 is redrawn.

    ```
    │ 0 │ 1 │ 2 │ 3 │      changed  near  around  untouched
    ```
    """
    found(session)
    before = [frozenset({at}) if at < SIDE else frozenset() for at in range(SIDE**2)]
    after = [frozenset({0, 9}) if at == 0 else own for at, own in enumerate(before)]
    publish(session, NOBODY, before, LONG_AGO)
    publish(session, before, after)
    change = queries.change(session.connection(), [2], city_time.now(), most=9)
    assert change.changed == {code(9)}
    assert change.fresh.codes.tolist() == [code(0), code(1), code(2), code(9)]
    assert change.near.tolist() == [True, True, False, True]


def test_nothing_changed_is_the_sheet_itself():
    base = _compiled([frozenset({1})] * SIDE**2)
    nothing = Change(frozenset(), _outlines(NOBODY), np.zeros(0, np.bool_))
    assert index_overlay.patch(base, nothing) is base


def test_a_patch_is_small_beside_its_base_and_shares_it():
    base = _compiled([frozenset({at}) for at in range(SIDE**2)])
    fresh = _outlines([frozenset({1}) if at == 1 else frozenset() for at in range(SIDE**2)])
    patched = index_overlay.patch(base, Change(frozenset({code(1)}), fresh, np.ones(1, np.bool_)))
    assert isinstance(patched, Patched)
    assert patched.whole is base
    assert base.whole is base
    assert patched.nbytes < base.nbytes


def test_no_grids_at_all_place_nothing():
    nothing = _compiled(NOBODY)
    assert nothing.codes[nothing.assign(points())].tolist() == [None] * len(points())
    assert nothing.border(130.0, 47.0) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_in_no_grid_of_a_patch(bad):
    base = _compiled([frozenset({1})] * SIDE**2)
    fresh = _outlines([frozenset({2})] * SIDE**2)
    patched = index_overlay.patch(base, Change(frozenset({code(1)}), fresh, np.ones(1, np.bool_)))
    places = np.array([[bad, 47.001], [130.001, 47.001]])
    assert patched.codes[patched.assign(places)].tolist() == [None, code(2)]


def _outlines(owners):
    known = outlines(owners)
    return index_overlay.Outlines(
        np.array(list(known), dtype=object),
        np.array([outline.name for outline in known.values()], dtype=object),
        np.array([outline.community_code for outline in known.values()], dtype=object),
        queries._shapes([outline.wkb for outline in known.values()]),
    )


def _compiled(owners):
    return index_overlay.compile(_outlines(owners))
