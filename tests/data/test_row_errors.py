"""Row errors have clear messages, are all counted, and only the first are stored."""

from data.reading.notes import Notes, RepairSummary
from data.row_errors import MAX_LISTED, MAX_STORED, BadData, RowError, RowErrorLog
from geo.errors import Invalid


def row_error(row: int, kind: str = "bad_level") -> RowError:
    return RowError(
        "areas.csv", row, kind, "'town' is no level", "Use one of: city.", "level", "2304"
    )


def test_a_row_error_has_row_message_and_hint() -> None:
    expected = "areas.csv, row 7 (2304), level: 'town' is no level. Use one of: city."
    assert str(row_error(7)) == expected


def test_all_errors_are_counted_and_the_first_are_stored() -> None:
    log = RowErrorLog()
    log.add(row_error(row) for row in range(1, 1001))
    log.add([row_error(1001, "duplicate")])
    assert len(log) == 1001
    assert log.counts == {"bad_level": 1000, "duplicate": 1}
    assert [error.row for error in log.stored] == list(range(1, MAX_STORED + 1))


def test_the_list_begins_with_counts_and_ends_with_the_number_not_listed() -> None:
    log = RowErrorLog()
    log.add(row_error(row) for row in range(1, 31))
    lines = list(log.lines())
    assert lines[0] == "30 errors: bad_level 30"
    assert len(lines) == 1 + MAX_LISTED + 1
    assert lines[-1].strip() == "… and 10 more"


def test_bad_data_lists_the_errors_and_has_a_hint() -> None:
    log = RowErrorLog()
    log.add([row_error(7)])
    error = BadData(log)
    assert isinstance(error, Invalid)
    assert "1 error: bad_level 1" in str(error)
    assert "--on-error skip" in str(error)


def test_notes_have_each_sentence_once_with_all_its_rows() -> None:
    notes = Notes()
    notes.add("Heights were dropped", 3)
    notes.add("No reference system is stated.")
    notes.add("Heights were dropped", 1_000)
    assert list(notes) == ["Heights were dropped (1,003 rows)", "No reference system is stated."]


def test_the_repair_summary_has_the_largest_distance_and_the_sum_of_areas() -> None:
    repairs = RepairSummary()
    repairs.add(0.5, 2.0)
    repairs.add(1.25, 3.0)
    notes = Notes(repairs=repairs)
    assert list(notes) == [
        "2 polygons repaired: vertices moved by up to 1.25 m, areas changed by 5.0 m² in total"
    ]
