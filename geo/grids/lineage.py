"""Lineage: which ground went from which grid to which, in each revision, and where it is now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import Geography
from sqlalchemy import cast, func, insert, select
from sqlalchemy.orm import Session, aliased

from geo.models import Lineage, MicroGrid

NOTHING = 1e-6
"""A smaller share of a grid is the rounding of a border, not ground that went anywhere."""
NOTHING_M2 = 1.0
"""Less ground than this does not make a successor."""


@dataclass(frozen=True)
class Descent:
    """Ground that went from one grid to another, as a share of the grid that it left."""

    from_code: str
    to_code: str
    share: float


def of(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Descent]:
    """Return where the ground of grids goes, from their shapes as WKB, by code.

    A grid that keeps all its ground is left out, whatever it wins.
    """
    if not before or not after:
        return []
    old, new = (np.asarray(shapely.from_wkb([*each.values()])) for each in (before, after))
    left, right = shapely.STRtree(new).query(old, predicate="intersects")
    shares = shapely.area(shapely.intersection(old[left], new[right])) / shapely.area(old[left])
    names, heirs = list(before), list(after)
    descents = [
        Descent(names[at], heirs[to], min(float(share), 1.0))
        for at, to, share in zip(left, right, shares, strict=True)
        if share > NOTHING
    ]
    return sorted((one for one in descents if not _stays(one)), key=_order)


def _stays(descent: Descent) -> bool:
    return descent.from_code == descent.to_code and descent.share > 1 - NOTHING


def _order(descent: Descent) -> tuple[str, str]:
    return descent.from_code, descent.to_code


def write(session: Session, revision: int, descents: Iterable[Descent]) -> None:
    """Keep the lineage of a revision."""
    rows = [{"revision": revision, **asdict(descent)} for descent in descents]
    if rows:
        session.execute(insert(Lineage), rows)


def successors(session: Session, code: str) -> Sequence[str]:
    """Return the codes of the newest grids on the last ground of a retired one, largest first."""
    last = (
        select(MicroGrid.geom)
        .where(MicroGrid.code == code)
        .order_by(func.lower(MicroGrid.in_force).desc())
        .limit(1)
        .scalar_subquery()
    )
    heir = aliased(MicroGrid)
    shared: Any = func.ST_Area(cast(func.ST_Intersection(heir.geom, last), Geography))
    newest = func.upper_inf(heir.in_force) & func.ST_Intersects(heir.geom, last)
    found = select(heir.code).where(newest, heir.code != code, shared > NOTHING_M2)
    return session.scalars(found.order_by(shared.desc(), heir.code)).all()


def told(session: Session, revision: int) -> list[dict[str, Any]]:
    """Return the lineage of a revision, by the code that the ground left."""
    rows = (
        select(Lineage.from_code, Lineage.to_code, Lineage.share)
        .where(Lineage.revision == revision)
        .order_by(Lineage.from_code, Lineage.share.desc(), Lineage.to_code)
    )
    return [dict(row) for row in session.execute(rows).mappings()]
