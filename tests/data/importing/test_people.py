"""Imports of grid members: people, their assignments, and how assignments end."""

import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from data.columns import DatasetKind
from data.exporting import export
from data.importing.load import LoadOptions, load
from data.importing.result import ImportResult, NoValidRows
from data.row_errors import BadData
from geo import city_time
from geo.models import GridMember, Person
from tests.data.import_results import counts, row_errors
from tests.district import day
from tests.district_edits import merge_grids
from tests.staff import GRID
from tests.town_builder import write_file

OTHER = GRID[:-1] + "2"
TODAY = city_time.today("Asia/Shanghai")
YESTERDAY, TOMORROW = (str(TODAY + datetime.timedelta(days)) for days in (-1, 1))
COLUMNS = (
    "person_code", "name", "phone", "grid_code", "duty", "assigned_from", "assigned_to",
)  # fmt: skip
HEAD = ("P1", "赵一", "1", GRID, "网格长", "2021-01-01", "")
PART = ("P2", "钱二", "2", GRID, "兼职", "2021-01-01", "2023-01-01")
TWO_GRIDS = ("P1", "赵一", "1", OTHER, "full time", "2022-01-01", "")


def member_file(folder: Path, *rows: tuple[str, ...], name="members.csv", without=()) -> Path:
    """Write rows in the order of COLUMNS to a file, without some columns."""
    every = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    names = [name for name in COLUMNS if name not in without]
    return write_file(folder / name, [{name: row[name] for name in names} for row in every])


@pytest.fixture
def import_members(district):
    """Return a function that imports files of grid members into the district."""

    def import_files(*paths: Path, **options) -> ImportResult:
        result = load(
            district.connection(), DatasetKind.GRID_MEMBERS, paths, LoadOptions(**options)
        )
        district.expire_all()
        return result

    return import_files


@pytest.fixture
def filled(import_members, district, tmp_path):
    """The district with the assignments HEAD, PART and TWO_GRIDS."""
    result = import_members(member_file(tmp_path, HEAD, PART, TWO_GRIDS))
    assert counts(result) == (3, 3, 0, 0, 0, 0)
    return district


def assignments(session) -> set[tuple[str, str, str, str, str]]:
    """Return person, last digit of the grid, duty, from and to of every assignment."""
    return {
        (row.person_code, row.grid_code[-1], row.duty.value, *ends(row.assigned))
        for row in session.scalars(select(GridMember))
    }


def ends(days: Range[datetime.date]) -> tuple[str, str]:
    return str(days.lower), str(days.upper or "")


def test_a_person_is_stored_once_and_can_have_several_grids(filled):
    assert assignments(filled) == {
        ("P1", "1", "head", "2021-01-01", ""),
        ("P1", "2", "full_time", "2022-01-01", ""),
        ("P2", "1", "part_time", "2021-01-01", "2023-01-01"),
    }
    persons = filled.scalars(select(Person).order_by(Person.code)).all()
    assert [(person.code, person.name, person.phone) for person in persons] == [
        ("P1", "赵一", "1"),
        ("P2", "钱二", "2"),
    ]


def test_importing_a_file_again_changes_nothing(filled, import_members, tmp_path):
    again = import_members(member_file(tmp_path, HEAD, PART, TWO_GRIDS))
    assert counts(again) == (3, 0, 0, 3, 0, 0)
    assert again.is_noop
    assert import_members(member_file(tmp_path, HEAD, PART, TWO_GRIDS), replace=True).is_noop


def test_importing_an_export_changes_nothing(filled, import_members, tmp_path):
    at = city_time.now()
    everything = export.fetch_dataset(filled, DatasetKind.GRID_MEMBERS, at=at, phones=True)
    assert tuple(everything.columns) == COLUMNS
    everything.to_csv(tmp_path / "out.csv", index=False)
    assert import_members(tmp_path / "out.csv", replace=True).is_noop
    assert len(export.fetch_dataset(filled, DatasetKind.GRID_MEMBERS, area_code=OTHER, at=at)) == 1


def test_phones_are_exported_only_on_request_and_a_file_without_them_does_not_clear_them(
    filled, import_members, tmp_path
):
    bare = export.fetch_dataset(filled, DatasetKind.GRID_MEMBERS, at=city_time.now())
    assert tuple(bare.columns) == tuple(name for name in COLUMNS if name != "phone")
    bare.to_csv(tmp_path / "bare.csv", index=False)
    assert import_members(tmp_path / "bare.csv", replace=True).is_noop
    assert [person.phone for person in filled.scalars(select(Person))] == ["1", "2"]


