"""The hand-drawn layout of the town in plane metres: river, railway, trunk roads, districts."""

import numpy as np
from shapely.affinity import rotate
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from data.city.plane import Floats

RIVER = (
    (1500, 8500), (1250, 5200), (850, 3600), (1050, 2300), (700, 1100), (820, -100), (480, -1300),
    (640, -2500), (1150, -3600), (1300, -5200), (1900, -8500),
)  # fmt: skip
RAIL = (
    (-2300, 8500), (-1750, 4800), (-1000, 3000), (-850, 1500), (-1050, 200), (-1250, -1000),
    (-1300, -2200), (-1500, -3600), (-1600, -5200), (-1400, -8500),
)  # fmt: skip
TRUNKS = {
    "迎宾大街": ((-8500, 2300), (-4000, 1750), (-2200, 1480), (-850, 1500), (900, 1480),
              (2500, 1250), (8500, 1900)),
    "中央大街": ((-8500, 900), (-3000, 350), (-1000, 280), (800, 200), (2500, 330), (8500, 100)),
    "南环大街": ((-8500, -300), (-2500, -700), (-1250, -900), (600, -930), (2500, -1050),
              (8500, -1900)),
    "松鹤大街": ((-8500, -2700), (-3000, -2050), (-1300, -2020), (600, -2150), (2000, -2350),
              (8500, -4200)),
    "鹤山大路": ((-400, 8500), (-150, 4500), (-50, 2500), (-150, 500), (-250, -1200), (-300, -3000),
              (-500, -4600), (-300, -8500)),
    "西山大路": ((-3300, 8500), (-2300, 3000), (-2050, 1500), (-2250, 0), (-2400, -2000),
              (-2600, -4000), (-3300, -8500)),
    "东林大路": ((2400, 8500), (2000, 3000), (1820, 1000), (1850, -800), (2050, -2500),
              (3200, -8500)),
}  # fmt: skip

DISTRICT_CENTERS = {
    "230402": ((-150, 350), 5.0),
    "230403": ((-1700, -300), 10.0),
    "230404": ((-350, -1900), -4.0),
    "230405": ((-2100, -2800), -13.0),
    "230406": ((1500, 150), 16.0),
    "230407": ((-150, 2250), -7.0),
}
"""By district: the point from which it fills with homes, and the angle of its streets."""
NEW_TOWNS = ((-2450, 700), (1950, -500), (-750, -2950), (520, 2500), (-2350, -1350))
OLD_TOWNS = ((-300, 1150), (-1500, -1350), (-1750, -2700), (1200, 900), (-500, 2500), (0, -1500))
"""Centres of the quarters with the newest and the oldest homes."""
PARKS = (
    ("人民公园", (120, 60)), ("劳动公园", (-1700, 500)), ("北山公园", (-500, 2050)),
    ("南山公园", (-60, -2500)), ("兴安公园", (-2200, -3000)), ("东山公园", (1560, 560)),
    ("儿童公园", (-700, -400)), ("湿地公园", (1180, -1150)), ("鹤林公园", (-2300, -900)),
)  # fmt: skip

# Woods and reservoirs outside the town: name, centre, size in metres.
WOODS = (
    ("北山林场", (-3000, 3300), 900), ("松鹤林场", (-4100, -1300), 700),
    ("东山林场", (3500, 2300), 800), ("南岗林场", (300, -4700), 600),
    ("鹤鸣湿地", (2900, -2900), 650), ("西林", (-4300, 1500), 450),
)  # fmt: skip
LAKES = (("五道水库", (3700, 700), 380), ("北沟水库", (700, 4500), 260))

MIN_RADIUS_M, MAX_RADIUS_M = 4_300.0, 5_700.0
BEYOND_M = 30_000.0
"""Farther than any corner of the city."""


def smooth_curve(points: tuple[tuple[float, float], ...], rounds: int = 4) -> LineString:
    """Return a smooth curve along points by corner cutting (Chaikin 1974); it keeps the ends."""
    curve = np.asarray(points, dtype=float)
    for _ in range(rounds):
        first, second = 0.75 * curve[:-1] + 0.25 * curve[1:], 0.25 * curve[:-1] + 0.75 * curve[1:]
        inner = np.stack([first, second], axis=1).reshape(-1, 2)
        curve = np.vstack([curve[:1], inner, curve[-1:]])
    return LineString(curve)


def city_outline(rng: np.random.Generator) -> Polygon:
    """Return the city's irregular outline, 5 to 7 km around the centre."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wave = np.zeros(len(angle))
    for k in (2, 3, 4, 5, 7, 11):
        wave += rng.uniform(0.3, 1.0) / k * np.sin(k * angle + rng.uniform(0, 2 * np.pi))
    relative = (wave - wave.min()) / (wave.max() - wave.min())
    radius = MIN_RADIUS_M + (MAX_RADIUS_M - MIN_RADIUS_M) * relative
    return Polygon(np.column_stack([radius * np.cos(angle) - 300, radius * np.sin(angle) - 400]))


def irregular_polygon(
    rng: np.random.Generator, center: tuple[float, float], size: float
) -> Polygon:
    """Return an irregular polygon of about `size` metres around its centre, longer than wide."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = np.full(len(angle), 1.0)
    for k in (2, 3, 5, 8):
        radius += rng.uniform(0.15, 0.5) / k * np.sin(k * angle + rng.uniform(0, 2 * np.pi))
    boundary = size * radius[:, None] * np.column_stack([np.cos(angle), 0.7 * np.sin(angle)])
    return rotate(Polygon(boundary + center), rng.uniform(0, 180))


def warp_points(points: Floats, phases: Floats) -> Floats:
    """Return points (n, 2) displaced by a few long waves, so that no street is straight.

    The largest strain is below 0.25, so the plane does not fold. Rounded to whole centimetres.
    """
    moved = points.copy()
    for (wavelength, height), (a, b, c, d) in zip(((2900, 55), (1300, 14)), phases, strict=True):
        k = 2 * np.pi / wavelength
        x, y = points[:, 0], points[:, 1]
        moved[:, 0] += height * np.sin(k * (0.5 * x + y) + a) + 0.5 * height * np.sin(k * x + b)
        moved[:, 1] += height * np.sin(k * (x - 0.5 * y) + c) + 0.5 * height * np.sin(k * y + d)
    return moved.round(2)


def district_polygons(city: Polygon) -> dict[str, BaseGeometry]:
    """Return the six district polygons by code: the city cut by river, rail and trunk roads."""
    west_of_river = _half_plane(RIVER, (-BEYOND_M, 0))
    west_of_rail = _half_plane(RAIL, (-BEYOND_M, 0))
    north = _half_plane(TRUNKS["迎宾大街"], (0, BEYOND_M))
    upper, middle = (_half_plane(TRUNKS[name], (0, BEYOND_M)) for name in ("松鹤大街", "南环大街"))
    south = city.intersection(west_of_river).difference(north)
    outer, inner = south.intersection(west_of_rail), south.difference(west_of_rail)
    return {
        "230402": inner.intersection(middle),
        "230403": outer.intersection(upper),
        "230404": inner.difference(middle),
        "230405": outer.difference(upper),
        "230406": city.difference(west_of_river),
        "230407": city.intersection(west_of_river).intersection(north),
    }


def _half_plane(points: tuple[tuple[float, float], ...], shift: tuple[float, float]) -> Polygon:
    """Return the part of the plane on that side of a curve to which `shift` points."""
    curve = np.asarray(smooth_curve(points).coords)
    return Polygon(np.vstack([curve, curve[::-1] + shift]))
