"""Table versions: a committed write changes the version of its table, and nothing else does."""

import datetime

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from geo import city_time, table_versions
from geo.models import Building, MicroGrid, Revision, TableVersion

WRITE = text("DELETE FROM backdrop WHERE false")
"""Any statement counts as a write, even if it changes no row."""


def test_a_write_changes_the_version_of_its_table_alone(district):
    before = table_versions.read_all(district)
    district.execute(WRITE)
    after = table_versions.read_all(district)
    assert {table for table in after if before[table] != after[table]} == {"backdrop"}


def test_reading_changes_no_version(district):
    before = table_versions.read_all(district)
    district.execute(text("SELECT count(*) FROM building"))
    assert table_versions.read_all(district) == before


def test_the_sum_of_tokens_is_the_same_version_as_the_tokens(district):
    before = table_versions.read_all(district)
    district.execute(delete(TableVersion).where(TableVersion.table_name == "building"))
    district.add(TableVersion(table_name="building", token=before["building"]))
    district.flush()
    assert table_versions.read_all(district) == before


def test_tokens_are_replaced_by_their_sum_from_time_to_time(district):
    for _ in range(1000):
        district.execute(WRITE)
    count = text("SELECT count(*) FROM table_version WHERE table_name = 'backdrop'")
    assert district.scalar(count) < 1000


def test_a_write_changes_the_version_when_it_is_committed(engine, session: Session):
    before = table_versions.read_all(session)
    with Session(engine) as writer:
        writer.execute(WRITE)
        assert table_versions.read_all(session) == before
        writer.commit()
    assert table_versions.read_all(session)["backdrop"] != before["backdrop"]


def test_a_combined_version_changes_with_each_of_its_tables(district):
    tables = (Building, MicroGrid)
    versions = {table_versions.read_combined(district, *tables)}
    for table in tables:
        district.execute(text(f"DELETE FROM {table.__tablename__} WHERE false"))
        versions.add(table_versions.read_combined(district, *tables))
    assert len(versions) == 3
    district.execute(WRITE)
    assert table_versions.read_combined(district, *tables) in versions


def test_a_snapshot_counts_a_scheduled_revision_from_its_start_on(district):
    """Number 2 is scheduled; number 3, of another community, is in force before it."""
    scheduled = city_time.now() + datetime.timedelta(days=1)
    for number, effective_at in ((2, scheduled), (3, city_time.now())):
        district.add(Revision(number=number, effective_at=effective_at, title="t", author="a"))
    district.flush()
    just_before = scheduled - datetime.timedelta(microseconds=1)
    before, after = (
        table_versions.read_snapshot(district, [MicroGrid, Building], at)
        for at in (just_before, scheduled)
    )
    assert (before.tables, before.revisions + 1) == (after.tables, after.revisions)
    assert table_versions.count_revisions(district, scheduled) == after.revisions
