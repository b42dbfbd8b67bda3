"""Search results."""

from typing import Literal

from pydantic import BaseModel


class SearchResultOut(BaseModel):
    """A match of a search, and its location."""

    kind: Literal["area", "neighborhood", "grid", "building", "issue"]
    code: str
    name: str | None
    lon: float
    lat: float
