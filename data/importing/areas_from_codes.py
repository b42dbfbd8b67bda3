"""Areas made from the codes of grids: those that share a prefix make up an area."""

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

FIRST = "Import the areas first, or make them with --areas-from-codes."


def known(session: Session) -> dict[str, Level]:
    """Return the level of every area, by code."""
    return {row.code: row.level for row in session.execute(select(Area.code, Area.level))}


def levels(lengths: Sequence[int]) -> list[tuple[Level, int]]:
    """Return the level of each prefix length, rising: the longest is the community's."""
    return list(zip(list(Level)[-len(lengths) :], lengths, strict=True))


def community(code: str, known: Mapping[str, Level], lengths: Sequence[int]) -> str | None:
    """Return the community that a grid's code lies in, None if it tells none.

    With prefix lengths the longest prefix, else the longest known community that the code starts
    with.
    """
    if lengths:
        return code[: lengths[-1]]
    prefixes = (code[:end] for end in range(len(code) - 1, 0, -1))
    return next((prefix for prefix in prefixes if known.get(prefix) == Level.COMMUNITY), None)


def fault(
    code: str, community_code: str | None, known: Mapping[str, Level], lengths: Sequence[int]
) -> tuple[str, str, str] | None:
    """Return what is wrong with a grid's community: kind, what, how to mend it; None if nothing."""
    if community_code is None:
        return "no_community", "its code starts with no known community's", FIRST
    if not code.startswith(community_code) or code == community_code:
        return (
            "not_nested",
            f"its code does not start with its community's, {community_code}",
            "Codes nest: a grid's code is its community's with more behind it.",
        )
    level = known.get(community_code)
    if level is None and not (lengths and community_code == code[: lengths[-1]]):
        return "unknown_community", f"there is no community {community_code}", FIRST
    if level is not None and level != Level.COMMUNITY:
        return (
            "unknown_community",
            f"area {community_code} is a {level}, not a community",
            "Correct community_code, or the lengths of --areas-from-codes.",
        )
    return None


MADE: ColumnElement[bool] = Area.name == Area.code
"""The condition that an area was made from codes, so that its outline follows its grids."""


def make_areas(session: Session, codes: Sequence[str], geoms: Geoms, lengths: Sequence[int]) -> int:
    """Add the areas that are missing above these grids, and return how many.

    The grids are all of their communities. An area's outline is the ground of its grids and its
    name is its code, until a file of areas says better; until then the outline follows the grids.
    """
    rungs = levels(lengths)
    made = _add_missing(session, codes, rungs)
    (_, length), *above = reversed(rungs)
    prefixes = np.array([code[:length] for code in codes])
    _draw(
        session,
        {one: topology.union(geoms[prefixes == one]) for one in sorted(set(prefixes.tolist()))},
    )
    below = Level.COMMUNITY
    for level, length in above:
        wanted = sorted({code[:length] for code in codes})
        _draw(session, {one: _joined(session, one, below) for one in wanted})
        below = level
    return made


def _add_missing(session: Session, codes: Sequence[str], rungs: Sequence[tuple[Level, int]]) -> int:
    """Add areas without outlines, the higher before the lower; return how many."""
    there = set(known(session))
    before = len(there)
    for level, length in rungs:
        for code in sorted({code[:length] for code in codes} - there):
            above = (code[:end] for end in range(len(code) - 1, 0, -1))
            parent = next((prefix for prefix in above if prefix in there), None)
            session.add(Area(code=code, parent_code=parent, level=level, name=code))
            there.add(code)
        session.flush()
    return len(there) - before


def _joined(session: Session, code: str, level: Level) -> shapely.Geometry:
    """Return the ground of all areas of a level inside an area."""
    inside = select(func.ST_AsBinary(Area.geom)).where(
        Area.level == level, areas.within(Area.code, code), Area.geom.is_not(None)
    )
    shapes = [bytes(wkb) for wkb in session.scalars(inside.order_by(Area.code))]
    ground: shapely.Geometry = topology.union(np.asarray(shapely.from_wkb(shapes), dtype=object))
    return ground


def _draw(session: Session, grounds: Mapping[str, shapely.Geometry]) -> None:
    """Give areas made from codes their outlines, where these are not what they were."""
    rows = session.execute(
        select(Area.code, func.ST_AsBinary(Area.geom))
        .where(Area.code.in_(grounds), MADE)
        .order_by(Area.code)
    ).all()
    for code, wkb in rows:
        ground = grounds[code]
        if wkb is None or not shapely.equals(shapely.from_wkb(bytes(wkb)), ground):
            shape = func.ST_Multi(func.ST_GeomFromWKB(shapely.to_wkb(ground), WGS84))
            session.execute(update(Area).where(Area.code == code).values(geom=shape))
