"""The frame of what lies behind: named streets, the railway, the river, parks and woods."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import adjacency, names, skeleton
from data.city.blocks import Blocks
from data.city.plane import objects, to_degrees

RIVER_M = 34.0
ALWAYS = ("trunk", "rail", "river")


def shown(blocks: Blocks) -> pd.DataFrame:
    """Return the border pieces that are ways one can see: minor ones only where homes are near."""
    edge = blocks.edge
    town = np.isin(blocks.use, ("home", "park", "civic"))
    return edge[edge["rank"].isin(ALWAYS) | town[edge.a] | town[edge.b]]


def named(rng: np.random.Generator, blocks: Blocks) -> dict[str, str]:
    """Return the name of each street in sight, by the key it was laid with."""
    seen = shown(blocks)
    seen = seen[~seen["rank"].isin(["rail", "river"])]
    keys = seen["name"].unique().tolist()
    numbered = sorted(key for key in keys if key[0] == "2")
    return {**{key: key for key in keys}, **names.streets(rng, numbered)}


def frame(rng: np.random.Generator, blocks: Blocks, streets: dict[str, str]) -> gpd.GeoDataFrame:
    """Return roads, railway, river and green places with kind, name, rank."""
    rows = [*_ways(blocks, streets), *_green(blocks), *_outside(rng, blocks)]
    columns = ["kind", "name", "rank", "geometry"]
    out = pd.DataFrame(rows, columns=columns)
    shapes = to_degrees(objects(out["geometry"]))
    return gpd.GeoDataFrame(out[columns[:3]], geometry=shapes, crs=4326)


def _ways(blocks: Blocks, streets: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return one row for each stretch of a way."""
    seen = shown(blocks)
    rows: list[tuple[Any, ...]] = []
    for _, pieces in seen.groupby(["rank", "name"], sort=True):
        rank, key = str(pieces["rank"].iloc[0]), str(pieces["name"].iloc[0])
        ends = pieces[adjacency.ENDS].to_numpy().reshape(-1, 2, 2)
        line = shapely.line_merge(shapely.union_all(shapely.linestrings(ends)))
        if rank == "river":
            rows.append(("water", key, None, line.buffer(RIVER_M)))
        elif rank == "rail":
            rows += [("rail", key, None, part) for part in shapely.get_parts(line)]
        else:
            rows += [("road", streets[key], rank, part) for part in shapely.get_parts(line)]
    return rows


def _green(blocks: Blocks) -> list[tuple[Any, ...]]:
    """Return the parks, and the banks of the river in the town."""
    rows: list[tuple[Any, ...]] = []
    for i in np.flatnonzero(blocks.use == "park"):
        spot = blocks.ground[i].centroid
        name = min(skeleton.PARKS, key=lambda park: spot.distance(shapely.Point(park[1])))[0]
        rows.append(("green", name, None, blocks.land[i]))
    area = shapely.area(blocks.ground)
    for i in np.flatnonzero((blocks.use == "bank") & (area < 400_000)):
        rows.append(("green", "滨河绿地", None, blocks.land[i]))
    return rows


def _outside(rng: np.random.Generator, blocks: Blocks) -> list[tuple[Any, ...]]:
    """Return woods and reservoirs around the town, kept clear of its blocks and the river."""
    city = shapely.union_all(blocks.ground)
    river = blocks.edge[blocks.edge["rank"] == "river"][adjacency.ENDS].to_numpy().reshape(-1, 2, 2)
    town = shapely.union_all(blocks.ground[blocks.use != "field"]).buffer(150)
    taken = town.union(shapely.union_all(shapely.linestrings(river)).buffer(120))
    rows: list[tuple[Any, ...]] = []
    for kind, places in (("water", skeleton.LAKES), ("green", skeleton.WOODS)):
        for name, middle, size in places:
            shape = (
                skeleton.blob(rng, middle, size).intersection(city.buffer(-60)).difference(taken)
            )
            rows += [(kind, name, None, part) for part in shapely.get_parts(shape)]
            taken = taken.union(shape.buffer(40))
    return rows
