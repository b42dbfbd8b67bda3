"""Who manages each building and since when: the frame of property coverage and its managers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.city import figures
from data.city.managers import Register
from data.city.plane import Ints

LOT = 4
CAMPAIGN = 3 * 365

Row = tuple[int, str, int, int | None]


@dataclass(frozen=True)
class Lot:
    """Neighbouring buildings (row numbers) that are managed alike."""

    houses: list[int]
    place: str
    neighborhood: str | None
    community: str
    old: bool
    age: int


@dataclass(frozen=True)
class Split:
    """The lots by what becomes of them."""

    adopted: list[Lot]
    uncovered: list[Lot]
    settled: list[Lot]


def frames(
    rng: np.random.Generator,
    buildings: pd.DataFrame,
    community_names: dict[str, str],
    weimin: str,
    today: date,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return managers and property coverage; periods of a building never overlap.

    covered_from and covered_to are days, half-open; covered_to is None while no end is known.
    """
    register = Register()
    firms = {code: register.firms(i) for i, code in enumerate(figures.DISTRICTS)}
    mine = np.flatnonzero(buildings["community_code"] == weimin)
    lots = _lots(buildings, set(mine.tolist()), today)
    split = _split(rng, lots, len(mine))
    rows = [
        *_weimin(buildings, mine, firms["230407"], register, community_names[weimin], today),
        *_adopted(rng, split.adopted, firms, register, community_names),
        *_lapsed(rng, split.uncovered, firms),
        *_settled(rng, split.settled, firms),
    ]
    return register.frame(), _frame(rows, buildings, today)