def test_a_new_name_counts_as_an_update_of_every_row_of_that_person(
    filled, import_members, tmp_path
):
    renamed = [(row[0], "赵壹", *row[2:]) for row in (HEAD, TWO_GRIDS)]
    assert counts(import_members(member_file(tmp_path, *renamed, PART))) == (3, 0, 2, 1, 0, 0)
    assert filled.get(Person, "P1").name == "赵壹"
    bare = member_file(tmp_path, *renamed[:1], without=("phone", "duty", "assigned_to"))
    assert import_members(bare).is_noop
    back = member_file(tmp_path, HEAD, without=("phone", "duty", "assigned_to"))
    assert counts(import_members(back)) == (1, 0, 1, 0, 0, 0)


def test_a_new_duty_and_an_end_are_updates(filled, import_members, tmp_path):
    changed = (*HEAD[:4], "volunteer", "2021-01-01", "2024-01-01")
    assert counts(import_members(member_file(tmp_path, changed))) == (1, 0, 1, 0, 0, 0)
    assert ("P1", "1", "volunteer", "2021-01-01", "2024-01-01") in assignments(filled)


def test_columns_that_a_file_lacks_are_not_changed(filled, import_members, tmp_path):
    bare = member_file(tmp_path, HEAD, PART, without=("phone", "duty", "assigned_to"))
    assert import_members(bare).is_noop
    assert filled.get(Person, "P1").phone == "1"


def test_each_of_two_files_changes_only_the_phones_of_its_own_rows(
    filled, import_members, tmp_path
):
    one = member_file(tmp_path, (*HEAD[:2], "", *HEAD[3:]), name="one.csv")
    two = member_file(tmp_path, PART, TWO_GRIDS, name="two.csv", without=("phone",))
    assert counts(import_members(one, two)) == (3, 0, 2, 1, 0, 0)
    assert filled.get(Person, "P1").phone is None
    assert filled.get(Person, "P2").phone == "2"


def test_the_default_duty_is_part_time(import_members, district, tmp_path):
    blank = (*HEAD[:4], "", *HEAD[5:])
    import_members(member_file(tmp_path, blank))
    import_members(member_file(tmp_path, TWO_GRIDS, without=("duty",)))
    assert {duty for _, _, duty, *_ in assignments(district)} == {"part_time"}


def test_replace_ends_missing_assignments_today_and_keeps_past_ones(
    filled, import_members, tmp_path
):
    """The past assignment of P2 stays; the second assignment of P1 ends today."""
    replaced = import_members(member_file(tmp_path, HEAD), replace=True)
    assert counts(replaced) == (1, 0, 0, 1, 1, 0)
    assert assignments(filled) == {
        ("P1", "1", "head", "2021-01-01", ""),
        ("P1", "2", "full_time", "2022-01-01", str(TODAY)),
        ("P2", "1", "part_time", "2021-01-01", "2023-01-01"),
    }
    assert import_members(member_file(tmp_path, HEAD), replace=True).is_noop


def test_replace_deletes_missing_assignments_that_have_not_begun(filled, import_members, tmp_path):
    import_members(member_file(tmp_path, ("P3", "孙三", "", OTHER, "", TOMORROW, "")))
    import_members(member_file(tmp_path, ("P4", "李四", "", OTHER, "", str(TODAY), "")))
    assert counts(import_members(member_file(tmp_path, HEAD, TWO_GRIDS), replace=True)) == (
        2,
        0,
        0,
        2,
        2,
        0,
    )
    assert {person for person, *_ in assignments(filled)} == {"P1", "P2"}


def test_replace_corrects_the_first_day_of_an_assignment(filled, import_members, tmp_path):
    earlier = (*HEAD[:5], "2020-06-01", "")
    assert counts(import_members(member_file(tmp_path, earlier, TWO_GRIDS), replace=True)) == (
        2,
        1,
        0,
        1,
        1,
        0,
    )
    assert ("P1", "1", "head", "2020-06-01", "") in assignments(filled)
    assert ("P1", "1", "head", "2021-01-01", str(TODAY)) not in assignments(filled)


def test_replace_ends_a_period_if_the_file_has_only_a_later_one(filled, import_members, tmp_path):
    later = (*HEAD[:5], TOMORROW, "")
    assert counts(import_members(member_file(tmp_path, later, TWO_GRIDS), replace=True)) == (
        2,
        1,
        0,
        1,
        1,
        0,
    )
    assert {("P1", "1", "head", "2021-01-01", str(TODAY)), ("P1", "1", "head", TOMORROW, "")} < (
        assignments(filled)
    )


