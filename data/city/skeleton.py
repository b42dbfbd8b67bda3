"""The hand-drawn bones of the town: river, rail, trunk roads, districts, in metres of the plane."""

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

# The heart of each district, from which it fills with homes; the turn of its streets in degrees.
HEARTS = {
    "230402": ((-150, 350), 5.0),
    "230403": ((-1700, -300), 10.0),
    "230404": ((-350, -1900), -4.0),
    "230405": ((-2100, -2800), -13.0),
    "230406": ((1500, 150), 16.0),
    "230407": ((-150, 2250), -7.0),
}
# Where the newest and the oldest homes stand.
NEW_TOWNS = ((-2450, 700), (1950, -500), (-750, -2950), (520, 2500), (-2350, -1350))
OLD_TOWNS = ((-300, 1150), (-1500, -1350), (-1750, -2700), (1200, 900), (-500, 2500), (0, -1500))
PARKS = (
    ("人民公园", (120, 60)), ("劳动公园", (-1700, 500)), ("北山公园", (-500, 2050)),
    ("南山公园", (-60, -2500)), ("兴安公园", (-2200, -3000)), ("东山公园", (1560, 560)),
    ("儿童公园", (-700, -400)), ("湿地公园", (1180, -1150)), ("鹤林公园", (-2300, -900)),
)  # fmt: skip

# Woods and a reservoir outside the town: name, middle, size in metres.
WOODS = (
    ("北山林场", (-3000, 3300), 900), ("松鹤林场", (-4100, -1300), 700),
    ("东山林场", (3500, 2300), 800), ("南岗林场", (300, -4700), 600),
    ("鹤鸣湿地", (2900, -2900), 650), ("西林", (-4300, 1500), 450),
)  # fmt: skip
LAKES = (("五道水库", (3700, 700), 380), ("北沟水库", (700, 4500), 260))

NEAR, FAR, FAR_OFF = 4_300.0, 5_700.0, 30_000.0


def smooth(points: tuple[tuple[float, float], ...], rounds: int = 4) -> LineString:
    """Return a curve along the points, by cutting corners (Chaikin 1974); the ends stay."""
    curve = np.asarray(points, dtype=float)
    for _ in range(rounds):
        near, far = 0.75 * curve[:-1] + 0.25 * curve[1:], 0.25 * curve[:-1] + 0.75 * curve[1:]
        inner = np.stack([near, far], axis=1).reshape(-1, 2)
        curve = np.vstack([curve[:1], inner, curve[-1:]])
    return LineString(curve)


def outline(rng: np.random.Generator) -> Polygon:
    """Return the city's irregular outline, 5 to 7 km around the centre."""
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wave = np.zeros(len(turn))
    for k in (2, 3, 4, 5, 7, 11):
        wave += rng.uniform(0.3, 1.0) / k * np.sin(k * turn + rng.uniform(0, 2 * np.pi))
    swing = (wave - wave.min()) / (wave.max() - wave.min())
    radius = NEAR + (FAR - NEAR) * swing
    return Polygon(np.column_stack([radius * np.cos(turn) - 300, radius * np.sin(turn) - 400]))


def blob(rng: np.random.Generator, middle: tuple[float, float], size: float) -> Polygon:
    """Return an irregular shape of about a size around its middle, longer than wide."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = np.full(len(turn), 1.0)
    for k in (2, 3, 5, 8):
        radius += rng.uniform(0.15, 0.5) / k * np.sin(k * turn + rng.uniform(0, 2 * np.pi))
    rim = size * radius[:, None] * np.column_stack([np.cos(turn), 0.7 * np.sin(turn)])
    return rotate(Polygon(rim + middle), rng.uniform(0, 180))


def warp(points: Floats, phases: Floats) -> Floats:
    """Return (n, 2) points moved by a few slow waves, so that no street is ruler-straight.

    The largest strain is below 0.25, so the plane never folds. Rounded to whole centimetres.
    """
    moved = points.copy()
    for (reach, height), (a, b, c, d) in zip(((2900, 55), (1300, 14)), phases, strict=True):
        k = 2 * np.pi / reach
        x, y = points[:, 0], points[:, 1]
        moved[:, 0] += height * np.sin(k * (0.5 * x + y) + a) + 0.5 * height * np.sin(k * x + b)
        moved[:, 1] += height * np.sin(k * (x - 0.5 * y) + c) + 0.5 * height * np.sin(k * y + d)
    return moved.round(2)


def districts(city: Polygon) -> dict[str, BaseGeometry]:
    """Return the six district polygons by code: the city cut by river, rail and trunk roads."""
    west, beyond = _beside(RIVER, (-FAR_OFF, 0)), _beside(RAIL, (-FAR_OFF, 0))
    north = _beside(TRUNKS["迎宾大街"], (0, FAR_OFF))
    upper, middle = (_beside(TRUNKS[name], (0, FAR_OFF)) for name in ("松鹤大街", "南环大街"))
    south = city.intersection(west).difference(north)
    outer, inner = south.intersection(beyond), south.difference(beyond)
    return {
        "230402": inner.intersection(middle),
        "230403": outer.intersection(upper),
        "230404": inner.difference(middle),
        "230405": outer.difference(upper),
        "230406": city.difference(west),
        "230407": city.intersection(west).intersection(north),
    }


def _beside(points: tuple[tuple[float, float], ...], shift: tuple[float, float]) -> Polygon:
    """Return the half of the plane that lies from a curve in the direction of a shift."""
    curve = np.asarray(smooth(points).coords)
    return Polygon(np.vstack([curve, curve[::-1] + shift]))
