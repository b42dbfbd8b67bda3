"""Many who publish at once, and some who are stopped on the way: all of a revision, or nothing."""

import random
import signal
import subprocess
import sys
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

from geo import areas, db
from geo.geometry import topology
from geo.grids import grids, revert, revision_diff, revisions
from geo.grids.revisions import Delta, Outline
from geo.lookup.snapshots import Live
from geo.models import Area, MicroGrid, Revision
from tests import district as districts
from tests import publisher
from tests.district import place
from tests.redrawn import FIRST, SECOND
from tests.waiting import until


@pytest.fixture
def city(database_url: str) -> Iterator[Engine]:
    """A register that holds the district, for many connections."""
    engine = db.connect(database_url)
    with Session(engine) as session:
        districts.build(session)
    yield engine
    engine.dispose()


def published(engine: Engine, community: str, at: int) -> int:
    """Publish the border at so many of 1,000 in a transaction of its own."""
    with Session(engine) as session, session.begin():
        return publisher.publish(session, community, at, title=str(at))


def history(engine: Engine) -> list[Revision]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Revision).order_by(Revision.number)))


def require_sound_history(engine: Engine) -> None:
    """Every moment at which anything changed tiles exactly: by shapely, and by PostGIS."""
    with Session(engine) as session:
        outlines = areas.outlines(session, [FIRST, SECOND])
        for moment in session.scalars(select(Revision.effective_at)).all():
            for community in (FIRST, SECOND):
                own = MicroGrid.community_code == community
                standing = revision_diff.standing(moment)
                wkb = session.scalars(select(func.ST_AsBinary(MicroGrid.geom)).where(own, standing))
                geoms = np.asarray(shapely.from_wkb([bytes(each) for each in wkb]), dtype=object)
                assert topology.tiles(geoms), (moment, community)
                assert topology.flaws(geoms, outlines[community]) == []
                outline = select(Area.geom).where(Area.code == community).scalar_subquery()
                gap = func.ST_Area(func.ST_SymDifference(func.ST_Union(MicroGrid.geom), outline))
                surplus = func.sum(func.ST_Area(MicroGrid.geom)) - func.ST_Area(outline)
                missing, twice = session.execute(select(gap, surplus).where(own, standing)).one()
                assert missing < 1e-15
                assert abs(twice) < 1e-15


def test_two_communities_publish_at_the_same_time_without_waiting_for_each_other(city):
    with Session(city) as slow, slow.begin():
        revisions.lock(slow, [FIRST])
        began = time.monotonic()
        published(city, SECOND, 400)
        assert time.monotonic() - began < 2
        publisher.publish(slow, FIRST, 300)
    assert [revision.number for revision in history(city)] == [1, 2, 3]
    require_sound_history(city)


def test_in_one_community_the_second_waits_for_the_first_and_builds_on_it(city):
    done: list[int] = []
    with Session(city) as slow, slow.begin():
        first = publisher.publish(slow, FIRST, 300)
        second = threading.Thread(target=lambda: done.append(published(city, FIRST, 600)))
        second.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with city.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
            until(lambda: watch.execute(waiting).scalar())
        assert done == []
    second.join()
    assert done == [first + 1]
    require_sound_history(city)


def test_who_files_a_building_does_not_wait_for_who_publishes(city):
    with Session(city) as slow, slow.begin():
        revisions.lock(slow, [FIRST])
        with Session(city) as other, other.begin():
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            other.execute(
                text(
                    "INSERT INTO building (code, community_code, footprint) SELECT 'new', "
                    "community_code, footprint FROM building WHERE code = 'b1'"
                )
            )
            filed = other.scalar(text("SELECT count(*) FROM building WHERE code = 'new'"))
    assert filed == 1


def test_a_hundred_publishers_leave_a_hundred_revisions_and_no_gap_in_their_numbers(city):
    places = [random.Random(7).randrange(100, 900) for _ in range(100)]
    jobs = zip([FIRST, SECOND] * 50, places, strict=True)
    with ThreadPoolExecutor(10) as pool:
        told = list(pool.map(lambda job: published(city, *job), jobs))
    numbers = [revision.number for revision in history(city)]
    assert sorted(told) == numbers[1:]
    assert numbers == list(range(1, 102))
    moments = [revision.effective_at for revision in history(city)]
    assert moments == sorted(moments)
    require_sound_history(city)


def test_a_statement_that_fails_on_the_way_leaves_nothing(city):
    """Each change is refused by another rule, and at another point of the publication."""
    with Session(city) as session:
        before = revisions.in_force_now(session, [FIRST])
        code, old = next(iter(before.items()))
    bad = (
        Delta("99", None, Outline(None, FIRST, old.wkb)),
        Delta(code, None, old),
    )
    for delta in bad:
        with pytest.raises(IntegrityError), Session(city) as session, session.begin():
            revisions.publish(session, [delta], title="x", author="x")
    assert len(history(city)) == 1
    with Session(city) as session:
        assert revisions.in_force_now(session, [FIRST]) == before
    assert published(city, FIRST, 500) == 2


