"""Concurrent plans in two communities, while some processes are killed and the database stops."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import db
from geo.models import Plan, PlanStatus
from geo.postgres import embedded, migrations
from geo.settings import Settings
from tests import district as districts
from tests.clusters import ClusterTemplate
from tests.geo.grids.publishing import (
    Published,
    PublishingProcesses,
    check_published,
    load_revisions,
)
from tests.waiting import until


@pytest.fixture
def own_server(cluster_template: ClusterTemplate) -> Iterator[Settings]:
    """A database server that the test may stop."""
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    folder.chmod(0o755)
    settings = cluster_template.copy_into(folder)
    engine = db.connect(embedded.up(settings))
    migrations.upgrade(engine)
    with Session(engine) as session:
        districts.insert_district(session)
    engine.dispose()
    yield settings
    embedded.down(settings)
    shutil.rmtree(folder)


def publish_plans(settings: Settings, count: int, seed: int, restarts: int) -> Published:
    """Publish plans in processes, restarting the server meanwhile; return what was published."""
    processes = PublishingProcesses(
        "tests.plan_process", embedded.url(settings), seed, kill_after_s=(1.0, 5.0)
    )

    def restart_server(have_ended: Callable[[], bool]) -> None:
        for turn in range(1, restarts + 1):
            enough = count * turn // (2 * (restarts + 1))
            until(lambda enough=enough: len(processes.published) >= enough or have_ended(), 600)
            embedded.down(settings)
            embedded.up(settings)

    return processes.run(count, restart_server)


def check_plans(settings: Settings, published: Published) -> None:
    """Check that the published plans are exactly the revisions, each of them complete."""
    engine = db.connect(embedded.url(settings))
    check_published(engine, published)
    with Session(engine) as session:
        plans = session.execute(
            select(Plan.revision, Plan.title).where(Plan.status == PlanStatus.PUBLISHED)
        )
        titles = {row.revision: row.title for row in plans}
    assert titles == {row.number: row.title for row in load_revisions(engine)[1:]}
    engine.dispose()


def test_killed_planners_leave_a_complete_revision_or_none(own_server):
    published = publish_plans(own_server, 9, seed=3, restarts=1)
    assert len(published) >= 2
    check_plans(own_server, published)


@pytest.mark.long
def test_two_hundred_planners_some_killed_while_the_database_restarts(own_server):
    published = publish_plans(own_server, 200, seed=5, restarts=3)
    assert len(published) >= 100
    check_plans(own_server, published)
