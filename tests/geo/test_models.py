"""The database refuses the impossible, by constraints whose names say what it was."""

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DataError, IntegrityError

from geo.models import Area, Building, Duty, GridMember, Level, MicroGrid, Person, PropertyCoverage
from tests.district import LONG_AGO, day, square

BOWTIE = from_shape(
    shapely.MultiPolygon([shapely.Polygon([(130, 47), (130.1, 47.1), (130.1, 47), (130, 47.1)])]),
    srid=4326,
)


def refused(session, row) -> str:
    """The name of the constraint that refuses a row."""
    session.add(row)
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    session.rollback()
    return caught.value.orig.diag.constraint_name


def test_a_building_has_one_manager_at_a_time(district):
    second = PropertyCoverage(
        building_code="b1", manager_code="M2", covered=Range(day("2022-01-01"), day("2022-02-01"))
    )
    assert refused(district, second) == "one_manager_at_a_time"


def kinds(session) -> set[str]:
    """What the periods under the manager M1 say of its kind."""
    of_m1 = "SELECT manager_kind FROM property_coverage WHERE manager_code = 'M1'"
    return set(session.scalars(text(of_m1)))


def test_a_period_knows_the_kind_of_its_manager(district):
    assert kinds(district) == {"property_firm"}
    district.execute(text("UPDATE manager SET kind = 'self_managed' WHERE code = 'M1'"))
    assert kinds(district) == {"self_managed"}
    district.execute(text("UPDATE property_coverage SET manager_code = 'M1'"))
    assert kinds(district) == {"self_managed"}


def test_a_period_cannot_say_another_kind(district):
    district.execute(text("UPDATE property_coverage SET manager_kind = 'community_led'"))
    assert kinds(district) == {"property_firm"}


def test_a_period_names_a_manager_who_is_there(district):
    strange = PropertyCoverage(
        building_code="b3", manager_code="M9", covered=Range(day("2022-01-01"), None)
    )
    assert refused(district, strange) == "property_coverage_manager_code_exists"


def test_a_grid_has_one_shape_at_a_time(district):
    again = MicroGrid(
        code="230403001001001",
        community_code="230403001001",
        geom=square(0, 0, 1, 1),
        in_force=Range(LONG_AGO, None),
        begun_in=1,
    )
    assert refused(district, again) == "one_shape_at_a_time"


def test_a_grids_code_starts_with_its_communitys(district):
    stray = MicroGrid(
        code="990403001001009",
        community_code="230403001001",
        geom=square(0, 0, 1, 1),
        in_force=Range(LONG_AGO, None),
        begun_in=1,
    )
    assert refused(district, stray) == "grid_code_starts_with_its_communitys"


def test_an_areas_code_starts_with_its_parents(district):
    stray = Area(code="230404", parent_code="230403", level=Level.COMMUNITY, name="x")
    assert refused(district, stray) == "area_code_starts_with_its_parents"


def test_a_footprint_is_valid(district):
    assert refused(district, Building(code="x", footprint=BOWTIE)) == "building_footprint_valid"


def test_a_period_without_days_is_none(district):
    never = PropertyCoverage(
        building_code="b3", manager_code="M1", covered=Range(day("2022-01-01"), day("2022-01-01"))
    )
    assert refused(district, never) == "coverage_begins_on_a_day"


def assigned(begin: str | None, end: str | None, grid="230403001001001") -> GridMember:
    """An assignment of the person P."""
    days = Range(begin and day(begin), end and day(end))
    return GridMember(person_code="P", grid_code=grid, assigned=days)


@pytest.fixture
def person(district):
    """A register in which P looks after the first grid since 2021."""
    district.add(Person(code="P", name="赵一"))
    district.flush()
    district.add(assigned("2021-01-01", None))
    district.commit()
    return district


def test_a_person_has_one_assignment_to_a_grid_at_a_time(person):
    again = assigned("2022-01-01", "2022-02-01")
    assert refused(person, again) == "one_assignment_to_a_grid_at_a_time"
    person.add(assigned("2022-01-01", None, grid="230403001001002"))
    person.add(assigned("2019-01-01", "2021-01-01"))
    person.flush()


@pytest.mark.parametrize("days", [("2022-01-01", "2022-01-01"), (None, "2020-01-01")])
def test_an_assignment_begins_on_a_day_and_has_one(person, days):
    assert refused(person, assigned(*days)) == "assignment_begins_on_a_day"


def test_an_assignment_names_a_grid_and_somebody_who_is_there(person):
    assert refused(person, assigned("2018-01-01", None, grid="")) == "assignment_names_a_grid"
    stranger = GridMember(person_code="Q", grid_code="x", assigned=Range(day("2021-01-01"), None))
    assert refused(person, stranger) == "grid_member_person_code_exists"


def test_a_person_has_a_name(district):
    assert refused(district, Person(code="Q", name="")) == "person_name_not_empty"


def test_a_member_whose_duty_is_not_stated_is_part_time(person):
    assert person.query(GridMember).one().duty is Duty.PART_TIME


@pytest.mark.parametrize(
    ("table", "column", "constraint"),
    [
        ("building", "status", "building_status_known"),
        ("issue", "status", "issue_status_known"),
        ("manager", "kind", "manager_kind_known"),
        ("area", "level", "area_level_known"),
        ("grid_member", "duty", "grid_member_duty_known"),
    ],
)
def test_a_closed_vocabulary_takes_no_other_word(person, table, column, constraint):
    with pytest.raises(IntegrityError) as caught:
        person.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))
    assert caught.value.orig.diag.constraint_name == constraint


def test_a_geometry_in_another_reference_system_is_refused(district):
    metres = from_shape(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), srid=3857)
    district.add(Building(code="x", footprint=metres))
    with pytest.raises(DataError):
        district.flush()


def test_the_point_of_a_building_follows_its_footprint(district):
    building = district.get(Building, "b1")
    building.footprint = square(30, 1, 32, 3)
    district.commit()
    inside = text("SELECT ST_Covers(footprint, point) FROM building WHERE code = 'b1'")
    assert district.execute(inside).scalar_one()
