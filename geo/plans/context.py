"""The world that a plan stands in: the grids of its base, and the buildings of today."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from geo import areas
from geo.errors import NotFound
from geo.grids import revision_diff
from geo.grids.grids import in_force
from geo.models import WGS84, Area, Building, BuildingStatus, Level, MicroGrid
from geo.plans.core.partition import Grid, Partition
from geo.plans.core.voronoi import Buildings


class CommunityUnknown(NotFound):
    """No community has this code, or a grid's code leads to none."""

    code = "community_unknown"


@dataclass(frozen=True)
class Memory:
    """What was read before, by community; good as long as the register stands as it did."""

    partitions: dict[str, Partition] = field(default_factory=dict)
    buildings: dict[str, Buildings] = field(default_factory=dict)


class Register:
    """A Situation: the grids as they stood after a revision, the buildings as they stand now."""

    def __init__(self, session: Session, base: int, memory: Memory | None = None) -> None:
        self.session = session
        self.base = base
        self.memory = memory or Memory()

    def partition(self, community: str) -> Partition:
        """Return the grids of a community after the base revision. Raises CommunityUnknown."""
        if community not in self.memory.partitions:
            self.memory.partitions[community] = self._partition(community)
        return self.memory.partitions[community]

    def community_of(self, code: str) -> str:
        """Return the community that a grid's code starts with. Raises CommunityUnknown."""
        known = select(Area.code).where(
            Area.level == Level.COMMUNITY, func.starts_with(literal(code), Area.code)
        )
        found = self.session.scalar(known.order_by(func.length(Area.code).desc()).limit(1))
        if found is None or found == code:
            raise CommunityUnknown(
                f"There is no grid {code!r}: its code starts with no community's.",
                hint="GET /v1/grids lists the grids.",
            )
        return found

    def buildings(self, community: str) -> Buildings:
        """Return the buildings that stand on the ground of a community, by code."""
        if community not in self.memory.buildings:
            self.memory.buildings[community] = self._buildings(self.partition(community).outline)
        return self.memory.buildings[community]

    def past(self, community: str, at: datetime.datetime) -> Mapping[str, Grid]:
        """Return the grids of a community at a moment, by code."""
        return self._grids(community, in_force(at))

    def _partition(self, community: str) -> Partition:
        area = self.session.get(Area, community)
        if area is None or area.level is not Level.COMMUNITY:
            raise CommunityUnknown(
                f"There is no community {community!r}.",
                hint="GET /v1/areas?level=community lists them.",
            )
        grids = self._grids(community, revision_diff.standing(self.base))
        used = select(MicroGrid.code).where(
            MicroGrid.community_code == community, MicroGrid.begun_in <= self.base
        )
        outline = areas.outlines(self.session, [community]).get(community)
        if outline is None:
            outline = shapely.union_all([grid.geom for grid in grids.values()])
        return Partition(community, outline, grids, frozenset(self.session.scalars(used)))

    def _grids(self, community: str, counts: ColumnElement[bool]) -> dict[str, Grid]:
        rows = self.session.execute(
            select(MicroGrid.code, MicroGrid.name, func.ST_AsBinary(MicroGrid.geom))
            .where(MicroGrid.community_code == community, counts)
            .order_by(MicroGrid.code)
        )
        return {code: Grid(name, _ground(wkb)) for code, name, wkb in rows}

    def _buildings(self, outline: shapely.Geometry) -> Buildings:
        ground: Any = func.ST_GeomFromWKB(shapely.to_wkb(outline), WGS84)
        rows = self.session.execute(
            select(
                Building.code,
                func.ST_AsBinary(Building.footprint),
                func.ST_AsBinary(Building.point),
                func.coalesce(Building.households, 0),
            )
            .where(
                Building.status == BuildingStatus.STANDING,
                Building.footprint.intersects(ground),
                func.ST_Covers(ground, Building.point),
            )
            .order_by(Building.code)
        ).all()
        footprints, points = ([bytes(row[at]) for row in rows] for at in (1, 2))
        return Buildings(
            codes=tuple(row[0] for row in rows),
            footprints=np.asarray(shapely.from_wkb(footprints), dtype=object),
            households=np.array([row[3] for row in rows], dtype=np.int64),
            points=np.asarray(shapely.from_wkb(points), dtype=object),
        )


def _ground(wkb: Any) -> shapely.Polygon | shapely.MultiPolygon:
    """Return a shape as plans have it: of one part a polygon, so that equal ground is equal."""
    shape = shapely.from_wkb(bytes(wkb))
    parts = shapely.get_parts(shape)
    only = parts[0] if len(parts) == 1 else shape
    assert isinstance(only, shapely.Polygon | shapely.MultiPolygon)
    return only
