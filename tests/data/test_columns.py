"""The schemas have the columns of the interface, and accepted words are unambiguous."""

import pytest

from data.columns import SCHEMAS, DatasetKind, GeometryKind
from data.reading.column_mapping import _DBF_WIDTH
from geo.models import BuildingStatus, Duty, IssueStatus, Level, ManagerKind

INTERFACE = {
    DatasetKind.AREAS: "code, parent_code?, level, name",
    DatasetKind.NEIGHBORHOODS: "code, name, community_code?",
    DatasetKind.MANAGERS: "code, name, kind, phone?",
    DatasetKind.BUILDINGS: "code, name?, address?, community_code?, neighborhood_code?, "
    "households?, floors?, built_year?, use?, status?",
    DatasetKind.PROPERTY_COVERAGE: "building_code, manager_code, covered_from, covered_to?",
    DatasetKind.GRIDS: "code, name?, community_code?",
    DatasetKind.GRID_MEMBERS: "person_code, name, phone?, grid_code, duty?, "
    "assigned_from, assigned_to?",
    DatasetKind.ISSUES: "ref, category, description?, reported_at, status?, channel?",
}


@pytest.mark.parametrize("kind", INTERFACE)
def test_every_column_of_the_interface_exists_and_is_required_as_documented(
    kind: DatasetKind,
) -> None:
    """A question mark means that a row may have no value."""
    declared = {column.name: column.required for column in SCHEMAS[kind].columns}
    documented = {name.rstrip("?"): not name.endswith("?") for name in INTERFACE[kind].split(", ")}
    assert documented.items() <= declared.items()
    assert not any(declared[name] for name in declared.keys() - documented.keys())


@pytest.mark.parametrize(
    ("kind", "column", "vocabulary"),
    [
        (DatasetKind.AREAS, "level", Level),
        (DatasetKind.MANAGERS, "kind", ManagerKind),
        (DatasetKind.BUILDINGS, "status", BuildingStatus),
        (DatasetKind.ISSUES, "status", IssueStatus),
        (DatasetKind.GRID_MEMBERS, "duty", Duty),
    ],
)
def test_accepted_words_map_to_every_member_of_a_vocabulary_and_to_nothing_else(
    kind: DatasetKind, column: str, vocabulary: type
) -> None:
    words = SCHEMAS[kind].column(column).vocabulary
    assert set(words.values()) == {member.value for member in vocabulary}
    assert all(word == word.casefold().strip() for word in words)


@pytest.mark.parametrize("kind", DatasetKind)
def test_names_cut_to_ten_characters_stay_unique(kind: DatasetKind) -> None:
    names = SCHEMAS[kind].column_names
    assert len({name[:_DBF_WIDTH] for name in names}) == len(names)


@pytest.mark.parametrize("kind", DatasetKind)
def test_keys_are_required_columns(kind: DatasetKind) -> None:
    schema = SCHEMAS[kind]
    assert all(schema.column(name).required for name in schema.key)
    assert not (schema.geometry_required and schema.geometry is GeometryKind.NONE)
