"""A small made-up district that questions are asked about."""

import datetime

import pytest
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.models import (
    Area,
    Building,
    BuildingStatus,
    Issue,
    Level,
    Manager,
    ManagerKind,
    MicroGrid,
    Neighborhood,
    PropertyCoverage,
    Revision,
)

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def square(west: float, south: float, east: float, north: float):
    """A rectangle in thousandths of a degree around 130° E, 47° N, as the database wants it."""
    box = shapely.box(130 + west / 1000, 47 + south / 1000, 130 + east / 1000, 47 + north / 1000)
    return from_shape(shapely.MultiPolygon([box]), srid=4326)


def place(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place in the same measure."""
    return 130 + east / 1000, 47 + north / 1000


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def build(session: Session) -> None:
    """Two communities side by side, two grids each, one building a grid but for an empty one.

    ```
      north  ┌──001──┬──002──┐┌──001──┬──002──┐
             │ b1 b2 │  b3   ││  b4   │ empty │
      south  └───────┴───────┘└───────┴───────┘
             0       10      20       30      40
              community 001    community 002
    ```
    b1 managed since 2021, b2 from 2021 to 2023, b3 never, b4 by one firm and then another;
    b5 in grid 001 of community 001 was retired on 2024-06-01.
    """
    top = "230403"
    session.add_all(
        [
            Area(
                code=top,
                level=Level.DISTRICT,
                name="工农区",
                name_en="Gongnong",
                geom=square(0, 0, 40, 10),
            ),
            Area(
                code=top + "001",
                parent_code=top,
                level=Level.SUBDISTRICT,
                name="新安街道",
                geom=square(0, 0, 40, 10),
            ),
        ]
    )
    session.flush()
    for number, west in (("001", 0), ("002", 20)):
        session.add(
            Area(
                code=f"{top}001{number}",
                parent_code=top + "001",
                level=Level.COMMUNITY,
                name=f"社区{number}",
                geom=square(west, 0, west + 20, 10),
            )
        )
    session.flush()
    session.add(Revision(number=1, effective_at=LONG_AGO, title="first", author="test"))
    session.flush()
    for community, number, west in (
        ("001", "001", 0),
        ("001", "002", 10),
        ("002", "001", 20),
        ("002", "002", 30),
    ):
        session.add(
            MicroGrid(
                code=f"{top}001{community}{number}",
                community_code=f"{top}001{community}",
                geom=square(west, 0, west + 10, 10),
                in_force=Range(LONG_AGO, None),
                begun_in=1,
            )
        )
    session.add(
        Neighborhood(
            code="N1", name="光明小区", community_code=top + "001001", geom=square(1, 1, 19, 9)
        )
    )
    session.add_all(
        [
            Manager(code="M1", name="一号物业", kind=ManagerKind.PROPERTY_FIRM),
            Manager(code="M2", name="业委会", kind=ManagerKind.HOMEOWNER_COMMITTEE),
        ]
    )
    session.flush()
    for code, west, community, households, neighborhood in (
        ("b1", 2, "001", 10, "N1"),
        ("b2", 6, "001", 20, "N1"),
        ("b3", 12, "001", 30, None),
        ("b4", 22, "002", 40, None),
    ):
        session.add(
            Building(
                code=code,
                name=f"{code}号楼",
                community_code=f"{top}001{community}",
                households=households,
                neighborhood_code=neighborhood,
                footprint=square(west, 2, west + 2, 4),
            )
        )
    session.add(
        Building(
            code="b5",
            community_code=top + "001001",
            households=5,
            built_year=1980,
            status=BuildingStatus.RETIRED,
            retired_on=day("2024-06-01"),
            footprint=square(2, 6, 4, 8),
        )
    )
    session.flush()
    for building, manager, begin, end in (
        ("b1", "M1", "2021-01-01", None),
        ("b2", "M1", "2021-01-01", "2023-01-01"),
        ("b4", "M1", "2021-01-01", "2022-01-01"),
        ("b4", "M2", "2022-01-01", None),
    ):
        session.add(
            PropertyCoverage(
                building_code=building,
                manager_code=manager,
                covered=Range(day(begin), end and day(end)),
            )
        )
    session.add(
        Issue(
            ref="I1",
            category="heating",
            reported_at=LONG_AGO,
            geom=f"SRID=4326;POINT({130.003} 47.003)",
            grid_code=top + "001001001",
        )
    )
    session.commit()
    session.expire_all()


@pytest.fixture
def district(session: Session) -> Session:
    """A session on a register that holds the district of `build`."""
    build(session)
    return session
