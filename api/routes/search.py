"""Finding a place by what people call it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import SessionDep
from api.schemas.resources import Found
from geo import search

router = APIRouter(prefix="/v1/search", tags=["search"])


@router.get("", response_model=list[Found])
def find(
    session: SessionDep,
    q: Annotated[str, Query(min_length=1, max_length=100, examples=["为民"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[dict[str, Any]]:
    """Places whose code starts with the words, or whose name or address holds them."""
    return search.search(session, q, limit=limit)
