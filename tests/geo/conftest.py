"""A city that is large enough for query plans to differ."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from geo import db
from tests.conftest import Databases

INSERT_CITY = """
INSERT INTO area (code, level, name, geom)
VALUES ('23', 'city', 'x', ST_Multi(ST_MakeEnvelope(130, 47, 131, 48, 4326)));
INSERT INTO area (code, parent_code, level, name, geom)
SELECT '23' || lpad(n::text, 4, '0'), '23', 'community', 'x',
       ST_Multi(ST_MakeEnvelope(130 + n / 100.0, 47, 130 + (n + 1) / 100.0, 48, 4326))
FROM generate_series(0, 99) AS n;
INSERT INTO revision (number, title, author) VALUES (1, 'x', 'x');
INSERT INTO micro_grid (code, community_code, geom, in_force, begun_in)
SELECT code || lpad(m::text, 3, '0'), code,
       ST_Multi(ST_MakeEnvelope(ST_XMin(geom), 47 + m / 10.0, ST_XMax(geom), 47 + (m + 1) / 10.0,
                                4326)), '[2020-01-01,)', 1
FROM area, generate_series(0, 9) AS m WHERE level = 'community';
INSERT INTO manager (code, name, kind) VALUES ('M', 'x', 'property_firm');
INSERT INTO building (code, community_code, households, footprint)
SELECT 'B' || n, '23' || lpad((n / 1000)::text, 4, '0'), 10, ST_Multi(ST_MakeEnvelope(
       130 + (n / 1000) / 100.0 + 0.001, 47 + (n % 1000) / 1000.0 + 0.0001,
       130 + (n / 1000) / 100.0 + 0.002, 47 + (n % 1000) / 1000.0 + 0.0002, 4326))
FROM generate_series(0, 99999) AS n;
INSERT INTO property_coverage (building_code, manager_code, covered)
SELECT 'B' || n, 'M', '[2020-01-01,)' FROM generate_series(0, 99999) AS n WHERE n % 7 > 0;
"""


@pytest.fixture(scope="session")
def big_city(databases: Databases, template: str) -> Iterator[Engine]:
    """100 communities side by side, ten grids and a thousand buildings each, 6 in 7 covered."""
    engine = db.connect(databases.make(template))
    with engine.begin() as connection:
        for statement in INSERT_CITY.strip().split(";\n"):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield engine
    engine.dispose()
