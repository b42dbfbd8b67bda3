"""What lies beside imported grids: grids and outlines that share borders with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import shapely
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.importing import shared_corners
from data.importing.grid_set import GridSet
from data.reading.geometry.crs import SourceCrs
from geo.grids import revisions
from geo.grids.revisions import Delta, EffectiveAtTooEarly, GridVersion
from geo.models import Area, Level, MicroGrid
from geo.models.base import WGS84

_MARGIN_DEG = 1e-5
"""About a metre, for what lies beside grids but for rounding."""
_MARGIN_RATIO = 0.01
"""A straight edge of a projected file runs beside the one in degrees by less than this share."""
_LISTED = 5


@dataclass(frozen=True)
class Surroundings:
    """The current grids of neighboring communities, and the outlines of other areas."""

    grids: Mapping[str, GridVersion]
    outlines: Mapping[str, shapely.Geometry]
    """Outlines of neighboring communities, and of the areas of all higher levels around."""

    def bend_grids(self, changed: GridSet, systems: Sequence[SourceCrs]) -> dict[str, GridVersion]:
        """Return the neighboring grids that must follow corners of the changed ones, by code."""
        stored = GridSet.from_versions(self.grids)
        geoms = dict(zip(stored.codes, stored.geoms, strict=True))
        bent = shared_corners.bend(changed, systems, geoms)
        return {
            code: replace(self.grids[code], wkb=bytes(shapely.to_wkb(geom)))
            for code, geom in bent.items()
        }


def find_communities(session: Session, geoms: np.ndarray) -> set[str]:
    """Return the communities whose outline or current grids lie beside polygons, or under them."""
    if not len(geoms):
        return set()
    reach = _reach(geoms)
    by_grid = select(MicroGrid.community_code).where(
        func.upper_inf(MicroGrid.in_force), func.ST_Intersects(MicroGrid.geom, reach)
    )
    by_outline = select(Area.code).where(
        Area.level == Level.COMMUNITY, func.ST_Intersects(Area.geom, reach)
    )
    return set(session.scalars(by_grid.union(by_outline)))


def load(
    session: Session, imported: GridSet, neighbors: Collection[str], communities: Collection[str]
) -> Surroundings:
    """Return what lies beside imported grids of some communities, of these `neighbors` (locked).

    Higher areas stay locked until the commit, so that no other import bends their outlines.
    """
    if not len(imported):
        return Surroundings({}, {})
    reach = _reach(imported.geoms)
    near = func.ST_Intersects(MicroGrid.geom, reach) & func.upper_inf(MicroGrid.in_force)
    stored = revisions.load_grids(session, near & MicroGrid.community_code.in_(neighbors))
    rows = session.execute(
        select(Area.code, func.ST_AsBinary(Area.geom))
        .where(Area.code.not_in(communities), func.ST_Intersects(Area.geom, reach))
        .order_by(Area.code)
        .with_for_update(key_share=True)
    )
    outlines = {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}
    own = set(imported.codes)
    return Surroundings({code: stored[code] for code in stored.keys() - own}, outlines)


def _reach(geoms: np.ndarray) -> ColumnElement[object]:
    """Return the area in which something may share a border with polygons, for a query."""
    west, south, east, north = shapely.bounds(geoms).T
    margin = _MARGIN_DEG + _MARGIN_RATIO * np.maximum(east - west, north - south)
    boxes = shapely.box(west - margin, south - margin, east + margin, north + margin)
    return func.ST_GeomFromWKB(shapely.to_wkb(shapely.union_all(boxes)), WGS84)


def describe(nearby: Sequence[Delta]) -> str:
    """Return a sentence about the grids of neighboring communities that follow imported ones."""
    count = len(nearby)
    return (
        f"{count:,} grid{'s' if count > 1 else ''} of neighboring communities got the corners of "
        f"imported grids on their borders: {_list_codes(nearby)}"
    )


@contextmanager
def explain_too_early(nearby: Sequence[Delta]) -> Iterator[None]:
    """Name the neighboring grids in EffectiveAtTooEarly: they are part of the revision too."""
    try:
        yield
    except EffectiveAtTooEarly as error:
        if not nearby:
            raise
        raise EffectiveAtTooEarly(
            f"{error.message} Grids of neighboring communities must get corners of the imported "
            f"ones at the same moment: {_list_codes(nearby)}.",
            hint=f"{error.hint} To begin at one moment, communities that share a border must be "
            "imported together, before any of them has grids.",
        ) from error


def _list_codes(nearby: Sequence[Delta]) -> str:
    return ", ".join(delta.code for delta in nearby[:_LISTED]) + ", …" * (len(nearby) > _LISTED)
