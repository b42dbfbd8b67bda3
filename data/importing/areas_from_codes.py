"""Create areas from the codes of grids: the grids that share a prefix form an area."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from geo import areas
from geo.geometry import topology
from geo.models import WGS84, Area, Level

Geoms = NDArray[np.object_]

_HINT = "Import the areas first, or create them with --areas-from-codes."


def area_levels(session: Session) -> dict[str, Level]:
    """Return the level of every area, by code."""
    return {row.code: row.level for row in session.execute(select(Area.code, Area.level))}


def _levels_of_lengths(lengths: Sequence[int]) -> list[tuple[Level, int]]:
    """Return the level of each prefix length, rising; the longest is that of communities."""
    return list(zip(list(Level)[-len(lengths) :], lengths, strict=True))


def find_community(code: str, levels: Mapping[str, Level], lengths: Sequence[int]) -> str | None:
    """Return the code of the community that contains a grid, by the grid's code; None if unknown.

    With prefix lengths it is the longest prefix, otherwise the longest code of an existing
    community with which the grid's code starts.
    """
    if lengths:
        return code[: lengths[-1]]
    prefixes = (code[:end] for end in range(len(code) - 1, 0, -1))
    return next((prefix for prefix in prefixes if levels.get(prefix) == Level.COMMUNITY), None)


def community_error(
    code: str, community_code: str | None, levels: Mapping[str, Level], lengths: Sequence[int]
) -> tuple[str, str, str] | None:
    """Return kind, message and hint of what is wrong with a grid's community; None if nothing."""
    if community_code is None:
        return "no_community", "its code starts with the code of no known community", _HINT
    if not code.startswith(community_code) or code == community_code:
        return (
            "not_nested",
            f"its code does not start with the code of its community, {community_code}",
            "A code must be the code of the community followed by more characters.",
        )
    level = levels.get(community_code)
    if level is None and not (lengths and community_code == code[: lengths[-1]]):
        return "unknown_community", f"there is no community {community_code}", _HINT
    if level is not None and level != Level.COMMUNITY:
        return (
            "unknown_community",
            f"area {community_code} is a {level}, not a community",
            "Correct community_code, or the lengths of --areas-from-codes.",
        )
    return None


WAS_CREATED_FROM_CODES: ColumnElement[bool] = Area.name == Area.code
"""SQL condition: the area was created from codes, so its outline is updated with its grids."""


def create_areas(
    session: Session, codes: Sequence[str], geoms: Geoms, lengths: Sequence[int]
) -> int:
    """Create the missing areas above these grids; return how many.

    `codes` and `geoms` must have all grids of their communities. The outline of a created area is
    the union of its grids, and its name is its code. Until an import of areas gives it a name, each
    import of grids updates its outline.
    """
    levels = _levels_of_lengths(lengths)
    created = _add_missing(session, codes, levels)
    (_, length), *higher = reversed(levels)
    prefixes = np.array([code[:length] for code in codes])
    communities = sorted(set(prefixes.tolist()))
    _update_outlines(session, {one: topology.union(geoms[prefixes == one]) for one in communities})
    child_level = Level.COMMUNITY
    for level, length in higher:
        parents = sorted({code[:length] for code in codes})
        _update_outlines(session, {one: _union_areas(session, one, child_level) for one in parents})
        child_level = level
    return created


def _add_missing(
    session: Session, codes: Sequence[str], levels: Sequence[tuple[Level, int]]
) -> int:
    """Add missing areas without outlines, parents before children; return how many."""
    existing = set(area_levels(session))
    count = len(existing)
    for level, length in levels:
        for code in sorted({code[:length] for code in codes} - existing):
            prefixes = (code[:end] for end in range(len(code) - 1, 0, -1))
            parent = next((prefix for prefix in prefixes if prefix in existing), None)
            session.add(Area(code=code, parent_code=parent, level=level, name=code))
            existing.add(code)
        session.flush()
    return len(existing) - count


def _union_areas(session: Session, code: str, level: Level) -> shapely.Geometry:
    """Return the union of all areas of a level inside an area."""
    inside = select(func.ST_AsBinary(Area.geom)).where(
        Area.level == level, areas.within(Area.code, code), Area.geom.is_not(None)
    )
    wkb = [bytes(value) for value in session.scalars(inside.order_by(Area.code))]
    union: shapely.Geometry = topology.union(np.asarray(shapely.from_wkb(wkb), dtype=object))
    return union


def _update_outlines(session: Session, outlines: Mapping[str, shapely.Geometry]) -> None:
    """Update the outlines of areas that were created from codes, where they changed."""
    rows = session.execute(
        select(Area.code, func.ST_AsBinary(Area.geom))
        .where(Area.code.in_(outlines), WAS_CREATED_FROM_CODES)
        .order_by(Area.code)
    ).all()
    for code, wkb in rows:
        if wkb is None or not shapely.equals(shapely.from_wkb(bytes(wkb)), outlines[code]):
            store_outlines(session, {code: outlines[code]})


def store_outlines(session: Session, outlines: Mapping[str, shapely.Geometry]) -> None:
    """Store the outlines of areas, by code."""
    for code, outline in outlines.items():
        geom = func.ST_Multi(func.ST_GeomFromWKB(shapely.to_wkb(outline), WGS84))
        session.execute(update(Area).where(Area.code == code).values(geom=geom))
