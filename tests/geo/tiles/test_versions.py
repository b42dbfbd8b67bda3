"""The names of states: a change of a layer's tables gives another one, and nothing else does."""

import datetime

import pytest
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from geo import city_time
from geo.models import Mark, Revision
from geo.tiles import versions
from geo.tiles.layers import DRAWN_FROM, Layer

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    "table", sorted({t.__tablename__ for ts in DRAWN_FROM.values() for t in ts})
)
def test_a_change_of_a_table_renames_the_layers_drawn_from_it_and_no_other(district, table):
    before = versions.of_layers(district, ZONE)
    district.execute(text(f"DELETE FROM {table} WHERE false"))
    after = versions.of_layers(district, ZONE)
    renamed = {layer for layer in Layer if before[layer] != after[layer]}
    drawn = {la for la, tables in DRAWN_FROM.items() if table in [t.__tablename__ for t in tables]}
    assert renamed == drawn


def test_reading_renames_nothing(district):
    district.execute(text("SELECT count(*) FROM building"))
    assert versions.of_layers(district, ZONE) == versions.of_layers(district, ZONE)


def test_another_clock_is_another_state(district):
    told = versions.of_layers(district, ZONE), versions.of_layers(district, "Asia/Tokyo")
    assert not set(told[0].values()) & set(told[1].values())


def test_marks_that_are_added_up_name_the_same_state(district):
    before = versions.of_layers(district, ZONE)
    total = district.scalar(text("SELECT sum(number) FROM mark WHERE subject = 'building'"))
    district.execute(delete(Mark).where(Mark.subject == "building"))
    district.add(Mark(subject="building", number=total))
    district.flush()
    assert versions.of_layers(district, ZONE) == before


def test_marks_are_added_up_now_and_then(district):
    for _ in range(1000):
        district.execute(text("DELETE FROM backdrop WHERE false"))
    left = district.scalar(text("SELECT count(*) FROM mark WHERE subject = 'backdrop'"))
    assert left < 1000


def test_a_write_shows_in_the_state_when_it_is_committed_and_not_before(engine, session: Session):
    before = versions.of_layers(session, ZONE)
    with Session(engine) as writer:
        writer.execute(text("DELETE FROM backdrop WHERE false"))
        assert versions.of_layers(session, ZONE) == before
        writer.commit()
    assert versions.of_layers(session, ZONE)[Layer.BACKDROP] != before[Layer.BACKDROP]


def test_a_scheduled_revision_is_seen_when_it_begins_though_a_newer_one_is_in_force(district):
    """Number 2 was scheduled; number 3, of another community, began before it."""
    scheduled = city_time.now() + datetime.timedelta(days=1)
    for number, begins in ((2, scheduled), (3, city_time.now())):
        district.add(Revision(number=number, effective_at=begins, title="t", author="a"))
    district.flush()
    just_before = scheduled - datetime.timedelta(microseconds=1)
    before, after = (
        versions.of_layer(district, Layer.GRIDS, "Asia/Shanghai", at)
        for at in (just_before, scheduled)
    )
    assert (before[0], before[1] + 1) == after
    assert versions.revisions_at(district, scheduled) == after[1]
