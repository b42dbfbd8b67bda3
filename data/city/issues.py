"""The frame of issues: a year of reports beside homes and streets, with a cold city's seasons."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.city.issue_categories import CHANNELS, COUNTS, KINDS, PATIENCE
from data.city.plane import Floats, Ints, Shapes, objects, to_degrees

LOCAL = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Scene:
    """Where issues can be: homes with name and community, streets with name, in the plane."""

    house: Shapes
    name: list[str]
    community: NDArray[np.str_]
    street: Shapes
    street_name: list[str]


def frame(rng: np.random.Generator, scene: Scene, today: date) -> gpd.GeoDataFrame:
    """Return the issues of the year that ends with today, oldest first."""
    rows: list[tuple[object, ...]] = []
    for kind, count in COUNTS.items():
        find = _on_streets if kind == "snap" else _by_homes
        places, spots = find(rng, scene, count)
        rows += _reports(rng, kind, places, spots, today)
    rows.sort(key=lambda row: (row[2], row[0], row[1]))
    out = pd.DataFrame(
        rows, columns=["category", "description", "reported_at", "status", "channel", "geometry"]
    )
    out.insert(0, "ref", [f"HG{today:%y}-{i:05}" for i in range(1, len(out) + 1)])
    out["reported_at"] = pd.to_datetime(out["reported_at"], utc=True)
    shapes = to_degrees(objects(out.pop("geometry")))
    return gpd.GeoDataFrame(out, geometry=shapes, crs=4326)


def _by_homes(rng: np.random.Generator, scene: Scene, count: int) -> tuple[list[str], Shapes]:
    """Return places and points a few metres outside homes; some communities have more."""
    codes, at = np.unique(scene.community, return_inverse=True)
    luck = rng.lognormal(0, 0.7, len(codes))[at] * rng.lognormal(0, 0.5, len(scene.house))
    chosen = rng.choice(len(scene.house), count, p=luck / luck.sum())
    walls = shapely.boundary(shapely.buffer(scene.house[chosen], 3.0, join_style="mitre"))
    spots = shapely.line_interpolate_point(walls, rng.random(count), normalized=True)
    return [scene.name[i] for i in chosen], objects(spots)


def _on_streets(rng: np.random.Generator, scene: Scene, count: int) -> tuple[list[str], Shapes]:
    """Return street names and points beside the middle of streets."""
    length = shapely.length(scene.street) * rng.lognormal(0, 0.6, len(scene.street))
    chosen = rng.choice(len(scene.street), count, p=length / length.sum())
    on = shapely.line_interpolate_point(scene.street[chosen], rng.random(count), normalized=True)
    aside = shapely.get_coordinates(on) + rng.normal(0, 4.0, (count, 2))
    return [scene.street_name[i] for i in chosen], objects(shapely.points(aside))


def _reports(
    rng: np.random.Generator, kind: str, places: list[str], spots: Shapes, today: date
) -> list[tuple[object, ...]]:
    """Return category, text, moment, status, channel and point of each report of one kind."""
    count, subjects = len(places), KINDS[kind]
    which = rng.choice(len(subjects), count, p=[subject.share for subject in subjects])
    channels, odds = zip(*CHANNELS[kind], strict=True)
    channel = rng.choice(channels, count, p=odds)
    ago = _days(rng, [subjects[i].season for i in which], today)
    status = _status(rng, ago, PATIENCE[kind])
    midnight = datetime(today.year, today.month, today.day, tzinfo=LOCAL)
    seconds = rng.triangular(6 * 3600, 10.5 * 3600, 23 * 3600, count).astype(int)
    return [
        (
            subjects[which[i]].category,
            _text(rng, subjects[which[i]].texts, places[i]),
            midnight - timedelta(days=int(ago[i])) + timedelta(seconds=int(seconds[i])),
            status[i],
            str(channel[i]),
            spots[i],
        )
        for i in range(count)
    ]


def _days(rng: np.random.Generator, seasons: list[tuple[float, ...]], today: date) -> Ints:
    """Return for each report how many days ago it was made, 0 to 364, by its season."""
    months = np.array([(today - timedelta(days=d)).month for d in range(365)]) - 1
    out = np.empty(len(seasons), dtype=np.int64)
    for season in sorted(set(seasons)):
        mine = [i for i, other in enumerate(seasons) if other == season]
        odds: Floats = np.array(season)[months]
        out[mine] = rng.choice(365, len(mine), p=odds / odds.sum())
    return out


def _status(rng: np.random.Generator, ago: Ints, patience: float) -> list[str]:
    """Return the status of each report: closed when long over, open when it has just come in."""
    left = ago - rng.exponential(patience, len(ago)) * rng.choice([1, 1, 1, 6], len(ago))
    steps = np.digitize(left, [-0.5 * patience, 0.0, 40.0])
    return [("open", "in_progress", "resolved", "closed")[i] for i in steps]


def _text(rng: np.random.Generator, texts: tuple[str, ...], place: str) -> str:
    """Return what is written about a place."""
    return texts[rng.integers(len(texts))].format(
        place=place,
        street=place,
        unit=rng.integers(1, 5),
        floor=rng.integers(1, 7),
        cold=rng.integers(9, 17),
    )
