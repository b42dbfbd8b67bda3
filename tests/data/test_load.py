"""Files into the register: what is added, updated, left alone, retired, and refused."""

import csv
from pathlib import Path

import pytest
import shapely
from sqlalchemy import select, text

from data.columns import Kind
from data.faults import BadData
from data.load import LoadOptions, NothingToKeep, Outcome, ahead, load
from data.merge import StillNeeded
from data.read import ReadOptions
from geo import grids, moments
from geo.models import Area, Building, Issue, Manager, MicroGrid, Neighborhood, PropertyCoverage
from tests import town
from tests.town import FIRST, SECOND, box, file, place


@pytest.fixture
def into(session):
    """Load files of a kind into the register of this test."""

    def load_into(kind: Kind, *paths: Path, columns=None, repair=False, **options) -> Outcome:
        read = ReadOptions(columns=columns or {}, repair=repair)
        session.flush()
        outcome = load(session.connection(), kind, paths, LoadOptions(read=read, **options))
        session.expire_all()
        return outcome

    return load_into


@pytest.fixture
def with_areas(into, tmp_path):
    """The register of the town's areas."""
    into(Kind.AREAS, town.areas(tmp_path))
    return into


@pytest.fixture
def with_buildings(with_areas, tmp_path):
    """The register of the town's areas, buildings and managers."""
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path))
    with_areas(Kind.MANAGERS, town.managers(tmp_path))
    return with_areas


def told(outcome: Outcome) -> tuple[int, ...]:
    """How many rows were read, added, updated, left as they were, retired, and rejected."""
    return (
        outcome.read,
        outcome.added,
        outcome.updated,
        outcome.unchanged,
        outcome.retired,
        outcome.rejected,
    )


def refusal(caught) -> list[tuple[str, int, str]]:
    """File, row and kind of each fault of a refused load."""
    return sorted((fault.file, fault.row, fault.kind) for fault in caught.value.faults.kept)


def coverage(folder: Path, *rows: tuple[str, str, str, str], name="coverage.csv") -> Path:
    columns = ("building_code", "manager_code", "covered_from", "covered_to")
    return file(folder / name, [dict(zip(columns, row, strict=True)) for row in rows])


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
    filed = district.execute(select(Issue.grid_code, grids.covering(Issue.geom, moments.now())))
    answers = filed.all()
    assert len(answers) > len(spots)
    assert [mine for mine, _ in answers] == [by_sql for _, by_sql in answers]
    assert len({mine for mine, _ in answers}) == 5


def test_issues_are_filed_under_none_where_there_are_no_grids(into, session, tmp_path):
    rows = [{"ref": "R", "category": "x", "reported_at": "2024-01-01", "geom": place(1, 1)}]
    into(Kind.ISSUES, file(tmp_path / "issues.gpkg", rows))
    assert session.get(Issue, "R").grid_code is None


def test_replace_retires_buildings_with_the_day(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path))
    rows = [{"code": "b1", "geom": box(2, 2, 4, 4)}]
    left = file(tmp_path / "left.geojson", rows)
    assert told(with_areas(Kind.BUILDINGS, left, replace=True)) == (1, 0, 0, 1, 2, 0)
    gone = session.get(Building, "b2")
    today = session.scalar(text("SELECT current_date"))
    assert (gone.status, gone.retired_on) == ("retired", today)
    assert session.get(Building, "b1").status == "standing"


def test_a_retired_building_stands_again_only_when_a_file_says_so(with_areas, session, tmp_path):
    everything = town.buildings(tmp_path)
    with_areas(Kind.BUILDINGS, everything)
    left = file(tmp_path / "left.geojson", [{"code": "b1", "geom": box(2, 2, 4, 4)}])
    with_areas(Kind.BUILDINGS, left, replace=True)
    renamed = town.buildings(tmp_path / "renamed", name="abc")
    assert told(with_areas(Kind.BUILDINGS, renamed)) == (3, 0, 3, 0, 0, 0)
    assert session.get(Building, "b2").status == "retired"
    assert told(with_areas(Kind.BUILDINGS, everything, replace=True)) == (3, 0, 2, 1, 0, 0)
    assert session.get(Building, "b2").retired_on is None


