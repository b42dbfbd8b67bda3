"""Transfers over HTTP in communities of many buildings, with lookups at the same time."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx2
import numpy as np
import shapely
from numpy.typing import NDArray

from bench import database, generated_community, generated_partition, plan_steps, servers
from bench.measurements import Measurement
from geo import db
from geo.postgres import embedded

BUILDINGS_PER_GRID, CORNERS = 110, 40
SIZES = (11_500, 28_000)
TRANSFERS, MOVED = 12, 2
LOOKUPS_PER_S, SECONDS = 50, 8
LOOKUP = "/v1/lookup?lon=130.01&lat=47.01"

Geoms = NDArray[np.object_]


def measure() -> Iterator[Measurement]:
    """Yield the times of transfers, and of lookups meanwhile, and the memory of the service."""
    for count in SIZES:
        first_s, later_s, lookups = _measure_community(count)
        name = f"transfer of {MOVED} of {count:,} buildings"
        details = f"slowest {max(later_s) * 1e3:.0f} ms"
        later_ms = median(later_s) * 1e3
        yield Measurement(f"first {name}", first_s * 1e3, "ms", at_most=500)
        yield Measurement(f"later {name}", later_ms, "ms", at_most=300, details=details)
        yield Measurement(f"lookup meanwhile, p99, {count:,}", lookups.p99_ms, "ms", at_most=30)
    used_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Measurement("most memory of a service so far", used_mb, "MB", at_most=600)


def _measure_community(count: int) -> tuple[float, list[float], servers.Latency]:
    """Return the seconds of the first transfer and of later ones, and the latency of lookups."""
    grids = generated_partition.generate_grids(count // BUILDINGS_PER_GRID, CORNERS)
    footprints = generated_buildings(grids, count)
    with database.temporary_database() as settings:
        engine = db.connect(embedded.url(settings))
        generated_community.fill(engine, grids)
        token = plan_steps.insert_buildings_and_account(engine, footprints)
        database.vacuum(engine)
        engine.dispose()
        with servers.gridward(settings) as url, ThreadPoolExecutor(1) as pool:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
                client.get(LOOKUP).raise_for_status()
                lookups = pool.submit(servers.measure_latency, url, LOOKUP, LOOKUPS_PER_S, SECONDS)
                first, *later = _transfer(client, grids, footprints)
                return first, later, lookups.result()


def generated_buildings(grids: Geoms, count: int) -> dict[str, shapely.Polygon]:
    """Return the footprints of about `count` buildings in rows over the grids, none astride."""
    west, south, east, north = shapely.total_bounds(grids)
    border = shapely.union_all(shapely.boundary(grids))
    area = shapely.coverage_union_all(grids)
    per_row = int(np.sqrt(count * 1.35))
    step_x, step_y = (east - west) / per_row, (north - south) / per_row
    columns, rows = np.meshgrid(np.arange(per_row), np.arange(per_row))
    x, y = west + (columns.ravel() + 0.2) * step_x, south + (rows.ravel() + 0.2) * step_y
    boxes = shapely.box(x, y, x + 0.6 * step_x, y + 0.6 * step_y)
    shapely.prepare(border)
    shapely.prepare(area)
    free = boxes[shapely.covers(area, boxes) & ~shapely.intersects(border, boxes)]
    return {f"B{number:05}": box for number, box in enumerate(free[:count])}


def _transfer(
    client: httpx2.Client, grids: Geoms, footprints: dict[str, shapely.Polygon]
) -> list[float]:
    """Transfer the nearest buildings into every other grid, one step each; return the seconds."""
    plan = client.post("/v1/plans", json={"title": "x"}).raise_for_status().json()
    path, version = f"/v1/plans/{plan['id']}/operations", plan["version"]
    codes, geoms = list(footprints), np.array(list(footprints.values()), dtype=object)
    seconds = []
    columns = int(np.ceil(np.sqrt(len(grids))))
    with_neighbor = [number for number in range(0, len(grids), 2) if (number + 1) % columns]
    for number in with_neighbor[:TRANSFERS]:
        near = shapely.STRtree(geoms).query(grids[number + 1], predicate="contains")
        order = np.argsort(shapely.distance(geoms[near], grids[number]))
        moved = [codes[position] for position in near[order[:MOVED]]]
        step = {"kind": "transfer", "buildings": moved, "to": generated_community.grid_code(number)}
        start = time.perf_counter()
        response = client.post(path, json=step, headers={"If-Match": f'"{version}"'})
        if response.is_error:
            raise RuntimeError(f"{step}: {response.text}")
        seconds.append(time.perf_counter() - start)
        version = response.json()["plan"]["version"]
    return seconds
