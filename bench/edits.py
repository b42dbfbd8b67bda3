"""Redrawing over HTTP: a step of a plan, until its grids and findings have come."""

import time
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

import httpx2
import numpy as np
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench import ground, partitions, servers, town
from bench.figures import Figure
from geo import db
from geo.accounts import accounts, tokens
from geo.models import Role
from geo.postgres import embedded

GRIDS, CORNERS, BUILDINGS = 16, 40, 100
BEGUN = (0, 1, 2, 4, 5, 6)
"""Grids that have one to the east of them: four in a row."""
HOME = text(
    "INSERT INTO building (code, community_code, households, footprint) "
    "VALUES (:code, :community, :households, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))"
)


def measure() -> Iterator[Figure]:
    """Yield the median time of a step with its findings, in a community of 100 buildings."""
    with ground.register() as settings:
        engine = db.connect(embedded.url(settings))
        shapes = partitions.grids(GRIDS, CORNERS)
        town.fill(engine, shapes)
        secret = _settle(engine, shapes)
        with servers.ours(settings) as address:
            head = {"Authorization": f"Bearer {secret}"}
            with httpx2.Client(base_url=address, headers=head, timeout=60) as http:
                taken = _steps(http, shapes)
        engine.dispose()
    every = [one for some in taken.values() for one in some]
    told = ", ".join(f"{kind} {median(some) * 1e3:.0f}" for kind, some in taken.items())
    what = f"a step and its findings, {BUILDINGS} buildings"
    yield Figure(what, median(every) * 1e3, "ms", at_most=150, told=f"{told} ms at the median")
    worst = max(taken, key=lambda kind: median(taken[kind]))
    yield Figure(f"the slowest kind, {worst}", median(taken[worst]) * 1e3, "ms")


def _settle(engine: Engine, shapes: Any) -> str:
    """Put houses on a square raster over the grids; return a coordinator's token."""
    rows = [
        {"code": code, "community": town.COMMUNITY, "households": 30, "wkb": shapely.to_wkb(house)}
        for code, house in _houses(shapes).items()
    ]
    with Session(engine) as session, session.begin():
        session.execute(HOME, rows)
        account = accounts.add(session, "bench", Role.COORDINATOR, reach="2304")
        _, secret = tokens.issue(session, account)
    return secret


def _houses(shapes: Any) -> dict[str, shapely.Polygon]:
    """Return houses in rows over the middle of the grids, by code."""
    west, south, east, north = shapely.total_bounds(shapes)
    side = int(np.sqrt(BUILDINGS))
    xs = np.linspace(west + 8e-4, east - 8e-4, side)
    ys = np.linspace(south + 8e-4, north - 8e-4, side)
    return {
        f"B{at:03}": shapely.box(x - 2e-4, y - 1e-4, x + 2e-4, y + 1e-4)
        for at, (x, y) in enumerate((x, y) for y in ys for x in xs)
    }


def _steps(http: httpx2.Client, shapes: Any) -> dict[str, list[float]]:
    """Take steps of every kind in turn, each on the grids as the one before left them."""
    began = http.post("/v1/plans", json={"title": "x"}).raise_for_status().json()
    path, version = f"/v1/plans/{began['id']}", began["version"]
    taken = defaultdict[str, list[float]](list)
    codes = [f"{town.COMMUNITY}{number:06d}" for number in range(GRIDS)]
    for number in BEGUN:
        for step in _round(codes, shapes, number):
            start = time.perf_counter()
            seen = {"If-Match": f'"{version}"'}
            answer = http.post(f"{path}/operations", json=step, headers=seen)
            if answer.is_error:
                raise RuntimeError(f"{step}: {answer.text}")
            version = answer.json()["plan"]["version"]
            taken[step["kind"]].append(time.perf_counter() - start)
    return dict(taken)


def _round(codes: list[str], shapes: Any, number: int) -> Iterator[dict[str, Any]]:
    """Yield steps around one grid that leave as many grids as there were."""
    one, two = codes[number], codes[number + 1]
    middle = shapely.point_on_surface(shapes[number])
    upright = [[middle.x, middle.y - 0.01], [middle.x + 1e-4, middle.y + 0.01]]
    half = f"{town.COMMUNITY}{len(codes) + number:06d}"
    yield {"kind": "split", "code": one, "line": _line(upright), "into": [one, half]}
    yield {"kind": "rename", "code": one, "name": f"renamed {number}"}
    yield {"kind": "merge", "codes": [one, half], "into": one}
    border = (middle.x + shapely.point_on_surface(shapes[number + 1]).x) / 2 - 3e-4
    line = [[border, middle.y - 0.01], [border, middle.y + 0.01]]
    yield {"kind": "move_border", "codes": [one, two], "line": _line(line)}
    yield {"kind": "transfer", "buildings": [_nearest(shapes, number)], "to": one}


def _nearest(shapes: Any, number: int) -> str:
    """Return the house of the grid after one that is nearest to that."""
    one, two = shapes[number], shapes[number + 1]
    houses = {code: one for code, one in _houses(shapes).items() if two.contains(one.centroid)}
    return min(houses, key=lambda code: shapely.distance(houses[code], one))


def _line(points: list[list[float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}
