"""The frame of areas and the frame of micro-grids, joined from the same cells."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from data.city import adjacency, figures, names
from data.city.grids import Cells
from data.city.plane import Shapes, to_degrees

CITY = "2304"
LEVELS = {4: "city", 6: "district", 9: "subdistrict", 12: "community"}
SUFFIX = {9: ("街道", "Subdistrict"), 12: ("社区", "Community")}


def frames(
    rng: np.random.Generator, cells: Cells, weimin: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return areas of all levels and micro-grids; weimin is the code of Weimin Community.

    Every shape is a union of the same cells, so each level tiles the one above vertex for vertex.
    """
    shapes = to_degrees(cells.shapes)
    levels = {size: _level(shapes, cells.grid, size) for size in (*LEVELS, 15)}
    named = _named(rng, {size: list(levels[size]) for size in LEVELS}, weimin)
    rows = [
        (code, code_above(code), level, *named[code], shape)
        for size, level in LEVELS.items()
        for code, shape in levels[size].items()
    ]
    columns = ["code", "parent_code", "level", "name", "name_en", "geometry"]
    return _frame(rows, columns), _grids(levels[15], {code: named[code][0] for code in named})


def code_above(code: str) -> str | None:
    """Return the code of the area an area lies in; None for the city."""
    return {4: None, 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]


def _level(shapes: Shapes, grid: Any, size: int) -> dict[str, Any]:
    """Return one shape for each code prefix of a length, ordered by code."""
    codes, group = np.unique(grid.astype(f"U{size}"), return_inverse=True)
    return dict(zip(codes.tolist(), adjacency.join(shapes, group), strict=True))


def _grids(shapes: dict[str, Any], named: dict[str, str]) -> gpd.GeoDataFrame:
    """Return the frame of micro-grids."""
    rows = [
        (code, f"{named[code[:12]]}第{int(code[12:])}网格", code[:12], shape)
        for code, shape in shapes.items()
    ]
    return _frame(rows, ["code", "name", "community_code", "geometry"])


def _frame(rows: list[Any], columns: list[str]) -> gpd.GeoDataFrame:
    """Return rows as a frame in EPSG:4326."""
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=4326)


def _named(
    rng: np.random.Generator, codes: dict[int, list[str]], weimin: str
) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English name of every area."""
    fixed = _fixed(codes, weimin)
    out = {CITY: ("鹤岗市", "Hegang"), **figures.DISTRICTS}
    for size, (zh, en) in SUFFIX.items():
        pool = iter(names.words(rng))
        for code in codes[size]:
            word, sound = fixed[code] if code in fixed else next(pool)
            out[code] = (f"{word}{zh}", f"{sound} {en}")
    return out


def _fixed(codes: dict[int, list[str]], weimin: str) -> dict[str, tuple[str, str]]:
    """Return the names taken from the report, with the area that bears each."""
    out = {}
    for size, wanted in ((9, figures.NAMED_SUBDISTRICTS), (12, figures.NAMED_COMMUNITIES)):
        for district, listed in wanted.items():
            mine = [code for code in codes[size] if code.startswith(district)]
            for i, name in enumerate(listed):
                out[mine[(i * 2 + 1) % len(mine)]] = name
    zh = ("为民", "Weimin")
    out = {code: name for code, name in out.items() if name != zh}
    return {**out, weimin: zh}