def test_a_session_that_the_database_ends_before_the_commit_leaves_nothing(city):
    with Session(city) as session:
        publisher.publish(session, FIRST, 300)
        own = session.scalar(select(func.pg_backend_pid()))
        with city.connect() as other:
            other.execute(text(f"SELECT pg_terminate_backend({own})"))
        with pytest.raises(OperationalError):
            session.commit()
    assert len(history(city)) == 1
    require_sound_history(city)
    assert published(city, FIRST, 500) == 2


def start(url: str, community: str, at: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.publisher", url, community, str(at)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def check_acknowledged(engine: Engine, told: dict[int, str]) -> None:
    """Each acknowledged publication is there once; any other is there whole, or not at all."""
    titles = {revision.number: revision.title for revision in history(engine)[1:]}
    assert told.items() <= titles.items()
    assert len(set(titles.values())) == len(titles)
    with Session(engine) as session:
        for number in titles:
            began = session.scalar(select(func.count()).where(MicroGrid.begun_in == number))
            ended = session.scalar(select(func.count()).where(MicroGrid.ended_in == number))
            assert (began, ended) == (2, 2)
    require_sound_history(engine)


def run_publishers(url: str, count: int, seed: int, at_once: int = 6) -> dict[int, str]:
    """Start so many publishers, kill every third at a random moment; return what they told."""
    chance = random.Random(seed)
    told: dict[int, str] = {}
    places = chance.sample(range(100, 900), count)

    def one(job: tuple[int, int]) -> None:
        position, at = job
        process = start(url, (FIRST, SECOND)[position % 2], at)
        if position % 3 == 0:
            time.sleep(chance.uniform(0.3, 1.8))
            process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=120)
        if out.startswith("published"):
            told[int(out.split()[1])] = str(at)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, enumerate(places)))
    return told


def test_publishers_that_are_killed_leave_all_of_a_revision_or_nothing(city, database_url):
    told = run_publishers(database_url, 18, seed=3)
    assert len(told) >= 12
    check_acknowledged(city, told)


@pytest.mark.long
def test_two_hundred_publishers_some_of_them_killed(city, database_url):
    told = run_publishers(database_url, 200, seed=5)
    assert len(told) >= 130
    check_acknowledged(city, told)


def test_what_was_published_meanwhile_is_seen_by_who_takes_back(city):
    """One takes revision 2 back while another changes the same grids: only one of them can."""
    published(city, FIRST, 300)
    refused: list[Exception] = []

    def back() -> None:
        try:
            with Session(city) as session, session.begin():
                revert.revert(session, 2, author="test")
        except (revert.ChangedSince, DBAPIError) as error:
            refused.append(error)

    with Session(city) as first, first.begin():
        publisher.publish(first, FIRST, 700)
        thread = threading.Thread(target=back)
        thread.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with city.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
            until(lambda: watch.execute(waiting).scalar())
    thread.join()
    assert [type(error) for error in refused] == [revert.ChangedSince]
    require_sound_history(city)


def test_the_check_of_a_history_sees_a_gap(city):
    published(city, FIRST, 300)
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
        require_sound_history(city)


def test_points_asked_at_each_revision_get_its_grids_in_sql_and_in_memory(city):
    """8 borders drawn, two of them taken back: what stands by number, by SQL, and in memory."""
    chance = random.Random(11)
    for turn in range(8):
        published(city, (FIRST, SECOND)[turn % 2], chance.randrange(100, 900))
    for number in (9, 8):
        with Session(city) as session, session.begin():
            revert.revert(session, number, author="test")
    points = np.array([place(chance.uniform(0, 40), chance.uniform(0, 10)) for _ in range(200)])
    with Session(city) as session, Live(city, memory_bytes=1 << 30) as live:
        for revision in session.scalars(select(Revision)).all():
            told = by_number(session, revision.number, points)
            assert grids.locate(session, points, revision.effective_at) == told
            assert live.at(revision.effective_at).assign(points).tolist() == told


def by_number(session: Session, number: int, points: np.ndarray) -> list[str]:
    """The grid of each point in what a revision left standing, by shapely."""
    wkb = func.ST_AsBinary(MicroGrid.geom)
    rows = session.execute(
        select(MicroGrid.code, wkb).where(revision_diff.standing(number)).order_by(MicroGrid.code)
    ).all()
    shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
    covered = shapely.intersects(shapes[:, None], shapely.points(points)[None, :])
    return [rows[position][0] for position in covered.argmax(axis=0)]