def test_a_building_that_is_stated_as_retired_keeps_its_first_day(with_areas, session, tmp_path):
    demolished = town.buildings(tmp_path, status=("拆除", "standing", "standing"))
    with_areas(Kind.BUILDINGS, demolished)
    session.execute(
        text("UPDATE building SET retired_on = '2020-05-01' WHERE retired_on IS NOT NULL")
    )
    assert with_areas(Kind.BUILDINGS, demolished).changed_nothing
    assert str(session.get(Building, "b1").retired_on) == "2020-05-01"


def test_replace_takes_out_coverage_that_is_missing_and_makes_room(
    with_buildings, session, tmp_path
):
    with_buildings(
        Kind.PROPERTY_COVERAGE,
        coverage(
            tmp_path,
            ("b1", "M1", "2021-01-01", "2022-01-01"),
            ("b1", "M2", "2022-01-01", ""),
            ("b2", "M1", "2021-01-01", ""),
        ),
    )
    only = coverage(tmp_path, ("b1", "M1", "2021-01-01", ""))
    assert told(with_buildings(Kind.PROPERTY_COVERAGE, only, replace=True)) == (1, 0, 1, 0, 2, 0)
    kept = session.scalars(select(PropertyCoverage)).all()
    assert [(row.building_code, row.manager_code, row.covered.upper) for row in kept] == [
        ("b1", "M1", None)
    ]


def test_replace_closes_issues_that_are_missing(district, into, tmp_path):
    row = {"ref": "I2", "category": "x", "reported_at": "2024-01-01", "geom": place(5, 5)}
    replaced = into(Kind.ISSUES, file(tmp_path / "i.geojson", [row]), replace=True)
    assert told(replaced) == (1, 1, 0, 0, 1, 0)
    assert district.get(Issue, "I1").status == "closed"


def test_replace_does_not_retire_what_a_rejected_row_speaks_of(with_buildings, session, tmp_path):
    rows = [
        {"code": "b1", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b2", "floors": 9999, "geom": box(12, 2, 14, 4)},
    ]
    path = file(tmp_path / "some.geojson", rows)
    replaced = with_buildings(Kind.BUILDINGS, path, replace=True, skip=True)
    assert told(replaced) == (2, 0, 1, 0, 1, 1)
    assert session.get(Building, "b2").status == "standing"
    assert session.get(Building, "b3").status == "retired"


def test_replace_by_a_file_without_rows_is_refused(with_buildings, tmp_path):
    empty = tmp_path / "managers.csv"
    empty.write_text("code,name,kind\n")
    with pytest.raises(NothingToKeep, match="retire all"):
        with_buildings(Kind.MANAGERS, empty, replace=True)


def test_replace_into_an_empty_register_just_loads(with_areas, tmp_path):
    loaded = with_areas(Kind.BUILDINGS, town.buildings(tmp_path), replace=True)
    assert told(loaded) == (3, 3, 0, 0, 0, 0)


def test_replace_takes_nothing_out_that_others_name(with_buildings, tmp_path):
    with_buildings(Kind.PROPERTY_COVERAGE, coverage(tmp_path, ("b1", "M1", "2021-01-01", "")))
    rows = [{"code": "M2", "name": "业委会", "kind": "homeowner committee"}]
    with pytest.raises(StillNeeded, match=r"M1.*property_coverage") as caught:
        with_buildings(Kind.MANAGERS, file(tmp_path / "m.csv", rows), replace=True)
    assert "--replace" in caught.value.hint


def test_one_replacement_after_another_compares_with_its_own_rows(with_buildings, tmp_path):
    """As in one transaction: the keys noted by the first are not those of the second."""
    assert with_buildings(Kind.MANAGERS, town.managers(tmp_path), replace=True).changed_nothing
    replaced = with_buildings(Kind.BUILDINGS, town.buildings(tmp_path), replace=True)
    assert replaced.changed_nothing


def test_a_code_that_an_earlier_file_had_is_a_fault(with_areas, session, tmp_path):
    one = town.buildings(tmp_path / "one")
    rows = [{"code": code, "geom": box(30, 2, 31, 4)} for code in ("b9", "b3")]
    two = file(tmp_path / "two.geojson", rows)
    with pytest.raises(BadData) as caught:
        with_areas(Kind.BUILDINGS, one, two)
    assert refusal(caught) == [("two.geojson", 2, "duplicate")]


def test_files_of_one_name_in_two_folders_are_told_apart(with_areas, tmp_path):
    one, two = town.managers(tmp_path / "one"), town.managers(tmp_path / "two")
    skipped = with_areas(Kind.MANAGERS, one, two, skip=True)
    assert told(skipped) == (4, 2, 0, 0, 0, 2)
    assert set(skipped.bad_rows) == {(1, 1), (1, 2)}


def test_several_files_are_one_load(with_areas, session, tmp_path):
    def part(number, west):
        rows = [{"code": f"b{number}", "geom": box(west, 2, west + 1, 4)}]
        return file(tmp_path / f"{number}.gpkg", rows)

    assert told(with_areas(Kind.BUILDINGS, part(1, 2), part(2, 4), part(3, 22))) == (
        3, 3, 0, 0, 0, 0,
    )  # fmt: skip
    assert session.get(Building, "b3").community_code == SECOND


def test_a_community_that_the_file_lacks_is_found_by_place(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path))
    found = [session.get(Building, code).community_code for code in ("b1", "b2", "b3")]
    assert found == [FIRST, FIRST, SECOND]