def test_replace_by_a_file_without_ends_reopens_ended_assignments(filled, import_members, tmp_path):
    listing = member_file(tmp_path, HEAD, PART, TWO_GRIDS, without=("assigned_to",))
    assert import_members(listing).is_noop
    assert counts(import_members(listing, replace=True)) == (3, 0, 1, 2, 0, 0)
    assert ("P2", "1", "part_time", "2021-01-01", "") in assignments(filled)


def test_replace_does_not_end_the_assignment_of_a_rejected_row(filled, import_members, tmp_path):
    path = member_file(tmp_path, HEAD, (*TWO_GRIDS[:4], "nonsense", *TWO_GRIDS[5:]))
    before = assignments(filled)
    assert counts(import_members(path, replace=True, skip_bad_rows=True)) == (2, 0, 0, 1, 0, 1)
    assert assignments(filled) == before


def test_replace_by_a_file_without_rows_is_an_error(filled, import_members, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(NoValidRows):
        import_members(empty, replace=True)


INVALID_ROWS = {
    "unknown_grid": [("P3", "孙三", "", "230403001001999", "", "2021-01-01", "")],
    "ends_too_early": [("P3", "孙三", "", GRID, "", "2021-01-01", "2021-01-01")],
    "bad_duty": [("P3", "孙三", "", GRID, "mayor", "2021-01-01", "")],
    "bad_assigned_from": [("P3", "孙三", "", GRID, "", "someday", "")],
    "missing_value": [("P3", "", "", GRID, "", "2021-01-01", "")],
    "duplicate": [("P3", "孙三", "", GRID, "", "2021-01-01", "")] * 2,
    "two_persons": [
        ("P3", "孙三", "", GRID, "", "2021-01-01", ""),
        ("P3", "周三", "", OTHER, "", "2021-01-01", ""),
    ],
    "assigned_twice": [
        ("P3", "孙三", "", GRID, "", "2021-01-01", "2022-01-01"),
        ("P3", "孙三", "", GRID, "", "2021-12-31", ""),
    ],
}


@pytest.mark.parametrize("kind", INVALID_ROWS)
def test_an_invalid_row_is_reported_with_its_position_and_a_hint(
    filled, import_members, tmp_path, kind
):
    rows = INVALID_ROWS[kind]
    before = assignments(filled), filled.scalar(text("SELECT count(*) FROM person"))
    with pytest.raises(BadData) as excinfo, filled.begin_nested():
        import_members(member_file(tmp_path, HEAD, *rows))
    assert row_errors(excinfo) == [("members.csv", 1 + len(rows), kind)]
    error = excinfo.value.log.stored[0]
    assert (error.code, bool(error.message), bool(error.hint)) == ("P3", True, True)
    assert (assignments(filled), filled.scalar(text("SELECT count(*) FROM person"))) == before
    skipped = import_members(member_file(tmp_path, HEAD, *rows), skip_bad_rows=True)
    assert counts(skipped) == (1 + len(rows), len(rows) - 1, 0, 1, 0, 1)


def test_conflicting_phones_of_a_person_are_an_error_and_a_missing_phone_is_not(
    import_members, tmp_path
):
    with pytest.raises(BadData) as excinfo:
        import_members(member_file(tmp_path, HEAD, (*TWO_GRIDS[:2], "9", *TWO_GRIDS[3:])))
    assert row_errors(excinfo) == [("members.csv", 2, "two_persons")]
    assert (
        import_members(member_file(tmp_path, HEAD, (*TWO_GRIDS[:2], "", *TWO_GRIDS[3:]))).added == 2
    )


def test_a_period_that_overlaps_a_stored_one_is_an_error(filled, import_members, tmp_path):
    clash = (*HEAD[:5], "2022-01-01", "")
    with pytest.raises(BadData) as excinfo:
        import_members(member_file(tmp_path, clash))
    assert row_errors(excinfo) == [("members.csv", 1, "assigned_twice")]


def test_one_file_can_end_a_period_and_begin_the_next(filled, import_members, tmp_path):
    ended, begun = (*HEAD[:6], "2024-01-01"), (*HEAD[:5], "2025-01-01", "")
    assert counts(import_members(member_file(tmp_path, begun, ended))) == (2, 1, 1, 0, 0, 0)


def test_assignments_can_refer_to_retired_grids(filled, import_members, tmp_path):
    merge_grids(filled)
    again = import_members(member_file(tmp_path, HEAD, PART, TWO_GRIDS))
    assert again.is_noop
    assert filled.scalar(select(GridMember.assigned).where(GridMember.grid_code == OTHER)) == (
        Range(day("2022-01-01"), None)
    )
