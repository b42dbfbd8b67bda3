"""The buildings of a community in one row of arrays are those of the table, row by row."""

import pytest
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select, update

from geo.models import Building
from geo.plans import standing_buildings
from tests.district import COMMUNITY_1, square
from tests.town_units import box

INSIDE = box(0, 0, 20, 10)
ODD_CODES = ("a,b", 'a"b', "a{b}", "a\\b", "NULL", "楼-1", "a b")


@pytest.fixture
def odd_buildings(district):
    """The district, with codes that arrays must quote, a courtyard, and a building of two parts."""
    for position, code in enumerate(ODD_CODES):
        west = 1 + 2 * position
        footprint = square(west, 6, west + 1, 7)
        district.add(Building(code=code, community_code=COMMUNITY_1, footprint=footprint))
    courtyard = shapely.difference(box(8, 1, 10, 3), box(8.5, 1.5, 9.5, 2.5))
    two_parts = shapely.union(box(14, 1, 15, 2), box(16, 1, 17, 2))
    for code, geom in (("b1", courtyard), ("b2", two_parts)):
        wkb = f"SRID=4326;{shapely.multipolygons(shapely.get_parts(geom)).wkt}"
        district.execute(update(Building).where(Building.code == code).values(footprint=wkb))
    return district


@pytest.mark.parametrize("chunk", [1, 2, standing_buildings.CHUNK])
def test_they_are_those_of_the_table(odd_buildings, monkeypatch, chunk):
    monkeypatch.setattr(standing_buildings, "CHUNK", chunk)
    loaded = standing_buildings.load(odd_buildings, INSIDE)
    statement = select(Building).where(Building.community_code == COMMUNITY_1)
    rows = odd_buildings.scalars(statement.order_by(Building.code)).all()
    standing = [row for row in rows if row.code != "b5"]
    assert len(standing) == 3 + len(ODD_CODES)
    assert loaded.codes == tuple(row.code for row in standing)
    assert loaded.households.tolist() == [row.households or 0 for row in standing]
    for column, geoms in (("footprint", loaded.footprints), ("point", loaded.points)):
        expected = [to_shape(getattr(row, column)) for row in standing]
        assert list(shapely.to_wkb(geoms)) == list(shapely.to_wkb(expected, include_srid=False))


def test_a_building_belongs_to_the_area_that_has_its_point(district):
    b2 = to_shape(district.get(Building, "b2").point)
    west, south, east, north = INSIDE.bounds
    before = shapely.box(west, south, b2.x - 1e-9, north)
    up_to = shapely.box(west, south, b2.x, north)
    beyond = shapely.box(b2.x + 1e-9, south, east, north)
    codes = [standing_buildings.load(district, area).codes for area in (before, up_to, beyond)]
    assert codes == [("b1",), ("b1", "b2"), ("b3",)]


def test_an_area_without_buildings_has_none(district):
    assert len(standing_buildings.load(district, box(50, 0, 60, 10))) == 0


def test_buildings_beside_an_area_that_is_no_rectangle_are_not_loaded(district):
    b2 = to_shape(district.get(Building, "b2").point)
    around_b2 = shapely.box(b2.x - 1e-9, b2.y - 1e-9, b2.x + 1e-9, b2.y + 1e-9)
    loaded = standing_buildings.load(district, shapely.difference(INSIDE, around_b2))
    assert loaded.codes == ("b1", "b3")
    for code, footprint, point in zip(loaded.codes, loaded.footprints, loaded.points, strict=True):
        row = district.get(Building, code)
        assert shapely.equals(footprint, to_shape(row.footprint))
        assert shapely.equals(point, to_shape(row.point))
