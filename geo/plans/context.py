"""The data that plans are replayed on: the grids of their base revision, and today's buildings."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import NotFound
from geo.geometry import topology
from geo.grids import revision_diff
from geo.grids.grids import in_force
from geo.models import Area, Level, MicroGrid
from geo.plans import standing_buildings
from geo.plans.core.partition import Grid, Partition, unwrap_single_parts
from geo.plans.core.voronoi import Buildings


class CommunityUnknown(NotFound):
    """No community has this code, or a grid's code belongs to none."""

    code = "community_unknown"


@dataclass(frozen=True)
class ContextCache:
    """Partitions and buildings already loaded, by community; valid for one table version."""

    partitions: dict[str, Partition] = field(default_factory=dict)
    buildings: dict[str, Buildings] = field(default_factory=dict)


class DatabaseContext:
    """A PlanContext from the database: grids as of a revision, buildings as of now."""

    def __init__(self, session: Session, base: int, cache: ContextCache | None = None) -> None:
        self.session = session
        self.base = base
        self.cache = cache or ContextCache()

    def partition(self, community: str) -> Partition:
        """Return the grids of a community after the base revision. Raises CommunityUnknown."""
        if community not in self.cache.partitions:
            self.cache.partitions[community] = self._load_partition(community)
        return self.cache.partitions[community]

    def community_of(self, code: str) -> str:
        """Return the community that a grid's code starts with. Raises CommunityUnknown."""
        containing = select(Area.code).where(
            Area.level == Level.COMMUNITY, func.starts_with(literal(code), Area.code)
        )
        community = self.session.scalar(containing.order_by(func.length(Area.code).desc()).limit(1))
        if community is None or community == code:
            raise CommunityUnknown(
                f"There is no grid {code!r}: its code starts with no community's code.",
                hint="GET /v1/grids lists the grids.",
            )
        return community

    def buildings(self, community: str) -> Buildings:
        """Return the buildings that stand in the outline of a community, by code."""
        if community not in self.cache.buildings:
            outline = self.partition(community).outline
            self.cache.buildings[community] = standing_buildings.load(self.session, outline)
        return self.cache.buildings[community]

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        """Return the grids of a community at a moment, by code."""
        return self._load_grids(community, in_force(at))

    def _load_partition(self, community: str) -> Partition:
        area = self.session.get(Area, community)
        if area is None or area.level is not Level.COMMUNITY:
            raise CommunityUnknown(
                f"There is no community {community!r}.",
                hint="GET /v1/areas?level=community lists them.",
            )
        grids = self._load_grids(community, revision_diff.in_force_in(self.base))
        used = select(MicroGrid.code).where(
            MicroGrid.community_code == community, MicroGrid.begun_in <= self.base
        )
        outline = areas.load_outlines(self.session, [community]).get(community)
        if outline is None:
            geoms = [grid.geom for grid in grids.values()]
            outline = topology.union(np.array(geoms, dtype=object))
        return Partition(community, outline, grids, frozenset(self.session.scalars(used)))

    def _load_grids(self, community: str, condition: ColumnElement[bool]) -> dict[str, Grid]:
        rows = self.session.execute(
            select(MicroGrid.code, MicroGrid.name, func.ST_AsBinary(MicroGrid.geom))
            .where(MicroGrid.community_code == community, condition)
            .order_by(MicroGrid.code)
        ).all()
        geoms = unwrap_single_parts(shapely.from_wkb([bytes(wkb) for *_, wkb in rows]))
        return {row.code: Grid(row.name, geom) for row, geom in zip(rows, geoms, strict=True)}
