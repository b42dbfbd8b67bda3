"""The sample city meets every published figure and tiles exactly, whatever the seed."""

from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.city import SampleCity, build, figures
from data.city.issue_categories import CATEGORIES_BY_KIND
from tests.data.city.cities import cached_city

FRAMES = (
    "areas", "neighborhoods", "managers", "buildings", "property_coverage", "grids",
    "grid_members", "issues", "backdrop",
)  # fmt: skip
BELOW = {"city": "district", "district": "subdistrict", "subdistrict": "community"}


def covered_on(city: SampleCity, day: date) -> pd.DataFrame:
    """The periods in force on a day."""
    rows = city.property_coverage
    ended = np.array([end is not None and end <= day for end in rows["covered_to"]])
    return rows[(rows["covered_from"] <= day) & ~ended]


def metres(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return frame.geometry.to_crs(32652)


def test_there_are_4253_buildings_86_percent_of_them_covered_today(city: SampleCity) -> None:
    assert len(city.buildings) == 4253
    assert city.buildings["code"].is_unique
    assert len(covered_on(city, figures.TODAY)) == round(0.86 * 4253) == 3658


def test_1095_old_buildings_adopted_a_management_model_in_the_last_three_years(
    city: SampleCity,
) -> None:
    today = covered_on(city, figures.TODAY)
    adopted = today[today["covered_from"] > figures.TODAY - timedelta(days=1095)]
    years = city.buildings.set_index("code")["built_year"][adopted["building_code"]]
    assert (years < 2000).sum() == 1095


def test_every_committee_manages_old_buildings_today(city: SampleCity) -> None:
    kinds = city.managers.set_index("code")["kind"]
    assert (kinds == "homeowner_committee").sum() == 65
    assert (kinds == "property_management_committee").sum() == 156
    assert set(kinds) == {
        "property_firm", "homeowner_committee", "property_management_committee",
        "community_led", "self_managed",
    }  # fmt: skip
    assert set(city.managers["code"]) == set(covered_on(city, figures.TODAY)["manager_code"])


def test_covered_buildings_in_weimin_rise_from_6_to_21(city: SampleCity) -> None:
    areas = city.areas.set_index("name")
    weimin = areas.loc["为民社区", "code"]
    assert weimin.startswith("230407")
    in_weimin = set(city.buildings["code"][city.buildings["community_code"] == weimin])
    counts = [
        len(
            in_weimin
            & set(covered_on(city, figures.TODAY - timedelta(days=days_ago))["building_code"])
        )
        for days_ago in range(1000, -1, -5)
    ]
    assert (counts[0], counts[-1]) == (6, 21)
    assert sorted(counts) == counts
    assert len(set(counts)) >= 8
    assert len(in_weimin) > 21


def test_7300_people_have_one_grid_each_and_each_grid_has_one_head(city: SampleCity) -> None:
    rows = city.grid_members
    today = rows[rows["assigned_to"].isna()]
    assert len(today) == today["person_code"].nunique() == rows["person_code"].nunique() == 7300
    assert (today["assigned_from"] <= figures.TODAY).all()
    assert set(today["grid_code"]) == set(city.grids["code"])
    heads = today["grid_code"][today["duty"] == "head"]
    assert heads.is_unique
    assert len(heads) == 721
    assert set(today["duty"]) == {"head", "full_time", "part_time", "volunteer"}
    sizes = today.groupby("grid_code").size()
    assert (sizes.min() >= 6, sizes.max() <= 22, round(sizes.mean())) == (True, True, 10)


def test_earlier_assignments_of_grid_members_do_not_overlap(city: SampleCity) -> None:
    rows = city.grid_members.sort_values(["person_code", "assigned_from"])
    past = rows[rows["assigned_to"].notna()]
    assert set(past["duty"]) == {"head", "part_time"}
    assert (past["assigned_from"] < past["assigned_to"]).all()
    for _, periods in rows[rows["person_code"].isin(past["person_code"])].groupby("person_code"):
        assert (periods["assigned_to"].iloc[:-1] <= periods["assigned_from"].iloc[1:].values).all()
    heads = rows[rows["duty"] == "head"].sort_values(["grid_code", "assigned_from"])
    for _, periods in heads.groupby("grid_code"):
        assert (periods["assigned_to"].iloc[:-1] <= periods["assigned_from"].iloc[1:].values).all()


def test_each_person_has_a_name_and_a_phone_number_that_cannot_be_dialled(city: SampleCity) -> None:
    people = city.grid_members.drop_duplicates(["person_code", "name", "phone"])
    assert people["person_code"].is_unique
    assert people["phone"].is_unique
    assert people["phone"].str.fullmatch(r"000-0000-\d{4}").all()
    assert people["name"].str.len().between(2, 3).all()
    assert people["name"].nunique() > 5000


def test_there_are_721_grids_and_151_service_stations(city: SampleCity) -> None:
    assert len(city.grids) == city.grids["code"].nunique() == 721
    stations = city.neighborhoods["station_services"].dropna()
    assert len(stations) == 151
    assert stations.between(1, 57).all()


def test_issues_have_the_published_kinds_and_counts(city: SampleCity) -> None:
    category = city.issues["category"]
    counts = {
        kind: int(category.isin([member.code for member in categories]).sum())
        for kind, categories in CATEGORIES_BY_KIND.items()
    }
    published = {"urgent": 1300, "dispute": 270, "finding": 749, "complaint": 131, "snap": 3700}
    assert counts == published
    assert len(city.issues) == city.issues["ref"].nunique() == 6150


def test_issues_span_one_year_and_heating_fails_in_the_cold_months(city: SampleCity) -> None:
    at = city.issues["reported_at"]
    assert str(at.dt.tz) == "UTC"
    assert at.min() >= pd.Timestamp("2024-12-31", tz="UTC")
    assert at.max() < pd.Timestamp("2026-01-01", tz="Asia/Shanghai")
    month = at[city.issues["category"] == "heating"].dt.month
    assert month.isin([10, 11, 12, 1, 2, 3, 4]).mean() > 0.95


def test_most_old_issues_are_done_and_most_recent_ones_are_not(city: SampleCity) -> None:
    done = city.issues["status"].isin(["resolved", "closed"])
    assert set(city.issues["status"]) == {"open", "in_progress", "resolved", "closed"}
    age = (pd.Timestamp("2025-12-31", tz="UTC") - city.issues["reported_at"]).dt.days
    assert done[age > 60].mean() > 0.97
    assert done[age < 2].mean() < 0.4


def test_districts_have_their_real_names_and_areas_those_of_the_report(city: SampleCity) -> None:
    names = city.areas.set_index("code")
    assert {c: tuple(names.loc[c, ["name", "name_en"]]) for c in figures.DISTRICTS} == (
        figures.DISTRICTS
    )
    districts = {"新安街道": "230403", "为民社区": "230407", "大洋树社区": "230406"}
    districts |= {"育安社区": "230405", "兴鑫社区": "230405"}
    for place, district in districts.items():
        (code,) = names.index[names["name"] == place]
        assert code.startswith(district)


def test_codes_nest_and_names_are_unique_within_a_level(city: SampleCity) -> None:
    areas = city.areas.set_index("code")
    for code, parent, level in zip(areas.index, areas["parent_code"], areas["level"], strict=True):
        assert len(code) == {"city": 4, "district": 6, "subdistrict": 9, "community": 12}[level]
        assert level == "city" or (code.startswith(parent) and parent in areas.index)
    assert not areas.reset_index().duplicated(["level", "name"]).any()
    assert set(city.grids["community_code"]) == set(areas.index[areas["level"] == "community"])
    assert (city.grids["code"].str[:12] == city.grids["community_code"]).all()


def test_the_grids_of_a_community_are_numbered_without_gaps(city: SampleCity) -> None:
    for _, codes in city.grids.groupby("community_code")["code"]:
        assert sorted(codes.str[12:].astype(int)) == list(range(1, len(codes) + 1))


def test_each_level_tiles_the_one_above_vertex_for_vertex(city: SampleCity) -> None:
    areas = city.areas.set_index("code")
    for code, level in areas["level"].items():
        below = BELOW.get(level)
        parts = (
            areas.geometry[(areas["level"] == below) & areas.index.str.startswith(code)]
            if below
            else city.grids.geometry[city.grids["community_code"] == code]
        ).to_numpy()
        parent = areas.geometry[code]
        assert shapely.coverage_is_valid(parts)
        union = shapely.coverage_union_all(parts)
        assert shapely.equals(union, parent)
        assert shapely.symmetric_difference(union, parent).area == 0


def test_grids_are_a_valid_coverage_of_single_polygons(city: SampleCity) -> None:
    shapes = city.grids.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert set(city.grids.geom_type) == {"Polygon"}
    assert set(city.areas.geom_type) == {"Polygon"}
    for name in ("areas", "grids", "buildings", "neighborhoods", "backdrop"):
        assert shapely.is_valid(getattr(city, name).geometry.to_numpy()).all()


def test_every_building_lies_in_one_grid_and_in_its_own_community(city: SampleCity) -> None:
    tree = shapely.STRtree(city.grids.geometry.to_numpy())
    building, grid = tree.query(city.buildings.geometry.to_numpy(), predicate="intersects")
    assert len(building) == len(city.buildings)
    grids = city.grids.iloc[grid]
    assert (
        grids["community_code"].to_numpy() == city.buildings["community_code"].to_numpy()[building]
    ).all()
    assert set(grid) == set(range(721))


def test_every_building_lies_in_its_compound_and_every_compound_in_its_community(
    city: SampleCity,
) -> None:
    compounds = city.neighborhoods.set_index("code")
    inside = city.buildings.dropna(subset="neighborhood_code")
    neighborhood = compounds.loc[inside["neighborhood_code"]]
    assert shapely.contains(neighborhood.geometry.to_numpy(), inside.geometry.to_numpy()).all()
    assert (neighborhood["community_code"].to_numpy() == inside["community_code"].to_numpy()).all()
    areas = city.areas.set_index("code").geometry
    communities = areas.loc[compounds["community_code"]].to_numpy()
    assert shapely.contains(communities, compounds.geometry.to_numpy()).all()
    assert compounds.index.is_unique
    assert compounds["name"].is_unique


def test_buildings_keep_a_distance_from_each_other_and_from_streets_railway_and_water(
    city: SampleCity,
) -> None:
    houses = metres(city.buildings).to_numpy()
    tree = shapely.STRtree(houses)
    a, b = tree.query(houses, predicate="dwithin", distance=3.0)
    assert (a == b).all()
    backdrop = city.backdrop[city.backdrop["kind"] != "green"]
    near, _ = tree.query(metres(backdrop).to_numpy(), predicate="dwithin", distance=9.0)
    assert not len(near)


def test_grids_have_the_intended_size(city: SampleCity) -> None:
    """3 to 5 buildings in old quarters, 200 to 300 households; one tower of about 500."""
    tree = shapely.STRtree(city.grids.geometry.to_numpy())
    _, grid = tree.query(city.buildings.geometry.to_numpy(), predicate="intersects")
    households = np.bincount(grid, weights=city.buildings["households"])
    assert 200 <= np.median(households) <= 340
    assert np.percentile(households, 95) < 700
    assert np.bincount(grid).max() <= 20


def test_no_building_has_two_managers_at_a_time(city: SampleCity) -> None:
    rows = city.property_coverage.sort_values(["building_code", "covered_from"])
    assert set(rows["building_code"]) <= set(city.buildings["code"])
    previous: tuple[str, date | None] = ("", None)
    for code, start, end in zip(
        rows["building_code"], rows["covered_from"], rows["covered_to"], strict=True
    ):
        assert end is None or start < end
        assert code != previous[0] or (previous[1] is not None and previous[1] <= start)
        previous = (code, end)


def test_uncovered_buildings_either_lapsed_or_were_never_covered(city: SampleCity) -> None:
    uncovered = set(city.buildings["code"]) - set(covered_on(city, figures.TODAY)["building_code"])
    lapsed = uncovered & set(city.property_coverage["building_code"])
    assert 0.15 < len(lapsed) / len(uncovered) < 0.6


def test_no_building_was_managed_before_it_was_built(city: SampleCity) -> None:
    built_year = city.buildings.set_index("code")["built_year"]
    start = pd.Series([day.year for day in city.property_coverage["covered_from"]])
    assert (start >= built_year[city.property_coverage["building_code"]].to_numpy()).all()


def test_everything_lies_in_the_city_and_is_rounded_to_a_millimetre(city: SampleCity) -> None:
    outline = city.areas.set_index("code").geometry["2304"]
    shapely.prepare(outline)
    assert shapely.covers(outline, city.issues.geometry.to_numpy()).all()
    assert outline.contains(shapely.Point(130.30, 47.35))
    for name in ("areas", "grids", "buildings", "neighborhoods", "issues", "backdrop"):
        frame = getattr(city, name)
        points = shapely.get_coordinates(frame.geometry.to_numpy())
        assert frame.crs == 4326
        assert (points == points.round(8)).all()


def test_the_same_seed_gives_the_same_city_and_another_seed_another_city() -> None:
    first, again, other = build(), cached_city(2304), cached_city(77)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert not again.buildings.geometry.iloc[0].equals(other.buildings.geometry.iloc[0])


def test_another_date_shifts_the_periods_and_keeps_the_figures() -> None:
    day = date(2027, 3, 1)
    city = build(5, today=day)
    assert len(covered_on(city, day)) == 3658
    assert city.issues["reported_at"].max() < pd.Timestamp("2027-03-02", tz="Asia/Shanghai")
