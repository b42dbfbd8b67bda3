"""Import of grids: the communities of grids, and areas created from codes."""

import pytest
import shapely
from sqlalchemy import func, select

from data.columns import DatasetKind
from data.importing.load import LoadOptions, load
from data.row_errors import BadData
from geo.models import Area, Level
from tests import district_files
from tests.data.importing.grid_imports import assert_tiled, counts, grid_file, row_errors
from tests.district import COMMUNITY_1, COMMUNITY_2, DISTRICT, SUBDISTRICT
from tests.town_builder import box, write_file


def test_grids_of_unknown_communities_are_rejected(import_after_town_grids, tmp_path):
    rows = [
        {"code": "999001", "community_code": None, "geom": box(0, 0, 1, 1)},
        {"code": "999002", "community_code": "999", "geom": box(0, 0, 1, 1)},
        {"code": COMMUNITY_1 + "007", "community_code": COMMUNITY_2, "geom": box(0, 0, 1, 1)},
        {
            "code": SUBDISTRICT + "x",
            "community_code": SUBDISTRICT,
            "geom": box(0, 0, 1, 1),
        },
    ]
    with pytest.raises(BadData) as excinfo:
        import_after_town_grids(write_file(tmp_path / "bad.gpkg", rows))
    assert [kind for _, kind, _ in row_errors(excinfo)] == [
        "no_community",
        "unknown_community",
        "not_nested",
        "unknown_community",
    ]


def test_areas_are_created_from_the_codes(import_grids, session, tmp_path):
    result = import_grids(district_files.write_grids(tmp_path), lengths=(6, 9, 12))
    assert "4 areas were created" in "".join(result.notes)
    made = dict(session.execute(select(Area.code, Area.level)).all())
    assert made == {
        DISTRICT: Level.DISTRICT,
        SUBDISTRICT: Level.SUBDISTRICT,
        COMMUNITY_1: Level.COMMUNITY,
        COMMUNITY_2: Level.COMMUNITY,
    }
    wkb = session.scalar(select(func.ST_AsBinary(Area.geom)).where(Area.code == DISTRICT))
    assert shapely.equals(shapely.from_wkb(bytes(wkb)), box(0, 0, 40, 10))
    assert session.get(Area, COMMUNITY_1).parent_code == SUBDISTRICT
    assert import_grids(district_files.write_grids(tmp_path), lengths=(6, 9, 12)).is_noop
    assert_tiled(session)


def test_outlines_of_created_areas_follow_their_grids_until_areas_are_imported(
    import_grids, session, tmp_path
):
    """The community border at 20 moves to 22."""
    import_grids(district_files.write_grids(tmp_path), lengths=(6, 9, 12))
    moved = grid_file(
        tmp_path / "moved.gpkg",
        _001=box(0, 0, 10, 10),
        _002=box(10, 0, 22, 10),
        s_001=box(22, 0, 30, 10),
        s_002=box(30, 0, 40, 10),
    )
    assert counts(import_grids(moved, lengths=(6, 9, 12))) == (4, 0, 2, 0, 0)
    assert_tiled(session)
    load(
        session.connection(),
        DatasetKind.AREAS,
        [district_files.write_areas(tmp_path)],
        LoadOptions(),
    )
    with pytest.raises(BadData) as excinfo:
        import_grids(moved, lengths=(6, 9, 12))
    assert "outside_community" in {kind for _, kind, _ in row_errors(excinfo)}


def test_existing_areas_become_parents_of_created_areas(import_grids, session, tmp_path):
    city = write_file(tmp_path / "city.csv", [{"code": "2304", "level": "city", "name": "鹤岗市"}])
    load(session.connection(), DatasetKind.AREAS, [city], LoadOptions())
    import_grids(district_files.write_grids(tmp_path), lengths=(12,))
    assert session.get(Area, COMMUNITY_1).parent_code == "2304"
