"""Valid parameters and bodies for every route."""

from typing import Any

from geo.models import Role
from tests.district import lon_lat

PASSWORD = "correct horse"
INSIDE, OUTSIDE = "230403001001", "230403001002"
"""The community of the requests, and another one."""
LOGINS = [f"{role}-{where}" for role in Role for where in ("inside", "outside")]

LON, LAT = lon_lat(5, 5)
PATH_PARAMS: dict[str, str] = {
    "code": "230403001001001",
    "/v1/areas/{code}": "230403",
    "/v1/buildings/{code}": "b1",
    "number": "2",
    "ref": "I1",
    "layer": "grids",
    "z": "1",
    "x": "1",
    "y": "0",
    "subject": "grids",
    "login": "somebody",
    "path": "page.js",
}
PLAN_PATHS = ("/v1/plans/{number}", "/redraw/{number}")
"""Each caller gets a plan of its own, because only its owner may change it."""
QUERY_PARAMS: dict[str, dict[str, str]] = {
    "/v1/lookup": {"lon": str(LON), "lat": str(LAT), "detail": "border,building,members"},
    "/v1/property-coverage": {"by": "district"},
    "/v1/property-coverage/changes": {"by": "district", "since": "2025-01-01"},
    "/v1/diff": {"from": "1", "to": "2"},
    "/v1/search": {"q": "23"},
}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/lookup": {"points": [[LON, LAT]]},
    "/v1/issues": {"category": "heating", "lon": LON, "lat": LAT},
    "/v1/accounts": {"login": "fresh", "role": "viewer", "reach": INSIDE},
    "/v1/plans": {"title": "a plan"},
    "/v1/plans/{number}/operations": {"kind": "rename", "code": f"{INSIDE}003", "name": "y"},
    "/v1/plans/{number}/comments": {"text": "well"},
    "/v1/limits": {"most_buildings": 9},
}