def _frame(rows: list[Row], buildings: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return rows given in days before today as a frame of days, by building and start."""
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


def _lots(buildings: pd.DataFrame, leave: set[int], today: date) -> list[Lot]:
    """Return all buildings but those to leave in lots of at most four of one plot and age."""
    frame = buildings.reset_index(drop=True)
    frame["row"] = frame.index
    bare = frame["neighborhood_code"].isna()
    frame["plot"] = frame["address"].str.removesuffix("号楼").str.rstrip("0123456789")
    frame = frame[~frame["row"].isin(leave)]
    frame["old"] = [figures.is_old(year, today) for year in frame["built_year"]]
    lots = []
    for (_, old), group in frame.groupby(["plot", "old"], sort=False):
        count = -(-len(group) // LOT)
        for part in np.array_split(group["row"].to_numpy(), count):
            first, last = frame.loc[part[0]], frame.loc[part[-1]]
            lots.append(
                Lot(
                    houses=part.tolist(),
                    place=_place(first, last),
                    neighborhood=None if bare[part[0]] else first["neighborhood_code"],
                    community=first["community_code"],
                    old=bool(old),
                    age=today.year - int(group["built_year"].max()),
                )
            )
    return lots


def _place(first: "pd.Series[str]", last: "pd.Series[str]") -> str:
    """Return what a lot is called: 光明小区1-4号楼."""
    stem = first["name"].removesuffix("号楼").rstrip("0123456789")
    a, b = (house["name"].removesuffix("号楼").removeprefix(stem) for house in (first, last))
    return f"{stem}{a}号楼" if a == b else f"{stem}{a}-{b}号楼"


def _split(rng: np.random.Generator, lots: list[Lot], weimin: int) -> Split:
    """Return lots for each fate, whole neighborhoods together where the figures allow."""
    fresh = figures.ADOPTED - (figures.WEIMIN_AFTER - figures.WEIMIN_BEFORE)
    bare = figures.BUILDINGS - figures.COVERED - (weimin - figures.WEIMIN_AFTER)
    luck = {lot.neighborhood: rng.random() for lot in lots}
    adopted, rest = _take([lot for lot in lots if lot.old], luck, {}, fresh)
    rest += [lot for lot in lots if not lot.old]
    shift = {
        lot.place: rng.normal(0, 0.25) - 0.4 * (lot.neighborhood is None) + 0.9 * (not lot.old)
        for lot in rest
    }
    again = {lot.neighborhood: rng.random() for lot in rest}
    uncovered, settled = _take(rest, again, shift, bare)
    return Split(adopted, uncovered, settled)


def _take(
    lots: list[Lot], luck: dict[str | None, float], shift: dict[str, float], count: int
) -> tuple[list[Lot], list[Lot]]:
    """Return the first lots by luck with exactly count buildings, and the rest; one may be cut."""
    taken, left = [], []
    for lot in sorted(lots, key=lambda lot: luck[lot.neighborhood] + shift.get(lot.place, 0.0)):
        if count >= len(lot.houses):
            taken.append(lot)
        else:
            left.append(Lot(**{**vars(lot), "houses": lot.houses[count:]}))
            if count:
                taken.append(Lot(**{**vars(lot), "houses": lot.houses[:count]}))
        count -= min(count, len(lot.houses))
    return taken, left


def _weimin(
    buildings: pd.DataFrame,
    mine: Ints,
    firms: list[str],
    register: Register,
    name: str,
    today: date,
) -> Iterator[Row]:
    """Yield Weimin's climb: six buildings with a firm, then one after the other with its own."""
    old = [i for i in mine.tolist() if figures.is_old(buildings["built_year"].iloc[i], today)]
    red = register.found("community_led", name)
    steps = np.array([count for _, count in figures.WEIMIN_CLIMB])
    for n, i in enumerate(old[: figures.WEIMIN_AFTER]):
        if n < figures.WEIMIN_BEFORE:
            yield i, firms[0], 2900, None
        else:
            yield i, red, figures.WEIMIN_CLIMB[int(np.searchsorted(steps, n + 1))][0], None


def _adopted(
    rng: np.random.Generator,
    lots: list[Lot],
    firms: dict[str, list[str]],
    register: Register,
    community_names: dict[str, str],
) -> Iterator[Row]:
    """Yield old buildings that found a manager in the campaign; some had lost one before."""
    kinds = ["homeowner_committee"] * figures.HOMEOWNER_COMMITTEES
    kinds += ["property_management_committee"] * figures.PROPERTY_COMMITTEES
    others = ["community_led", "self_managed", "property_firm"]
    kinds += [others[i % 3] for i in range(len(lots) - len(kinds))]
    for lot, kind in zip(lots, rng.permutation(kinds).tolist(), strict=True):
        if kind == "property_firm":
            manager = _firm(rng, lot, firms)
        else:
            place = community_names[lot.community] if kind == "community_led" else lot.place
            manager = register.found(kind, place)
        start = int(rng.integers(30, CAMPAIGN))
        lost = start + int(rng.integers(150, 1500)) if rng.random() < 0.3 else None
        for i in lot.houses:
            yield i, manager, start, None
            if lost:
                yield i, _firm(rng, lot, firms), lost + 1800, lost


def _lapsed(
    rng: np.random.Generator, lots: list[Lot], firms: dict[str, list[str]]
) -> Iterator[Row]:
    """Yield the ended periods of buildings that lost their manager; others never had one."""
    for lot in lots:
        if lot.neighborhood is None or rng.random() < 0.5:
            continue
        end = int(rng.integers(20, min(2200, 200 * lot.age)))
        firm, start = _firm(rng, lot, firms), end + int(rng.integers(100, 150 * lot.age))
        for i in lot.houses:
            yield i, firm, start, end


def _settled(
    rng: np.random.Generator, lots: list[Lot], firms: dict[str, list[str]]
) -> Iterator[Row]:
    """Yield buildings with a firm; firms took over from each other, mostly without a gap."""
    plans: dict[tuple[str | None, bool], list[tuple[str, int, int | None]]] = {}
    for lot in lots:
        key = (lot.neighborhood or lot.place, lot.old)
        if key not in plans:
            plans[key] = _plan(rng, lot, firms)
        for i in lot.houses:
            yield from ((i, *period) for period in plans[key])


def _plan(
    rng: np.random.Generator, lot: Lot, firms: dict[str, list[str]]
) -> list[tuple[str, int, int | None]]:
    """Return the periods of one compound in days before today, the latest last.

    Old ones were all settled before the campaign, so that they are not counted as newly adopted.
    """
    latest = CAMPAIGN + 30 if lot.old else 60
    span = min(lot.age * 365 - 250, 7500)
    start = int(rng.integers(max(latest + 1, span // 2), span))
    end = -int(rng.integers(60, 1000)) if rng.random() < 0.15 else None
    if start - latest < 500 or rng.random() > 0.4:
        return [(_firm(rng, lot, firms), start, end)]
    handed = int(rng.integers(latest, start - 400))
    gap = int(rng.integers(20, 200)) if rng.random() < 0.25 else 0
    one, two = rng.permutation(firms[lot.community[:6]])[:2].tolist()
    return [(one, start, handed + gap), (two, handed, end)]


def _firm(rng: np.random.Generator, lot: Lot, firms: dict[str, list[str]]) -> str:
    """Return a firm at work in the district of a lot."""
    mine = firms[lot.community[:6]]
    return mine[int(rng.integers(len(mine)))]
