"""Text search: which words find what, on which day, in which order."""

import datetime
import operator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from geo import search
from tests.district import LONG_AGO, SUBDISTRICT, day
from tests.town_builder import TownBuilder, insert_town
from tests.town_units import box

TODAY = datetime.date(2026, 1, 1)
DAY_OF_M1 = "2021-06-01"

OWN_TEXTS = {
    "b1": ("b1号楼", "光明小区", "一号物业"),
    "b2": ("b2号楼", "光明小区"),
    "b3": ("b3号楼",),
    "b4": ("b4号楼", "业委会"),
}
AREA_TEXTS = {
    "b1": ("工农区", "Gongnong", "新安街道", "社区001"),
    "b2": ("工农区", "Gongnong", "新安街道", "社区001"),
    "b3": ("工农区", "Gongnong", "新安街道", "社区001"),
    "b4": ("工农区", "Gongnong", "新安街道", "社区002"),
}
"""The names of each standing building, and of the areas around it, in tests/district.py."""


def find(session: Session, text: str, on: datetime.date = TODAY, limit: int = 100) -> list[str]:
    """Return the results as `kind code`."""
    at = LONG_AGO + datetime.timedelta(days=1)
    rows = search.search(session, text, on=on, at=at, limit=limit)
    return [f"{row['kind']} {row['code']}" for row in rows]


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("光明小区 b1号楼", ["building b1"]),
        ("光明小区b1号楼", ["building b1"]),
        ("b1号楼　光明小区", ["building b1"]),
        ("光明小区 b3号楼", []),
        ("光明小区b3号楼", []),
        ("光明小区", ["neighborhood N1", "building b1", "building b2"]),
        ("社区001 光明", ["neighborhood N1", "building b1", "building b2"]),
        ("社区002 光明", []),
        ("一号物业", ["manager M1", "building b1"]),
        ("业委会", ["manager M2", "building b4"]),
        ("一号物业 b1", ["building b1"]),
        ("一号物业 b2", []),
        ("工农区 B4号", ["building b4"]),
        ("gongnong b4", ["building b4"]),
        ("工农区", ["area 230403"]),
        ("230403001002002", ["grid 230403001002002"]),
        ("b5", []),
        ("I1", ["issue I1"]),
        ("光明_区", []),
        ("%", []),
        ("\\", []),
        (" ", []),
    ],
)
def test_every_word_matches_a_result_or_an_area_around_it(district: Session, text, results):
    assert find(district, text) == results


def test_managers_find_the_buildings_that_they_manage_on_the_day(district: Session):
    buildings = ["building b1", "building b2", "building b4"]
    assert find(district, "一号物业", on=day(DAY_OF_M1)) == ["manager M1", *buildings]
    assert find(district, "业委会", on=day(DAY_OF_M1)) == []


@pytest.mark.parametrize(
    ("text", "on", "kind", "count"),
    [
        ("光明小区", TODAY, "neighborhood", 2),
        ("一号物业", TODAY, "manager", 1),
        ("一号物业", day(DAY_OF_M1), "manager", 3),
    ],
)
def test_a_group_of_buildings_has_their_count_and_bounds(district: Session, text, on, kind, count):
    rows = search.search(district, text, on=on, at=LONG_AGO, limit=100)
    group = next(row for row in rows if row["kind"] == kind)
    assert group["buildings"] == count
    west, south, east, north = group["bbox"]
    members = [row for row in rows if row["kind"] == "building"]
    assert len(members) == count
    assert all(west <= row["lon"] <= east and south <= row["lat"] <= north for row in members)
    assert all(row["buildings"] is None for row in members)


def test_a_compound_without_an_outline_lies_where_its_buildings_are(session: Session):
    town = TownBuilder()
    town.add_community("230403001001", "社区", box(0, 0, 40, 10), grids=1)
    town.neighborhoods = [{"code": "N", "name": "桂园", "community_code": "230403001001"}]
    town.buildings = [
        {"code": code, "name": name, "neighborhood_code": "N", "geom": box(west, 2, west + 2, 4)}
        for code, name, west in (("x11", "11 号楼", 2), ("x1", "1 号楼", 8), ("x0", None, 12))
    ]
    town.buildings[-1]["address"] = "桂林路 1 号, Ленина 5"
    insert_town(session, town)
    rows = search.search(session, "桂园", on=TODAY, at=LONG_AGO)
    assert [row["kind"] for row in rows] == ["neighborhood", *["building"] * 3]
    assert rows[0]["buildings"] == 3
    assert rows[0]["bbox"][0] <= rows[0]["lon"] <= rows[0]["bbox"][2]
    assert find(session, "桂园1号楼") == ["building x1"]
    assert find(session, "桂园 1号楼") == ["building x1", "building x11"]
    assert [row["name"] for row in rows if row["code"] == "x0"] == ["桂林路 1 号, Ленина 5"]
    for query in ("桂林路1号", "ЛЕНИНА", "桂林 林路 路1 1号 ле ен ни ин z"):
        assert find(session, query) == ["building x0"]


def test_no_kind_displaces_all_results_of_another(district: Session):
    assert find(district, "2304", limit=4) == [
        "area 230403",
        "area 230403001",
        "area 230403001001",
        "grid 230403001001001",
    ]


WORDS = st.sampled_from(sorted({*sum(OWN_TEXTS.values(), ()), *sum(AREA_TEXTS.values(), ())}))


@st.composite
def parts_of_names(draw: st.DrawFn) -> str:
    """A part of a name, in any case."""
    name = draw(WORDS)
    first = draw(st.integers(0, len(name) - 1))
    part = name[first : draw(st.integers(first + 1, len(name)))]
    return draw(st.sampled_from([part, part.upper(), part.lower()]))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.lists(parts_of_names(), min_size=1, max_size=4))
def test_buildings_are_those_that_a_plain_scan_finds(district: Session, words: list[str]):
    expected = [code for code in OWN_TEXTS if is_match(code, words)]
    results = find(district, " ".join(words))
    assert [text.split()[1] for text in results if text.startswith("building")] == expected


def is_match(code: str, words: list[str]) -> bool:
    codes = (code, "N1") if "光明小区" in OWN_TEXTS[code] else (code,)
    own = [occurs(word, OWN_TEXTS[code]) or word in prefixes(codes) for word in words]
    area_codes = prefixes((f"{SUBDISTRICT}001",)) | prefixes((f"{SUBDISTRICT}002",))
    around = [occurs(word, AREA_TEXTS[code]) or word in area_codes for word in words]
    return any(own) and all(map(operator.or_, own, around))


def occurs(word: str, texts: tuple[str, ...]) -> bool:
    return any(word.lower() in text.lower() for text in texts)


def prefixes(codes: tuple[str, ...]) -> set[str]:
    return {code[:length] for code in codes for length in range(1, len(code) + 1)}
