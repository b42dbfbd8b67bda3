"""The backdrop of the map: named streets, the railway, the river, parks and woods."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import adjacency, names, skeleton
from data.city.blocks import Blocks
from data.city.plane import object_array, to_degrees

RIVER_M = 34.0
ALWAYS_VISIBLE = ("trunk", "rail", "river")
TOWN_USES = ("home", "park", "civic")


def visible_edges(blocks: Blocks) -> pd.DataFrame:
    """Return the edges to render: trunk roads, railway and river, others only inside the town."""
    edges = blocks.edges
    in_town = np.isin(blocks.use, TOWN_USES)
    return edges[edges["rank"].isin(ALWAYS_VISIBLE) | in_town[edges.a] | in_town[edges.b]]


def name_streets(rng: np.random.Generator, blocks: Blocks) -> dict[str, str]:
    """Return the name of each visible street by its key in the network."""
    edges = visible_edges(blocks)
    edges = edges[~edges["rank"].isin(["rail", "river"])]
    keys = edges["name"].unique().tolist()
    numbered = sorted(key for key in keys if key[0] == "2")
    return {**{key: key for key in keys}, **names.street_names(rng, numbered)}


def build_backdrop(
    rng: np.random.Generator, blocks: Blocks, street_names: dict[str, str]
) -> gpd.GeoDataFrame:
    """Return roads, railway, water and green areas with kind, name, rank."""
    rows = [*_network_rows(blocks, street_names), *_green_rows(blocks), *_outer_rows(rng, blocks)]
    columns = ["kind", "name", "rank", "geometry"]
    frame = pd.DataFrame(rows, columns=columns)
    shapes = to_degrees(object_array(frame["geometry"]))
    return gpd.GeoDataFrame(frame[columns[:3]], geometry=shapes, crs=4326)


def _network_rows(blocks: Blocks, street_names: dict[str, str]) -> list[tuple[Any, ...]]:
    """Return one row for each continuous stretch of a street, the railway or the river."""
    rows: list[tuple[Any, ...]] = []
    for _, edges in visible_edges(blocks).groupby(["rank", "name"], sort=True):
        rank, key = str(edges["rank"].iloc[0]), str(edges["name"].iloc[0])
        line = shapely.line_merge(shapely.union_all(adjacency.to_lines(edges)))
        if rank == "river":
            rows.append(("water", key, None, line.buffer(RIVER_M)))
        elif rank == "rail":
            rows += [("rail", key, None, part) for part in shapely.get_parts(line)]
        else:
            rows += [("road", street_names[key], rank, part) for part in shapely.get_parts(line)]
    return rows


def _green_rows(blocks: Blocks) -> list[tuple[Any, ...]]:
    """Return the parks, and the river banks in the town."""
    rows: list[tuple[Any, ...]] = []
    for i in np.flatnonzero(blocks.use == "park"):
        center = blocks.outline[i].centroid
        name = min(skeleton.PARKS, key=lambda park: center.distance(shapely.Point(park[1])))[0]
        rows.append(("green", name, None, blocks.land[i]))
    area = shapely.area(blocks.outline)
    for i in np.flatnonzero((blocks.use == "bank") & (area < 400_000)):
        rows.append(("green", "滨河绿地", None, blocks.land[i]))
    return rows


def _outer_rows(rng: np.random.Generator, blocks: Blocks) -> list[tuple[Any, ...]]:
    """Return woods and reservoirs around the town, at a distance from its blocks and the river."""
    city = shapely.union_all(blocks.outline)
    river = blocks.edges[blocks.edges["rank"] == "river"]
    town = shapely.union_all(blocks.outline[blocks.use != "field"]).buffer(150)
    occupied = town.union(shapely.union_all(adjacency.to_lines(river)).buffer(120))
    rows: list[tuple[Any, ...]] = []
    for kind, sites in (("water", skeleton.LAKES), ("green", skeleton.WOODS)):
        for name, center, size in sites:
            polygon = skeleton.irregular_polygon(rng, center, size)
            shape = polygon.intersection(city.buffer(-60)).difference(occupied)
            rows += [(kind, name, None, part) for part in shapely.get_parts(shape)]
            occupied = occupied.union(shape.buffer(40))
    return rows
