"""Property coverage: who manages each building and since when, and the managers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.city import figures
from data.city.managers import ManagerTable
from data.city.plane import Ints

LOT_SIZE = 4
CAMPAIGN_DAYS = 3 * 365
"""Old buildings whose coverage began within these days count as newly adopted."""

Row = tuple[int, str, int, int | None]
"""Building by position, manager code, first day and end (exclusive), in days before today."""
Period = tuple[str, int, int | None]
"""A row without its building."""
Firms = dict[str, list[str]]
"""Codes of the firms of each district."""


@dataclass(frozen=True)
class Lot:
    """Neighbouring buildings (row numbers) of one plot and age that are managed together."""

    buildings: list[int]
    name: str
    neighborhood: str | None
    community: str
    old: bool
    age: int


@dataclass(frozen=True)
class LotGroups:
    """The lots by their coverage today: newly adopted, uncovered, covered for a long time."""

    adopted: list[Lot]
    uncovered: list[Lot]
    established: list[Lot]


def build_managers_and_coverage(
    rng: np.random.Generator,
    buildings: pd.DataFrame,
    community_names: dict[str, str],
    weimin: str,
    today: date,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return managers and property coverage; periods of a building never overlap.

    covered_from and covered_to are dates, half-open; covered_to is None while no end is known.
    """
    managers = ManagerTable()
    firms = {code: managers.firms(i) for i, code in enumerate(figures.DISTRICTS)}
    in_weimin = np.flatnonzero(buildings["community_code"] == weimin)
    lots = _lots(buildings, set(in_weimin.tolist()), today)
    groups = _group_lots(rng, lots, len(in_weimin))
    weimin_name = community_names[weimin]
    rows = [
        *_weimin_rows(buildings, in_weimin, firms["230407"], managers, weimin_name, today),
        *_adopted_rows(rng, groups.adopted, firms, managers, community_names),
        *_lapsed_rows(rng, groups.uncovered, firms),
        *_established_rows(rng, groups.established, firms),
    ]
    return managers.frame(), _to_frame(rows, buildings, today)


