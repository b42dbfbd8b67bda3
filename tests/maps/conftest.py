"""A synthetic town as GeoDataFrames, of any size."""

from collections.abc import Callable
from datetime import date
from itertools import product

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, box

from geo.models import Level
from maps.pages.page_data import EmbeddedData
from tests.town_builder import TownBuilder, to_frame

CRS = "EPSG:4326"
WEST, SOUTH = 130.20, 47.28
STEP_LON, STEP_LAT = 0.0140, 0.0095  # the size of a community, about 1.05 km
ON = date(2025, 6, 30)


def make_town(districts: int = 2, grids: int = 4, homes: int = 6, issues: int = 40) -> EmbeddedData:
    """The town of `describe_town` as frames, with figures, issues and a backdrop."""
    rng = np.random.default_rng(7)
    town = describe_town(districts, grids, homes, rng)
    buildings = to_frame(town.buildings)
    areas = to_frame(town.areas_with_parents()).fillna({"parent_code": ""})
    return EmbeddedData(
        areas=_with_figures(areas, buildings, "community_code"),
        grids=_with_figures(to_frame(town.grids), buildings, "grid_code"),
        buildings=buildings,
        issues=_issues(buildings, issues, rng),
        backdrop=_backdrop(areas),
        timezone="Asia/Shanghai",
    )


def describe_town(
    districts: int = 2, grids: int = 4, homes: int = 6, rng: np.random.Generator | None = None
) -> TownBuilder:
    """Districts in rows of three, each of 2 subdistricts of 3 communities, each of strips of grids.

    | 230401001 | 230402001 |      | c1 | c2 | c3 |      | g1 | g2 | g3 | g4 |   homes in rows
    | 230401002 | 230402002 |      one subdistrict        one community
    """
    town = TownBuilder()
    for district, subdistrict, community in product(range(districts), range(2), range(3)):
        code = f"2304{district + 1:02}{subdistrict + 1:03}{community + 1:03}"
        west = WEST + (district % 3 * 3 + community) * STEP_LON
        south = SOUTH + (district // 3 * 2 + 1 - subdistrict) * STEP_LAT
        outline = box(west, south, west + STEP_LON, south + STEP_LAT)
        name = f"第{int(code[-7:]) % 997}社区"
        town.add_community(code, name, outline, grids=grids, grid_name="网格{}")
    town.add_parents(Level.SUBDISTRICT, 9, "街道{}")
    town.add_parents(Level.DISTRICT, 6, "区{}")
    town.add_parents(Level.CITY, 4, "鹤城{}")
    rng = rng or np.random.default_rng(7)
    town.buildings = [home for grid in town.grids for home in _homes(grid, homes, rng)]
    return town


def _homes(grid, count, rng):
    left, south, right, _ = grid["geom"].bounds
    depth = STEP_LAT / count
    for home in range(count):
        x, y = left + (right - left) * 0.2, south + (home + 0.25) * depth
        yield {
            **_home_attributes(grid["code"], home + 1, rng),
            "geom": box(x, y, x + (right - left) * 0.6, y + depth * 0.4),
        }


def _home_attributes(grid_code, number, rng):
    reason = rng.choice(["covered"] * 8 + ["never_covered", "lapsed"])
    covered = reason == "covered"
    return {
        "code": f"{grid_code}{number:04}",
        "name": f"{number}号楼",
        "address": f"和平路{int(grid_code[-6:])}号{number}栋",
        "community_code": grid_code[:12],
        "neighborhood": "和平小区",
        "households": int(rng.integers(20, 120)),
        "floors": int(rng.integers(3, 19)),
        "built_year": int(rng.integers(1975, 2020)),
        "covered": covered,
        "manager": "鹤翔物业" if covered else None,
        "manager_kind": "property_firm" if covered else None,
        "covered_since": date(2019, 5, 1) if covered else None,
        "reason": None if covered else str(reason),
        "uncovered_since": date(2023, 3, 1) if reason == "lapsed" else None,
        "grid_code": grid_code,
    }


def _with_figures(frame, buildings, column):
    """Add the figures of the buildings whose code starts with the code of the row."""
    rows = [buildings[buildings[column].str.startswith(code)] for code in frame.code]
    frame = frame.copy()
    frame["buildings"] = [len(homes) for homes in rows]
    frame["covered"] = [int(homes.covered.sum()) for homes in rows]
    frame["uncovered"] = frame.buildings - frame.covered
    frame["rate"] = frame.covered / frame.buildings
    frame["households"] = [int(homes.households.sum()) for homes in rows]
    frame["covered_households"] = [int(homes.households[homes.covered].sum()) for homes in rows]
    return frame


def _issues(buildings, count, rng):
    homes = buildings.sample(count, replace=True, random_state=11)
    points = homes.geometry.representative_point()
    return gpd.GeoDataFrame(
        {
            "ref": [f"E{number:05}" for number in range(count)],
            "category": rng.choice(["heating", "dispute", "property", "snap_and_report"], count),
            "description": "暖气不热",
            "status": rng.choice(["open", "in_progress", "resolved", "closed"], count),
            "channel": "hotline",
            "reported_at": "2025-01-15T08:30:00+08:00",
            "grid_code": homes.grid_code.to_numpy(),
            "current_grid_code": homes.grid_code.to_numpy(),
        },
        geometry=points.to_numpy(),
        crs=CRS,
    )


def _backdrop(areas):
    west, south, east, north = areas.total_bounds
    river = LineString([(west, south + 0.004), ((west + east) / 2, south + 0.007), (east, south)])
    streets = [
        LineString([(west + i * STEP_LON, south), (west + i * STEP_LON, north)]) for i in range(7)
    ]
    park = Point(west + 0.01, south + 0.012).buffer(0.0012)
    geometry = [*streets, river.buffer(0.0005), park]
    kinds = ["road"] * len(streets) + ["water", "green"]
    return gpd.GeoDataFrame({"kind": kinds, "name": None}, geometry=geometry, crs=CRS)


def middle(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    """Return lon and lat of a point inside the geometry of a row."""
    point = frame.geometry.iloc[row].representative_point()
    return point.x, point.y


@pytest.fixture(scope="session")
def build_town() -> Callable[..., EmbeddedData]:
    return make_town


@pytest.fixture(scope="session")
def small_town() -> EmbeddedData:
    return make_town()
