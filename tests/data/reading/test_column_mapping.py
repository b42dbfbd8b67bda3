"""The mapping of file columns to ours, and the errors for missing columns."""

import pytest

from data.columns import SCHEMAS, DatasetKind
from data.errors import MissingColumn
from data.reading.column_mapping import map_columns
from data.reading.files.record_stream import RecordStream


def stream_with(*names: str, dbase: bool = False) -> RecordStream:
    return RecordStream("town.gpkg", names, lambda: iter([]), truncates_names=dbase)


BUILDINGS, AREAS, COVERAGE = (
    SCHEMAS[kind]
    for kind in (DatasetKind.BUILDINGS, DatasetKind.AREAS, DatasetKind.PROPERTY_COVERAGE)
)


def test_our_names_match_in_any_spelling() -> None:
    mapping = map_columns(
        stream_with("CODE", "Built Year", "community-code", "colour"), BUILDINGS, {}
    )
    assert mapping == {
        "code": "CODE",
        "built_year": "Built Year",
        "community_code": "community-code",
    }


def test_requested_columns_override_our_names() -> None:
    mapping = map_columns(
        stream_with("code", "id", "名称"), BUILDINGS, {"code": "id", "name": "名称"}
    )
    assert mapping == {"code": "id", "name": "名称"}


def test_names_cut_to_ten_characters_match_in_dbase_only() -> None:
    names = ("building_c", "manager_co", "covered_fr", "covered_to")
    assert (
        map_columns(stream_with(*names, dbase=True), COVERAGE, {})["covered_from"] == "covered_fr"
    )
    with pytest.raises(MissingColumn):
        map_columns(stream_with(*names), COVERAGE, {})


def test_the_error_for_a_missing_column_lists_the_columns_and_a_solution() -> None:
    with pytest.raises(MissingColumn) as caught:
        map_columns(stream_with("year_built"), BUILDINGS, {})
    assert "'code'" in caught.value.message
    assert "town.gpkg has: year_built" in str(caught.value.hint)
    assert "code=#" in str(caught.value.hint)


@pytest.mark.parametrize("requested", [{"code": "ident"}, {"colour": "code"}, {"name": "#"}])
def test_a_mapping_from_or_to_an_unknown_column_is_an_error(requested: dict[str, str]) -> None:
    """Not in the file, not in the schema, and only a key can be numbered."""
    with pytest.raises(MissingColumn):
        map_columns(stream_with("code"), BUILDINGS, requested)


def test_rows_can_be_numbered_and_have_a_constant_value() -> None:
    assert map_columns(stream_with("x"), BUILDINGS, {"code": "#"}) == {"code": "#"}
    stated = map_columns(stream_with("code", "name"), AREAS, {"level": "=district"})
    assert stated["level"] == "=district"


def test_coordinate_columns_are_not_mapped() -> None:
    assert map_columns(stream_with("code", "x"), BUILDINGS, {"lon": "x"}) == {"code": "code"}
