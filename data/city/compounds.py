"""The frames of neighborhoods and buildings: names, addresses, codes."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city import adjacency, figures, names
from data.city.plane import objects, to_degrees
from data.city.town import Town

BARE = {"old": 0.12, "slab": 0.03, "tower": 0.0}
LEAST = 3


@dataclass(frozen=True)
class Where:
    """For each plot the street it faces, with its number there, and the name of its compound."""

    street: list[str]
    number: list[int]
    compound: list[str | None]


def frames(
    rng: np.random.Generator,
    town: Town,
    community: NDArray[np.str_],
    streets: dict[str, str],
    year: int,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return neighborhoods and buildings; streets names the ways, year is the current one."""
    where = _where(rng, town, streets)
    codes = _codes(where.compound)
    of_plot = community[town.block]
    return (
        _neighborhoods(rng, town, where, codes, of_plot),
        _buildings(town, where, codes, of_plot, year),
    )


def _codes(compound: list[str | None]) -> list[str | None]:
    """Return the neighborhood code of each plot, None for plots that are no compound."""
    count, out = 0, []
    for name in compound:
        count += name is not None
        out.append(f"2304-N{count:03}" if name else None)
    return out


def _where(rng: np.random.Generator, town: Town, streets: dict[str, str]) -> Where:
    """Return street, number and compound name of each plot."""
    styles = [plot.style for plot in town.plots]
    drawn = names.compounds(rng, styles)
    bare = rng.random(len(styles)) < [BARE[style] for style in styles]
    for i, plot in enumerate(town.plots):
        bare[i] |= len(plot.houses) < LEAST
    faced = _faced(town, streets)
    number, seen = [], dict.fromkeys(faced, 0)
    for name in faced:
        seen[name] += int(rng.integers(1, 4))
        number.append(seen[name])
    compound = [None if none else name for none, name in zip(bare, drawn, strict=True)]
    return Where(faced, number, compound)


def _faced(town: Town, streets: dict[str, str]) -> list[str]:
    """Return the name of the street nearest to each plot."""
    edge = town.blocks.edge
    edge = edge[edge["name"].isin(streets)]
    lines = objects(shapely.linestrings(edge[adjacency.ENDS].to_numpy().reshape(-1, 2, 2)))
    middle = [plot.land.centroid for plot in town.plots]
    nearest = shapely.STRtree(lines).query_nearest(middle, all_matches=False)[1]
    return [streets[name] for name in edge["name"].to_numpy()[nearest]]


def _neighborhoods(
    rng: np.random.Generator,
    town: Town,
    where: Where,
    codes: list[str | None],
    of_plot: NDArray[np.str_],
) -> gpd.GeoDataFrame:
    """Return the compounds; the largest ones most likely have a service station."""
    mine = [i for i, code in enumerate(codes) if code]
    size = np.array([len(town.plots[i].houses) for i in mine])
    order = np.argsort(-size * rng.uniform(0.3, 1.0, len(mine)), kind="stable")
    station = np.full(len(mine), pd.NA, dtype=object)
    offered = np.clip(rng.normal(34, 13, figures.STATIONS).round(), 4, figures.SERVICES)
    station[order[: figures.STATIONS]] = offered.astype(int)
    land = to_degrees(np.array([town.plots[i].land for i in mine], dtype=object))
    columns: dict[str, Any] = {
        "code": [codes[i] for i in mine],
        "name": [where.compound[i] for i in mine],
        "community_code": of_plot[mine].astype(object),
        "station_services": pd.array(station, dtype="Int64"),
    }
    return gpd.GeoDataFrame(columns, geometry=land, crs=4326)


def _buildings(
    town: Town, where: Where, codes: list[str | None], of_plot: NDArray[np.str_], year: int
) -> gpd.GeoDataFrame:
    """Return the residential buildings, numbered plot by plot."""
    first = np.searchsorted(town.plot, np.arange(len(town.plots)))
    within = np.arange(len(town.plot)) - first[town.plot] + 1
    labels = [_label(where, i, n) for i, n in zip(town.plot, within, strict=True)]
    home = of_plot[town.plot]
    columns: dict[str, Any] = {
        "code": [f"2304-B{i + 1:04}" for i in range(len(town.house))],
        "name": [name for name, _ in labels],
        "address": [
            figures.DISTRICTS[code[:6]][0] + address
            for code, (_, address) in zip(home, labels, strict=True)
        ],
        "community_code": home.astype(object),
        "neighborhood_code": [codes[i] for i in town.plot],
        "households": town.households,
        "floors": town.floors,
        "built_year": year - town.age,
        "use": "residential",
        "status": "standing",
    }
    return gpd.GeoDataFrame(columns, geometry=to_degrees(town.house), crs=4326)


def _label(where: Where, plot: int, number: int) -> tuple[str, str]:
    """Return name and address (without its district) of the n-th house of a plot."""
    compound = where.compound[plot]
    street = f"{where.street[plot]}{where.number[plot]}号"
    if compound is None:
        name = f"{street}{number}号楼"
        return name, name
    return f"{compound}{number}号楼", f"{street}{compound}{number}号楼"
