"""A small district in the database: two communities with two grids and a few buildings each."""

import pytest
from geoalchemy2 import WKBElement
from sqlalchemy.orm import Session

from geo.models import BuildingStatus, Level, ManagerKind
from tests.town_builder import LONG_AGO, TownBuilder, day, insert_town, multipolygon
from tests.town_units import box, lon_lat, point

__all__ = ["LONG_AGO", "day", "lon_lat"]

DISTRICT, SUBDISTRICT = "230403", "230403001"
COMMUNITY_1, COMMUNITY_2 = SUBDISTRICT + "001", SUBDISTRICT + "002"


def square(west: float, south: float, east: float, north: float) -> WKBElement:
    """A rectangle, as in town_builder, as the value of a column."""
    return multipolygon(box(west, south, east, north))


def describe_areas() -> TownBuilder:
    """The areas and grids of the district.

    ```
      north  ┌──001──┬──002──┐┌──001──┬──002──┐
             │ b1 b2 │  b3   ││  b4   │ empty │
      south  └───────┴───────┘└───────┴───────┘
             0       10      20       30      40
              community 001    community 002
    ```
    """
    town = TownBuilder()
    whole = box(0, 0, 40, 10)
    town.add_area(DISTRICT, Level.DISTRICT, "工农区", whole, name_en="Gongnong")
    town.add_area(SUBDISTRICT, Level.SUBDISTRICT, "新安街道", whole)
    town.add_community(COMMUNITY_1, "社区001", box(0, 0, 20, 10), grids=2)
    town.add_community(COMMUNITY_2, "社区002", box(20, 0, 40, 10), grids=2)
    return town


BUILDINGS = (
    ("b1", 2, COMMUNITY_1, 10, "N1"),
    ("b2", 6, COMMUNITY_1, 20, "N1"),
    ("b3", 12, COMMUNITY_1, 30, None),
    ("b4", 22, COMMUNITY_2, 40, None),
)
"""Code, west edge, community, households, neighborhood."""


def describe_district() -> TownBuilder:
    """The district with its buildings.

    b1 is managed since 2021, b2 from 2021 to 2023, b3 never, b4 by one firm and then another.
    b5 in grid 001 of community 001 was retired on 2024-06-01.
    """
    town = describe_areas()
    town.neighborhoods = [
        {"code": "N1", "name": "光明小区", "community_code": COMMUNITY_1, "geom": box(1, 1, 19, 9)}
    ]
    town.managers = [
        {"code": "M1", "name": "一号物业", "kind": ManagerKind.PROPERTY_FIRM},
        {"code": "M2", "name": "业委会", "kind": ManagerKind.HOMEOWNER_COMMITTEE},
    ]
    add_buildings(town)
    town.add_coverage("b1", "M1", "2021-01-01")
    town.add_coverage("b2", "M1", "2021-01-01", "2023-01-01")
    town.add_coverage("b4", "M1", "2021-01-01", "2022-01-01")
    town.add_coverage("b4", "M2", "2022-01-01")
    town.issues = [
        {
            "ref": "I1",
            "category": "heating",
            "reported_at": LONG_AGO,
            "geom": point(3, 3),
            "grid_code": COMMUNITY_1 + "001",
        }
    ]
    return town


def add_buildings(town: TownBuilder) -> None:
    """Add the standing buildings and the retired one."""
    town.buildings = [
        {
            "code": code,
            "name": f"{code}号楼",
            "community_code": community,
            "households": households,
            "neighborhood_code": neighborhood,
            "geom": box(west, 2, west + 2, 4),
        }
        for code, west, community, households, neighborhood in BUILDINGS
    ]
    town.buildings.append(
        {
            "code": "b5",
            "community_code": COMMUNITY_1,
            "households": 5,
            "built_year": 1980,
            "status": BuildingStatus.RETIRED,
            "retired_on": day("2024-06-01"),
            "geom": box(2, 6, 4, 8),
        }
    )


def insert_district(session: Session) -> None:
    """Insert the district and commit."""
    insert_town(session, describe_district())
    session.commit()
    session.expire_all()


@pytest.fixture
def district(session: Session) -> Session:
    """A session on a database with the district."""
    insert_district(session)
    return session
