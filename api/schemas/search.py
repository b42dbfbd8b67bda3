"""Search results."""

from typing import Literal

from pydantic import BaseModel


class SearchResultOut(BaseModel):
    """A match of a search, and its location.

    `area_code` is the area that it lies in, null if unknown. `buildings` counts the buildings of a
    neighborhood or manager; it is null for other kinds.
    """

    kind: Literal["area", "neighborhood", "manager", "grid", "building", "issue"]
    code: str
    name: str | None
    area_code: str | None
    buildings: int | None
    lon: float
    lat: float
    bbox: tuple[float, float, float, float]
