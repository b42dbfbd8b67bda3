"""Query plans on 100,000 buildings: queries of a part of the city use an index."""

import json

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import buildings, city_time, feature_query
from geo.coverage import figures
from geo.coverage.figures import CoverageQuery, Grouping
from geo.grids import grids
from tests.district import day


@pytest.fixture
def session(big_city):
    with Session(big_city) as session:
        yield session


def plan_nodes(plan: dict):
    """All nodes of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from plan_nodes(child)


def explain(session, statement) -> tuple[set[str], set[str]]:
    """The indexes that a statement uses, and the tables that it scans sequentially."""
    compiled = statement.compile(session.connection())
    rows = session.connection().exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    )
    nodes = list(plan_nodes(rows.scalar_one()[0]["Plan"]))
    indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
    seq_scans = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return indexes, seq_scans


DAY = day("2025-01-01")


def test_uncovered_buildings_of_an_area_are_found_by_community(session):
    query = buildings.query(on=DAY, at=city_time.now(), covered=False, area_code="230042")
    indexes, seq_scans = explain(session, query.after_cursor(None).limit(1000))
    assert "building_community_code_idx" in indexes
    assert not seq_scans & {"building", "property_coverage"}


def test_a_page_of_uncovered_buildings_is_found_by_cursor(session):
    query = buildings.query(on=DAY, at=city_time.now(), covered=False)
    indexes, seq_scans = explain(session, query.after_cursor("B5").limit(100))
    assert "building_pkey" in indexes
    assert "building" not in seq_scans


def test_property_coverage_of_an_area_is_counted_by_community(session):
    query = figures.count_statement(
        CoverageQuery(Grouping.COMMUNITY, DAY, city_time.now(), area_code="230042")
    )
    indexes, seq_scans = explain(session, query)
    assert "building_community_code_idx" in indexes
    assert not seq_scans & {"building", "property_coverage"}


def test_buildings_in_a_box_are_found_by_footprint(session):
    query = buildings.query(on=DAY, at=city_time.now(), bbox=(130.001, 47.1, 130.01, 47.11))
    indexes, seq_scans = explain(session, query.after_cursor(None))
    assert "building_footprint_idx" in indexes
    assert "building" not in seq_scans


def test_property_coverage_of_grids_is_counted_by_footprint(session):
    query = figures.count_statement(
        CoverageQuery(Grouping.GRID, DAY, city_time.now(), area_code="230042")
    )
    indexes, seq_scans = explain(session, query)
    assert "building_footprint_idx" in indexes
    assert "building" not in seq_scans


def test_the_grid_of_a_point_is_found_by_geometry(session):
    point = text("ST_SetSRID(ST_MakePoint(130.0051, 47.05), 4326)")
    indexes, seq_scans = explain(session, select(grids.covering_grid_code(point, city_time.now())))
    assert indexes == {"micro_grid_geom_idx"}
    assert not seq_scans


def test_the_results_on_many_buildings_are_correct(session):
    rows = figures.count_by(session, Grouping.CITY, on=DAY, at=city_time.now())
    assert [(row.buildings, row.uncovered) for row in rows] == [(100_000, 14_286)]
    query = buildings.query(on=DAY, at=city_time.now(), covered=False)
    page = feature_query.fetch_page(session, query, limit=20_000)
    assert len(page.features) == 14_286
    assert all(json.loads(row)["properties"]["reason"] == "never_covered" for row in page.features)
    codes = grids.locate(session, np.array([[130.425, 47.35]]), city_time.now())
    assert codes == ["230042003"]
