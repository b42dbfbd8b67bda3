"""A border between communities that are imported one after the other bends on both sides."""

from datetime import UTC, datetime, timedelta

import geopandas
import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from data.columns import DatasetKind
from data.importing.load import LoadOptions, load
from geo.geometry import topology
from geo.grids.revisions import EffectiveAtTooEarly
from geo.lookup.index.cell_index import build
from geo.lookup.index.point_query import assign
from geo.models import Area, MicroGrid
from geo.quality import checks
from tests.data.importing.grid_imports import grids_in_force

SYSTEM = "EPSG:32652"
WEST, BORDER, LENGTH = 580_000, 5_240_000, 5_000
NORTH, SOUTH = "101", "102"
OUTLINES = {
    NORTH: shapely.box(WEST, BORDER, WEST + LENGTH, BORDER + 2_000),
    SOUTH: shapely.box(WEST, BORDER - 2_000, WEST + LENGTH, BORDER),
}
POINTS_NEAR_BORDER = 4_000


def halves(code: str, at: float) -> dict[str, shapely.Geometry]:
    """Two grids that divide a community from north to south, some metres from its west."""
    west, south, east, north = OUTLINES[code].bounds
    return {
        f"{code}001": shapely.box(west, south, west + at, north),
        f"{code}002": shapely.box(west + at, south, east, north),
    }


def whole(code: str) -> dict[str, shapely.Geometry]:
    return {f"{code}001": OUTLINES[code]}


SHAPES = {
    "corner in the north": {NORTH: halves(NORTH, 2_500), SOUTH: whole(SOUTH)},
    "corner in the south": {NORTH: whole(NORTH), SOUTH: halves(SOUTH, 1_700)},
    "corners on both sides": {NORTH: halves(NORTH, 1_200), SOUTH: halves(SOUTH, 3_100)},
}


def write(path, geoms, **columns):
    frame = geopandas.GeoDataFrame(columns, geometry=list(geoms), crs=SYSTEM)
    frame.to_file(path, engine="pyogrio")
    return path


@pytest.fixture
def import_side(import_grids, tmp_path):
    """Return a function that imports grids, by code, from a file of their own."""

    def import_shapes(shapes, **options):
        path = write(tmp_path / f"{min(shapes)}.gpkg", shapes.values(), code=[*shapes])
        return import_grids(path, **options)

    return import_shapes


def import_outlines(session, tmp_path) -> None:
    """The two communities, and a district around them."""
    shapes = {"1": shapely.union_all([*OUTLINES.values()]), **OUTLINES}
    columns = {"code": [*shapes], "name": [*shapes], "level": ["district"] + 2 * ["community"]}
    path = write(tmp_path / "areas.gpkg", shapes.values(), **columns)
    load(session.connection(), DatasetKind.AREAS, [path], LoadOptions())


def points_near_border() -> np.ndarray:
    """Points up to two metres from the border, in degrees, (n, 2)."""
    random = np.random.default_rng(1)
    east = WEST + random.uniform(1, LENGTH - 1, POINTS_NEAR_BORDER)
    north = BORDER + random.uniform(-2, 2, POINTS_NEAR_BORDER)
    points = geopandas.GeoSeries.from_xy(east, north, crs=SYSTEM).to_crs(4326)
    return shapely.get_coordinates(points.array)


def assert_each_point_is_in_one_grid(session) -> None:
    """Assert it of the index, of shapely and of PostGIS."""
    points = points_near_border()
    grids = grids_in_force(session)
    codes, geoms = [*grids], np.array([*grids.values()], dtype=object)
    _, at = shapely.STRtree(shapely.points(points)).query(geoms, predicate="covers")
    assert set(np.bincount(at, minlength=len(points)).tolist()) == {1}
    by_index = assign(build(geoms), points)
    each = func.unnest([shapely.to_wkb(one) for one in shapely.points(points)])
    each = each.table_valued("wkb", with_ordinality="n").render_derived()
    point = func.ST_GeomFromWKB(each.c.wkb, 4326)
    covers = func.upper_inf(MicroGrid.in_force) & func.ST_Covers(MicroGrid.geom, point)
    statement = select(func.string_agg(MicroGrid.code, ",")).select_from(each)
    statement = statement.outerjoin(MicroGrid, covers).group_by(each.c.n).order_by(each.c.n)
    assert session.scalars(statement).all() == [codes[grid] for grid in by_index]


