"""Processes that publish and may be killed, and checks of the revisions they leave."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from geo import areas
from geo.geometry import topology
from geo.grids import revision_diff
from geo.models import Area, MicroGrid, Revision
from geo.quality import tiling
from tests.district_edits import COMMUNITY_1, COMMUNITY_2

Published = dict[int, str]
"""For each revision that a process reported as published the position of its border."""


def load_revisions(engine: Engine) -> list[Revision]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Revision).order_by(Revision.number)))


def check_history(engine: Engine) -> None:
    """Check by shapely and by PostGIS that the grids tile at every moment of a change."""
    with Session(engine) as session:
        outlines = areas.load_outlines(session, [COMMUNITY_1, COMMUNITY_2])
        for moment in session.scalars(select(Revision.effective_at)).all():
            for community in (COMMUNITY_1, COMMUNITY_2):
                in_community = MicroGrid.community_code == community
                in_force = revision_diff.in_force_in(moment)
                rows = session.scalars(
                    select(func.ST_AsBinary(MicroGrid.geom)).where(in_community, in_force)
                )
                geoms = np.asarray(shapely.from_wkb([bytes(wkb) for wkb in rows]), dtype=object)
                assert topology.is_valid_coverage(geoms), (moment, community)
                assert tiling.find_defects(geoms, outlines[community]) == []
                outline = select(Area.geom).where(Area.code == community).scalar_subquery()
                difference = func.ST_SymDifference(func.ST_Union(MicroGrid.geom), outline)
                surplus = func.sum(func.ST_Area(MicroGrid.geom)) - func.ST_Area(outline)
                statement = select(func.ST_Area(difference), surplus).where(in_community, in_force)
                missing, twice = session.execute(statement).one()
                assert missing < 1e-15
                assert abs(twice) < 1e-15


def check_published(engine: Engine, published: Published) -> None:
    """Check that each reported revision exists once, and every other one completely.

    Each revision moves the border between two grids; its title is the position of the border.
    """
    titles = {revision.number: revision.title for revision in load_revisions(engine)[1:]}
    assert published.items() <= titles.items()
    assert len(set(titles.values())) == len(titles)
    assert sorted(titles) == list(range(2, len(titles) + 2)), "no number is skipped"
    with Session(engine) as session:
        for number in titles:
            began = session.scalar(select(func.count()).where(MicroGrid.begun_in == number))
            ended = session.scalar(select(func.count()).where(MicroGrid.ended_in == number))
            assert (began, ended) == (2, 2)
    check_history(engine)


class PublishingProcesses:
    """Starts a process for each of some border positions; kills every third at a random moment."""

    def __init__(self, module: str, url: str, seed: int, kill_after_s: tuple[float, float]) -> None:
        self.module, self.url, self.kill_after_s = module, url, kill_after_s
        self.random = random.Random(seed)
        self.published: Published = {}

    def run(
        self, count: int, while_running: Callable[[Callable[[], bool]], None] | None = None
    ) -> Published:
        """Run `count` processes, six at a time; return what they published.

        `while_running` receives a function that returns whether all processes have ended.
        """
        positions = self.random.sample(range(100, 900), count)
        with ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(self._run_one, *job) for job in enumerate(positions)]
            if while_running is not None:
                while_running(lambda: all(job.done() for job in jobs))
            for job in jobs:
                job.result()
        return self.published

    def _run_one(self, number: int, position: int) -> None:
        community = (COMMUNITY_1, COMMUNITY_2)[number % 2]
        command = [sys.executable, "-m", self.module, self.url, community, str(position)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        is_to_be_killed = number % 3 == 0
        timeout_s = self.random.uniform(*self.kill_after_s) if is_to_be_killed else 300
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            output, _ = process.communicate()
            assert is_to_be_killed, "a process takes too long"
        if output.startswith("published"):
            self.published[int(output.split()[1])] = str(position)
