"""City-wide property coverage by community against the bare SELECT that returns the same rows."""

import datetime
from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench import ground
from bench.figures import Figure, seconds
from geo import city_time, db
from geo.coverage import figures
from geo.coverage.figures import Grouping
from geo.postgres import embedded

BUILDINGS = 1_000_000
DAY = datetime.date(2025, 6, 1)

FILL = f"""
INSERT INTO area (code, level, name) VALUES ('23', 'city', 'x');
INSERT INTO area (code, parent_code, level, name)
SELECT '23' || lpad(n::text, 4, '0'), '23', 'community', 'x' FROM generate_series(0, 999) AS n;
INSERT INTO manager (code, name, kind) VALUES ('M', 'x', 'property_firm');
INSERT INTO building (code, community_code, households, footprint)
SELECT 'B' || n, '23' || lpad((n % 1000)::text, 4, '0'), n % 90, ST_Multi(ST_MakeEnvelope(
       130 + n % 1000 / 1e3, 47 + n / 1000 / 1e3,
       130 + n % 1000 / 1e3 + 1e-4, 47 + n / 1000 / 1e3 + 1e-4, 4326))
FROM generate_series(0, {BUILDINGS - 1}) AS n;
INSERT INTO property_coverage (building_code, manager_code, covered)
SELECT 'B' || n, 'M', '[2020-01-01,)' FROM generate_series(0, {BUILDINGS - 1}) AS n WHERE n % 7 > 0
"""

BARE = text("""
SELECT building.community_code, count(*), count(today.id), sum(households),
       sum(households) FILTER (WHERE today.id IS NOT NULL)
FROM building
LEFT JOIN property_coverage AS today
    ON today.building_code = building.code AND today.covered @> CAST(:day AS date)
GROUP BY building.community_code ORDER BY building.community_code
""")


def measure() -> Iterator[Figure]:
    """Yield our time per bare time, both on warm caches."""
    with ground.register() as settings:
        engine = db.connect(embedded.url(settings))
        _fill(engine)
        with Session(engine) as session:

            def ours() -> list[figures.Tally]:
                at = city_time.now()
                return figures.by(session, Grouping.COMMUNITY, on=DAY, at=at)

            def bare() -> list[tuple[object, ...]]:
                return [tuple(row) for row in session.execute(BARE, {"day": DAY})]

            same = [(row.code, row.buildings, row.covered, row.households) for row in ours()]
            if same != [row[:4] for row in bare()]:
                raise RuntimeError("the two do not return the same rows")
            our_s, bare_s = seconds(ours, 5), seconds(bare, 5)
        engine.dispose()
    told = f"ours {our_s * 1e3:.0f} ms, bare {bare_s * 1e3:.0f} ms, median of 5"
    yield Figure("by community, 1,000,000 buildings", our_s / bare_s, at_most=1.5, told=told)


def _fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in FILL.split(";"):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
