"""The questions use their indexes: on 100,000 buildings the database's plan says so."""

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
    with Session(big_city) as opened:
        yield opened


def nodes(plan: dict):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def plan_of(session, statement) -> tuple[set[str], set[str]]:
    """The indexes that a statement would use, and the tables that it would read whole."""
    compiled = statement.compile(session.connection())
    rows = session.connection().exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    )
    every = list(nodes(rows.scalar_one()[0]["Plan"]))
    indexes = {node["Index Name"] for node in every if "Index Name" in node}
    whole = {node["Relation Name"] for node in every if node["Node Type"] == "Seq Scan"}
    return indexes, whole


DAY = day("2025-01-01")


def test_the_uncovered_list_of_an_area_reads_that_area_alone(session):
    asked = buildings.query(on=DAY, at=city_time.now(), covered=False, area_code="230042")
    indexes, whole = plan_of(session, asked.after_cursor(None).limit(1000))
    assert "building_community_code_idx" in indexes
    assert not whole & {"building", "property_coverage"}


def test_a_page_of_the_uncovered_list_reads_no_more_than_the_page(session):
    asked = buildings.query(on=DAY, at=city_time.now(), covered=False)
    indexes, whole = plan_of(session, asked.after_cursor("B5").limit(100))
    assert "building_pkey" in indexes
    assert "building" not in whole


def test_property_coverage_of_an_area_reads_that_area_alone(session):
    asked = figures.count_statement(
        CoverageQuery(Grouping.COMMUNITY, DAY, city_time.now(), area_code="230042")
    )
    indexes, whole = plan_of(session, asked)
    assert "building_community_code_idx" in indexes
    assert not whole & {"building", "property_coverage"}


def test_a_box_reads_the_buildings_in_it(session):
    asked = buildings.query(on=DAY, at=city_time.now(), bbox=(130.001, 47.1, 130.01, 47.11))
    indexes, whole = plan_of(session, asked.after_cursor(None))
    assert "building_footprint_idx" in indexes
    assert "building" not in whole


def test_property_coverage_of_a_grid_reads_its_buildings_by_their_place(session):
    asked = figures.count_statement(
        CoverageQuery(Grouping.GRID, DAY, city_time.now(), area_code="230042")
    )
    indexes, whole = plan_of(session, asked)
    assert "building_footprint_idx" in indexes
    assert "building" not in whole


def test_the_grid_of_a_point_is_found_by_its_place(session):
    point = text("ST_SetSRID(ST_MakePoint(130.0051, 47.05), 4326)")

    indexes, whole = plan_of(session, select(grids.covering_grid_code(point, city_time.now())))
    assert indexes == {"micro_grid_geom_idx"}
    assert not whole


def test_the_answers_on_many_buildings_are_right(session):
    rows = figures.count_by(session, Grouping.CITY, on=DAY, at=city_time.now())
    assert [(row.buildings, row.uncovered) for row in rows] == [(100_000, 14_286)]
    asked = buildings.query(on=DAY, at=city_time.now(), covered=False)
    page = feature_query.fetch_page(session, asked, limit=20_000)
    assert len(page.features) == 14_286
    assert all(json.loads(row)["properties"]["reason"] == "never_covered" for row in page.features)
    codes = grids.locate(session, np.array([[130.425, 47.35]]), city_time.now())
    assert codes == ["230042003"]
