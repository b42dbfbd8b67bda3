"""Imports: which rows are added, updated and unchanged; prefetching and progress."""

import pytest
import shapely
from sqlalchemy import select, text

from data.columns import DatasetKind
from data.importing.load import LoadOptions, load
from data.importing.prefetch import prefetch
from data.row_errors import BadData
from geo import city_time
from geo.grids import grids
from geo.models import Area, Building, Issue, Neighborhood
from tests import district_files
from tests.data.import_results import counts
from tests.district import COMMUNITY_1, COMMUNITY_2, SUBDISTRICT
from tests.town_builder import box, point, write_file


def test_importing_a_file_again_changes_nothing(import_after_buildings, tmp_path):
    again = import_after_buildings(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    assert counts(again) == (3, 0, 0, 3, 0, 0)
    assert again.is_noop
    assert import_after_buildings(DatasetKind.AREAS, district_files.write_areas(tmp_path)).is_noop
    assert import_after_buildings(
        DatasetKind.MANAGERS, district_files.write_managers(tmp_path)
    ).is_noop


def test_a_changed_file_updates_rows_by_code_and_adds_new_ones(
    import_after_buildings, session, tmp_path
):
    rows = [
        {"code": "b1", "name": "一号楼", "geom": box(2, 2, 4, 4)},
        {"code": "b2", "name": None, "geom": box(12, 2, 14, 5)},
        {"code": "b4", "name": None, "geom": box(24, 2, 25, 4)},
    ]
    changed = import_after_buildings(
        DatasetKind.BUILDINGS, write_file(tmp_path / "b.geojson", rows)
    )
    assert counts(changed) == (3, 1, 2, 0, 0, 0)
    assert session.get(Building, "b1").name == "一号楼"
    assert session.scalar(
        text("SELECT ST_YMax(footprint) FROM building WHERE code = 'b2'")
    ) == pytest.approx(47.005)


def test_a_column_that_the_file_lacks_is_not_changed(import_after_areas, session, tmp_path):
    import_after_areas(
        DatasetKind.BUILDINGS,
        district_files.write_buildings(tmp_path, households=(10, 20, 30), name="abc"),
    )
    lacking = import_after_areas(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path, households=(10, 21, 30))
    )
    assert counts(lacking) == (3, 0, 1, 2, 0, 0)
    assert (session.get(Building, "b2").households, session.get(Building, "b2").name) == (21, "b")


def test_an_empty_value_clears_the_field(import_after_areas, session, tmp_path):
    import_after_areas(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path, households=(10, 20, 30))
    )
    blank = import_after_areas(
        DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path, households=(10, None, 30))
    )
    assert counts(blank) == (3, 0, 1, 2, 0, 0)
    assert session.get(Building, "b2").households is None


@pytest.mark.parametrize("kind", [DatasetKind.BUILDINGS, DatasetKind.NEIGHBORHOODS])
def test_each_of_two_files_changes_only_its_own_columns(
    import_after_areas, session, tmp_path, kind
):
    def one(name, code, west, **more):
        row = {"code": code, "name": code, **more, "geom": box(west, 2, west + 1, 3)}
        return write_file(tmp_path / name, [row])

    column = {DatasetKind.BUILDINGS: "floors", DatasetKind.NEIGHBORHOODS: "station_services"}[kind]
    import_after_areas(
        kind, one("a.geojson", "x", 2, **{column: 6}), one("b.geojson", "y", 4, **{column: 7})
    )
    both = import_after_areas(
        kind, one("a.geojson", "x", 2, **{column: 8}), one("b.geojson", "y", 4)
    )
    assert counts(both) == (2, 0, 1, 1, 0, 0)
    model = {DatasetKind.BUILDINGS: Building, DatasetKind.NEIGHBORHOODS: Neighborhood}[kind]
    assert [getattr(session.get(model, code), column) for code in "xy"] == [8, 7]


def test_changed_outlines_are_updated(import_after_areas, session, tmp_path):
    rows = [
        {"code": COMMUNITY_1, "level": "community", "name": "一社区", "geom": box(0, 0, 19, 10)}
    ]
    moved = import_after_areas(DatasetKind.AREAS, write_file(tmp_path / "moved.geojson", rows))
    assert counts(moved) == (1, 0, 1, 0, 0, 0)


def test_areas_without_geometry_keep_the_stored_geometry(import_after_areas, session, tmp_path):
    rows = [{"code": COMMUNITY_1, "level": "community", "name": "新名"}]
    renamed = import_after_areas(DatasetKind.AREAS, write_file(tmp_path / "names.csv", rows))
    assert counts(renamed) == (1, 0, 1, 0, 0, 0)
    area = session.get(Area, COMMUNITY_1)
    assert area.name == "新名"
    assert area.geom is not None
    assert area.parent_code == SUBDISTRICT


