"""Which snapshot answers: of published revisions at once, of scheduled ones at their time."""

import datetime
import threading

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import city_time
from geo.grids import grids, revisions
from geo.grids.revisions import Delta
from geo.lookup.snapshots import base_index
from geo.lookup.snapshots.grid_index import FullIndex
from geo.lookup.snapshots.index_overlay import OverlayIndex
from geo.lookup.snapshots.snapshot_store import IndexNotReady
from geo.models import Area, MicroGrid, Revision
from tests import district
from tests.district import LONG_AGO, lon_lat
from tests.geo.lookup.snapshots.publications import (
    COMMUNITY,
    has_full_index,
    publish,
    revision_and_grid,
)
from tests.waiting import until

SECOND = datetime.timedelta(seconds=1)
HOUR = datetime.timedelta(hours=1)


def test_a_published_revision_answers_lookups(snapshots, district_engine):
    assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")
    publish(district_engine)
    assert until(lambda: revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003"))


def test_lookups_wait_for_a_new_revision_instead_of_using_the_old_one(
    snapshots, district_engine, monkeypatch
):
    started, may_continue = threading.Event(), threading.Event()
    closest_index = base_index.closest_index

    def blocked(*args):
        started.set()
        may_continue.wait(60)
        return closest_index(*args)

    monkeypatch.setattr(base_index, "closest_index", blocked)
    publish(district_engine)
    started.wait(60)
    assert snapshots.current_or_none() is None
    with pytest.raises(IndexNotReady, match="not indexed yet"):
        snapshots.current(timeout_s=0.1)
    with pytest.raises(IndexNotReady):
        snapshots.require_up_to_date()
    may_continue.set()
    assert revision_and_grid(snapshots.current(timeout_s=60)) == (2, COMMUNITY + "003")


def test_a_change_is_an_overlay_first_and_part_of_a_full_index_later(
    snapshots, district_engine, monkeypatch
):
    may_continue, build = threading.Event(), base_index.build

    def blocked(*args):
        may_continue.wait(60)
        return build(*args)

    monkeypatch.setattr(base_index, "build", blocked)
    publish(district_engine)
    until(lambda: revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003"))
    assert isinstance(snapshots.current().index, OverlayIndex)
    may_continue.set()
    until(lambda: has_full_index(snapshots))
    assert revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003")


def test_a_change_of_many_grids_gets_a_full_index(snapshots, district_engine, monkeypatch):
    monkeypatch.setattr(base_index, "MAX_CHANGED_GRIDS", 1)
    publish(district_engine)
    until(lambda: snapshots.current(timeout_s=120).revision == 2)
    assert has_full_index(snapshots)
    assert revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003")


def test_a_revision_published_during_a_full_build_is_not_lost(
    snapshots, district_engine, monkeypatch
):
    monkeypatch.setattr(base_index, "MAX_CHANGED_GRIDS", 2)
    built, may_continue, build = threading.Event(), threading.Event(), base_index.build

    def blocked(*args):
        base = build(*args)
        built.set()
        may_continue.wait(60)
        return base

    monkeypatch.setattr(base_index, "build", blocked)
    publish(district_engine)
    built.wait(60)
    publish(district_engine, community="230403001002", west=20)
    may_continue.set()
    until(lambda: snapshots.current(timeout_s=120).revision == 3)
    assert revision_and_grid(snapshots.current(), 25) == (3, "230403001002003")
    assert revision_and_grid(snapshots.current(), 5) == (3, COMMUNITY + "003")


def test_polling_finds_a_revision_whose_notification_was_lost(snapshots, district_engine):
    with district_engine.begin() as connection:
        connection.execute(text("ALTER TABLE revision DISABLE TRIGGER USER"))
    publish(district_engine)
    assert until(lambda: revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003"))


def test_a_revision_is_invisible_before_its_commit_and_after_a_rollback(snapshots, district_engine):
    with Session(district_engine) as session:
        old_grids = revisions.current_grids(session, [COMMUNITY])
        deltas = [Delta(code, grid, None) for code, grid in old_grids.items()]
        revisions.publish(session, deltas, title="x", author="test")
        session.flush()
        clock = snapshots._listener.clock
        flushed_at, _ = clock._last_sync
        until(lambda: clock._last_sync[0] > flushed_at + SECOND)
        assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")
        session.rollback()
    publish(district_engine)
    assert until(lambda: revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003"))


def test_a_scheduled_revision_takes_over_at_its_effective_time(snapshots, district_engine):
    effective_at = city_time.now() + 2 * SECOND
    assert publish(district_engine, at=effective_at) == 2
    until(lambda: snapshots._listener.state.upcoming is not None)
    current, upcoming = snapshots.current(), snapshots._listener.state.upcoming
    assert revision_and_grid(current) == (1, COMMUNITY + "001")
    assert current.period.until == upcoming.period.since == effective_at
    assert revision_and_grid(snapshots.at(effective_at)) == (2, COMMUNITY + "003")
    until(lambda: snapshots._listener.clock.now() > effective_at)
    assert revision_and_grid(snapshots.current()) == (2, COMMUNITY + "003")
    until(lambda: has_full_index(snapshots))
    assert revision_and_grid(snapshots.at(effective_at - SECOND)) == (1, COMMUNITY + "001")


def test_a_scheduled_revision_of_many_grids_is_built_in_advance(
    snapshots, district_engine, monkeypatch
):
    monkeypatch.setattr(base_index, "MAX_CHANGED_GRIDS", 1)
    effective_at = city_time.now() + HOUR
    publish(district_engine, at=effective_at)
    until(lambda: snapshots._listener.state.upcoming is not None)
    assert isinstance(snapshots._listener.state.upcoming.index, FullIndex)
    assert revision_and_grid(snapshots.at(effective_at)) == (2, COMMUNITY + "003")
    assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")


def test_a_scheduled_revision_that_is_deleted_does_not_take_over(snapshots, district_engine):
    publish(district_engine, at=city_time.now() + HOUR)
    until(lambda: snapshots._listener.state.upcoming is not None)
    with district_engine.begin() as connection:
        grid, revision = MicroGrid.__table__, Revision.__table__
        connection.execute(grid.delete().where(grid.c.begun_in == 2))
        in_force_again = {"in_force": text("tstzrange(lower(in_force), NULL)"), "ended_in": None}
        connection.execute(grid.update().where(grid.c.ended_in == 2).values(in_force_again))
        connection.execute(revision.delete().where(revision.c.number == 2))
    until(lambda: snapshots.current().period.until is None)
    assert revision_and_grid(snapshots.current()) == (1, COMMUNITY + "001")


def test_a_database_that_is_filled_again_with_the_same_revision_number_is_read_again(
    snapshots, district_engine
):
    """`gridward demo --reset` replaces everything in one transaction, with a backdated revision."""
    with Session(district_engine) as session:
        session.execute(text("TRUNCATE area, revision RESTART IDENTITY CASCADE"))
        session.add(Area(code=COMMUNITY, level="community", name="社区"))
        session.add(Revision(number=1, effective_at=LONG_AGO, title="again", author="test"))
        session.flush()
        geom = district.square(0, 0, 10, 10)
        row = {"code": COMMUNITY + "009", "community_code": COMMUNITY, "geom": geom, "begun_in": 1}
        session.add(MicroGrid(**row, in_force=text("tstzrange('2020-01-01Z', NULL)")))
        session.commit()
    assert until(
        lambda: revision_and_grid(snapshots.current(timeout_s=60)) == (1, COMMUNITY + "009")
    )


def test_a_renamed_area_has_its_new_name_in_lookups(snapshots, district_engine):
    with Session(district_engine) as session:
        session.get(Area, COMMUNITY).name = "为民社区"
        session.commit()
    until(lambda: snapshots.current().look_up(*lon_lat(5, 5)).areas[-1].name == "为民社区")


def test_a_point_outside_every_grid_gets_the_areas_of_its_community(snapshots, district_engine):
    publish(district_engine, west=0)
    with district_engine.begin() as connection:
        connection.execute(
            text("UPDATE area SET geom = ST_Multi(ST_Expand(geom, 0.01)) WHERE code = :code"),
            {"code": COMMUNITY},
        )

    def area_codes():
        return [area.code for area in snapshots.current().look_up(*lon_lat(-5, 5)).areas]

    assert until(area_codes) == ["230403", "230403001", COMMUNITY]
    assert snapshots.current().look_up(*lon_lat(-50, 5)).areas == ()


def test_a_past_moment_has_a_snapshot_of_its_own(snapshots, district_engine):
    publish(district_engine)
    until(lambda: snapshots.current().revision == 2)
    assert revision_and_grid(snapshots.at(LONG_AGO)) == (1, COMMUNITY + "001")
    assert revision_and_grid(snapshots.at(LONG_AGO - SECOND)) == (None, None)
    assert snapshots.at(LONG_AGO) is snapshots.at(LONG_AGO + SECOND)
    assert snapshots.at(None) is snapshots.current()


def test_snapshots_and_sql_agree_at_every_moment(snapshots, district_engine):
    publish(district_engine)
    publish(district_engine, suffix="004")
    publish(district_engine, suffix="005", at=city_time.now() + HOUR)
    until(lambda: snapshots.current().revision == 3)
    coords = np.array([lon_lat(east, north) for east in range(-2, 44) for north in (-1, 0, 5, 10)])
    with Session(district_engine) as session:
        revision = Revision.__table__
        effective = session.scalars(revision.select().with_only_columns(revision.c.effective_at))
        times = effective.all()
        microsecond = datetime.timedelta(microseconds=1)
        for moment in [*times, *(time - microsecond for time in times)]:
            codes = snapshots.at(moment).assign_codes(coords).tolist()
            assert codes == grids.locate(session, coords, moment)
