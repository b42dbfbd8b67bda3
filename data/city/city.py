"""The whole sample city, generated from a seed."""

from dataclasses import dataclass
from datetime import date
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from data.city import (
    adjacency,
    areas,
    backdrop,
    blocks,
    buildings,
    communities,
    coverage_history,
    figures,
    grid_members,
    grids,
    issues,
    streets,
    town,
)
from data.city.plane import object_array, random_generator


@dataclass(frozen=True)
class SampleCity:
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


def build(seed: int = 2304, today: date = figures.TODAY) -> SampleCity:
    """Return the city of a seed as it is on a day; the same seed gives the same frames.

    It meets every published figure exactly on that day, whatever the seed. Issues go back one
    year, property coverage about twenty.
    """
    rng = partial(random_generator, seed)
    network = streets.build_network(rng("streets"))
    built_town = town.build_town(seed, blocks.build_blocks(rng("blocks"), network))
    community = communities.assign_communities(built_town)
    cells = grids.build_grids(built_town, community.of_block)
    area_frame, grid_frame = areas.build_areas_and_grids(rng("names"), cells, community.weimin)
    street_names = backdrop.name_streets(rng("street names"), built_town.blocks)
    neighborhood_frame, building_frame = buildings.build_neighborhoods_and_buildings(
        rng("compounds"), built_town, community.of_block, street_names, today.year
    )
    area_names = dict(zip(area_frame["code"], area_frame["name"], strict=True))
    manager_frame, coverage_frame = coverage_history.build_managers_and_coverage(
        rng("tenures"), building_frame, area_names, community.weimin, today
    )
    codes = grid_frame["code"].tolist()
    issue_locations = _issue_locations(built_town, building_frame, street_names)
    return SampleCity(
        areas=area_frame,
        neighborhoods=neighborhood_frame,
        managers=manager_frame,
        buildings=building_frame,
        property_coverage=coverage_frame,
        grids=grid_frame,
        grid_members=grid_members.build_grid_members(rng("staff"), codes, today),
        issues=issues.build_issues(rng("issues"), issue_locations, today),
        backdrop=backdrop.build_backdrop(rng("backdrop"), built_town.blocks, street_names),
    )


def _issue_locations(
    built_town: town.Town, building_frame: gpd.GeoDataFrame, street_names: dict[str, str]
) -> issues.IssueLocations:
    """Return the homes and the streets inside the town, where issues are reported."""
    edges = backdrop.visible_edges(built_town.blocks)
    in_town = np.isin(built_town.blocks.use, backdrop.TOWN_USES)
    edges = edges[edges["name"].isin(street_names) & (in_town[edges.a] | in_town[edges.b])]
    return issues.IssueLocations(
        houses=built_town.houses,
        house_names=building_frame["name"].tolist(),
        community=np.array(building_frame["community_code"], dtype="U12"),
        streets=object_array(adjacency.to_lines(edges)),
        street_names=[street_names[key] for key in edges["name"]],
    )
