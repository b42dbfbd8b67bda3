"""The district with more rows of every kind than a page or a batch of a cursor has."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.district import COMMUNITY_1, SUBDISTRICT

MANY = 1203
"""More than the page limit, and no multiple of a batch."""
ADD_ROWS = f"""
INSERT INTO building (code, name, address, community_code, households, use, built_year, footprint)
SELECT 'x' || lpad(n::text, 5, '0'), n || '号楼', '=1+' || n, '{COMMUNITY_1}', 10, 'residential',
    1990, footprint
FROM generate_series(1, {MANY}) AS n, building WHERE building.code = 'b1';
INSERT INTO property_coverage (building_code, manager_code, covered)
SELECT code, 'M1', CASE WHEN code < 'x00601' THEN daterange('2010-01-01', '2015-06-30')
    ELSE daterange('2010-01-01', NULL) END
FROM building WHERE code LIKE 'x%' AND code < 'x00901';
INSERT INTO issue (ref, category, description, reported_at, status, channel, geom, grid_code)
SELECT 'x' || n, 'heating', '没有暖气', '2024-01-31T16:30:00Z', 'closed', 'hotline', geom, grid_code
FROM generate_series(1, {MANY}) AS n, issue WHERE issue.ref = 'I1';
INSERT INTO area (code, parent_code, level, name)
SELECT '{SUBDISTRICT}9' || lpad(n::text, 4, '0'), '{SUBDISTRICT}', 'community', '社区' || n
FROM generate_series(1, {MANY}) AS n;
INSERT INTO micro_grid (code, name, community_code, geom, in_force, begun_in)
SELECT '{COMMUNITY_1}9' || lpad(n::text, 4, '0'), '网格' || n, community_code,
    ST_Translate(geom, 1, 0), in_force, begun_in
FROM generate_series(1, {MANY}) AS n, micro_grid WHERE code = '{COMMUNITY_1}001';
"""


@pytest.fixture
def crowded(client: TestClient, app, settings, district) -> TestClient:
    """The client of a service whose pages have 1,000 rows, on the district with many more rows.

    PostgreSQL plans with the statistics of before, as after a large import.
    """
    district.execute(text("ANALYZE"))
    app.state.settings = settings.model_copy(update={"page_limit": 1000})
    for statement in ADD_ROWS.split(";\n"):
        district.execute(text(statement)) if statement.strip() else None
    district.commit()
    return client
