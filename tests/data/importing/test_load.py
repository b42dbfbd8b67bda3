"""Files into the register: what is added, updated, left alone, and how it goes."""

import pytest
import shapely
from sqlalchemy import select, text

from data.columns import Kind
from data.importing.load import LoadOptions, ahead, load
from data.row_errors import BadData
from geo import city_time
from geo.grids import grids
from geo.models import Area, Building, Issue, Neighborhood
from tests import town
from tests.data.import_outcomes import told
from tests.town import FIRST, SECOND, box, file, place


def test_a_file_loaded_again_changes_nothing(with_buildings, tmp_path):
    again = with_buildings(Kind.BUILDINGS, town.buildings(tmp_path))
    assert told(again) == (3, 0, 0, 3, 0, 0)
    assert again.changed_nothing
    assert with_buildings(Kind.AREAS, town.areas(tmp_path)).changed_nothing
    assert with_buildings(Kind.MANAGERS, town.managers(tmp_path)).changed_nothing


def test_a_changed_file_updates_by_code_and_adds_what_is_new(with_buildings, session, tmp_path):
    rows = [
        {"code": "b1", "name": "一号楼", "geom": box(2, 2, 4, 4)},
        {"code": "b2", "name": None, "geom": box(12, 2, 14, 5)},
        {"code": "b4", "name": None, "geom": box(24, 2, 25, 4)},
    ]
    changed = with_buildings(Kind.BUILDINGS, file(tmp_path / "b.geojson", rows))
    assert told(changed) == (3, 1, 2, 0, 0, 0)
    assert session.get(Building, "b1").name == "一号楼"
    assert session.scalar(
        text("SELECT ST_YMax(footprint) FROM building WHERE code = 'b2'")
    ) == pytest.approx(47.005)


def test_a_column_that_the_file_lacks_is_left_alone(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path, households=(10, 20, 30), name="abc"))
    lacking = with_areas(Kind.BUILDINGS, town.buildings(tmp_path, households=(10, 21, 30)))
    assert told(lacking) == (3, 0, 1, 2, 0, 0)
    assert (session.get(Building, "b2").households, session.get(Building, "b2").name) == (21, "b")


def test_a_blank_value_is_a_statement_too(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path, households=(10, 20, 30)))
    blank = with_areas(Kind.BUILDINGS, town.buildings(tmp_path, households=(10, None, 30)))
    assert told(blank) == (3, 0, 1, 2, 0, 0)
    assert session.get(Building, "b2").households is None


@pytest.mark.parametrize("kind", [Kind.BUILDINGS, Kind.NEIGHBORHOODS])
def test_of_two_files_each_speaks_of_its_own_columns(with_areas, session, tmp_path, kind):
    def one(name, code, west, **more):
        row = {"code": code, "name": code, **more, "geom": box(west, 2, west + 1, 3)}
        return file(tmp_path / name, [row])

    column = {Kind.BUILDINGS: "floors", Kind.NEIGHBORHOODS: "station_services"}[kind]
    with_areas(
        kind, one("a.geojson", "x", 2, **{column: 6}), one("b.geojson", "y", 4, **{column: 7})
    )
    both = with_areas(kind, one("a.geojson", "x", 2, **{column: 8}), one("b.geojson", "y", 4))
    assert told(both) == (2, 0, 1, 1, 0, 0)
    model = {Kind.BUILDINGS: Building, Kind.NEIGHBORHOODS: Neighborhood}[kind]
    assert [getattr(session.get(model, code), column) for code in "xy"] == [8, 7]


def test_outlines_that_moved_are_updated(with_areas, session, tmp_path):
    rows = [{"code": FIRST, "level": "community", "name": "一社区", "geom": box(0, 0, 19, 10)}]
    moved = with_areas(Kind.AREAS, file(tmp_path / "moved.geojson", rows))
    assert told(moved) == (1, 0, 1, 0, 0, 0)


def test_a_table_of_areas_without_shapes_keeps_the_shapes(with_areas, session, tmp_path):
    rows = [{"code": FIRST, "level": "community", "name": "新名"}]
    renamed = with_areas(Kind.AREAS, file(tmp_path / "names.csv", rows))
    assert told(renamed) == (1, 0, 1, 0, 0, 0)
    area = session.get(Area, FIRST)
    assert area.name == "新名"
    assert area.geom is not None
    assert area.parent_code == town.SUBDISTRICT


