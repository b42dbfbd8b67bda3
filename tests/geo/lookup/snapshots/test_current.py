"""Which grids answer: published ones at once, scheduled ones in time, the last when cut off."""

import datetime
import logging
import threading

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import city_time, db
from geo.grids import grids, revisions
from geo.grids.revisions import Delta, Outline
from geo.lookup.snapshots import Live, base_index, revision_listener
from geo.lookup.snapshots.current import NotFollowing, NotReady
from geo.lookup.snapshots.index_overlay import Patched, Whole
from geo.models import Area, MicroGrid, Revision
from tests import district
from tests.district import LONG_AGO, place
from tests.waiting import until

FIRST = "230403001001"
SOON = datetime.timedelta(seconds=1)


def publish(engine, code="003", *, at=None, community=FIRST, west=0):
    """Publish one grid over the western grids of a community; return the number, acknowledged."""
    ground = shapely.box(130 + west / 1000, 47, 130 + (west + 20) / 1000, 47.01)
    with Session(engine) as session:
        old = revisions.in_force_now(session, [community])
        new = Outline(None, community, shapely.to_wkb(ground))
        deltas = [Delta(known, outline, None) for known, outline in old.items()]
        deltas.append(Delta(community + code, None, new))
        revision = revisions.publish(session, deltas, title="x", author="test", effective_at=at)
        session.commit()
        return revision.number


def answer(snapshot, east=5, north=5):
    found = snapshot.look_up(*place(east, north))
    return found.revision, found.code


def settled(live):
    """Whether all grids are in one index, with nothing laid over them."""
    return isinstance(live.now().sheet, Whole)


def test_a_publication_answers_from_then_on(live, register):
    assert answer(live.now()) == (1, FIRST + "001")
    publish(register)
    assert until(lambda: answer(live.now()) == (2, FIRST + "003"))


def test_from_the_moment_a_revision_is_seen_the_one_before_is_silent(live, register, monkeypatch):
    """The change is held up while it is read: lookups wait meanwhile, and none is from before."""
    held_up, go_on = threading.Event(), threading.Event()
    nearest = base_index.nearest

    def slowly(*args):
        held_up.set()
        go_on.wait(60)
        return nearest(*args)

    monkeypatch.setattr(base_index, "nearest", slowly)
    publish(register)
    held_up.wait(60)
    assert live.peek() is None
    with pytest.raises(NotReady, match="not compiled yet"):
        live.now(patience_s=0.1)
    with pytest.raises(NotReady):
        live.require_following()
    go_on.set()
    assert answer(live.now(patience_s=60)) == (2, FIRST + "003")


def test_a_change_is_laid_over_first_and_folded_in_later(live, register, monkeypatch):
    go_on, make = threading.Event(), base_index.make

    def slowly(*args):
        go_on.wait(60)
        return make(*args)

    monkeypatch.setattr(base_index, "make", slowly)
    publish(register)
    until(lambda: answer(live.now()) == (2, FIRST + "003"))
    assert isinstance(live.now().sheet, Patched)
    go_on.set()
    until(lambda: settled(live))
    assert answer(live.now()) == (2, FIRST + "003")


def test_a_change_to_very_many_grids_waits_for_all_of_them(live, register, monkeypatch):
    monkeypatch.setattr(base_index, "MOST_CHANGED", 1)
    publish(register)
    until(lambda: live.now(patience_s=120).revision == 2)
    assert settled(live)
    assert answer(live.now()) == (2, FIRST + "003")


def test_a_publication_while_another_is_compiled_counts_too(live, register, monkeypatch):
    monkeypatch.setattr(base_index, "MOST_CHANGED", 2)
    begun, go_on, make = threading.Event(), threading.Event(), base_index.make

    def slowly(*args):
        made = make(*args)
        begun.set()
        go_on.wait(60)
        return made

    monkeypatch.setattr(base_index, "make", slowly)
    publish(register)
    begun.wait(60)
    publish(register, community="230403001002", west=20)
    go_on.set()
    until(lambda: live.now(patience_s=120).revision == 3)
    assert answer(live.now(), 25) == (3, "230403001002003")
    assert answer(live.now(), 5) == (3, FIRST + "003")


def test_a_word_that_is_lost_is_made_up_for_by_asking(live, register):
    with register.begin() as connection:
        connection.execute(text("ALTER TABLE revision DISABLE TRIGGER announce_change"))
    publish(register)
    assert until(lambda: answer(live.now()) == (2, FIRST + "003"))


