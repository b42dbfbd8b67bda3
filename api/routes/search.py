"""Search by code, name, address or manager."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import Day, EndOfDay, SessionDep
from api.schemas.search import SearchResultOut
from geo import search
from geo.input_types import SingleLine

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.get("", response_model=list[SearchResultOut])
def search_places(
    session: SessionDep,
    on: Day,
    at: EndOfDay,
    q: Annotated[SingleLine, Query(min_length=1, max_length=100, examples=["为民"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[dict[str, Any]]:
    """What every word of the text matches: the start of a code, or a part of a name or address.

    A building also has the names of its neighborhood and of its manager on the day. Further words
    may name the area of a result.
    """
    return search.search(session, q, on=on, at=at, limit=limit)