def test_an_issue_that_moved_keeps_the_grid_it_was_filed_under(district, import_files, tmp_path):
    def issue(east, status):
        row = {"ref": "I9", "category": "heating", "reported_at": "2024-01-01 08:00"}
        return write_file(
            tmp_path / "issues.geojson", [row | {"status": status, "geom": point(east, 5)}]
        )

    assert counts(import_files(DatasetKind.ISSUES, issue(5, "open"))) == (1, 1, 0, 0, 0, 0)
    assert counts(import_files(DatasetKind.ISSUES, issue(35, "办结"))) == (1, 0, 1, 0, 0, 0)
    moved = district.get(Issue, "I9")
    assert (moved.grid_code, moved.status) == (COMMUNITY_1 + "001", "closed")


def test_an_issue_on_a_border_gets_the_lowest_grid_and_one_outside_gets_none(
    district, import_files, tmp_path
):
    rows = [
        {"ref": ref, "category": "x", "reported_at": "2024-01-01", "geom": point(east, 5)}
        for ref, east in (("on", 10), ("out", 50))
    ]
    import_files(DatasetKind.ISSUES, write_file(tmp_path / "issues.gpkg", rows))
    assert district.get(Issue, "on").grid_code == COMMUNITY_1 + "001"
    assert district.get(Issue, "out").grid_code is None


def test_issues_get_the_same_grids_as_in_sql(district, import_files, tmp_path):
    """Half thousandths of a degree: borders, corners, grounds within and beyond."""
    spots = [(east / 2, north / 2) for east in range(-2, 84, 3) for north in range(-2, 24)]
    rows = [
        {"ref": f"R{at}", "category": "x", "reported_at": "2024-01-01", "geom": point(*spot)}
        for at, spot in enumerate(spots)
    ]
    import_files(DatasetKind.ISSUES, write_file(tmp_path / "issues.gpkg", rows))
    filed = district.execute(
        select(Issue.grid_code, grids.covering_grid_code(Issue.geom, city_time.now()))
    )
    answers = filed.all()
    assert len(answers) > len(spots)
    assert [mine for mine, _ in answers] == [by_sql for _, by_sql in answers]
    assert len({mine for mine, _ in answers}) == 5


def test_issues_get_no_grid_where_there_are_no_grids(import_files, session, tmp_path):
    rows = [{"ref": "R", "category": "x", "reported_at": "2024-01-01", "geom": point(1, 1)}]
    import_files(DatasetKind.ISSUES, write_file(tmp_path / "issues.gpkg", rows))
    assert session.get(Issue, "R").grid_code is None


def test_several_files_are_one_import(import_after_areas, session, tmp_path):
    def part(number, west):
        rows = [{"code": f"b{number}", "geom": box(west, 2, west + 1, 4)}]
        return write_file(tmp_path / f"{number}.gpkg", rows)

    result = import_after_areas(DatasetKind.BUILDINGS, part(1, 2), part(2, 4), part(3, 22))
    assert counts(result) == (
        3, 3, 0, 0, 0, 0,
    )  # fmt: skip
    assert session.get(Building, "b3").community_code == COMMUNITY_2


def test_indexes_exist_after_an_import_into_an_empty_table_and_after_a_failed_one(
    session, import_files, tmp_path
):
    names = text("SELECT count(*) FROM pg_indexes WHERE tablename = 'building'")
    before = session.scalar(names)
    with pytest.raises(BadData), session.begin_nested():
        import_files(
            DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path, community_code="xyz")
        )
    assert session.scalar(names) == before
    import_files(DatasetKind.BUILDINGS, district_files.write_buildings(tmp_path))
    assert session.scalar(names) == before


def test_backdrop_features_are_identified_by_kind_name_and_geometry(
    import_files, session, tmp_path
):
    rows = [
        {"kind": "road", "name": "向阳路", "geom": shapely.LineString([(130, 47), (130.1, 47)])},
        {"kind": "水系", "name": None, "geom": box(0, 0, 5, 5)},
    ]
    path = write_file(tmp_path / "backdrop.gpkg", rows)
    assert counts(import_files(DatasetKind.BACKDROP, path)) == (2, 2, 0, 0, 0, 0)
    assert counts(import_files(DatasetKind.BACKDROP, path)) == (2, 0, 0, 2, 0, 0)
    fewer = write_file(tmp_path / "fewer.gpkg", rows[:1])
    assert counts(import_files(DatasetKind.BACKDROP, fewer, replace=True)) == (1, 0, 0, 1, 1, 0)


def test_progress_is_reported_up_to_the_last_row(session, tmp_path):
    calls = []
    path = district_files.write_buildings(tmp_path)
    load(
        session.connection(),
        DatasetKind.BUILDINGS,
        [path],
        LoadOptions(),
        lambda *at: calls.append(at),
    )
    assert calls[-1] == (3, 3)


def test_prefetched_items_keep_their_order(session):
    assert list(prefetch(iter(range(100)))) == list(range(100))


def test_an_exception_in_the_producer_is_raised_in_the_consumer():
    def items():
        yield 1
        raise ValueError("broken")

    made = prefetch(items())
    assert next(made) == 1
    with pytest.raises(ValueError, match="broken"):
        next(made)


def test_leaving_the_loop_early_stops_the_producer():
    made = []

    def items():
        for item in range(1000):
            made.append(item)
            yield item

    for _ in prefetch(items()):
        break
    assert len(made) < 10
