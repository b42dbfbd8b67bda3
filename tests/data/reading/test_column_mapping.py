"""Which of their columns is which of ours, and what is said when one is missing."""

import pytest

from data.columns import TABLES, Kind
from data.reading.column_mapping import match
from data.reading.files.record_stream import Stream
from data.row_errors import MissingColumn


def fields(*names: str, dbase: bool = False) -> Stream:
    return Stream("town.gpkg", names, lambda: iter([]), dbase=dbase)


BUILDINGS, AREAS, COVERAGE = (
    TABLES[kind] for kind in (Kind.BUILDINGS, Kind.AREAS, Kind.PROPERTY_COVERAGE)
)


def test_our_own_names_are_found_in_any_spelling() -> None:
    found = match(fields("CODE", "Built Year", "community-code", "colour"), BUILDINGS, {})
    assert found == {"code": "CODE", "built_year": "Built Year", "community_code": "community-code"}


def test_the_callers_names_count_more_than_ours() -> None:
    found = match(fields("code", "id", "名称"), BUILDINGS, {"code": "id", "name": "名称"})
    assert found == {"code": "id", "name": "名称"}


def test_names_cut_by_dbase_are_recognised_in_dbase_alone() -> None:
    names = ("building_c", "manager_co", "covered_fr", "covered_to")
    assert match(fields(*names, dbase=True), COVERAGE, {})["covered_from"] == "covered_fr"
    with pytest.raises(MissingColumn):
        match(fields(*names), COVERAGE, {})


def test_a_missing_column_is_named_with_those_there_are_and_a_way_out() -> None:
    with pytest.raises(MissingColumn) as caught:
        match(fields("year_built"), BUILDINGS, {})
    assert "'code'" in caught.value.message
    assert "town.gpkg has: year_built" in str(caught.value.hint)
    assert "code=#" in str(caught.value.hint)


@pytest.mark.parametrize("given", [{"code": "ident"}, {"colour": "code"}, {"name": "#"}])
def test_a_mapping_from_or_to_what_does_not_exist_is_an_error(given: dict[str, str]) -> None:
    """No such column there, none of ours, and only a key can be numbered."""
    with pytest.raises(MissingColumn):
        match(fields("code"), BUILDINGS, given)


def test_rows_can_be_numbered_and_a_value_stated_for_all() -> None:
    assert match(fields("x"), BUILDINGS, {"code": "#"}) == {"code": "#"}
    stated = match(fields("code", "name"), AREAS, {"level": "=district"})
    assert stated["level"] == "=district"


def test_places_of_tables_are_no_business_of_this() -> None:
    assert match(fields("code", "x"), BUILDINGS, {"lon": "x"}) == {"code": "code"}
