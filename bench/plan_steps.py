"""Steps of a plan over HTTP: the time until a step and its findings are done."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

import httpx2
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bench import database, generated_community, generated_partition, servers
from bench.measurements import Measurement
from geo import db
from geo.accounts import accounts, tokens
from geo.models import Role
from geo.postgres import embedded

GRIDS, CORNERS, BUILDINGS = 16, 40, 100
EDITED_GRIDS = (0, 1, 2, 4, 5, 6)
"""Grids with a neighbor to the east; there are four in a row."""
BUILDING = text(
    "INSERT INTO building (code, community_code, households, footprint) "
    "VALUES (:code, :community_code, 30, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))"
)

Grids = NDArray[np.object_]


def measure() -> Iterator[Measurement]:
    """Yield the median time of a step with its findings, in a community of 100 buildings."""
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        grids = generated_partition.generate_grids(GRIDS, CORNERS)
        generated_community.fill(engine, grids)
        token = insert_buildings_and_account(engine, _buildings(grids))
        with servers.gridward(settings) as url:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
                times = _run_steps(client, grids)
        engine.dispose()
    medians_ms = {kind: median(seconds) * 1e3 for kind, seconds in times.items()}
    all_times = [seconds for of_kind in times.values() for seconds in of_kind]
    details = ", ".join(f"{kind} {ms:.0f}" for kind, ms in medians_ms.items())
    yield Measurement(
        f"a step and its findings, {BUILDINGS} buildings",
        median(all_times) * 1e3,
        "ms",
        at_most=150,
        details=f"{details} ms (median)",
    )
    slowest = max(medians_ms, key=lambda kind: medians_ms[kind])
    yield Measurement(f"the slowest kind, {slowest}", medians_ms[slowest], "ms")


def insert_buildings_and_account(engine: Engine, footprints: Mapping[str, shapely.Geometry]) -> str:
    """Insert the buildings and a coordinator's account; return a token of the account."""
    community_code = generated_community.COMMUNITY
    rows = [
        {"code": code, "community_code": community_code, "wkb": shapely.to_wkb(footprint)}
        for code, footprint in footprints.items()
    ]
    with Session(engine) as session, session.begin():
        session.execute(BUILDING, rows)
        account = accounts.add(session, "bench", Role.COORDINATOR, reach="2304")
        _, token = tokens.issue(session, account)
    return token


def _buildings(grids: Grids) -> dict[str, shapely.Polygon]:
    """Return the footprints of buildings in a square raster over the grids, by code."""
    west, south, east, north = shapely.total_bounds(grids)
    per_row = int(np.sqrt(BUILDINGS))
    xs = np.linspace(west + 8e-4, east - 8e-4, per_row)
    ys = np.linspace(south + 8e-4, north - 8e-4, per_row)
    return {
        f"B{number:03}": shapely.box(x - 2e-4, y - 1e-4, x + 2e-4, y + 1e-4)
        for number, (x, y) in enumerate((x, y) for y in ys for x in xs)
    }


def _run_steps(client: httpx2.Client, grids: Grids) -> dict[str, list[float]]:
    """Add steps of every kind to a plan, each on the result of the last; return their seconds."""
    plan = client.post("/v1/plans", json={"title": "x"}).raise_for_status().json()
    path, version = f"/v1/plans/{plan['id']}", plan["version"]
    times = defaultdict[str, list[float]](list)
    codes = [generated_community.grid_code(number) for number in range(GRIDS)]
    for number in EDITED_GRIDS:
        for step in _steps_around(codes, grids, number):
            start = time.perf_counter()
            headers = {"If-Match": f'"{version}"'}
            response = client.post(f"{path}/operations", json=step, headers=headers)
            if response.is_error:
                raise RuntimeError(f"{step}: {response.text}")
            version = response.json()["plan"]["version"]
            times[step["kind"]].append(time.perf_counter() - start)
    return dict(times)


def _steps_around(codes: list[str], grids: Grids, number: int) -> Iterator[dict[str, Any]]:
    """Yield one step of every kind on a grid; afterwards there are as many grids as before."""
    code, neighbor = codes[number], codes[number + 1]
    middle = shapely.point_on_surface(grids[number])
    cut = [[middle.x, middle.y - 0.01], [middle.x + 1e-4, middle.y + 0.01]]
    new_code = generated_community.grid_code(len(codes) + number)
    yield {"kind": "split", "code": code, "line": _line(cut), "into": [code, new_code]}
    yield {"kind": "rename", "code": code, "name": f"renamed {number}"}
    yield {"kind": "merge", "codes": [code, new_code], "into": code}
    x = (middle.x + shapely.point_on_surface(grids[number + 1]).x) / 2 - 3e-4
    border = [[x, middle.y - 0.01], [x, middle.y + 0.01]]
    yield {"kind": "move_border", "codes": [code, neighbor], "line": _line(border)}
    yield {"kind": "transfer", "buildings": [_nearest_building(grids, number)], "to": code}


def _nearest_building(grids: Grids, number: int) -> str:
    """Return the building in the eastern neighbor of a grid that is nearest to the grid."""
    grid, neighbor = grids[number], grids[number + 1]
    distances = {
        code: shapely.distance(footprint, grid)
        for code, footprint in _buildings(grids).items()
        if neighbor.contains(footprint.centroid)
    }
    return min(distances, key=lambda code: distances[code])


def _line(coordinates: list[list[float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": coordinates}
