"""Differences between grids as JSON, with all digits of their coordinates."""

from collections.abc import Sequence
from typing import Any

import orjson
import shapely

from geo.grids.revision_diff import changed_area_m2
from geo.grids.revisions import Delta, GridVersion


def diff_document(deltas: Sequence[Delta], links: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return deltas, in their order, and the links to the next page."""
    return {"changes": [_delta(delta) for delta in deltas], "links": list(links)}


def _delta(delta: Delta) -> dict[str, Any]:
    return {
        "code": delta.code,
        "kinds": delta.kinds,
        "changed_area_m2": round(changed_area_m2(delta), 3),
        "before": _version(delta.old),
        "after": _version(delta.new),
    }


def _version(version: GridVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    geometry = orjson.Fragment(shapely.to_geojson(shapely.from_wkb(version.wkb)))
    return {"name": version.name, "geometry": geometry}
