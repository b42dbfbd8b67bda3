"""Every kind of finding is detected, and a valid district has none."""

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import select, text

from geo.models import Area, Building, MicroGrid
from geo.quality import checks
from geo.quality.findings import MEANING
from tests.district import square

GRID = "230403001001001"
KINDS_OF_PLANS = {
    "grid_invalid",
    "grid_in_parts",
    "grid_empty",
    "grid_too_small",
    "grid_too_large",
    "grid_long_thin",
}
"""Tested in tests/geo/plans/core/test_rules.py."""


def kinds(session) -> set[str]:
    session.flush()
    return {finding.kind for finding in checks.run_checks(session)}


def set_geometry(session, code, geom) -> None:
    session.scalars(select(MicroGrid).where(MicroGrid.code == code)).one().geom = geom


def add_building(session, footprint, community="230403001001") -> None:
    session.add(Building(code="new", community_code=community, footprint=footprint))


def astride(session):
    add_building(session, square(9, 5, 11, 7))


def outside(session):
    add_building(session, square(50, 50, 51, 51))


def without_community(session):
    add_building(session, square(5, 5, 6, 6), community=None)


def duplicate(session):
    add_building(session, square(2, 2, 4, 4))


def gap(session):
    set_geometry(session, GRID, square(0, 0, 9, 10))


def gap_between_communities(session):
    """Community 001 ends a metre before 002."""
    area = session.scalars(select(Area).where(Area.code == "230403001001")).one()
    area.geom = square(0, 0, 19.99, 10)


def overlap(session):
    set_geometry(session, GRID, square(0, 0, 11, 10))


def grid_outside(session):
    set_geometry(session, GRID, square(-1, 0, 10, 10))


def sliver(session):
    main = shapely.box(130, 47, 130.01, 47.01)
    thin = shapely.box(130.02, 47.02, 130.03, 47.020001)
    set_geometry(session, GRID, from_shape(shapely.MultiPolygon([main, thin]), srid=4326))


CASES = {
    "building_astride_grids": astride,
    "building_in_no_grid": outside,
    "building_outside_community": outside,
    "building_without_community": without_community,
    "community_gap": gap_between_communities,
    "duplicate_footprint": duplicate,
    "grid_gap": gap,
    "grid_overlap": overlap,
    "grid_outside_community": grid_outside,
    "grid_sliver": sliver,
}


def test_a_valid_district_has_no_findings(district):
    assert kinds(district) == set()


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_finding_is_detected(district, kind):
    CASES[kind](district)
    assert kind in kinds(district)


def test_every_kind_is_tested_here_or_with_the_rules_of_plans():
    assert CASES.keys() | KINDS_OF_PLANS == MEANING.keys()


def test_a_gap_has_its_size_and_a_point_inside(district):
    gap(district)
    district.flush()
    findings = checks.run_checks(district)
    [finding] = [one for one in findings if one.kind == "grid_gap"]
    inside = text(
        "SELECT ST_Covers(ST_MakeEnvelope(130.009, 47, 130.01, 47.01), ST_MakePoint(:lon, :lat))"
    )
    point = {"lon": finding.lon, "lat": finding.lat}
    assert district.execute(inside, point).scalar_one()
    geodesic = text("SELECT ST_Area(ST_MakeEnvelope(130.009, 47, 130.01, 47.01, 4326)::geography)")
    assert finding.size == pytest.approx(district.execute(geodesic).scalar_one(), rel=1e-6)
    assert finding.is_error
    assert "230403001001" in finding.codes


def test_a_gap_between_communities_is_reported_once_with_both(district):
    """Not once more for the district, and not where it is as wide as a river."""
    gap_between_communities(district)
    district.flush()
    [finding] = [one for one in checks.run_checks(district) if one.kind == "community_gap"]
    assert finding.codes == ("230403001", "230403001001", "230403001002")
    area = district.scalars(select(Area).where(Area.code == "230403001001")).one()
    area.geom = square(0, 0, 19, 10)
    assert "community_gap" not in kinds(district)


def test_checks_can_be_limited_to_an_area(district):
    gap(district)
    district.flush()
    assert checks.run_checks(district, area_code="230403001002") == []
    assert checks.run_checks(district, area_code="230403001001") != []