def test_communities_that_were_unknown_are_found_once_they_are_there(into, session, tmp_path):
    into(Kind.BUILDINGS, town.buildings(tmp_path))
    assert session.get(Building, "b1").community_code is None
    into(Kind.AREAS, town.areas(tmp_path))
    assert told(into(Kind.BUILDINGS, town.buildings(tmp_path))) == (3, 0, 3, 0, 0, 0)
    assert session.get(Building, "b1").community_code == FIRST


def test_a_community_that_was_stated_is_not_moved_by_place(with_areas, session, tmp_path):
    with_areas(Kind.BUILDINGS, town.buildings(tmp_path, community_code=[SECOND] * 3))
    assert with_areas(Kind.BUILDINGS, town.buildings(tmp_path)).changed_nothing
    assert session.get(Building, "b1").community_code == SECOND


def test_a_neighborhood_needs_a_community_and_keeps_the_one_it_has(with_areas, session, tmp_path):
    rows = [{"code": "N1", "name": "光明小区", "geom": box(2, 2, 8, 8)}]
    with_areas(Kind.NEIGHBORHOODS, file(tmp_path / "n.geojson", rows))
    assert session.get(Neighborhood, "N1").community_code == FIRST
    renamed = file(tmp_path / "n.csv", [{"code": "N1", "name": "新光明"}])
    assert told(with_areas(Kind.NEIGHBORHOODS, renamed)) == (1, 0, 1, 0, 0, 0)
    assert session.get(Neighborhood, "N1").community_code == FIRST
    nowhere = [{"code": "N2", "name": "外", "geom": box(50, 2, 52, 4)}]
    with pytest.raises(BadData) as caught:
        with_areas(Kind.NEIGHBORHOODS, file(tmp_path / "n2.geojson", nowhere))
    assert refusal(caught) == [("n2.geojson", 1, "no_community")]


def test_parents_are_found_by_their_codes(with_areas, session):
    parents = dict(session.execute(select(Area.code, Area.parent_code)).all())
    assert parents == {
        town.DISTRICT: None,
        town.SUBDISTRICT: town.DISTRICT,
        FIRST: town.SUBDISTRICT,
        SECOND: town.SUBDISTRICT,
    }


