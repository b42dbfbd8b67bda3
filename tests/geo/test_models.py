"""Database constraints refuse invalid rows, by names that say why."""

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


def violated_constraint(session, row) -> str:
    """The name of the constraint that a row violates."""
    session.add(row)
    with pytest.raises(IntegrityError) as caught:
        session.flush()
    session.rollback()
    return caught.value.orig.diag.constraint_name


def test_a_building_has_one_manager_at_a_time(district):
    second = PropertyCoverage(
        building_code="b1", manager_code="M2", covered=Range(day("2022-01-01"), day("2022-02-01"))
    )
    assert violated_constraint(district, second) == "one_manager_at_a_time"


def coverage_kinds(session) -> set[str]:
    """The manager kinds of the coverage periods of manager M1."""
    statement = "SELECT manager_kind FROM property_coverage WHERE manager_code = 'M1'"
    return set(session.scalars(text(statement)))


def test_a_coverage_period_copies_the_kind_of_its_manager(district):
    assert coverage_kinds(district) == {"property_firm"}
    district.execute(text("UPDATE manager SET kind = 'self_managed' WHERE code = 'M1'"))
    assert coverage_kinds(district) == {"self_managed"}
    district.execute(text("UPDATE property_coverage SET manager_code = 'M1'"))
    assert coverage_kinds(district) == {"self_managed"}


def test_a_coverage_period_cannot_have_another_kind(district):
    district.execute(text("UPDATE property_coverage SET manager_kind = 'community_led'"))
    assert coverage_kinds(district) == {"property_firm"}


def test_a_coverage_period_has_an_existing_manager(district):
    unknown_manager = PropertyCoverage(
        building_code="b3", manager_code="M9", covered=Range(day("2022-01-01"), None)
    )
    assert violated_constraint(district, unknown_manager) == "property_coverage_manager_code_exists"


def test_a_grid_has_one_geometry_at_a_time(district):
    duplicate = MicroGrid(
        code="230403001001001",
        community_code="230403001001",
        geom=square(0, 0, 1, 1),
        in_force=Range(LONG_AGO, None),
        begun_in=1,
    )
    assert violated_constraint(district, duplicate) == "one_shape_at_a_time"


def test_a_grids_code_starts_with_its_communitys(district):
    stray = MicroGrid(
        code="990403001001009",
        community_code="230403001001",
        geom=square(0, 0, 1, 1),
        in_force=Range(LONG_AGO, None),
        begun_in=1,
    )
    assert violated_constraint(district, stray) == "grid_code_starts_with_its_communitys"


def test_an_areas_code_starts_with_its_parents(district):
    stray = Area(code="230404", parent_code="230403", level=Level.COMMUNITY, name="x")
    assert violated_constraint(district, stray) == "area_code_starts_with_its_parents"


def test_a_footprint_is_valid(district):
    assert (
        violated_constraint(district, Building(code="x", footprint=BOWTIE))
        == "building_footprint_valid"
    )


def test_a_coverage_period_is_not_empty(district):
    empty = PropertyCoverage(
        building_code="b3", manager_code="M1", covered=Range(day("2022-01-01"), day("2022-01-01"))
    )
    assert violated_constraint(district, empty) == "coverage_begins_on_a_day"


def assigned(begin: str | None, end: str | None, grid="230403001001001") -> GridMember:
    """An assignment of the person P."""
    days = Range(begin and day(begin), end and day(end))
    return GridMember(person_code="P", grid_code=grid, assigned=days)


@pytest.fixture
def person(district):
    """The district with the person P, assigned to the first grid since 2021."""
    district.add(Person(code="P", name="赵一"))
    district.flush()
    district.add(assigned("2021-01-01", None))
    district.commit()
    return district


def test_a_person_has_one_assignment_to_a_grid_at_a_time(person):
    overlapping = assigned("2022-01-01", "2022-02-01")
    assert violated_constraint(person, overlapping) == "one_assignment_to_a_grid_at_a_time"
    person.add(assigned("2022-01-01", None, grid="230403001001002"))
    person.add(assigned("2019-01-01", "2021-01-01"))
    person.flush()


@pytest.mark.parametrize("days", [("2022-01-01", "2022-01-01"), (None, "2020-01-01")])
def test_an_assignment_has_a_first_day_and_is_not_empty(person, days):
    assert violated_constraint(person, assigned(*days)) == "assignment_begins_on_a_day"


def test_an_assignment_has_a_grid_and_an_existing_person(person):
    assert (
        violated_constraint(person, assigned("2018-01-01", None, grid=""))
        == "assignment_names_a_grid"
    )
    stranger = GridMember(person_code="Q", grid_code="x", assigned=Range(day("2021-01-01"), None))
    assert violated_constraint(person, stranger) == "grid_member_person_code_exists"


def test_a_person_has_a_name(district):
    assert violated_constraint(district, Person(code="Q", name="")) == "person_name_not_empty"


def test_the_default_duty_is_part_time(person):
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
def test_an_enum_column_refuses_other_values(person, table, column, constraint):
    with pytest.raises(IntegrityError) as caught:
        person.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))
    assert caught.value.orig.diag.constraint_name == constraint


def test_a_geometry_with_another_srid_is_refused(district):
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
