"""What is wrong or odd with the data in force, each with codes, size and a place to look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import shapely


@dataclass(frozen=True)
class Finding:
    """One thing found: an error breaks a promise of the register, a warning wants a look."""

    kind: str
    """A short stable word."""
    is_error: bool
    codes: tuple[str, ...]
    """The codes concerned, the one to start with first."""
    size: float
    """How much, in `unit`."""
    unit: str
    lon: float
    lat: float
    shape: shapely.Geometry | None = field(default=None, compare=False, repr=False)
    """What to draw, where there is more to see than a place."""

    @property
    def meaning(self) -> str:
        """What a finding of its kind is, in a few words."""
        return MEANING[self.kind]

    def __str__(self) -> str:
        weight = "error" if self.is_error else "warning"
        size = f"{self.size:,.2f}".rstrip("0").rstrip(".")
        codes = ", ".join(self.codes)
        return (
            f"{weight:<8}{self.kind:<28}{size} {self.unit:<4} {codes}  "
            f"at {self.lon:.7f},{self.lat:.7f}: {self.meaning}"
        )


MEANING: Mapping[str, str] = MappingProxyType(
    {
        "building_in_no_grid": "no grid in force covers the building's point",
        "building_astride_grids": "the building stands in several grids",
        "building_outside_community": "the building stands outside the community that it names",
        "building_without_community": "no community is known for the building",
        "duplicate_footprint": "several standing buildings have the very same outline",
        "grid_gap": "ground of the community lies in none of its grids",
        "grid_overlap": "two grids claim the same ground",
        "grid_sliver": "a part of the grid is thinner than half a metre",
        "grid_outside_community": "the grid reaches out of its community",
        "grid_invalid": "the outline of the grid crosses itself",
        "grid_in_parts": "a piece of the grid lies apart from the rest of it",
        "grid_empty": "no building belongs to the grid",
        "grid_too_small": "the grid holds fewer buildings or households than its area wants",
        "grid_too_large": "the grid holds more buildings or households than its area wants",
        "grid_long_thin": "the grid is a long thin strip",
    }
)
"""What each kind means: all that `gridward check` and the findings of a plan look for."""
