"""Which of their columns is which of ours, and what is said when one is missing."""

import pytest

from data.columns import SCHEMAS, DatasetKind
from data.errors import MissingColumn
from data.reading.column_mapping import map_columns
from data.reading.files.record_stream import RecordStream


def fields(*names: str, dbase: bool = False) -> RecordStream:
    return RecordStream("town.gpkg", names, lambda: iter([]), truncates_names=dbase)


BUILDINGS, AREAS, COVERAGE = (
    SCHEMAS[kind]
    for kind in (DatasetKind.BUILDINGS, DatasetKind.AREAS, DatasetKind.PROPERTY_COVERAGE)
)


def test_our_own_names_are_found_in_any_spelling() -> None:
    found = map_columns(fields("CODE", "Built Year", "community-code", "colour"), BUILDINGS, {})
    assert found == {"code": "CODE", "built_year": "Built Year", "community_code": "community-code"}


def test_the_callers_names_count_more_than_ours() -> None:
    found = map_columns(fields("code", "id", "名称"), BUILDINGS, {"code": "id", "name": "名称"})
    assert found == {"code": "id", "name": "名称"}


def test_names_cut_by_dbase_are_recognised_in_dbase_alone() -> None:
    names = ("building_c", "manager_co", "covered_fr", "covered_to")
    assert map_columns(fields(*names, dbase=True), COVERAGE, {})["covered_from"] == "covered_fr"
    with pytest.raises(MissingColumn):
        map_columns(fields(*names), COVERAGE, {})


def test_a_missing_column_is_named_with_those_there_are_and_a_way_out() -> None:
    with pytest.raises(MissingColumn) as caught:
        map_columns(fields("year_built"), BUILDINGS, {})
    assert "'code'" in caught.value.message
    assert "town.gpkg has: year_built" in str(caught.value.hint)
    assert "code=#" in str(caught.value.hint)


@pytest.mark.parametrize("given", [{"code": "ident"}, {"colour": "code"}, {"name": "#"}])
def test_a_mapping_from_or_to_what_does_not_exist_is_an_error(given: dict[str, str]) -> None:
    """No such column there, none of ours, and only a key can be numbered."""
    with pytest.raises(MissingColumn):
        map_columns(fields("code"), BUILDINGS, given)


def test_rows_can_be_numbered_and_a_value_stated_for_all() -> None:
    assert map_columns(fields("x"), BUILDINGS, {"code": "#"}) == {"code": "#"}
    stated = map_columns(fields("code", "name"), AREAS, {"level": "=district"})
    assert stated["level"] == "=district"


def test_places_of_tables_are_no_business_of_this() -> None:
    assert map_columns(fields("code", "x"), BUILDINGS, {"lon": "x"}) == {"code": "code"}
