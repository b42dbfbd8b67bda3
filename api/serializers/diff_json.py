"""Changes of grids as JSON, with shapes to the last digit."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import shapely
from fastapi import Request

from geo.grids.revision_diff import moved_m2
from geo.grids.revisions import Delta, Outline


def links(request: Request, cursor: object | None) -> list[dict[str, str]]:
    """Return the link to the next page, if there is one."""
    if cursor is None:
        return []
    href = str(request.url.include_query_params(cursor=str(cursor)))
    return [{"rel": "next", "href": href}]


def written(deltas: Sequence[Delta], links: Sequence[Mapping[str, str]]) -> bytes:
    """Return changes by code, and the links on from there."""
    return orjson.dumps({"changes": [told(delta) for delta in deltas], "links": links})


def told(delta: Delta) -> dict[str, Any]:
    """Return one change as plain fields."""
    return {
        "code": delta.code,
        "kinds": delta.kinds,
        "moved_m2": round(moved_m2(delta), 3),
        "before": _side(delta.old),
        "after": _side(delta.new),
    }


def _side(grid: Outline | None) -> dict[str, Any] | None:
    if grid is None:
        return None
    shape = orjson.Fragment(shapely.to_geojson(shapely.from_wkb(grid.wkb)))
    return {"name": grid.name, "geometry": shape}
