"""A plan context without a database."""

import datetime
from collections.abc import Mapping

from geo.errors import NotFound
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import NO_BUILDINGS, Buildings

Past = Mapping[datetime.datetime, Mapping[str, Grid]]
"""The grids of a community at some moments."""


class FakeContext:
    """The plan context of one community."""

    def __init__(
        self, start: Partition, homes: Buildings = NO_BUILDINGS, past: Past | None = None
    ) -> None:
        self.start, self.homes, self.past_grids = start, homes, past or {}

    def partition(self, community: str) -> Partition:
        if community != self.start.community:
            raise NotFound(community)
        return self.start

    def community_of(self, code: str) -> str:
        if code == self.start.community:
            raise NotFound(code)
        return code[: len(self.start.community)]

    def buildings(self, community: str) -> Buildings:
        return self.homes

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        return self.past_grids[at]
