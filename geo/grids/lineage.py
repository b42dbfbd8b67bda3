"""Lineage: which share of which grid's area went to which grid, in each revision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import Geography
from sqlalchemy import cast, func, insert, select
from sqlalchemy.orm import Session, aliased

from geo.models import Lineage, MicroGrid

MIN_SHARE = 1e-6
"""A smaller share of a grid is the rounding of a border."""
MIN_SUCCESSOR_M2 = 1.0
"""A successor shares at least this much area with the retired grid."""


@dataclass(frozen=True)
class LineageEdge:
    """Area that went from one grid to another, as a share of the grid it left."""

    from_code: str
    to_code: str
    share: float


def compute_lineage(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[LineageEdge]:
    """Return where the area of grids goes, from their geometries as WKB, by code.

    A grid that keeps its whole area is left out, whatever it gains.
    """
    if not before or not after:
        return []
    old, new = (np.asarray(shapely.from_wkb([*side.values()])) for side in (before, after))
    left, right = shapely.STRtree(new).query(old, predicate="intersects")
    shares = shapely.area(shapely.intersection(old[left], new[right])) / shapely.area(old[left])
    old_codes, new_codes = list(before), list(after)
    edges = [
        LineageEdge(old_codes[source], new_codes[target], min(float(share), 1.0))
        for source, target, share in zip(left, right, shares, strict=True)
        if share > MIN_SHARE
    ]
    return sorted((edge for edge in edges if not _keeps_area(edge)), key=_order)


def _keeps_area(edge: LineageEdge) -> bool:
    return edge.from_code == edge.to_code and edge.share > 1 - MIN_SHARE


def _order(edge: LineageEdge) -> tuple[str, str]:
    return edge.from_code, edge.to_code


def insert_lineage(session: Session, revision: int, edges: Iterable[LineageEdge]) -> None:
    """Store the lineage of a revision."""
    rows = [{"revision": revision, **asdict(edge)} for edge in edges]
    if rows:
        session.execute(insert(Lineage), rows)


def successors(session: Session, code: str) -> Sequence[str]:
    """Return the codes of the current grids on the last area of a retired one, largest first."""
    last = (
        select(MicroGrid.geom)
        .where(MicroGrid.code == code)
        .order_by(func.lower(MicroGrid.in_force).desc())
        .limit(1)
        .scalar_subquery()
    )
    successor = aliased(MicroGrid)
    shared_m2: Any = func.ST_Area(cast(func.ST_Intersection(successor.geom, last), Geography))
    is_current = func.upper_inf(successor.in_force) & func.ST_Intersects(successor.geom, last)
    statement = select(successor.code).where(
        is_current, successor.code != code, shared_m2 > MIN_SUCCESSOR_M2
    )
    return session.scalars(statement.order_by(shared_m2.desc(), successor.code)).all()


def list_lineage(session: Session, revision: int) -> list[dict[str, Any]]:
    """Return the lineage of a revision, ordered by the code that the area left."""
    rows = (
        select(Lineage.from_code, Lineage.to_code, Lineage.share)
        .where(Lineage.revision == revision)
        .order_by(Lineage.from_code, Lineage.share.desc(), Lineage.to_code)
    )
    return [dict(row) for row in session.execute(rows).mappings()]
