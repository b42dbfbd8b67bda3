"""In a city of 100,000 grids, diff and publication read only what changed."""

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from geo import city_time, db
from geo.grids import revert, revision_diff, revisions
from geo.grids.revisions import Delta, GridVersion

FILL = """
INSERT INTO area (code, level, name) VALUES ('23', 'city', 'x');
INSERT INTO area (code, parent_code, level, name)
SELECT '23' || lpad(n::text, 4, '0'), '23', 'community', 'x' FROM generate_series(0, 999) AS n;
INSERT INTO revision (number, title, author) VALUES (1, 'x', 'x'), (2, 'x', 'x');
INSERT INTO micro_grid (code, community_code, geom, in_force, begun_in, ended_in)
SELECT code || lpad(m::text, 3, '0'), code,
       ST_Multi(ST_MakeEnvelope(130 + n / 1000.0, 47 + m / 1000.0,
                                130 + (n + 1) / 1000.0, 47 + (m + 1) / 1000.0, 4326)),
       CASE WHEN n % 20 = 0 AND m = 0 THEN '[2020-01-01,2024-01-01)'::tstzrange
            ELSE '[2020-01-01,)'::tstzrange END, 1,
       CASE WHEN n % 20 = 0 AND m = 0 THEN 2 END
FROM (SELECT code, right(code, 4)::int AS n FROM area WHERE level = 'community') AS community,
     generate_series(0, 99) AS m;
INSERT INTO micro_grid (code, name, community_code, geom, in_force, begun_in)
SELECT code, 'renamed', community_code, geom, '[2024-01-01,)', 2
FROM micro_grid WHERE ended_in = 2;
"""


@pytest.fixture(scope="module")
def big_city(databases, template) -> Engine:
    """1,000 communities of 100 grids each; 50 grids were renamed in revision 2."""
    engine = db.connect(databases.make(template))
    with engine.begin() as connection:
        for statement in FILL.strip().split(";\n"):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield engine
    engine.dispose()


@pytest.fixture
def session(big_city):
    with Session(big_city) as session:
        yield session
        session.rollback()


@pytest.fixture
def rows_read(session):
    """The rows of micro_grid that each statement read, counted by EXPLAIN ANALYZE."""
    counts: list[int] = []

    def before(connection, _cursor, statement, parameters, _context, _many):
        if not statement.startswith("SELECT") or "micro_grid" not in statement:
            return
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            counts.append(sum(map(count_rows, nodes(cursor.fetchone()[0][0]["Plan"]))))

    event.listen(session.get_bind(), "before_cursor_execute", before)
    yield counts
    event.remove(session.get_bind(), "before_cursor_execute", before)


def nodes(plan: dict):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def count_rows(node: dict) -> int:
    if node.get("Relation Name") != "micro_grid":
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]


def test_a_diff_of_100_000_grids_where_50_differ_reads_only_those(session, rows_read):
    deltas = revision_diff.diff(session, 1, 2, limit=1000).deltas
    assert len(deltas) == 50
    assert {kind for delta in deltas for kind in delta.kinds} == {"renamed"}
    assert 0 < sum(rows_read) <= 50 * 2 * 4, rows_read


def test_the_row_count_detects_a_statement_that_reads_everything(session, rows_read):
    session.execute(text("SELECT max(name) FROM micro_grid"))
    assert sum(rows_read) >= 100_000


def test_publishing_and_reverting_read_only_their_community(session, rows_read):
    community = "230007"
    before = revisions.current_grids(session, [community])
    code, old = next(iter(before.items()))
    delta = Delta(code, old, GridVersion("renamed", community, old.wkb))
    revision = revisions.publish(session, [delta], title="x", author="x")
    revert.revert(session, revision.number, author="x")
    assert revisions.current_grids(session, [community]) == before
    assert 0 < max(rows_read) <= 400, rows_read
    assert revision.effective_at <= city_time.now()
