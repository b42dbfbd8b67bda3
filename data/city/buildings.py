"""The frames of neighborhoods and buildings: names, addresses, codes."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city import adjacency, figures, names
from data.city.plane import object_array, to_degrees
from data.city.town import Town

UNNAMED_SHARE = {"old": 0.12, "slab": 0.03, "tower": 0.0}
"""Share of the plots that are no named compound, by style."""
MIN_HOUSES = 3
"""Houses of a named compound at least."""


@dataclass(frozen=True)
class PlotAddresses:
    """For each plot its street, its number there, and the name of its compound, if it is one."""

    street: list[str]
    number: list[int]
    compound: list[str | None]


def build_neighborhoods_and_buildings(
    rng: np.random.Generator,
    town: Town,
    community: NDArray[np.str_],
    street_names: dict[str, str],
    year: int,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return neighborhoods and buildings.

    `community` is that of each block, `street_names` is by key, `year` is the current one.
    """
    addresses = _plot_addresses(rng, town, street_names)
    codes = _neighborhood_codes(addresses.compound)
    community_of_plot = community[town.block_of_plot]
    return (
        _neighborhoods(rng, town, addresses, codes, community_of_plot),
        _buildings(town, addresses, codes, community_of_plot, year),
    )


def _neighborhood_codes(compound: list[str | None]) -> list[str | None]:
    """Return the neighborhood code of each plot, None for plots that are no compound."""
    count, codes = 0, []
    for name in compound:
        count += name is not None
        codes.append(f"2304-N{count:03}" if name else None)
    return codes


def _plot_addresses(
    rng: np.random.Generator, town: Town, street_names: dict[str, str]
) -> PlotAddresses:
    """Return street, number and compound name of each plot."""
    styles = [plot.style for plot in town.plots]
    compound_names = names.compound_names(rng, styles)
    unnamed = rng.random(len(styles)) < [UNNAMED_SHARE[style] for style in styles]
    for i, plot in enumerate(town.plots):
        unnamed[i] |= len(plot.houses) < MIN_HOUSES
    streets = _nearest_streets(town, street_names)
    numbers, last_number = [], dict.fromkeys(streets, 0)
    for street in streets:
        last_number[street] += int(rng.integers(1, 4))
        numbers.append(last_number[street])
    compounds = [
        None if is_unnamed else name
        for is_unnamed, name in zip(unnamed, compound_names, strict=True)
    ]
    return PlotAddresses(streets, numbers, compounds)


def _nearest_streets(town: Town, street_names: dict[str, str]) -> list[str]:
    """Return the name of the street nearest to each plot."""
    edges = town.blocks.edges
    edges = edges[edges["name"].isin(street_names)]
    lines = object_array(adjacency.to_lines(edges))
    centers = [plot.land.centroid for plot in town.plots]
    nearest = shapely.STRtree(lines).query_nearest(centers, all_matches=False)[1]
    return [street_names[key] for key in edges["name"].to_numpy()[nearest]]


def _neighborhoods(
    rng: np.random.Generator,
    town: Town,
    addresses: PlotAddresses,
    codes: list[str | None],
    community_of_plot: NDArray[np.str_],
) -> gpd.GeoDataFrame:
    """Return the compounds; the largest ones most likely have a service station."""
    compounds = [i for i, code in enumerate(codes) if code]
    size = np.array([len(town.plots[i].houses) for i in compounds])
    order = np.argsort(-size * rng.uniform(0.3, 1.0, len(compounds)), kind="stable")
    services = np.full(len(compounds), pd.NA, dtype=object)
    offered = np.clip(rng.normal(34, 13, figures.STATIONS).round(), 4, figures.SERVICES)
    services[order[: figures.STATIONS]] = offered.astype(int)
    land = to_degrees(np.array([town.plots[i].land for i in compounds], dtype=object))
    columns: dict[str, Any] = {
        "code": [codes[i] for i in compounds],
        "name": [addresses.compound[i] for i in compounds],
        "community_code": community_of_plot[compounds].astype(object),
        "station_services": pd.array(services, dtype="Int64"),
    }
    return gpd.GeoDataFrame(columns, geometry=land, crs=4326)


def _buildings(
    town: Town,
    addresses: PlotAddresses,
    codes: list[str | None],
    community_of_plot: NDArray[np.str_],
    year: int,
) -> gpd.GeoDataFrame:
    """Return the residential buildings, numbered plot by plot."""
    plot_of_house = town.plot_of_house
    first = np.searchsorted(plot_of_house, np.arange(len(town.plots)))
    numbers = np.arange(len(plot_of_house)) - first[plot_of_house] + 1
    labels = [
        _name_and_address(addresses, plot, number)
        for plot, number in zip(plot_of_house, numbers, strict=True)
    ]
    community = community_of_plot[plot_of_house]
    columns: dict[str, Any] = {
        "code": [f"2304-B{i + 1:04}" for i in range(len(town.houses))],
        "name": [name for name, _ in labels],
        "address": [
            figures.DISTRICTS[code[:6]][0] + address
            for code, (_, address) in zip(community, labels, strict=True)
        ],
        "community_code": community.astype(object),
        "neighborhood_code": [codes[i] for i in plot_of_house],
        "households": town.households,
        "floors": town.floors,
        "built_year": year - town.age,
        "use": "residential",
        "status": "standing",
    }
    return gpd.GeoDataFrame(columns, geometry=to_degrees(town.houses), crs=4326)


def _name_and_address(addresses: PlotAddresses, plot: int, number: int) -> tuple[str, str]:
    """Return name and address (without its district) of the n-th house of a plot."""
    compound = addresses.compound[plot]
    street = f"{addresses.street[plot]}{addresses.number[plot]}号"
    if compound is None:
        name = f"{street}{number}号楼"
        return name, name
    return f"{compound}{number}号楼", f"{street}{compound}{number}号楼"
