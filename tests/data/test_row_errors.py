"""Faults read well, are all counted, and do not fill the memory."""

from data.reading.notes import Notes, RepairSummary
from data.row_errors import MAX_LISTED, MAX_STORED, BadData, RowError, RowErrorLog
from geo.errors import Invalid


def fault(row: int, kind: str = "bad_level") -> RowError:
    return RowError(
        "areas.csv", row, kind, "'town' is no level", "Use one of: city.", "level", "2304"
    )


def test_a_fault_says_where_what_and_how_to_mend_it() -> None:
    expected = "areas.csv, row 7 (2304), level: 'town' is no level. Use one of: city."
    assert str(fault(7)) == expected


def test_all_faults_are_counted_and_the_first_are_kept() -> None:
    log = RowErrorLog()
    log.add(fault(row) for row in range(1, 1001))
    log.add([fault(1001, "duplicate")])
    assert len(log) == 1001
    assert log.counts == {"bad_level": 1000, "duplicate": 1}
    assert [kept.row for kept in log.stored] == list(range(1, MAX_STORED + 1))


def test_the_list_begins_with_counts_and_ends_with_what_it_left_out() -> None:
    log = RowErrorLog()
    log.add(fault(row) for row in range(1, 31))
    lines = list(log.lines())
    assert lines[0] == "30 errors: bad_level 30"
    assert len(lines) == 1 + MAX_LISTED + 1
    assert lines[-1].strip() == "… and 10 more"


def test_bad_data_is_an_invalid_input_that_lists_the_faults_and_says_what_to_do() -> None:
    log = RowErrorLog()
    log.add([fault(7)])
    error = BadData(log)
    assert isinstance(error, Invalid)
    assert "1 error: bad_level 1" in str(error)
    assert "--on-error skip" in str(error)


def test_notes_say_each_sentence_once_with_all_its_rows() -> None:
    notes = Notes()
    notes.add("Heights were dropped", 3)
    notes.add("No reference system is stated.")
    notes.add("Heights were dropped", 1_000)
    assert list(notes) == ["Heights were dropped (1,003 rows)", "No reference system is stated."]


def test_repairs_tell_the_farthest_move_and_the_sum_of_areas() -> None:
    repairs = RepairSummary()
    repairs.add(0.5, 2.0)
    repairs.add(1.25, 3.0)
    notes = Notes(repairs=repairs)
    assert list(notes) == [
        "2 polygons repaired: vertices moved by up to 1.25 m, areas changed by 5.0 m² in total"
    ]