@pytest.mark.parametrize("has_outlines", [True, False])
@pytest.mark.parametrize("order", [(NORTH, SOUTH), (SOUTH, NORTH)])
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_communities_imported_in_either_order_leave_no_gap_and_no_overlap(
    import_side, session, tmp_path, shapes, order, has_outlines
):
    """The edge of five kilometres is not straight in degrees."""
    if has_outlines:
        import_outlines(session, tmp_path)
    lengths = () if has_outlines else (1, 3)
    for code in order:
        result = import_side(shapes[code], lengths=lengths)
        assert (result.read, result.added, result.updated) == (len(shapes[code]),) * 2 + (0,)
    assert [str(finding) for finding in checks.run_checks(session)] == []
    assert_each_point_is_in_one_grid(session)
    for code in order:
        assert import_side(shapes[code], lengths=lengths).is_noop


def test_grids_of_neighbors_that_bend_are_in_the_revision_and_in_the_notes(
    import_side, session, tmp_path
):
    import_outlines(session, tmp_path)
    shapes = SHAPES["corner in the south"]
    first = import_side(shapes[NORTH])
    second = import_side(shapes[SOUTH])
    rows = select(MicroGrid.begun_in, MicroGrid.ended_in).where(MicroGrid.code == f"{NORTH}001")
    periods = session.execute(rows.order_by(MicroGrid.begun_in)).all()
    assert periods == [(first.revision, second.revision), (second.revision, None)]
    assert any(f"{NORTH}001" in note for note in second.notes)
    assert not any("neighboring" in note for note in first.notes)


@pytest.mark.parametrize("has_outlines", [True, False])
def test_a_border_that_bends_on_one_side_only_is_reported(
    import_side, session, tmp_path, has_outlines
):
    """As it was before neighbors followed: the other outline and its grid are straight again.

    The outline of a district that was created from codes is the union of its communities.
    """
    if has_outlines:
        import_outlines(session, tmp_path)
    for code in (NORTH, SOUTH):
        import_side(SHAPES["corner in the north"][code], lengths=() if has_outlines else (1, 3))
    [in_degrees] = geopandas.GeoSeries([OUTLINES[SOUTH]], crs=SYSTEM).to_crs(4326)
    straight = shapely.transform(in_degrees, lambda xy: xy.round(8))
    set_geometry(session, Area, SOUTH, straight)
    set_geometry(session, MicroGrid, f"{SOUTH}001", straight)
    if not has_outlines:
        wkb = session.scalars(select(func.ST_AsBinary(Area.geom)).where(Area.level == "community"))
        set_geometry(session, Area, "1", topology.union(shapely.from_wkb([*map(bytes, wkb)])))
    [finding] = checks.run_checks(session)
    parents = ("1",) if has_outlines else ()
    assert (finding.kind, finding.codes) == ("community_gap", (*parents, NORTH, SOUTH))


def set_geometry(session, model, code, geom) -> None:
    row = session.scalars(select(model).where(model.code == code)).one()
    row.geom = func.ST_Multi(func.ST_GeomFromWKB(shapely.to_wkb(geom), 4326))
    session.flush()


@pytest.mark.parametrize("days", [-30, 0, 30])
def test_a_neighbor_that_must_follow_earlier_than_it_began_is_named(import_side, days):
    """Only a later moment leaves the older version of the neighbor a period."""
    shapes = SHAPES["corner in the south"]
    began_at = datetime(2024, 1, 1, tzinfo=UTC)
    import_side(shapes[NORTH], lengths=(1, 3), effective_at=began_at)
    arguments = {"lengths": (1, 3), "effective_at": began_at + timedelta(days)}
    if days > 0:
        assert import_side(shapes[SOUTH], **arguments).revision
        return
    with pytest.raises(EffectiveAtTooEarly, match=f"{NORTH}001.*imported together"):
        import_side(shapes[SOUTH], **arguments)


def test_communities_that_begin_at_one_moment_are_imported_together(import_side, session):
    shapes = SHAPES["corner in the south"]
    every = shapes[NORTH] | shapes[SOUTH]
    import_side(every, lengths=(1, 3), effective_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert checks.run_checks(session) == []
    assert_each_point_is_in_one_grid(session)
