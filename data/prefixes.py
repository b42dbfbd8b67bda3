"""Areas made from the codes of grids: those that share a prefix make up an area."""

from collections.abc import Collection, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo import topology
from geo.models import WGS84, Area, Level

Geoms = NDArray[np.object_]


def levels(lengths: Sequence[int]) -> list[tuple[Level, int]]:
    """Return the level of each prefix length, rising: the longest is the community's."""
    return list(zip(list(Level)[-len(lengths) :], lengths, strict=True))


def community(code: str, known: Collection[str], length: int | None) -> str | None:
    """Return the community that a grid's code lies in, None if it tells none.

    With a prefix length that prefix, else the longest known community that the code starts with.
    """
    if length is not None:
        return code[:length]
    prefixes = (code[:end] for end in range(len(code) - 1, 0, -1))
    return next((prefix for prefix in prefixes if prefix in known), None)


def fault(
    code: str, community_code: str | None, known: Collection[str], length: int | None
) -> tuple[str, str, str] | None:
    """Return what is wrong with a grid's community: kind, what, how to mend it; None if nothing."""
    if community_code is None:
        return (
            "no_community",
            "its code starts with no known community's",
            "Import the areas first, or make them with --areas-from-codes.",
        )
    if not code.startswith(community_code) or code == community_code:
        return (
            "not_nested",
            f"its code does not start with its community's, {community_code}",
            "Codes nest: a grid's code is its community's with more behind it.",
        )
    if length is None and community_code not in known:
        return (
            "unknown_community",
            f"there is no community {community_code}",
            "Import the areas first, or make them with --areas-from-codes.",
        )
    return None


def make_areas(
    session: Session, codes: Sequence[str], geoms: Geoms, lengths: Sequence[int]
) -> list[str]:
    """Add the areas that are missing above these grids, and return their codes.

    An area's outline is the ground of its grids and its name is its code, until a file of areas
    says better. An area that is there already is left alone.
    """
    made = []
    for (level, length), above in zip(levels(lengths), (None, *lengths), strict=False):
        prefixes = np.array([code[:length] for code in codes])
        wanted = sorted(set(prefixes.tolist()))
        there = set(session.scalars(select(Area.code).where(Area.code.in_(wanted))))
        for prefix in wanted:
            if prefix not in there:
                ground = topology.union(geoms[prefixes == prefix])
                session.add(_area(prefix, prefix[:above] if above else None, level, ground))
                made.append(prefix)
        session.flush()
    return made


def _area(code: str, parent_code: str | None, level: Level, ground: shapely.Geometry) -> Area:
    shape = func.ST_Multi(func.ST_GeomFromWKB(shapely.to_wkb(ground), WGS84))
    return Area(code=code, parent_code=parent_code, level=level, name=code, geom=shape)
