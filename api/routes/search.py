"""Search by code, name or address."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import SessionDep
from api.schemas.search import SearchResultOut
from geo import search
from geo.input_types import SingleLine

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.get("", response_model=list[SearchResultOut])
def search_places(
    session: SessionDep,
    q: Annotated[SingleLine, Query(min_length=1, max_length=100, examples=["为民"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[dict[str, Any]]:
    """Matches whose code starts with the text, or whose name or address contains it."""
    return search.search(session, q, limit=limit)
