"""Whether grids tile their community: no gap, no overlap, nothing outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry import topology
from geo.geometry.topology import COORDINATE_GRID_DEG, Geoms, Patch
from geo.quality.findings import Finding

MIN_WIDTH_M = 0.5
"""A part of a grid that is thinner than this is a sliver."""


MAX_GAP_WIDTH_M = 20.0
"""A gap between communities that is wider than a large street may be real, such as a river."""


class DefectKind(StrEnum):
    """How polygons fail to tile an outline."""

    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE = "area outside the community"


@dataclass(frozen=True)
class Defect:
    """A polygon where grids fail to tile their community."""

    kind: DefectKind
    patch: Patch


def is_sound(geoms: Geoms) -> bool:
    """Return whether polygons are valid, do not overlap, and share their vertices."""
    return bool(shapely.is_valid(geoms).all()) and topology.is_valid_coverage(geoms)


def tiles_outline(geoms: Geoms, outline: shapely.Geometry) -> bool:
    """Return whether polygons tile an outline and share their vertices, apart from rounding."""
    if not is_sound(geoms):
        return False
    difference = shapely.symmetric_difference(outline, topology.union(geoms))
    return not topology.has_patch(difference)


def find_defects(geoms: Geoms, outline: shapely.Geometry | None = None) -> list[Defect]:
    """Return everything that keeps valid polygons from tiling an outline: overlaps first.

    Without an outline a gap is an area that the polygons enclose.
    """
    has_invalid = topology.have_invalid_edges(geoms)
    overlaps = topology.find_overlaps(geoms, has_invalid)
    return [
        *(Defect(DefectKind.OVERLAP, patch) for patch in overlaps),
        *_find_outline_defects(geoms, outline, is_coverage=not has_invalid.any()),
    ]


def _find_outline_defects(
    geoms: Geoms, outline: shapely.Geometry | None, *, is_coverage: bool
) -> Iterator[Defect]:
    for patch in topology.find_gaps(geoms, outline, is_coverage=is_coverage):
        yield Defect(DefectKind.GAP, patch)
    if outline is not None:
        for patch in topology.find_outside(geoms, outline):
            yield Defect(DefectKind.OUTSIDE, patch)


def find_face_defects(
    faces: Geoms, inside: Sequence[bool], owners: Sequence[Sequence[int]]
) -> list[Defect]:
    """Return the faces of a noded arrangement that keep polygons from tiling an outline.

    For each of n faces, `inside` is true if it lies in the outline, and `owners` has the positions
    of the polygons that contain it. A face may have several defects.
    """
    return [
        Defect(kind, patch)
        for face, is_inside, positions in zip(faces, inside, owners, strict=True)
        for kind in _face_defect_kinds(is_inside, len(positions))
        for patch in topology.find_patches(shapely.orient_polygons(face), tuple(positions))
    ]


def _face_defect_kinds(is_inside: bool, owners: int) -> Iterator[DefectKind]:
    if is_inside and not owners:
        yield DefectKind.GAP
    if owners > 1:
        yield DefectKind.OVERLAP
    if owners and not is_inside:
        yield DefectKind.OUTSIDE


def check_tiling(
    codes: Sequence[str],
    geoms: Geoms,
    communities: Sequence[str],
    outlines: Mapping[str, shapely.Geometry],
) -> Iterator[Finding]:
    """Yield what keeps n valid grids from tiling their communities, and their slivers.

    `communities` has the community of each grid. Overlaps are found across communities too; gaps
    and areas outside only in communities whose outline is given.
    """
    has_invalid = topology.have_invalid_edges(geoms)
    for patch in topology.find_overlaps(geoms, has_invalid):
        yield _to_finding(DefectKind.OVERLAP, patch, codes)
    for patch in topology.find_slivers(geoms, MIN_WIDTH_M):
        yield _patch_finding("grid_sliver", False, patch, codes)
    for community, defect in find_community_defects(geoms, communities, outlines, has_invalid):
        yield _to_finding(defect.kind, defect.patch, codes, community)


def find_community_defects(
    geoms: Geoms,
    communities: Sequence[str],
    outlines: Mapping[str, shapely.Geometry],
    has_invalid: NDArray[np.bool_],
) -> Iterator[tuple[str, Defect]]:
    """Yield the gaps in each outline and the areas outside it, with the community.

    `communities` has the community of each of n grids. Communities without grids are skipped.
    `has_invalid` is the result of `topology.have_invalid_edges` for the grids: (n,).
    """
    community_of: Any = np.asarray(communities)
    for community, outline in outlines.items():
        own = np.flatnonzero(community_of == community)
        if not len(own):
            continue
        is_coverage = not has_invalid[own].any()
        for defect in _find_outline_defects(geoms[own], outline, is_coverage=is_coverage):
            positions = tuple(own[list(defect.patch.positions)].tolist())
            yield community, Defect(defect.kind, replace(defect.patch, positions=positions))


def find_area_gaps(
    codes: Sequence[str], geoms: Geoms, parents: Mapping[str, shapely.Geometry]
) -> Iterator[Finding]:
    """Yield the narrow gaps between n areas: in a parent that none covers there, or enclosed.

    An area is inside the parents with whose code its own starts; a gap is reported for the lowest.
    A parent that is the union of its areas has the same gap, so enclosed gaps are found without it.
    What is wider than MAX_GAP_WIDTH_M may be water, or an area that is not imported yet.
    """
    reported: list[shapely.Polygon] = []
    for own, within, parent in _area_groups(codes, parents):
        tree = shapely.STRtree(geoms[own])
        for patch in topology.find_gaps(geoms[own], within):
            point = shapely.Point(patch.lon, patch.lat)
            touching = own[tree.query(patch.polygon, "dwithin", COORDINATE_GRID_DEG)]
            is_between = len(touching) > 1 and patch.width_m < MAX_GAP_WIDTH_M
            if is_between and not any(polygon.covers(point) for polygon in reported):
                reported.append(patch.polygon)
                gap = replace(patch, positions=tuple(sorted(touching.tolist())))
                yield _patch_finding("community_gap", True, gap, codes, *parent)


def _area_groups(
    codes: Sequence[str], parents: Mapping[str, shapely.Geometry]
) -> Iterator[tuple[NDArray[np.intp], shapely.Geometry | None, tuple[str, ...]]]:
    """Yield the areas inside each parent, the lowest first, with its outline; last come all."""
    for parent in sorted(parents, key=len, reverse=True):
        own = np.flatnonzero([code.startswith(parent) for code in codes])
        if len(own) > 1:
            yield own, parents[parent], (parent,)
    yield np.arange(len(codes)), None, ()


FINDING_KINDS = {
    DefectKind.OVERLAP: "grid_overlap",
    DefectKind.GAP: "grid_gap",
    DefectKind.OUTSIDE: "grid_outside_community",
}


def _to_finding(kind: DefectKind, patch: Patch, codes: Sequence[str], *first: str) -> Finding:
    return _patch_finding(FINDING_KINDS[kind], True, patch, codes, *first)


def _patch_finding(
    kind: str, is_error: bool, patch: Patch, codes: Sequence[str], *first: str
) -> Finding:
    named = (*first, *(codes[position] for position in patch.positions))
    return Finding(kind, is_error, named, patch.area_m2, "m²", patch.lon, patch.lat, patch.polygon)
