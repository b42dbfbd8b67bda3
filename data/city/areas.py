"""The frame of areas and the frame of micro-grids, dissolved from the same cells."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from data.city import adjacency, figures, names
from data.city.grids import GridCells
from data.city.plane import Shapes, to_degrees

CITY = "2304"
LEVELS = {4: "city", 6: "district", 9: "subdistrict", 12: "community"}
"""Administrative levels by the length of their codes."""
SUFFIX = {9: ("街道", "Subdistrict"), 12: ("社区", "Community")}


def build_areas_and_grids(
    rng: np.random.Generator, cells: GridCells, weimin: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return areas of all levels and micro-grids; weimin is the code of Weimin Community.

    Every shape is a union of the same cells, so each level tiles the one above vertex for vertex.
    """
    cell_shapes = to_degrees(cells.shapes)
    shapes = {
        length: _dissolve_by_prefix(cell_shapes, cells.grid, length) for length in (*LEVELS, 15)
    }
    area_names = _area_names(rng, {length: list(shapes[length]) for length in LEVELS}, weimin)
    rows = [
        (code, parent_code(code), level, *area_names[code], shape)
        for length, level in LEVELS.items()
        for code, shape in shapes[length].items()
    ]
    columns = ["code", "parent_code", "level", "name", "name_en", "geometry"]
    chinese = {code: name for code, (name, _) in area_names.items()}
    return _to_frame(rows, columns), _build_grids(shapes[15], chinese)


def parent_code(code: str) -> str | None:
    """Return the code of the parent of an area; None for the city."""
    return {4: None, 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]


def _dissolve_by_prefix(cells: Shapes, grid: Any, length: int) -> dict[str, Any]:
    """Return one shape for each code prefix of a length, in order of code."""
    codes, group = np.unique(grid.astype(f"U{length}"), return_inverse=True)
    return dict(zip(codes.tolist(), adjacency.dissolve(cells, group), strict=True))


def _build_grids(shapes: dict[str, Any], area_names: dict[str, str]) -> gpd.GeoDataFrame:
    """Return the frame of micro-grids."""
    rows = [
        (code, f"{area_names[code[:12]]}第{int(code[12:])}网格", code[:12], shape)
        for code, shape in shapes.items()
    ]
    return _to_frame(rows, ["code", "name", "community_code", "geometry"])


def _to_frame(rows: list[Any], columns: list[str]) -> gpd.GeoDataFrame:
    """Return rows as a frame in EPSG:4326."""
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=4326)


def _area_names(
    rng: np.random.Generator, codes: dict[int, list[str]], weimin: str
) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English name of every area."""
    published = _published_names(codes, weimin)
    result = {CITY: ("鹤岗市", "Hegang"), **figures.DISTRICTS}
    for length, (zh, en) in SUFFIX.items():
        invented = iter(names.shuffled_words(rng))
        for code in codes[length]:
            word, romanized = published[code] if code in published else next(invented)
            result[code] = (f"{word}{zh}", f"{romanized} {en}")
    return result


def _published_names(codes: dict[int, list[str]], weimin: str) -> dict[str, tuple[str, str]]:
    """Return the names from the report by the code of the area that gets them."""
    result = {}
    for length, by_district in ((9, figures.NAMED_SUBDISTRICTS), (12, figures.NAMED_COMMUNITIES)):
        for district, published in by_district.items():
            in_district = [code for code in codes[length] if code.startswith(district)]
            for i, name in enumerate(published):
                result[in_district[(i * 2 + 1) % len(in_district)]] = name
    name_of_weimin = ("为民", "Weimin")
    result = {code: name for code, name in result.items() if name != name_of_weimin}
    return {**result, weimin: name_of_weimin}