def test_an_issue_that_moved_keeps_the_grid_it_was_filed_under(district, into, tmp_path):
    def issue(east, status):
        row = {"ref": "I9", "category": "heating", "reported_at": "2024-01-01 08:00"}
        return file(tmp_path / "issues.geojson", [row | {"status": status, "geom": place(east, 5)}])

    assert told(into(Kind.ISSUES, issue(5, "open"))) == (1, 1, 0, 0, 0, 0)
    assert told(into(Kind.ISSUES, issue(35, "办结"))) == (1, 0, 1, 0, 0, 0)
    moved = district.get(Issue, "I9")
    assert (moved.grid_code, moved.status) == (FIRST + "001", "closed")


def test_an_issue_on_a_border_gets_the_lowest_grid_and_one_outside_none(district, into, tmp_path):
    rows = [
        {"ref": ref, "category": "x", "reported_at": "2024-01-01", "geom": place(east, 5)}
        for ref, east in (("on", 10), ("out", 50))
    ]
    into(Kind.ISSUES, file(tmp_path / "issues.gpkg", rows))
    assert district.get(Issue, "on").grid_code == FIRST + "001"
    assert district.get(Issue, "out").grid_code is None


def test_issues_are_filed_as_sql_would_file_them(district, into, tmp_path):
    """Half thousandths of a degree: borders, corners, grounds within and beyond."""
    spots = [(east / 2, north / 2) for east in range(-2, 84, 3) for north in range(-2, 24)]
    rows = [
        {"ref": f"R{at}", "category": "x", "reported_at": "2024-01-01", "geom": place(*spot)}
        for at, spot in enumerate(spots)
    ]
    into(Kind.ISSUES, file(tmp_path / "issues.gpkg", rows))
    filed = district.execute(select(Issue.grid_code, grids.covering(Issue.geom, city_time.now())))
    answers = filed.all()
    assert len(answers) > len(spots)
    assert [mine for mine, _ in answers] == [by_sql for _, by_sql in answers]
    assert len({mine for mine, _ in answers}) == 5


def test_issues_are_filed_under_none_where_there_are_no_grids(into, session, tmp_path):
    rows = [{"ref": "R", "category": "x", "reported_at": "2024-01-01", "geom": place(1, 1)}]
    into(Kind.ISSUES, file(tmp_path / "issues.gpkg", rows))
    assert session.get(Issue, "R").grid_code is None


def test_several_files_are_one_load(with_areas, session, tmp_path):
    def part(number, west):
        rows = [{"code": f"b{number}", "geom": box(west, 2, west + 1, 4)}]
        return file(tmp_path / f"{number}.gpkg", rows)

    assert told(with_areas(Kind.BUILDINGS, part(1, 2), part(2, 4), part(3, 22))) == (
        3, 3, 0, 0, 0, 0,
    )  # fmt: skip
    assert session.get(Building, "b3").community_code == SECOND


def test_indexes_are_there_again_after_a_load_from_empty_and_after_a_refusal(
    session, into, tmp_path
):
    names = text("SELECT count(*) FROM pg_indexes WHERE tablename = 'building'")
    before = session.scalar(names)
    with pytest.raises(BadData), session.begin_nested():
        into(Kind.BUILDINGS, town.buildings(tmp_path, community_code="xyz"))
    assert session.scalar(names) == before
    into(Kind.BUILDINGS, town.buildings(tmp_path))
    assert session.scalar(names) == before


def test_backdrop_is_known_again_by_what_it_is(into, session, tmp_path):
    rows = [
        {"kind": "road", "name": "向阳路", "geom": shapely.LineString([(130, 47), (130.1, 47)])},
        {"kind": "水系", "name": None, "geom": box(0, 0, 5, 5)},
    ]
    path = file(tmp_path / "backdrop.gpkg", rows)
    assert told(into(Kind.BACKDROP, path)) == (2, 2, 0, 0, 0, 0)
    assert told(into(Kind.BACKDROP, path)) == (2, 0, 0, 2, 0, 0)
    fewer = file(tmp_path / "fewer.gpkg", rows[:1])
    assert told(into(Kind.BACKDROP, fewer, replace=True)) == (1, 0, 0, 1, 1, 0)


def test_progress_is_told_to_the_end(session, tmp_path):
    heard = []
    path = town.buildings(tmp_path)
    load(session.connection(), Kind.BUILDINGS, [path], LoadOptions(), lambda *at: heard.append(at))
    assert heard[-1] == (3, 3)


def test_items_are_made_ahead_in_order(session):
    assert list(ahead(iter(range(100)))) == list(range(100))


def test_what_goes_wrong_ahead_is_raised_where_the_items_are_used():
    def items():
        yield 1
        raise ValueError("broken")

    made = ahead(items())
    assert next(made) == 1
    with pytest.raises(ValueError, match="broken"):
        next(made)


def test_leaving_early_stops_the_making():
    made = []

    def items():
        for item in range(1000):
            made.append(item)
            yield item

    for _ in ahead(items()):
        break
    assert len(made) < 10