def test_nothing_is_seen_of_a_publication_that_is_not_acknowledged(live, register):
    """The database tells of a change when it is committed, and never of one rolled back."""
    with Session(register) as session:
        community = revisions.in_force_now(session, [FIRST])
        deltas = [Delta(code, old, None) for code, old in community.items()]
        revisions.publish(session, deltas, title="x", author="test")
        session.flush()
        heard = live._watch.clock._heard
        until(lambda: live._watch.clock._heard[0] > heard[0] + SOON)
        assert answer(live.now()) == (1, FIRST + "001")
        session.rollback()
    publish(register)
    assert until(lambda: answer(live.now()) == (2, FIRST + "003"))


def test_a_scheduled_revision_takes_over_at_its_moment_and_not_before(live, register):
    moment = city_time.now() + 2 * SOON
    assert publish(register, at=moment) == 2
    until(lambda: live._watch.held.next is not None)
    now = live.now()
    assert (answer(now), now.period.until) == ((1, FIRST + "001"), moment)
    assert answer(live.at(moment)) == (2, FIRST + "003")
    ahead = live._watch.held.next
    until(lambda: live._watch.clock.now() > moment)
    assert answer(live.now()) == (2, FIRST + "003")
    assert ahead.period.since == moment
    until(lambda: settled(live))
    assert answer(live.at(moment - SOON)) == (1, FIRST + "001")


def test_a_scheduled_revision_of_very_many_grids_is_compiled_ahead(live, register, monkeypatch):
    monkeypatch.setattr(base_index, "MOST_CHANGED", 1)
    moment = city_time.now() + datetime.timedelta(hours=1)
    publish(register, at=moment)
    until(lambda: live._watch.held.next is not None)
    assert isinstance(live._watch.held.next.sheet, Whole)
    assert answer(live.at(moment)) == (2, FIRST + "003")
    assert answer(live.now()) == (1, FIRST + "001")


def test_a_scheduled_revision_that_is_called_off_never_comes(live, register):
    publish(register, at=city_time.now() + datetime.timedelta(hours=1))
    until(lambda: live._watch.held.next is not None)
    with register.begin() as connection:
        grid, revision = MicroGrid.__table__, Revision.__table__
        connection.execute(grid.delete().where(grid.c.begun_in == 2))
        back = {"in_force": text("tstzrange(lower(in_force), NULL)"), "ended_in": None}
        connection.execute(grid.update().where(grid.c.ended_in == 2).values(back))
        connection.execute(revision.delete().where(revision.c.number == 2))
    until(lambda: live.now().period.until is None)
    assert answer(live.now()) == (1, FIRST + "001")


def test_a_register_made_anew_under_the_same_number_is_read_anew(live, register):
    """As `gridward demo --reset` does it: everything out and in again, backdated, at one stroke."""
    with Session(register) as session:
        session.execute(text("TRUNCATE area, revision RESTART IDENTITY CASCADE"))
        session.add(Area(code=FIRST, level="community", name="社区"))
        session.add(Revision(number=1, effective_at=LONG_AGO, title="again", author="test"))
        session.flush()
        shape = district.square(0, 0, 10, 10)
        row = {"code": FIRST + "009", "community_code": FIRST, "geom": shape, "begun_in": 1}
        session.add(MicroGrid(**row, in_force=text("tstzrange('2020-01-01Z', NULL)")))
        session.commit()
    assert until(lambda: answer(live.now(patience_s=60)) == (1, FIRST + "009"))


def test_new_names_of_areas_are_told(live, register):
    with Session(register) as session:
        session.get(Area, FIRST).name = "为民社区"
        session.commit()
    until(lambda: live.now().look_up(*place(5, 5)).areas[-1].name == "为民社区")


def test_a_point_in_no_grid_names_the_community_it_lies_in(live, register):
    publish(register, west=0)
    with register.begin() as connection:
        connection.execute(
            text("UPDATE area SET geom = ST_Multi(ST_Expand(geom, 0.01)) WHERE code = :code"),
            {"code": FIRST},
        )

    def around():
        return [plate.code for plate in live.now().look_up(*place(-5, 5)).areas]

    assert until(around) == ["230403", "230403001", FIRST]
    assert live.now().look_up(*place(-50, 5)).areas == ()


def test_the_past_is_answered_from_its_own_grids(live, register):
    publish(register)
    until(lambda: live.now().revision == 2)
    assert answer(live.at(LONG_AGO)) == (1, FIRST + "001")
    assert answer(live.at(LONG_AGO - SOON)) == (None, None)
    assert live.at(LONG_AGO) is live.at(LONG_AGO + SOON)
    assert live.at(None) is live.now()


