"""Every kind of finding is found, and nothing in a district that is in order."""

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import select, text

from geo.models import Building, MicroGrid
from geo.quality import checks
from geo.quality.findings import MEANING
from tests.district import square

GRID = "230403001001001"
OF_PLANS = {
    "grid_invalid",
    "grid_in_parts",
    "grid_empty",
    "grid_too_small",
    "grid_too_large",
    "grid_long_thin",
}
"""Tried in tests/geo/plans/core/test_rules.py."""


def kinds(session) -> set[str]:
    session.flush()
    return {finding.kind for finding in checks.findings(session)}


def reshape(session, code, shape) -> None:
    session.scalars(select(MicroGrid).where(MicroGrid.code == code)).one().geom = shape


def building(session, shape, code="new", community="230403001001") -> None:
    session.add(Building(code=code, community_code=community, footprint=shape))


def astride(session):
    building(session, square(9, 5, 11, 7))


def lost(session):
    building(session, square(50, 50, 51, 51))


def unplaced(session):
    building(session, square(5, 5, 6, 6), community=None)


def twin(session):
    building(session, square(2, 2, 4, 4))


def gap(session):
    reshape(session, GRID, square(0, 0, 9, 10))


def overlap(session):
    reshape(session, GRID, square(0, 0, 11, 10))


def reach_out(session):
    reshape(session, GRID, square(-1, 0, 10, 10))


def sliver(session):
    main = shapely.box(130, 47, 130.01, 47.01)
    thin = shapely.box(130.02, 47.02, 130.03, 47.020001)
    reshape(session, GRID, from_shape(shapely.MultiPolygon([main, thin]), srid=4326))


CASES = {
    "building_astride_grids": astride,
    "building_in_no_grid": lost,
    "building_outside_community": lost,
    "building_without_community": unplaced,
    "duplicate_footprint": twin,
    "grid_gap": gap,
    "grid_overlap": overlap,
    "grid_outside_community": reach_out,
    "grid_sliver": sliver,
}


def test_a_district_in_order_has_nothing_to_find(district):
    assert kinds(district) == set()


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_of_finding_is_found(district, kind):
    CASES[kind](district)
    assert kind in kinds(district)


def test_every_kind_is_tried_here_or_among_the_rules_of_plans():
    assert CASES.keys() | OF_PLANS == MEANING.keys()


def test_a_gap_tells_its_size_and_a_place_inside_it(district):
    gap(district)
    district.flush()
    [found] = [each for each in checks.findings(district) if each.kind == "grid_gap"]
    inside = text(
        "SELECT ST_Covers(ST_MakeEnvelope(130.009, 47, 130.01, 47.01), ST_MakePoint(:lon, :lat))"
    )
    where = {"lon": found.lon, "lat": found.lat}
    assert district.execute(inside, where).scalar_one()
    geodesic = text("SELECT ST_Area(ST_MakeEnvelope(130.009, 47, 130.01, 47.01, 4326)::geography)")
    assert found.size == pytest.approx(district.execute(geodesic).scalar_one(), rel=1e-6)
    assert found.is_error
    assert "230403001001" in found.codes


def test_an_area_narrows_what_is_looked_at(district):
    gap(district)
    district.flush()
    assert checks.findings(district, area_code="230403001002") == []
    assert checks.findings(district, area_code="230403001001") != []
