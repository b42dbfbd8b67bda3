"""The whole sample city, built from a seed."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import (
    adjacency,
    areas,
    backdrop,
    blocks,
    compounds,
    coverage_history,
    figures,
    issues,
    staff,
    streets,
    town,
)
from data.city import grids as micro
from data.city import quarters as wards
from data.city.plane import objects, stream


@dataclass(frozen=True)
class City:
    """The frames of one city, geometry in EPSG:4326, columns as in the import files."""

    areas: gpd.GeoDataFrame
    neighborhoods: gpd.GeoDataFrame
    managers: pd.DataFrame
    buildings: gpd.GeoDataFrame
    property_coverage: pd.DataFrame
    grids: gpd.GeoDataFrame
    grid_members: pd.DataFrame
    issues: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame


def build(seed: int = 2304, today: date = figures.TODAY) -> City:
    """Return the city of a seed as it stands on a day; the same seed gives the same frames.

    Every published figure is met exactly on that day, whatever the seed. Reports go back one
    year, property coverage about twenty.
    """
    network = streets.lay(stream(seed, "streets"))
    ground = blocks.divide(stream(seed, "blocks"), network)
    built = town.fill(seed, ground)
    quarters = wards.draw(built)
    cells = micro.tile(built, quarters.community)
    area, grid = areas.frames(stream(seed, "names"), cells, quarters.weimin)
    named = backdrop.named(stream(seed, "street names"), built.blocks)
    neighborhoods, buildings = compounds.frames(
        stream(seed, "compounds"), built, quarters.community, named, today.year
    )
    managers, coverage = coverage_history.frames(
        stream(seed, "tenures"),
        buildings,
        dict(zip(area["code"], area["name"], strict=True)),
        quarters.weimin,
        today,
    )
    return City(
        areas=area,
        neighborhoods=neighborhoods,
        managers=managers,
        buildings=buildings,
        property_coverage=coverage,
        grids=grid,
        grid_members=staff.frame(stream(seed, "staff"), grid["code"].tolist(), today),
        issues=issues.frame(stream(seed, "issues"), _scene(built, buildings, named), today),
        backdrop=backdrop.frame(stream(seed, "backdrop"), built.blocks, named),
    )


def _scene(built: town.Town, buildings: gpd.GeoDataFrame, named: dict[str, str]) -> issues.Scene:
    """Return where issues can be."""
    seen = backdrop.shown(built.blocks)
    town_side = np.isin(built.blocks.use, ("home", "park", "civic"))
    seen = seen[seen["name"].isin(named) & (town_side[seen.a] | town_side[seen.b])]
    ends = seen[adjacency.ENDS].to_numpy().reshape(-1, 2, 2)
    return issues.Scene(
        house=built.house,
        name=buildings["name"].tolist(),
        community=np.array(buildings["community_code"], dtype="U12"),
        street=objects(shapely.linestrings(ends)),
        street_name=[named[name] for name in seen["name"]],
    )
