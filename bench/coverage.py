"""Property coverage of a city by community, against a plain SELECT of the same rows."""

import datetime
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench import database
from bench.measurements import Measurement, median_seconds
from geo import city_time, db
from geo.coverage import figures
from geo.coverage.figures import Grouping
from geo.postgres import embedded

BUILDINGS = 1_000_000
DAY = datetime.date(2025, 6, 1)
ROUNDS = 5

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

PLAIN_SELECT = text("""
SELECT building.community_code, count(*), count(coverage.id), sum(households),
       sum(households) FILTER (WHERE coverage.id IS NOT NULL)
FROM building
LEFT JOIN property_coverage AS coverage
    ON coverage.building_code = building.code AND coverage.covered @> CAST(:day AS date)
GROUP BY building.community_code ORDER BY building.community_code
""")


def measure() -> Iterator[Measurement]:
    """Yield our time in relation to the plain SELECT, both with warm caches."""
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        database.run_script(engine, FILL)
        with Session(engine) as session:
            our_s, plain_s = _compare(session)
        engine.dispose()
    details = f"ours {our_s * 1e3:.0f} ms, plain {plain_s * 1e3:.0f} ms, median of {ROUNDS}"
    name = f"by community, {BUILDINGS:,} buildings"
    yield Measurement(name, our_s / plain_s, at_most=1.5, details=details)


def _compare(session: Session) -> tuple[float, float]:
    """Return the seconds of both. Raises RuntimeError if their rows differ."""

    def ours() -> list[figures.CoverageFigures]:
        return figures.count_by(session, Grouping.COMMUNITY, on=DAY, at=city_time.now())

    def plain() -> list[tuple[object, ...]]:
        return [tuple(row) for row in session.execute(PLAIN_SELECT, {"day": DAY})]

    our_rows = [(row.code, row.buildings, row.covered, row.households) for row in ours()]
    if our_rows != [row[:4] for row in plain()]:
        raise RuntimeError("the two do not return the same rows")
    return median_seconds(ours, ROUNDS), median_seconds(plain, ROUNDS)