def test_areas_may_come_in_any_order_and_in_several_files(into, session, tmp_path):
    below = [{"code": FIRST, "parent_code": town.DISTRICT, "level": "社区", "name": "一"}]
    above = [{"code": town.DISTRICT, "level": "区", "name": "工农区"}]
    into(Kind.AREAS, file(tmp_path / "below.csv", below), file(tmp_path / "above.csv", above))
    assert session.get(Area, FIRST).parent_code == town.DISTRICT


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        (Kind.BUILDINGS, {"code": "x", "community_code": "230403001009"}, "unknown_community"),
        (Kind.BUILDINGS, {"code": "x", "neighborhood_code": "N7"}, "unknown_neighborhood"),
        (
            Kind.NEIGHBORHOODS,
            {"code": "x", "name": "x", "community_code": "9"},
            "unknown_community",
        ),
        (
            Kind.AREAS,
            {"code": "999001", "parent_code": "999", "level": "district", "name": "x"},
            "unknown_parent",
        ),
        (
            Kind.AREAS,
            {"code": "9", "parent_code": town.DISTRICT, "level": "community", "name": "x"},
            "not_nested",
        ),
    ],
)
def test_a_code_that_names_nothing_is_a_fault(with_buildings, session, tmp_path, kind, row, fault):
    path = file(tmp_path / "bad.geojson", [row | {"geom": box(2, 6, 4, 8)}])
    before = state(session)
    with pytest.raises(BadData) as caught:
        with_buildings(kind, path)
    assert refusal(caught) == [("bad.geojson", 1, fault)]
    assert state(session) == before


def state(session) -> dict[str, int]:
    """How many rows each table has."""
    tables = (Area, Neighborhood, Manager, Building, PropertyCoverage, MicroGrid, Issue)
    counts = {
        table.__tablename__: text(f"SELECT count(*) FROM {table.__tablename__}") for table in tables
    }
    return {name: session.scalar(count) for name, count in counts.items()}


def test_coverage_of_unknown_buildings_by_unknown_managers_is_refused(with_buildings, tmp_path):
    path = coverage(
        tmp_path,
        ("b1", "M1", "2021-01-01", "2021-01-01"),
        ("b8", "M1", "2021-01-01", ""),
        ("b2", "M8", "2021-01-01", ""),
    )
    with pytest.raises(BadData) as caught:
        with_buildings(Kind.PROPERTY_COVERAGE, path)
    assert refusal(caught) == [
        ("coverage.csv", 1, "ends_too_early"),
        ("coverage.csv", 2, "unknown_building"),
        ("coverage.csv", 3, "unknown_manager"),
    ]


def test_two_managers_on_one_day_are_refused_within_a_file_and_against_the_register(
    with_buildings, tmp_path
):
    """
    ```
    register  b1  M1 ├──────────
    file      b1  M2      ├─────      clashes with the register
              b2  M1 ├──────────
              b2  M2      ├───        clashes with the row above
              b3  M1 ├────┤
              b3  M2      ├─────      follows: fine
    ```
    """
    with_buildings(Kind.PROPERTY_COVERAGE, coverage(tmp_path, ("b1", "M1", "2021-01-01", "")))
    path = coverage(
        tmp_path,
        ("b1", "M2", "2022-01-01", ""),
        ("b2", "M1", "2021-01-01", ""),
        ("b2", "M2", "2022-01-01", "2023-01-01"),
        ("b3", "M1", "2021-01-01", "2022-01-01"),
        ("b3", "M2", "2022-01-01", ""),
    )
    with pytest.raises(BadData) as caught:
        with_buildings(Kind.PROPERTY_COVERAGE, path)
    assert refusal(caught) == [
        ("coverage.csv", 1, "two_managers"),
        ("coverage.csv", 3, "two_managers"),
    ]


def test_ending_one_period_and_beginning_the_next_is_one_file(with_buildings, session, tmp_path):
    with_buildings(Kind.PROPERTY_COVERAGE, coverage(tmp_path, ("b1", "M1", "2021-01-01", "")))
    handed_over = coverage(
        tmp_path, ("b1", "M2", "2023-01-01", ""), ("b1", "M1", "2021-01-01", "2023-01-01")
    )
    assert told(with_buildings(Kind.PROPERTY_COVERAGE, handed_over)) == (2, 1, 1, 0, 0, 0)


def test_a_period_that_a_file_without_ends_repeats_keeps_its_end(with_buildings, session, tmp_path):
    ended = coverage(tmp_path, ("b1", "M1", "2021-01-01", "2022-01-01"))
    with_buildings(Kind.PROPERTY_COVERAGE, ended)
    rows = [{"building_code": "b1", "manager_code": "M1", "covered_from": "2021-01-01"}]
    again = with_buildings(Kind.PROPERTY_COVERAGE, file(tmp_path / "open.csv", rows))
    assert again.changed_nothing


