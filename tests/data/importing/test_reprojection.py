"""Grids that tile in the reference system of their file tile in degrees, for every lookup."""

from itertools import pairwise
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.columns import DatasetKind
from data.importing import shared_corners
from data.importing.grid_set import GridSet
from data.importing.load import LoadOptions, load
from data.reading.geometry.crs import SourceCrs, resolve_crs
from data.reading.notes import Notes
from geo.geometry import topology
from geo.geometry.datums import Datum
from geo.lookup.index.cell_index import build
from geo.lookup.index.point_query import assign
from geo.models import Area, MicroGrid
from geo.quality import checks, tiling

SYSTEMS = {
    "EPSG:32652": (130.3, 47.3),  # UTM
    "EPSG:4552": (129.7, 47.2),  # Gauss-Krüger, 3 degrees, north first
    "EPSG:4490": (130.3, 47.3),  # degrees, latitude first
    "EPSG:31468": (11.5, 48.1),  # Gauss-Krüger, Germany, another ellipsoid
    "EPSG:2232": (-105.0, 39.7),  # a state plane in feet, Lambert conic
    "EPSG:3857": (121.5, 25.0),  # Web Mercator
}
GCJ02 = "gcj02"
MERCATOR_60, MERCATOR_69 = "EPSG:3857 at 60° N", "EPSG:3857 at 69° N"
CENTRES = SYSTEMS | {
    GCJ02: (130.3, 47.3),
    MERCATOR_60: (30.3, 60.0),
    MERCATOR_69: (33.1, 69.0),
}
COMMUNITY = "101"


def source_crs(system: str) -> SourceCrs:
    if system == GCJ02:
        return resolve_crs(None, None, Datum.GCJ02, Notes())
    return resolve_crs(system.partition(" ")[0], None, Datum.WGS84, Notes())


def unit_m(crs: SourceCrs) -> float:
    """Return how many metres, on the map, one unit of a reference system is."""
    source = crs.transformer and crs.transformer.source_crs
    is_metric = source and source.is_projected
    return source.axis_info[0].unit_conversion_factor if is_metric else 111_320


def tiles_in_plane(
    system: str, side_m: float, turn: float, cuts: list[float]
) -> tuple[np.ndarray, shapely.Polygon]:
    """Return rectangles that tile a turned square, each with its own four corners, and the square.

    ```
    ┌──────┬───┐
    │      │   │   the corner between two rectangles lies on the edge of a third that lacks it
    │      ├───┤
    └──────┴───┘
    ```
    """
    pieces = [(0.0, 0.0, 1.0, 1.0)]
    for cut in cuts:
        west, south, east, north = pieces.pop(0)
        if east - west > north - south:
            at = west + cut * (east - west)
            pieces += [(west, south, at, north), (at, south, east, north)]
        else:
            at = south + cut * (north - south)
            pieces += [(west, south, east, at), (west, at, east, north)]
    crs = source_crs(system)
    origin = crs.from_wgs84(np.array([CENTRES[system]]))[0]
    scale = side_m / unit_m(crs)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * scale
    place = [shapely.box(*piece) for piece in [*pieces, (0, 0, 1, 1)]]
    *tiles, square = shapely.transform(np.array(place), lambda xy: xy @ spin + origin)
    return np.array(tiles, dtype=object), square


def hard_points(geoms: np.ndarray, outline: shapely.Geometry, seed: int) -> np.ndarray:
    """Return points in an outline: anywhere, and beside the borders of grids, (n, 2)."""
    random = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    points = [random.uniform((west, south), (east, north), (300, 2))]
    for ring in shapely.get_rings(shapely.get_parts(geoms)):
        for a, b in pairwise(shapely.get_coordinates(ring)):
            on_edge = a + random.uniform(0, 1, (12, 1)) * (b - a)
            away = 10.0 ** random.uniform(-12, -5, (12, 1)) * random.normal(size=(12, 2))
            points += [on_edge + away, on_edge, [a, b]]
    coords = np.concatenate(points)
    inside = shapely.buffer(outline, -2 * topology.COORDINATE_GRID_DEG)
    return coords[shapely.intersects_xy(inside, coords)]


def assert_each_in_one_grid(geoms: np.ndarray, points: np.ndarray) -> None:
    """Assert that the index finds the lowest of the grids that cover a point, and that one does."""
    grid, point = shapely.STRtree(shapely.points(points)).query(geoms, predicate="covers")
    covering = np.bincount(point, minlength=len(points))
    lowest = np.full(len(points), len(geoms))
    np.minimum.at(lowest, point, grid)
    assert covering.min() >= 1
    tree = shapely.STRtree(shapely.points(points))
    at = tree.query(geoms, predicate="contains_properly")[1]
    assert (covering[at] == 1).all()
    assert np.bincount(at).max(initial=0) <= 1
    assert np.array_equal(assign(build(geoms), points), lowest)


@st.composite
def tilings(draw):
    system = draw(st.sampled_from(sorted(CENTRES)))
    side_m = 10 ** draw(st.floats(1, 4.7))
    cuts = draw(st.lists(st.floats(0.2, 0.8), min_size=1, max_size=7))
    return system, *tiles_in_plane(system, side_m, draw(st.floats(0, 1.5)), cuts)


