"""Publishing and comparing revisions in a small and a large city: the cost follows the change."""

from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench import database, plan_steps, transfers
from bench.measurements import Measurement, median_seconds
from geo import db
from geo.grids import revision_diff, revisions
from geo.grids.revisions import Delta, GridVersion
from geo.postgres import embedded

SMALL_CITY, LARGE_CITY = 72, 10_000
"""Communities of ten grids each. Hegang has 721 grids; the large city has 100,000."""
ROUNDS = 25
CHANGED_GRIDS = 50
PUBLISH = "publish one community"
COMPARE = f"compare revisions, {CHANGED_GRIDS} grids differ"

FILL = """
INSERT INTO area (code, level, name) VALUES ('23', 'city', 'x');
INSERT INTO area (code, parent_code, level, name, geom)
SELECT '23' || lpad(n::text, 6, '0'), '23', 'community', 'x', ST_Multi(ST_MakeEnvelope(
       100 + n % 100 / 100.0, 30 + n / 100 / 100.0,
       100 + (n % 100 + 1) / 100.0, 30 + (n / 100 + 1) / 100.0, 4326))
FROM generate_series(0, {communities} - 1) AS n;
INSERT INTO revision (number, title, author) VALUES (1, 'x', 'x');
INSERT INTO micro_grid (code, community_code, geom, in_force, begun_in)
SELECT code || lpad(m::text, 3, '0'), code, ST_Multi(ST_MakeEnvelope(
       ST_XMin(geom) + m / 1000.0, ST_YMin(geom),
       ST_XMin(geom) + (m + 1) / 1000.0, ST_YMax(geom), 4326)), '[2020-01-01,)', 1
FROM area, generate_series(0, 9) AS m WHERE level = 'community'
"""


def measure() -> Iterator[Measurement]:
    """Yield the times of plan steps, and the costs in a large city in relation to a small one."""
    yield from plan_steps.measure()
    yield from transfers.measure()
    small, large = _seconds(SMALL_CITY), _seconds(LARGE_CITY)
    for name in (PUBLISH, COMPARE):
        in_small, in_large = f"{small[name] * 1e3:.1f} ms", f"{large[name] * 1e3:.1f} ms"
        details = f"{in_small} among 720 grids, {in_large} among 100,000"
        yield Measurement(name, large[name] / small[name], at_most=1.5, details=details)


def _seconds(communities: int) -> dict[str, float]:
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        database.run_script(engine, FILL.format(communities=communities))
        rename_grids(engine, "00")  # warms the caches
        publish_s = median_seconds(lambda: rename_grids(engine, "01"), ROUNDS)
        first, last = _rename_many(engine)
        compare_s = median_seconds(lambda: _compare(engine, first, last), ROUNDS)
        engine.dispose()
    return {PUBLISH: publish_s, COMPARE: compare_s}


def rename_grids(engine: Engine, suffix: str) -> None:
    """Publish new names for all grids of the community 230000 + suffix, in one transaction."""
    community = f"230000{suffix}"
    with Session(engine) as session, session.begin():
        revisions.lock_communities(session, [community])
        old_grids = revisions.current_grids(session, [community])
        name = f"x{session.scalar(text('SELECT clock_timestamp()'))}"
        deltas = [
            Delta(code, old, GridVersion(name, community, old.wkb))
            for code, old in old_grids.items()
        ]
        revisions.publish(session, deltas, title="x", author="x")


def _rename_many(engine: Engine) -> tuple[int, int]:
    """Rename the grids of five communities; return the revisions before and after."""
    with Session(engine) as session:
        first = session.scalar(text("SELECT max(number) FROM revision")) or 0
    for number in range(CHANGED_GRIDS // 10):
        rename_grids(engine, f"{10 + number}")
    return first, first + CHANGED_GRIDS // 10


def _compare(engine: Engine, first: int, last: int) -> None:
    with Session(engine) as session:
        deltas = revision_diff.diff(session, first, last, limit=1000).deltas
    if len(deltas) != CHANGED_GRIDS:
        raise RuntimeError(f"{len(deltas)} grids differ, not {CHANGED_GRIDS}")
