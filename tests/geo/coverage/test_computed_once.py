"""Statements of figures compute each aggregate once, whatever PostgreSQL expects of their rows."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from geo import city_time
from geo.coverage import changes, figures
from geo.coverage.figures import CoverageQuery, Grouping
from tests.district import day

ON = day("2025-01-01")
NO_CHOICE = ("hashjoin", "mergejoin", "material", "memoize")
"""Without these, PostgreSQL joins as with statistics that promise a single row."""


@pytest.fixture
def explain(district):
    """Run a statement and return its plan."""
    for name in NO_CHOICE:
        district.execute(text(f"SET LOCAL enable_{name} = off"))

    def explain_(statement: Any) -> dict[str, Any]:
        compiled = statement.compile(dialect=postgresql.psycopg.dialect())
        cursor = district.connection().connection.driver_connection.cursor()
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", compiled.params)
        [[[explained]]] = cursor.fetchall()
        return explained["Plan"]

    return explain_


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


LEVELS = ("district", "subdistrict", "community")
SINCE = datetime.date(2021, 1, 1)
CASES = [*((each, None) for each in (*LEVELS, "neighborhood")), *((each, SINCE) for each in LEVELS)]
"""Groupings with an earlier day or without; changes by neighborhood are counted one by one."""


@pytest.mark.parametrize(("grouping", "since"), CASES)
def test_an_aggregate_is_not_computed_again_for_each_row(explain, grouping, since):
    query = CoverageQuery(Grouping(grouping), ON, city_time.now())
    features = (
        figures.feature_query(query) if since is None else changes.feature_query(query, since)
    )
    plan = explain(features.statement)
    aggregates = [node for node in nodes(plan) if node["Node Type"] == "Aggregate"]
    assert aggregates
    assert {node["Actual Loops"] for node in aggregates} == {1}