def _to_frame(rows: list[Row], buildings: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return rows as a frame with dates, by building and start."""
    codes = buildings["code"].to_numpy()
    rows = sorted(rows, key=lambda row: (row[0], -row[2]))
    starts = [today - timedelta(days=row[2]) for row in rows]
    ends = [None if row[3] is None else today - timedelta(days=row[3]) for row in rows]
    return pd.DataFrame(
        {
            "building_code": [codes[row[0]] for row in rows],
            "manager_code": [row[1] for row in rows],
            "covered_from": pd.Series(starts, dtype=object),
            "covered_to": pd.Series(ends, dtype=object),
        }
    )


def _lots(buildings: pd.DataFrame, excluded: set[int], today: date) -> list[Lot]:
    """Return all buildings except the excluded ones in lots of at most four, one plot and age."""
    frame = buildings.reset_index(drop=True)
    frame["row"] = frame.index
    has_no_neighborhood = frame["neighborhood_code"].isna()
    frame["plot"] = frame["address"].str.removesuffix("号楼").str.rstrip("0123456789")
    frame = frame[~frame["row"].isin(excluded)]
    frame["old"] = [figures.is_old(year, today) for year in frame["built_year"]]
    lots = []
    for (_, old), group in frame.groupby(["plot", "old"], sort=False):
        count = -(-len(group) // LOT_SIZE)
        for members in np.array_split(group["row"].to_numpy(), count):
            first, last = frame.loc[members[0]], frame.loc[members[-1]]
            lots.append(
                Lot(
                    buildings=members.tolist(),
                    name=_lot_name(first, last),
                    neighborhood=(
                        None if has_no_neighborhood[members[0]] else first["neighborhood_code"]
                    ),
                    community=first["community_code"],
                    old=bool(old),
                    age=today.year - int(group["built_year"].max()),
                )
            )
    return lots


def _lot_name(first: "pd.Series[str]", last: "pd.Series[str]") -> str:
    """Return the name of a lot, such as 光明小区1-4号楼."""
    stem = first["name"].removesuffix("号楼").rstrip("0123456789")
    a, b = (row["name"].removesuffix("号楼").removeprefix(stem) for row in (first, last))
    return f"{stem}{a}号楼" if a == b else f"{stem}{a}-{b}号楼"


def _group_lots(rng: np.random.Generator, lots: list[Lot], weimin_count: int) -> LotGroups:
    """Return lots by coverage today; neighborhoods stay together where the figures allow it."""
    adopted_count = figures.ADOPTED - (figures.WEIMIN_AFTER - figures.WEIMIN_BEFORE)
    uncovered_in_weimin = weimin_count - figures.WEIMIN_AFTER
    uncovered_count = figures.BUILDINGS - figures.COVERED - uncovered_in_weimin
    rank = {lot.neighborhood: rng.random() for lot in lots}
    adopted, rest = _take([(rank[lot.neighborhood], lot) for lot in lots if lot.old], adopted_count)
    rest += [lot for lot in lots if not lot.old]
    shift = {
        lot.name: rng.normal(0, 0.25) - 0.4 * (lot.neighborhood is None) + 0.9 * (not lot.old)
        for lot in rest
    }
    rank = {lot.neighborhood: rng.random() for lot in rest}
    uncovered, established = _take(
        [(rank[lot.neighborhood] + shift[lot.name], lot) for lot in rest], uncovered_count
    )
    return LotGroups(adopted, uncovered, established)


def _take(ranked: list[tuple[float, Lot]], count: int) -> tuple[list[Lot], list[Lot]]:
    """Return the first lots by rank with exactly count buildings, and the rest; one may be cut."""
    chosen, rest = [], []
    for _, lot in sorted(ranked, key=lambda pair: pair[0]):
        if count >= len(lot.buildings):
            chosen.append(lot)
        else:
            rest.append(replace(lot, buildings=lot.buildings[count:]))
            if count:
                chosen.append(replace(lot, buildings=lot.buildings[:count]))
        count -= min(count, len(lot.buildings))
    return chosen, rest


def _weimin_rows(
    buildings: pd.DataFrame,
    members: Ints,
    firms: list[str],
    managers: ManagerTable,
    name: str,
    today: date,
) -> Iterator[Row]:
    """Yield Weimin's rise: six buildings with a firm, the others one by one with its own centre."""
    old = [i for i in members.tolist() if figures.is_old(buildings["built_year"].iloc[i], today)]
    community_led = managers.committee("community_led", name)
    steps = np.array([count for _, count in figures.WEIMIN_CLIMB])
    for n, i in enumerate(old[: figures.WEIMIN_AFTER]):
        if n < figures.WEIMIN_BEFORE:
            yield i, firms[0], 2900, None
        else:
            start = figures.WEIMIN_CLIMB[int(np.searchsorted(steps, n + 1))][0]
            yield i, community_led, start, None


def _adopted_rows(
    rng: np.random.Generator,
    lots: list[Lot],
    firms: Firms,
    managers: ManagerTable,
    community_names: dict[str, str],
) -> Iterator[Row]:
    """Yield old buildings that got a manager in the campaign; some had lost one before."""
    kinds = ["homeowner_committee"] * figures.HOMEOWNER_COMMITTEES
    kinds += ["property_management_committee"] * figures.PROPERTY_COMMITTEES
    others = ["community_led", "self_managed", "property_firm"]
    kinds += [others[i % 3] for i in range(len(lots) - len(kinds))]
    for lot, kind in zip(lots, rng.permutation(kinds).tolist(), strict=True):
        if kind == "property_firm":
            manager = _random_firm(rng, lot, firms)
        else:
            name = community_names[lot.community] if kind == "community_led" else lot.name
            manager = managers.committee(kind, name)
        start = int(rng.integers(30, CAMPAIGN_DAYS))
        lapsed = start + int(rng.integers(150, 1500)) if rng.random() < 0.3 else None
        for i in lot.buildings:
            yield i, manager, start, None
            if lapsed:
                yield i, _random_firm(rng, lot, firms), lapsed + 1800, lapsed


def _lapsed_rows(rng: np.random.Generator, lots: list[Lot], firms: Firms) -> Iterator[Row]:
    """Yield the ended periods of buildings that lost their manager; others never had one."""
    for lot in lots:
        if lot.neighborhood is None or rng.random() < 0.5:
            continue
        end = int(rng.integers(20, min(2200, 200 * lot.age)))
        firm, start = _random_firm(rng, lot, firms), end + int(rng.integers(100, 150 * lot.age))
        for i in lot.buildings:
            yield i, firm, start, end


def _established_rows(rng: np.random.Generator, lots: list[Lot], firms: Firms) -> Iterator[Row]:
    """Yield buildings with a firm; firms succeeded each other, mostly without a gap."""
    periods_of: dict[tuple[str | None, bool], list[Period]] = {}
    for lot in lots:
        key = (lot.neighborhood or lot.name, lot.old)
        if key not in periods_of:
            periods_of[key] = _random_periods(rng, lot, firms)
        for i in lot.buildings:
            yield from ((i, *period) for period in periods_of[key])


def _random_periods(rng: np.random.Generator, lot: Lot, firms: Firms) -> list[Period]:
    """Return the periods of one compound, the latest last.

    Those of old compounds begin before the campaign, so that they do not count as newly adopted.
    """
    latest = CAMPAIGN_DAYS + 30 if lot.old else 60
    earliest = min(lot.age * 365 - 250, 7500)
    start = int(rng.integers(max(latest + 1, earliest // 2), earliest))
    end = -int(rng.integers(60, 1000)) if rng.random() < 0.15 else None
    if start - latest < 500 or rng.random() > 0.4:
        return [(_random_firm(rng, lot, firms), start, end)]
    handover = int(rng.integers(latest, start - 400))
    gap = int(rng.integers(20, 200)) if rng.random() < 0.25 else 0
    one, two = rng.permutation(firms[lot.community[:6]])[:2].tolist()
    return [(one, start, handover + gap), (two, handover, end)]


def _random_firm(rng: np.random.Generator, lot: Lot, firms: Firms) -> str:
    """Return a firm that works in the district of a lot."""
    in_district = firms[lot.community[:6]]
    return in_district[int(rng.integers(len(in_district)))]
