"""Findings of data-quality checks: what is wrong or unusual, how large it is, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import shapely

MIN_ASTRIDE_M2 = 1.0
"""A building is astride two grids when more than this much of it stands in the second."""


@dataclass(frozen=True)
class Finding:
    """One finding: an error breaks a rule of the data, a warning deserves a look."""

    kind: str
    """A key of MEANING."""
    is_error: bool
    codes: tuple[str, ...]
    """The codes concerned, the most important first."""
    size: float
    """How much, in `unit`."""
    unit: str
    lon: float
    lat: float
    geometry: shapely.Geometry | None = field(default=None, compare=False, repr=False)
    """What to show on a map, if it is more than the point."""
    limit: int | None = None
    """The limit of its area that the size exceeds, or falls below, in the same unit."""

    @property
    def meaning(self) -> str:
        """What a finding of its kind means, in a few words."""
        return MEANING[self.kind]

    @property
    def _bound(self) -> str:
        return "at least" if self.kind == "grid_too_small" else "at most"

    def __str__(self) -> str:
        severity = "error" if self.is_error else "warning"
        size = f"{self.size:,.2f}".rstrip("0").rstrip(".")
        codes = ", ".join(self.codes)
        limit = f"({self._bound} {self.limit:,}) " if self.limit is not None else ""
        return (
            f"{severity:<8}{self.kind:<28}{size} {self.unit:<4} {limit}{codes}  "
            f"at {self.lon:.7f},{self.lat:.7f}: {self.meaning}"
        )


MEANING: Mapping[str, str] = MappingProxyType(
    {
        "building_in_no_grid": "no grid in force covers the building's point",
        "building_astride_grids": "the building stands in several grids",
        "building_outside_community": "the building stands outside its community",
        "building_without_community": "the building has no community",
        "duplicate_footprint": "several standing buildings have the same footprint",
        "grid_gap": "part of the community is in none of its grids",
        "grid_overlap": "two grids overlap",
        "grid_sliver": "a part of the grid is thinner than half a metre",
        "grid_outside_community": "part of the grid is outside its community",
        "community_gap": "a narrow gap between communities is in none of them",
        "grid_invalid": "the outline of the grid crosses itself",
        "grid_in_parts": "a part of the grid is disconnected from the rest",
        "grid_empty": "no building belongs to the grid",
        "grid_too_small": "the grid has fewer buildings or households than the limits of its area",
        "grid_too_large": "the grid has more buildings or households than the limits of its area",
        "grid_long_thin": "the grid is a long thin strip",
    }
)
"""The meaning of each kind of finding, of `gridward check` and of plans."""
