"""Publishing and comparing in a small city and in a large one: the cost follows the change."""

from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench import edits, ground
from bench.figures import Figure, seconds
from geo import db
from geo.grids import revision_diff, revisions
from geo.grids.revisions import Delta, Outline
from geo.postgres import embedded

SMALL, LARGE = 72, 10_000
"""Communities of ten grids each: Hegang has 721 grids, the large city 100,000."""
ROUNDS = 25
CHANGED = 50

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


def measure() -> Iterator[Figure]:
    """Yield what the large city costs per what the small one does."""
    yield from edits.measure()
    small, large = _measured(SMALL), _measured(LARGE)
    for what, bound in (("publish one community", 1.5), (f"compare, {CHANGED} differ", 1.5)):
        told = (
            f"{small[what] * 1e3:.1f} ms among 720 grids, {large[what] * 1e3:.1f} ms among 100,000"
        )
        yield Figure(what, large[what] / small[what], at_most=bound, told=told)


def _measured(communities: int) -> dict[str, float]:
    with ground.register() as settings:
        engine = db.connect(embedded.url(settings))
        _fill(engine, communities)
        rename(engine, "00")  # the first of all makes the plans and warms the caches
        publish_s = seconds(lambda: rename(engine, "01"), ROUNDS)
        first, last = _many(engine)
        compare_s = seconds(lambda: _compared(engine, first, last), ROUNDS)
        engine.dispose()
    return {"publish one community": publish_s, f"compare, {CHANGED} differ": compare_s}


def rename(engine: Engine, end: str) -> None:
    """Publish new names for all grids of one community, in a transaction of its own."""
    community = f"230000{end}"
    with Session(engine) as session, session.begin():
        revisions.lock(session, [community])
        before = revisions.in_force_now(session, [community])
        name = f"x{session.scalar(text('SELECT clock_timestamp()'))}"
        deltas = [
            Delta(code, old, Outline(name, community, old.wkb)) for code, old in before.items()
        ]
        revisions.publish(session, deltas, title="x", author="x")


def _many(engine: Engine) -> tuple[int, int]:
    """Rename five communities of ten grids; return the revisions before and after."""
    with Session(engine) as session:
        first = session.scalar(text("SELECT max(number) FROM revision")) or 0
    for number in range(CHANGED // 10):
        rename(engine, f"{10 + number}")
    return first, first + CHANGED // 10


def _compared(engine: Engine, first: int, last: int) -> None:
    with Session(engine) as session:
        found = revision_diff.between(session, first, last, limit=1000).deltas
    if len(found) != CHANGED:
        raise RuntimeError(f"{len(found)} grids differ, not {CHANGED}")


def _fill(engine: Engine, communities: int) -> None:
    with engine.begin() as connection:
        for statement in FILL.format(communities=communities).split(";"):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
