"""The declared columns are those of the interface, and no word means two things."""

import pytest

from data.columns import TABLES, Kind, Shape
from data.reading.column_mapping import _DBF_WIDTH
from geo.models import BuildingStatus, Duty, IssueStatus, Level, ManagerKind

INTERFACE = {
    Kind.AREAS: "code, parent_code?, level, name",
    Kind.NEIGHBORHOODS: "code, name, community_code?",
    Kind.MANAGERS: "code, name, kind, phone?",
    Kind.BUILDINGS: "code, name?, address?, community_code?, neighborhood_code?, households?, "
    "floors?, built_year?, use?, status?",
    Kind.PROPERTY_COVERAGE: "building_code, manager_code, covered_from, covered_to?",
    Kind.GRIDS: "code, name?, community_code?",
    Kind.GRID_MEMBERS: "person_code, name, phone?, grid_code, duty?, assigned_from, assigned_to?",
    Kind.ISSUES: "ref, category, description?, reported_at, status?, channel?",
}


@pytest.mark.parametrize("kind", INTERFACE)
def test_every_column_of_the_interface_is_there_and_asked_for_as_it_says(kind: Kind) -> None:
    """A question mark means that a row may leave it out."""
    declared = {column.name: column.required for column in TABLES[kind].columns}
    promised = {name.rstrip("?"): not name.endswith("?") for name in INTERFACE[kind].split(", ")}
    assert promised.items() <= declared.items()
    assert not any(declared[name] for name in declared.keys() - promised.keys())


@pytest.mark.parametrize(
    ("kind", "column", "vocabulary"),
    [
        (Kind.AREAS, "level", Level),
        (Kind.MANAGERS, "kind", ManagerKind),
        (Kind.BUILDINGS, "status", BuildingStatus),
        (Kind.ISSUES, "status", IssueStatus),
        (Kind.GRID_MEMBERS, "duty", Duty),
    ],
)
def test_words_lead_to_every_member_of_a_vocabulary_and_nowhere_else(
    kind: Kind, column: str, vocabulary: type
) -> None:
    words = TABLES[kind].column(column).words
    assert set(words.values()) == {member.value for member in vocabulary}
    assert all(word == word.casefold().strip() for word in words)


@pytest.mark.parametrize("kind", Kind)
def test_names_cut_to_ten_letters_stay_different(kind: Kind) -> None:
    names = TABLES[kind].names
    assert len({name[:_DBF_WIDTH] for name in names}) == len(names)


@pytest.mark.parametrize("kind", Kind)
def test_keys_are_required_columns(kind: Kind) -> None:
    table = TABLES[kind]
    assert all(table.column(name).required for name in table.key)
    assert not (table.shape_required and table.shape is Shape.NONE)
