"""Coordinates in metres around a point: unlike degrees, the same in all directions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

M_PER_DEGREE = 111_195.0
"""Metres per degree of latitude on a sphere."""


@dataclass(frozen=True)
class LocalPlane:
    """A plane in metres around a point, true to scale within a few kilometres."""

    lon: float
    lat: float

    @classmethod
    def around(cls, geom: Any) -> "LocalPlane":
        """Return the plane around the middle of a geometry in degrees."""
        west, south, east, north = shapely.bounds(geom).tolist()
        return cls((west + east) / 2, (south + north) / 2)

    @property
    def _scale(self) -> NDArray[np.float64]:
        return np.array([M_PER_DEGREE * np.cos(np.radians(self.lat)), M_PER_DEGREE])

    def to_metres(self, geoms: Any) -> Any:
        """Return geometries in degrees as geometries in metres."""
        return shapely.transform(geoms, lambda xy: (xy - (self.lon, self.lat)) * self._scale)

    def to_degrees(self, geoms: Any) -> Any:
        """Return geometries in metres as geometries in degrees."""
        return shapely.transform(geoms, lambda xy: xy / self._scale + (self.lon, self.lat))