def test_memory_and_sql_agree_on_every_moment(live, register):
    publish(register)
    publish(register, code="004")
    publish(register, code="005", at=city_time.now() + datetime.timedelta(hours=1))
    until(lambda: live.now().revision == 3)
    places = np.array([place(east, north) for east in range(-2, 44) for north in (-1, 0, 5, 10)])
    with Session(register) as session:
        told = session.scalars(
            Revision.__table__.select().with_only_columns(Revision.__table__.c.effective_at)
        ).all()
        instant = datetime.timedelta(microseconds=1)
        for moment in [*told, *(moment - instant for moment in told)]:
            assert live.at(moment).assign(places).tolist() == grids.locate(session, places, moment)


class Gate:
    """Shuts a database to everybody, and opens it again."""

    def __init__(self, engine):
        self.name = engine.url.database
        self.server = db.connect(engine.url.set(database="postgres").render_as_string(False))

    def run(self, statement):
        with self.server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement), {"name": self.name} if ":" in statement else None)

    def shut(self):
        self.run(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")

    def open(self):
        self.run(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')


@pytest.fixture
def gate(register):
    made = Gate(register)
    yield made
    made.open()
    made.server.dispose()


def test_while_the_database_is_away_lookups_go_on_and_it_is_told(live, gate, caplog):
    live.require_following()
    with caplog.at_level(logging.WARNING, logger="geo.lookup.snapshots.revision_listener"):
        gate.shut()
        until(lambda: not live.connected)
    assert [record.message for record in caplog.records if "lookups go on" in record.message]
    assert answer(live.now()) == (1, FIRST + "001")
    with pytest.raises(NotFollowing, match="those of revision 1"):
        live.require_following()


def test_once_the_database_is_back_what_was_published_meanwhile_answers(live, register, gate):
    gate.shut()
    until(lambda: not live.connected)
    gate.open()
    publish(register)
    until(lambda: live.connected)
    assert answer(live.now()) == (2, FIRST + "003")
    live.require_following()


def test_a_scheduled_revision_takes_over_while_the_database_is_away(live, register, gate):
    moment = city_time.now() + 2 * SOON
    publish(register, at=moment)
    until(lambda: live._watch.held.next is not None)
    gate.shut()
    until(lambda: not live.connected)
    until(lambda: live.now().revision == 2)
    assert live._watch.clock.now() >= moment
    assert answer(live.now()) == (2, FIRST + "003")


def test_a_silence_counts_as_a_loss_even_if_the_connection_looks_alive(live, monkeypatch):
    monkeypatch.setattr(revision_listener, "LOST_S", -1.0)
    with pytest.raises(NotFollowing):
        live.require_following()
    assert answer(live.now()) == (1, FIRST + "001")


def test_without_a_database_from_the_start_there_is_no_waiting():
    nowhere = db.connect("postgresql+psycopg://x@/x?host=/nowhere")
    with Live(nowhere, memory_bytes=1 << 30) as live:
        until(lambda: live._watch.lost)
        with pytest.raises(NotReady, match="the database is away"):
            live.now(patience_s=600)
        with pytest.raises(NotFollowing, match="none yet"):
            live.require_following()


def test_grids_that_cannot_be_compiled_silence_the_ones_before(live, register, monkeypatch, caplog):
    """The index may take one byte: what is newer than the grids at hand cannot be had."""
    live._watch.memory_bytes = 1
    monkeypatch.setattr(base_index, "MOST_CHANGED", 1)
    publish(register)
    until(lambda: live._watch.failure)
    with pytest.raises(NotReady, match="cannot be used: The index takes"):
        live.now(patience_s=600)
    live._watch.memory_bytes = 1 << 30
    monkeypatch.setattr(revision_listener, "RETRY_S", 0.0)
    live._watch._retry_at = 0.0
    assert until(lambda: not live._watch.failure and answer(live.now(patience_s=60)))[0] == 2


def test_followers_stop_when_told():
    nowhere = db.connect("postgresql+psycopg://x@/x?host=/nowhere")
    others = set(threading.enumerate())
    with Live(nowhere, memory_bytes=1 << 30):
        started = set(threading.enumerate()) - others
    assert "watching revisions" in {thread.name for thread in started}
    assert not any(thread.is_alive() for thread in started)
