"""The frame of issues: a year of reports near homes and streets, with a cold city's seasons."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city.issue_categories import (
    CATEGORIES_BY_KIND,
    CHANNELS_BY_KIND,
    ISSUES_BY_KIND,
    USUAL_OPEN_DAYS,
)
from data.city.plane import Floats, Ints, Shapes, object_array, to_degrees

LOCAL = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class IssueLocations:
    """Where issues are reported: homes with name and community, streets with name, in the plane."""

    houses: Shapes
    house_names: list[str]
    community: NDArray[np.str_]
    streets: Shapes
    street_names: list[str]


def build_issues(
    rng: np.random.Generator, locations: IssueLocations, today: date
) -> gpd.GeoDataFrame:
    """Return the issues of the year that ends with today, oldest first."""
    rows: list[tuple[object, ...]] = []
    for kind, count in ISSUES_BY_KIND.items():
        sample_points = _street_points if kind == "snap" else _home_points
        names, points = sample_points(rng, locations, count)
        rows += _issue_rows(rng, kind, names, points, today)
    rows.sort(key=lambda row: (row[2], row[0], row[1]))
    frame = pd.DataFrame(
        rows, columns=["category", "description", "reported_at", "status", "channel", "geometry"]
    )
    frame.insert(0, "ref", [f"HG{today:%y}-{i:05}" for i in range(1, len(frame) + 1)])
    frame["reported_at"] = pd.to_datetime(frame["reported_at"], utc=True)
    shapes = to_degrees(object_array(frame.pop("geometry")))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def _home_points(
    rng: np.random.Generator, locations: IssueLocations, count: int
) -> tuple[list[str], Shapes]:
    """Return names of homes and points a few metres outside them; some communities have more."""
    houses = locations.houses
    codes, community = np.unique(locations.community, return_inverse=True)
    weight = rng.lognormal(0, 0.7, len(codes))[community] * rng.lognormal(0, 0.5, len(houses))
    chosen = rng.choice(len(houses), count, p=weight / weight.sum())
    outlines = shapely.boundary(shapely.buffer(houses[chosen], 3.0, join_style="mitre"))
    points = shapely.line_interpolate_point(outlines, rng.random(count), normalized=True)
    return [locations.house_names[i] for i in chosen], object_array(points)


def _street_points(
    rng: np.random.Generator, locations: IssueLocations, count: int
) -> tuple[list[str], Shapes]:
    """Return names of streets and points near their centre lines."""
    streets = locations.streets
    weight = shapely.length(streets) * rng.lognormal(0, 0.6, len(streets))
    chosen = rng.choice(len(streets), count, p=weight / weight.sum())
    on_line = shapely.line_interpolate_point(streets[chosen], rng.random(count), normalized=True)
    scattered = shapely.get_coordinates(on_line) + rng.normal(0, 4.0, (count, 2))
    names = [locations.street_names[i] for i in chosen]
    return names, object_array(shapely.points(scattered))


def _issue_rows(
    rng: np.random.Generator, kind: str, names: list[str], points: Shapes, today: date
) -> list[tuple[object, ...]]:
    """Return category, description, time, status, channel and point of each issue of one kind."""
    count, categories = len(names), CATEGORIES_BY_KIND[kind]
    chosen = rng.choice(len(categories), count, p=[category.share for category in categories])
    channels, shares = zip(*CHANNELS_BY_KIND[kind], strict=True)
    channel = rng.choice(channels, count, p=shares)
    days_ago = _days_ago(rng, [categories[i].monthly_weights for i in chosen], today)
    status = _statuses(rng, days_ago, USUAL_OPEN_DAYS[kind])
    midnight = datetime(today.year, today.month, today.day, tzinfo=LOCAL)
    seconds = rng.triangular(6 * 3600, 10.5 * 3600, 23 * 3600, count).astype(int)
    return [
        (
            categories[chosen[i]].code,
            _description(rng, categories[chosen[i]].texts, names[i]),
            midnight - timedelta(days=int(days_ago[i])) + timedelta(seconds=int(seconds[i])),
            status[i],
            str(channel[i]),
            points[i],
        )
        for i in range(count)
    ]


def _days_ago(
    rng: np.random.Generator, monthly_weights: list[tuple[float, ...]], today: date
) -> Ints:
    """Return for each issue the number of days since its report, 0 to 364, by its season."""
    months = np.array([(today - timedelta(days=d)).month for d in range(365)]) - 1
    days = np.empty(len(monthly_weights), dtype=np.int64)
    for season in sorted(set(monthly_weights)):
        members = [i for i, weights in enumerate(monthly_weights) if weights == season]
        weight: Floats = np.array(season)[months]
        days[members] = rng.choice(365, len(members), p=weight / weight.sum())
    return days


def _statuses(rng: np.random.Generator, days_ago: Ints, open_days: float) -> list[str]:
    """Return the status of each issue: recent ones are open, old ones are closed."""
    duration = rng.exponential(open_days, len(days_ago))
    duration *= rng.choice([1, 1, 1, 6], len(days_ago))  # one in four takes six times as long
    days_closed = days_ago - duration
    steps = np.digitize(days_closed, [-0.5 * open_days, 0.0, 40.0])
    return [("open", "in_progress", "resolved", "closed")[i] for i in steps]


def _description(rng: np.random.Generator, texts: tuple[str, ...], name: str) -> str:
    """Return one of the texts with the name of a home or street and random details."""
    return texts[rng.integers(len(texts))].format(
        place=name,
        street=name,
        unit=rng.integers(1, 5),
        floor=rng.integers(1, 7),
        cold=rng.integers(9, 17),
    )
