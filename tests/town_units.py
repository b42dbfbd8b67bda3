"""The units of the towns of tests. A process that needs no more is spared loading pandas."""

import shapely


def point(east: float, north: float) -> shapely.Point:
    """A point in thousandths of a degree (about 76 m by 111 m) from 130° E, 47° N."""
    return shapely.Point(130 + east / 1000, 47 + north / 1000)


def lon_lat(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a point in the same units."""
    location = point(east, north)
    return location.x, location.y


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in the same units."""
    return shapely.box(*point(west, south).coords[0], *point(east, north).coords[0])
