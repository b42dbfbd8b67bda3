"""The JSON form of operations: every field has one type, and nothing else is accepted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.plans.core.operations import OPERATION_KINDS, BadOperation, from_json, to_json

A, B, COMMUNITY = "230403001001001", "230403001001002", "230403001001"
LINE = {"type": "LineString", "coordinates": [[130.1, 47.1], [130.2, 47.2]]}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[130, 47], [130.1, 47], [130.1, 47.1], [130, 47.1], [130, 47]]],
}
VALID: list[dict[str, Any]] = [
    {"kind": "split", "code": A, "line": LINE, "into": [A, B]},
    {"kind": "merge", "codes": [A, B], "into": B},
    {"kind": "move_border", "codes": [A, B], "line": LINE},
    {"kind": "transfer", "buildings": ["H1"], "to": B},
    {"kind": "rename", "code": A, "name": "Weimin 4"},
    {"kind": "renumber", "community": COMMUNITY},
    {"kind": "create", "community": COMMUNITY, "count": 6},
    {
        "kind": "import",
        "community": COMMUNITY,
        "grids": [{"geometry": SQUARE, "code": A, "name": "x"}],
    },
    {"kind": "restore", "code": A, "at": "2025-05-01T00:00:00+00:00"},
]
FIELDS = [(operation, name) for operation in VALID for name in operation]
HOSTILE: list[Any] = [
    *("", "a\0b", "\ud800", "\r\n", "x" * 100_000),
    *(-1, True, 2**64, 1e308, float("nan"), {}, {"a": 1}, [[]], [None]),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3)
    ),
    max_leaves=8,
)


def is_refused(fields: dict[str, Any]) -> bool:
    try:
        from_json(fields)
    except BadOperation as error:
        return bool(error.message.encode())
    return False


def test_the_table_has_every_kind():
    assert [operation["kind"] for operation in VALID] == list(OPERATION_KINDS)


@pytest.mark.parametrize("operation", VALID, ids=lambda operation: operation["kind"])
def test_a_valid_operation_is_its_own_json_and_an_unknown_field_is_refused(operation):
    assert json.loads(json.dumps(to_json(from_json(operation)))) == operation
    with pytest.raises(BadOperation, match="line_ is not one of its fields"):
        from_json({**operation, "line_": 1})


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize(("operation", "name"), FIELDS, ids=str)
def test_no_field_accepts_a_hostile_value(operation, name, value):
    assert is_refused({**operation, name: value})


@given(operation=st.sampled_from(VALID), data=st.data())
def test_any_json_in_any_field_is_an_operation_or_refused(operation, data):
    name = data.draw(st.sampled_from(list(operation)))
    fields = {**operation, name: data.draw(JSON)}
    assert is_refused(fields) or to_json(from_json(fields))["kind"] == operation["kind"]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"kind": "merge", "codes": A}, "codes should be a list"),
        ({"kind": "rename", "code": A, "name": " "}, "name: String should have at least 1"),
        (
            {"kind": "split", "code": A, "line": {**LINE, "coordinates": [[47, 130], [48, 131]]}},
            "longitude comes first",
        ),
        ({"kind": "restore", "code": A, "at": "2024"}, "a timestamp with its time zone"),
        ({"kind": "split", "code": A, "line": SQUARE}, "line: should be a LineString"),
    ],
    ids=lambda part: str(part)[:20],
)
def test_a_message_names_the_field_and_what_it_should_be(operation, message):
    with pytest.raises(BadOperation, match=message):
        from_json(operation)
