"""Many who redraw two communities by plans at once; some are killed, the database stops."""

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geo import db
from geo.models import MicroGrid, Plan, PlanStatus
from geo.postgres import embedded, migrations
from geo.settings import Settings
from tests import district as districts
from tests.geo.grids.test_publishing import history, require_sound_history
from tests.redrawn import FIRST, SECOND


@pytest.fixture
def own_server() -> Iterator[Settings]:
    """A database server of the test's own, which it may stop."""
    folder = Path(tempfile.mkdtemp(prefix="gw-"))
    folder.chmod(0o755)
    settings = Settings(home=folder, database_url=None)
    engine = db.connect(embedded.up(settings))
    migrations.upgrade(engine)
    with Session(engine) as session:
        districts.build(session)
    engine.dispose()
    yield settings
    embedded.down(settings)
    shutil.rmtree(folder)


def redraw(settings: Settings, count: int, seed: int, restarts: int = 0) -> dict[int, str]:
    """Start so many planners, kill every third at a random moment; return what they told."""
    chance, url = random.Random(seed), embedded.url(settings)
    told: dict[int, str] = {}

    def one(job: tuple[int, int]) -> None:
        position, at = job
        community = (FIRST, SECOND)[position % 2]
        words = [sys.executable, "-m", "tests.planner", url, community, str(at)]
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if position % 3 == 0:
            time.sleep(chance.uniform(1.0, 5.0))
            process.send_signal(signal.SIGKILL)
        out, _ = process.communicate(timeout=300)
        if out.startswith("published"):
            told[int(out.split()[1])] = str(at)

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(one, job) for job in enumerate(chance.sample(range(100, 900), count))]
        for turn in range(restarts):
            while sum(job.done() for job in jobs) < count * (turn + 1) // (restarts + 1):
                time.sleep(0.2)
            embedded.down(settings)
            embedded.up(settings)
        for job in jobs:
            job.result()
    return told


def check(settings: Settings, told: dict[int, str]) -> None:
    """Each acknowledged publication is there once; any other is there whole, or not at all."""
    engine: Engine = db.connect(embedded.url(settings))
    titles = {revision.number: revision.title for revision in history(engine)[1:]}
    assert told.items() <= titles.items()
    assert len(set(titles.values())) == len(titles)
    assert sorted(titles) == list(range(2, len(titles) + 2)), "no number is skipped"
    with Session(engine) as session:
        published = session.execute(
            select(Plan.revision, Plan.title).where(Plan.status == PlanStatus.PUBLISHED)
        )
        assert {row.revision: row.title for row in published} == titles
        for number in titles:
            began = session.scalar(select(func.count()).where(MicroGrid.begun_in == number))
            ended = session.scalar(select(func.count()).where(MicroGrid.ended_in == number))
            assert (began, ended) == (2, 2)
    require_sound_history(engine)
    engine.dispose()


def test_planners_that_are_killed_leave_all_of_a_revision_or_nothing(own_server):
    told = redraw(own_server, 9, seed=3, restarts=1)
    assert len(told) >= 2
    check(own_server, told)


@pytest.mark.long
def test_two_hundred_planners_some_killed_while_the_database_restarts(own_server):
    told = redraw(own_server, 200, seed=5, restarts=3)
    assert len(told) >= 100
    check(own_server, told)
