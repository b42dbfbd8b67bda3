"""The whole sample city, generated from a seed."""

from dataclasses import dataclass
from datetime import date

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
    network = streets.build_network(random_generator(seed, "streets"))
    vacant_blocks = blocks.build_blocks(random_generator(seed, "blocks"), network)
    built_town = town.build_town(seed, vacant_blocks)
    community = communities.assign_communities(built_town)
    cells = grids.build_grids(built_town, community.of_block)
    area_frame, grid_frame = areas.build_areas_and_grids(
        random_generator(seed, "names"), cells, community.weimin
    )
    street_names = backdrop.name_streets(random_generator(seed, "street names"), built_town.blocks)
    neighborhood_frame, building_frame = buildings.build_neighborhoods_and_buildings(
        random_generator(seed, "compounds"),
        built_town,
        community.of_block,
        street_names,
        today.year,
    )
    manager_frame, coverage_frame = coverage_history.build_managers_and_coverage(
        random_generator(seed, "tenures"),
        building_frame,
        dict(zip(area_frame["code"], area_frame["name"], strict=True)),
        community.weimin,
        today,
    )
    return SampleCity(
        areas=area_frame,
        neighborhoods=neighborhood_frame,
        managers=manager_frame,
        buildings=building_frame,
        property_coverage=coverage_frame,
        grids=grid_frame,
        grid_members=grid_members.build_grid_members(
            random_generator(seed, "staff"), grid_frame["code"].tolist(), today
        ),
        issues=issues.build_issues(
            random_generator(seed, "issues"),
            _issue_locations(built_town, building_frame, street_names),
            today,
        ),
        backdrop=backdrop.build_backdrop(
            random_generator(seed, "backdrop"), built_town.blocks, street_names
        ),
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
