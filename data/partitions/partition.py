"""Do the grids of some communities tile them? The faults, by grid, and notes on the ground left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from data.partitions import repair
from geo.geometry import topology
from geo.geometry.topology import Patch

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one grid, by its position."""

    position: int
    kind: str
    what: str


@dataclass
class Findings:
    """What a partition is refused for, and what is only noted."""

    flaws: list[Flaw] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def mend(*, repaired: bool) -> str:
    """Return what to do about a flaw."""
    if repaired:
        return "Mend the file, or correct the outlines of the areas first."
    return "Import with --repair, or mend the file."


def check(
    codes: Sequence[str],
    geoms: Geoms,
    communities: Sequence[str],
    outlines: Mapping[str, shapely.Geometry],
    *,
    repaired: bool = False,
) -> Findings:
    """Return the flaws of grids that should tile their communities.

    `outlines` has the communities whose ground is known; in the others the grids only must not
    overlap, nor leave narrow gaps between each other. In a repaired partition a gap between
    grids is ground that is nobody's, and noted. Neighbours in one community have to share their
    corners. Communities whose own outlines overlap are noted.
    """
    found = Findings()
    named = np.array(communities, dtype=np.str_)
    _overlaps(codes, geoms, named, outlines, found)
    if not found.flaws:
        found.flaws += _mismatches(geoms, named)
    _against_outlines(geoms, named, outlines, found)
    loose = ~np.isin(named, list(outlines))
    if loose.any():
        _gaps(list(np.array(codes)[loose]), np.flatnonzero(loose), geoms, found, repaired=repaired)
    return found


def _overlaps(
    codes: Sequence[str],
    geoms: Geoms,
    communities: NDArray[np.str_],
    outlines: Mapping[str, shapely.Geometry],
    found: Findings,
) -> None:
    shared: dict[str, float] = {}
    for patch in topology.overlaps(geoms):
        a, b = patch.positions
        one, other = communities[a], communities[b]
        if one != other and one in outlines and other in outlines:
            pair = f"{one} and {other}"
            shared[pair] = shared.get(pair, 0) + patch.area_m2
            continue
        found.flaws.append(Flaw(a, "overlap", f"it overlaps grid {codes[b]} by {_told(patch)}"))
    for pair, area_m2 in shared.items():
        found.notes.append(f"The outlines of communities {pair} overlap by {area_m2:,.2f} m²")


def _mismatches(geoms: Geoms, communities: NDArray[np.str_]) -> list[Flaw]:
    """Return the grids whose corners are not those of their neighbours in the same community."""
    unmatched = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geoms)))
    flaws = []
    for community in sorted(set(communities[unmatched].tolist())):
        own = np.flatnonzero(communities == community)
        if topology.tiles(geoms[own]):
            continue
        edges = shapely.coverage_invalid_edges(geoms[own])
        flaws += [
            Flaw(int(own[at]), "mismatch", "its border does not match its neighbour's corners")
            for at in np.flatnonzero(~shapely.is_empty(edges))
        ]
    return flaws


def _against_outlines(
    geoms: Geoms,
    communities: NDArray[np.str_],
    outlines: Mapping[str, shapely.Geometry],
    found: Findings,
) -> None:
    for community, outline in outlines.items():
        own = np.flatnonzero(communities == community)
        if not len(own):
            continue
        for patch in topology.outside(geoms[own], outline):
            what = f"it reaches out of community {community} by {_told(patch)}"
            found.flaws.append(Flaw(int(own[patch.positions[0]]), "outside_community", what))
        for patch in topology.gaps(geoms[own], outline):
            near = [int(own[position]) for position in patch.positions]
            what = f"community {community} has {_told(patch)} that no grid covers, beside it"
            found.flaws.append(Flaw(near[0] if near else int(own[0]), "gap", what))


def _gaps(
    codes: Sequence[str],
    positions: NDArray[np.intp],
    geoms: Geoms,
    found: Findings,
    *,
    repaired: bool,
) -> None:
    patches = topology.gaps(geoms[positions])
    narrow = repair.is_narrow(topology.shapes(patches)) & (not repaired)
    for patch in _picked(patches, narrow):
        around = ", ".join(codes[position] for position in patch.positions)
        what = f"a gap of {_told(patch)} lies between grids {around}"
        first = patch.positions[0] if patch.positions else 0
        found.flaws.append(Flaw(int(positions[first]), "gap", what))
    wide = _picked(patches, ~narrow)
    if wide:
        largest = max(wide, key=lambda patch: patch.area_m2)
        total = sum(patch.area_m2 for patch in wide)
        found.notes.append(
            f"{len(wide):,} enclosed patches of ground lie in no grid, {total:,.0f} m² in all; "
            f"the largest is {_told(largest)}"
        )


def _picked(patches: Sequence[Patch], chosen: Iterable[bool]) -> list[Patch]:
    return [patch for patch, taken in zip(patches, chosen, strict=True) if taken]


def _told(patch: Patch) -> str:
    return f"{patch.area_m2:,.2f} m² at {patch.lon:.7f},{patch.lat:.7f}"