def test_every_fault_is_listed_with_file_row_what_and_how_to_mend_it(with_areas, tmp_path):
    rows = [
        {"code": "b1", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": None, "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b3", "floors": -1, "geom": box(2, 2, 4, 4)},
        {"code": "b1", "floors": 6, "geom": box(6, 2, 7, 4)},
        {
            "code": "b5",
            "floors": 6,
            "geom": shapely.Polygon([(130, 47), (130.01, 47.01), (130.01, 47), (130, 47.01)]),
        },
        {"code": "b6", "floors": 6, "geom": None},
        {"code": "b7", "floors": 6, "geom": shapely.Point(130.001, 47.001)},
    ]
    with pytest.raises(BadData) as caught:
        with_areas(Kind.BUILDINGS, file(tmp_path / "bad.gpkg", rows))
    assert refusal(caught) == [
        ("bad.gpkg", 2, "missing_value"),
        ("bad.gpkg", 3, "bad_floors"),
        ("bad.gpkg", 4, "duplicate"),
        ("bad.gpkg", 5, "invalid_geometry"),
        ("bad.gpkg", 6, "missing_geometry"),
        ("bad.gpkg", 7, "wrong_geometry"),
    ]
    message = str(caught.value)
    assert "bad.gpkg, row 3 (b3), floors: '-1' is no whole number" in message
    assert "bad.gpkg, row 5 (b5): self-intersection at 130.005000, 47.005000. Redraw" in message
    assert "--on-error skip" in message


def test_skip_loads_the_good_rows_and_remembers_the_bad(with_areas, session, tmp_path):
    rows = [
        {"code": "b1", "community_code": FIRST, "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b2", "community_code": "x", "floors": 6, "geom": box(2, 2, 4, 4)},
        {"code": "b3", "community_code": FIRST, "floors": 999, "geom": None},
    ]
    skipped = with_areas(Kind.BUILDINGS, file(tmp_path / "b.gpkg", rows), skip=True)
    assert told(skipped) == (3, 1, 0, 0, 0, 2)
    assert set(skipped.bad_rows) == {(0, 2), (0, 3)}
    assert "no community x" in skipped.bad_rows[0, 2]
    both = skipped.bad_rows[0, 3]
    assert "floors" in str(skipped.faults.kinds)
    assert "no whole number" in both
    assert "no shape" in both


def test_a_row_too_broken_to_be_held_counts_as_read_and_rejected(into, tmp_path):
    path = tmp_path / "managers.csv"
    path.write_text("code,name,kind\nM1,a,firm\nM2,b,firm,too,many\nM3,c,firm\n")
    assert told(into(Kind.MANAGERS, path, skip=True)) == (3, 2, 0, 0, 0, 1)
    assert told(into(Kind.MANAGERS, path, skip=True)) == (3, 0, 0, 2, 0, 1)


def test_a_place_far_from_the_areas_is_a_fault_that_guesses_why(with_areas, tmp_path):
    path = tmp_path / "issues.csv"
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["ref", "category", "reported_at", "lon", "lat"])
        writer.writerow(["I1", "x", "2024-01-01", 47.005, 130.01])
        writer.writerow(["I2", "x", "2024-01-01", 30.005, 47.01])
        writer.writerow(["I3", "x", "2024-01-01", 0, 0])
        writer.writerow(["I4", "x", "2024-01-01", 130.01, 47.005])
    with pytest.raises(BadData) as caught:
        with_areas(Kind.ISSUES, path)
    assert [kind for _, _, kind in refusal(caught)] == ["out_of_range", "far_away", "null_island"]
    assert "look swapped" in str(caught.value)


def test_without_areas_every_place_on_earth_will_do(into, tmp_path):
    path = tmp_path / "issues.csv"
    path.write_text("ref,category,reported_at,lon,lat\nI1,x,2024-01-01,43.0,-76.1\n")
    assert told(into(Kind.ISSUES, path)) == (1, 1, 0, 0, 0, 0)


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