@settings(deadline=None, max_examples=60)
@given(tilings(), st.booleans(), st.integers(0, 2**32))
def test_every_point_of_a_community_is_in_exactly_one_grid(tiling_in_plane, has_outline, seed):
    """Edges of 10 m to 50 km; without an outline the community is the union of its grids."""
    system, tiles, square = tiling_in_plane
    crs = source_crs(system)
    *geoms, outline = shapely.transform(np.array([*tiles, square]), crs.to_wgs84)
    codes = [f"{COMMUNITY}{number:03}" for number in range(len(geoms))]
    imported = GridSet(
        codes,
        [None] * len(codes),
        [COMMUNITY] * len(codes),
        np.array(geoms, dtype=object),
        [(0, row) for row in range(len(codes))],
    )
    outlines = {COMMUNITY: outline} if has_outline else {}
    shared = shared_corners.share_corners(imported, [crs], {}, outlines)
    outlines |= shared_corners.bend(shared, [crs], outlines)
    assert shapely.is_valid(shared.geoms).all()
    assert topology.is_valid_coverage(shared.geoms)
    community = outlines.get(COMMUNITY, topology.union(shared.geoms))
    assert tiling.find_defects(shared.geoms, community) == []
    assert_each_in_one_grid(shared.geoms, hard_points(shared.geoms, community, seed))


def write_tiles(path: Path, system: str, geoms: np.ndarray, **columns) -> Path:
    frame = geopandas.GeoDataFrame(columns, geometry=list(geoms), crs=system)
    frame.to_file(path, engine="pyogrio")
    return path


def codes_of(tiles: np.ndarray) -> list[str]:
    return [f"{COMMUNITY}{number:03}" for number in range(len(tiles))]


CUTS = [0.37, 0.61, 0.45, 0.52, 0.7, 0.33]


@pytest.mark.parametrize("has_outline", [False, True])
@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_postgis_finds_the_same_grid_for_every_point(
    import_grids, session, tmp_path, system, has_outline
):
    """Sides of 20 km, from a file in each system; the outline comes from another file."""
    tiles, square = tiles_in_plane(system, 20_000, 0.4, CUTS)
    if has_outline:
        columns = {
            "code": ["1", COMMUNITY],
            "name": ["一", "二"],
            "level": ["district", "community"],
        }
        path = write_tiles(tmp_path / "a.gpkg", system, np.array([square, square]), **columns)
        load(session.connection(), DatasetKind.AREAS, [path], LoadOptions())
    path = write_tiles(tmp_path / "g.gpkg", system, tiles, code=codes_of(tiles))
    lengths = () if has_outline else (1, 3)
    assert import_grids(path, lengths=lengths).added == len(tiles)
    assert [str(finding) for finding in checks.run_checks(session)] == []
    rows = session.execute(
        select(MicroGrid.code, func.ST_AsBinary(MicroGrid.geom)).order_by(MicroGrid.code)
    ).all()
    geoms = np.asarray(shapely.from_wkb([bytes(wkb) for _, wkb in rows]), dtype=object)
    area = session.scalars(select(func.ST_AsBinary(Area.geom)).where(Area.code == COMMUNITY)).one()
    points = hard_points(geoms, shapely.from_wkb(bytes(area)), seed=1)
    assert_each_in_one_grid(geoms, points)
    lowest = [rows[at][0] for at in assign(build(geoms), points)]
    wkb = func.unnest([shapely.to_wkb(one) for one in shapely.points(points)])
    each = wkb.table_valued("wkb", with_ordinality="n").render_derived()
    statement = (
        select(func.min(MicroGrid.code))
        .select_from(each)
        .outerjoin(MicroGrid, func.ST_Covers(MicroGrid.geom, func.ST_GeomFromWKB(each.c.wkb, 4326)))
        .group_by(each.c.n)
        .order_by(each.c.n)
    )
    assert session.scalars(statement).all() == lowest


def test_importing_again_all_or_one_of_the_grids_changes_nothing(import_grids, tmp_path):
    """The file still lacks the corners; stored grids give them."""
    tiles, _ = tiles_in_plane("EPSG:32652", 20_000, 0.4, CUTS)
    columns = {"code": codes_of(tiles)}
    path = write_tiles(tmp_path / "all.gpkg", "EPSG:32652", tiles, **columns)
    import_grids(path, lengths=(1, 3))
    for repair in (False, True):
        assert import_grids(path, lengths=(1, 3), repair=repair).is_noop
    for at, code in enumerate(columns["code"]):
        one = write_tiles(tmp_path / f"{code}.gpkg", "EPSG:32652", tiles[[at]], code=[code])
        assert import_grids(one, lengths=(1, 3)).is_noop


def test_files_of_one_grid_each_get_the_corners_of_the_others(import_grids, session, tmp_path):
    tiles, _ = tiles_in_plane("EPSG:32652", 20_000, 0.4, CUTS)
    paths = [
        write_tiles(tmp_path / f"{code}.gpkg", "EPSG:32652", tiles[[at]], code=[code])
        for at, code in enumerate(codes_of(tiles))
    ]
    assert import_grids(*paths, lengths=(1, 3)).added == len(tiles)
    assert checks.run_checks(session) == []


@pytest.mark.parametrize("steps", [2, 5, 500])
def test_a_gap_or_overlap_of_two_steps_of_the_coordinate_grid_is_found(steps):
    """
    ```
    ┌──0──┬──2──┐
    ├─────╳     │   the common corner of 0 and 1 lies off the edge of 2
    └──1──┴─────┘
    ```
    """
    for sign, kind in ((-1, tiling.DefectKind.GAP), (1, tiling.DefectKind.OVERLAP)):
        corner = (130.05 + sign * steps * 1e-8, 47.02)
        west = [(130.05, 47.05), (130, 47.05), (130, 47.02)]
        grids = [
            shapely.Polygon([corner, *west]),
            shapely.Polygon([corner, (130, 47.02), (130, 47), (130.05, 47)]),
            shapely.box(130.05, 47, 130.1, 47.05),
        ]
        defects = tiling.find_defects(np.array(grids), shapely.box(130, 47, 130.1, 47.05))
        assert {defect.kind for defect in defects} == {kind}
