"""Concurrent publishers, some of them killed: each revision is stored completely or not at all."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from geo import db
from geo.grids import grids, revert, revision_diff, revisions
from geo.grids.revisions import Delta, GridVersion
from geo.lookup.snapshots import SnapshotStore
from geo.models import MicroGrid, Revision
from tests import district as districts
from tests import publish_process
from tests.district import lon_lat
from tests.district_edits import COMMUNITY_1, COMMUNITY_2
from tests.geo.grids.publishing import (
    PublishingProcesses,
    check_history,
    check_published,
    load_revisions,
)
from tests.waiting import until


@pytest.fixture
def city(database_url: str) -> Iterator[Engine]:
    """A database with the district, for many connections."""
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.insert_district(session)
    yield engine
    engine.dispose()


def publish_border(engine: Engine, community: str, position: int) -> int:
    """Publish the border at a position of 1,000 in a transaction of its own."""
    with Session(engine) as session, session.begin():
        return publish_process.publish(session, community, position, title=str(position))


def test_publishers_in_two_communities_do_not_wait_for_each_other(city):
    with Session(city) as slow, slow.begin():
        revisions.lock_communities(slow, [COMMUNITY_1])
        began = time.monotonic()
        publish_border(city, COMMUNITY_2, 400)
        assert time.monotonic() - began < 2
        publish_process.publish(slow, COMMUNITY_1, 300)
    assert [revision.number for revision in load_revisions(city)] == [1, 2, 3]
    check_history(city)


def test_in_one_community_the_second_publisher_waits_for_the_first(city):
    done: list[int] = []
    with Session(city) as slow, slow.begin():
        first = publish_process.publish(slow, COMMUNITY_1, 300)
        second = threading.Thread(
            target=lambda: done.append(publish_border(city, COMMUNITY_1, 600))
        )
        second.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with city.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
            until(lambda: watch.execute(waiting).scalar())
        assert done == []
    second.join()
    assert done == [first + 1]
    check_history(city)


def test_adding_a_building_does_not_wait_for_a_publisher(city):
    with Session(city) as slow, slow.begin():
        revisions.lock_communities(slow, [COMMUNITY_1])
        with Session(city) as other, other.begin():
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            other.execute(
                text(
                    "INSERT INTO building (code, community_code, footprint) SELECT 'new', "
                    "community_code, footprint FROM building WHERE code = 'b1'"
                )
            )
            added = other.scalar(text("SELECT count(*) FROM building WHERE code = 'new'"))
    assert added == 1


def test_a_hundred_publishers_make_a_hundred_revisions_without_skipping_numbers(city):
    positions = [random.Random(7).randrange(100, 900) for _ in range(100)]
    jobs = zip([COMMUNITY_1, COMMUNITY_2] * 50, positions, strict=True)
    with ThreadPoolExecutor(10) as pool:
        published = list(pool.map(lambda job: publish_border(city, *job), jobs))
    numbers = [revision.number for revision in load_revisions(city)]
    assert sorted(published) == numbers[1:]
    assert numbers == list(range(1, 102))
    moments = [revision.effective_at for revision in load_revisions(city)]
    assert moments == sorted(moments)
    check_history(city)


def test_a_publication_with_a_failing_statement_is_rolled_back(city):
    """Each delta violates another constraint, at another step of the publication."""
    with Session(city) as session:
        before = revisions.current_grids(session, [COMMUNITY_1])
        code, old = next(iter(before.items()))
    invalid = (
        Delta("99", None, GridVersion(None, COMMUNITY_1, old.wkb)),
        Delta(code, None, old),
    )
    for delta in invalid:
        with pytest.raises(IntegrityError), Session(city) as session, session.begin():
            revisions.publish(session, [delta], title="x", author="x")
    assert len(load_revisions(city)) == 1
    with Session(city) as session:
        assert revisions.current_grids(session, [COMMUNITY_1]) == before
    assert publish_border(city, COMMUNITY_1, 500) == 2


def test_a_session_terminated_before_its_commit_is_rolled_back(city):
    with Session(city) as session:
        publish_process.publish(session, COMMUNITY_1, 300)
        pid = session.scalar(select(func.pg_backend_pid()))
        with city.connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({pid})"))
        with pytest.raises(OperationalError):
            session.commit()
    assert len(load_revisions(city)) == 1
    check_history(city)
    assert publish_border(city, COMMUNITY_1, 500) == 2


def publishers(url: str, seed: int) -> PublishingProcesses:
    return PublishingProcesses("tests.publish_process", url, seed, kill_after_s=(0.3, 1.8))


def test_killed_publishers_leave_a_complete_revision_or_none(city, database_url):
    published = publishers(database_url, seed=3).run(18)
    assert len(published) >= 12
    check_published(city, published)


@pytest.mark.long
def test_two_hundred_publishers_some_of_them_killed(city, database_url):
    published = publishers(database_url, seed=5).run(200)
    assert len(published) >= 130
    check_published(city, published)


def test_a_revert_sees_what_was_published_while_it_waited(city):
    """Revision 2 is reverted while another one changes the same grids: only one succeeds."""
    publish_border(city, COMMUNITY_1, 300)
    refused: list[Exception] = []

    def revert_second() -> None:
        try:
            with Session(city) as session, session.begin():
                revert.revert(session, 2, author="test")
        except (revert.ChangedSince, DBAPIError) as error:
            refused.append(error)

    with Session(city) as first, first.begin():
        publish_process.publish(first, COMMUNITY_1, 700)
        thread = threading.Thread(target=revert_second)
        thread.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with city.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
            until(lambda: watch.execute(waiting).scalar())
    thread.join()
    assert [type(error) for error in refused] == [revert.ChangedSince]
    check_history(city)


def test_the_check_of_the_history_detects_a_gap(city):
    publish_border(city, COMMUNITY_1, 300)
    with Session(city) as session, session.begin():
        shrunk = shapely.to_wkb(shapely.MultiPolygon([shapely.box(130, 47, 130.001, 47.01)]))
        session.execute(
            text(
                "UPDATE micro_grid SET geom = ST_GeomFromWKB(:wkb, 4326) "
                "WHERE begun_in = 2 AND code LIKE '%001'"
            ),
            {"wkb": shrunk},
        )
    with pytest.raises(AssertionError):
        check_history(city)


def test_lookups_at_each_revision_return_its_grids_in_sql_and_in_memory(city):
    """Eight borders are published, two reverted; grids by shapely, SQL and index agree."""
    chance = random.Random(11)
    for turn in range(8):
        publish_border(city, (COMMUNITY_1, COMMUNITY_2)[turn % 2], chance.randrange(100, 900))
    for number in (9, 8):
        with Session(city) as session, session.begin():
            revert.revert(session, number, author="test")
    points = np.array([lon_lat(chance.uniform(0, 40), chance.uniform(0, 10)) for _ in range(200)])
    with Session(city) as session, SnapshotStore(city, memory_bytes=1 << 30) as snapshots:
        for revision in session.scalars(select(Revision)).all():
            expected = grids_by_shapely(session, revision.number, points)
            assert grids.locate(session, points, revision.effective_at) == expected
            assert snapshots.at(revision.effective_at).assign_codes(points).tolist() == expected


def grids_by_shapely(session: Session, number: int, points: np.ndarray) -> list[str]:
    """Return the grid of each point after a revision, computed by shapely."""
    wkb = func.ST_AsBinary(MicroGrid.geom)
    rows = session.execute(
        select(MicroGrid.code, wkb)
        .where(revision_diff.in_force_in(number))
        .order_by(MicroGrid.code)
    ).all()
    geoms = shapely.from_wkb([bytes(row[1]) for row in rows])
    is_inside = shapely.intersects(geoms[:, None], shapely.points(points)[None, :])
    return [rows[position][0] for position in is_inside.argmax(axis=0)]
