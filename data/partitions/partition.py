"""Validate grids: find gaps, overlaps and mismatched borders among grids that must tile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from data.partitions import repair
from geo.geometry import topology
from geo.geometry.topology import Patch
from geo.quality import tiling
from geo.quality.tiling import Defect, DefectKind

Geoms = NDArray[np.object_]


@dataclass(frozen=True)
class TilingError:
    """What is wrong with one grid, which is named by its position."""

    position: int
    kind: str
    message: str


@dataclass
class TilingReport:
    """The errors for which grids are refused, and notes that only inform."""

    errors: list[TilingError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def repair_hint(*, repaired: bool) -> str:
    """Return what the reader can do about an error."""
    if repaired:
        return "Correct the file, or import correct outlines of the areas first."
    return "Import with --repair, or correct the file."


def check_tiling(
    codes: Sequence[str],
    geoms: Geoms,
    communities: Sequence[str],
    outlines: Mapping[str, shapely.Geometry],
    *,
    repaired: bool = False,
) -> TilingReport:
    """Return the errors of grids that should tile their communities.

    The grids of a community in `outlines` must fill its outline exactly. Grids of other communities
    must not overlap, nor leave narrow gaps between each other; wide gaps are noted, and after a
    repair all gaps are. Neighbours in one community must share their corners. If two communities
    have outlines that overlap, this is noted.
    """
    report = TilingReport()
    community_codes = np.array(communities, dtype=np.str_)
    has_invalid = topology.have_invalid_edges(geoms)
    overlaps = topology.find_overlaps(geoms, has_invalid)
    _report_overlaps(overlaps, codes, community_codes, outlines, report)
    if not report.errors:
        report.errors += _find_mismatches(geoms, community_codes, has_invalid)
    defects = tiling.find_community_defects(geoms, community_codes.tolist(), outlines, has_invalid)
    _report_defects(defects, community_codes, report)
    without_outline = ~np.isin(community_codes, list(outlines))
    if without_outline.any():
        positions = np.flatnonzero(without_outline)
        _check_gaps(codes, positions, geoms, report, repaired=repaired)
    return report


def _report_overlaps(
    overlaps: Iterable[Patch],
    codes: Sequence[str],
    communities: NDArray[np.str_],
    outlines: Mapping[str, shapely.Geometry],
    report: TilingReport,
) -> None:
    outline_overlaps: dict[str, float] = {}
    for patch in overlaps:
        a, b = patch.positions
        one, other = communities[a], communities[b]
        if one != other and one in outlines and other in outlines:
            pair = f"{one} and {other}"
            outline_overlaps[pair] = outline_overlaps.get(pair, 0) + patch.area_m2
            continue
        message = f"it overlaps grid {codes[b]} by {_format_patch(patch)}"
        report.errors.append(TilingError(a, "overlap", message))
    for pair, area_m2 in outline_overlaps.items():
        report.notes.append(f"The outlines of communities {pair} overlap by {area_m2:,.2f} m²")


def _find_mismatches(
    geoms: Geoms, communities: NDArray[np.str_], has_invalid: NDArray[np.bool_]
) -> list[TilingError]:
    """Return the grids whose corners are not those of their neighbours in the same community."""
    errors = []
    for community in sorted(set(communities[has_invalid].tolist())):
        members = np.flatnonzero(communities == community)
        if topology.is_valid_coverage(geoms[members]):
            continue
        message = "its border has other corners than its neighbour's"
        errors += [
            TilingError(int(position), "mismatch", message)
            for position in members[topology.have_invalid_edges(geoms[members])]
        ]
    return errors


def _report_defects(
    defects: Iterable[tuple[str, Defect]], communities: NDArray[np.str_], report: TilingReport
) -> None:
    for community, defect in defects:
        patch = defect.patch
        if defect.kind is DefectKind.OUTSIDE:
            message = f"it extends beyond community {community} by {_format_patch(patch)}"
            report.errors.append(TilingError(patch.positions[0], "outside_community", message))
        else:
            nearest = patch.positions or np.flatnonzero(communities == community).tolist()
            message = f"beside it, no grid covers {_format_patch(patch)} in community {community}"
            report.errors.append(TilingError(nearest[0], "gap", message))


def _check_gaps(
    codes: Sequence[str],
    positions: NDArray[np.intp],
    geoms: Geoms,
    report: TilingReport,
    *,
    repaired: bool,
) -> None:
    """Report narrow gaps between the grids at `positions` as errors, and note the wide ones."""
    patches = topology.find_gaps(geoms[positions])
    is_error = repair.is_narrow(topology.patch_polygons(patches)) & (not repaired)
    for patch in _select(patches, is_error):
        neighbours = positions[list(patch.positions)]
        listed = ", ".join(codes[position] for position in neighbours)
        message = f"a gap of {_format_patch(patch)} lies between grids {listed}"
        position = int(neighbours[0] if len(neighbours) else positions[0])
        report.errors.append(TilingError(position, "gap", message))
    noted = _select(patches, ~is_error)
    if noted:
        largest = max(noted, key=lambda patch: patch.area_m2)
        total = sum(patch.area_m2 for patch in noted)
        report.notes.append(
            f"{len(noted):,} enclosed gaps belong to no grid, {total:,.0f} m² in total; "
            f"the largest is {_format_patch(largest)}"
        )


def _select(patches: Sequence[Patch], mask: Iterable[bool]) -> list[Patch]:
    return [patch for patch, selected in zip(patches, mask, strict=True) if selected]


def _format_patch(patch: Patch) -> str:
    return f"{patch.area_m2:,.2f} m² at {patch.lon:.7f},{patch.lat:.7f}"
