"""Cursor paging: query parameters, and links to the next page."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from api.deps import SettingsDep
from api.http.query_params import invalid_param
from geo.input_types import SingleLine
from geo.settings import Settings

Limit = Annotated[
    int | None,
    Query(
        ge=1, description="The maximum number of items per page, up to a setting of the service."
    ),
]
_CURSOR = "The end of the last page, as in its `next` link."


@dataclass(frozen=True)
class Paging:
    """The page of a list ordered by code."""

    limit: int
    cursor: str | None


@dataclass(frozen=True)
class NumberPaging:
    """The page of a list ordered by number, newest first."""

    limit: int
    cursor: int | None


def _page_limit(settings: Settings, limit: int | None) -> int:
    """Return the limit of a page. Raises RequestValidationError above the setting."""
    if limit is not None and limit > settings.page_limit:
        message = f"should be at most {settings.page_limit}; the `next` link leads to more"
        raise invalid_param("limit", message, limit)
    return limit or settings.page_limit


async def _paging(
    settings: SettingsDep,
    limit: Limit = None,
    cursor: Annotated[SingleLine | None, Query(description=_CURSOR)] = None,
) -> Paging:
    return Paging(_page_limit(settings, limit), cursor)


async def _number_paging(
    settings: SettingsDep,
    limit: Limit = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1, description=_CURSOR)] = None,
) -> NumberPaging:
    return NumberPaging(_page_limit(settings, limit), cursor)


PagingDep = Annotated[Paging, Depends(_paging)]
NumberPagingDep = Annotated[NumberPaging, Depends(_number_paging)]


def next_links(request: Request, cursor: object | None) -> list[dict[str, Any]]:
    """Return the link to the next page; none without a cursor.

    It starts with GRIDWARD_PUBLIC_URL, or is relative without it: the Host header is the caller's
    word, which a cache would pass on to others.
    """
    if cursor is None:
        return []
    settings: Settings = request.app.state.settings
    url = request.url.include_query_params(cursor=str(cursor))
    return [{"rel": "next", "href": f"{settings.public_url or ''}{url.path}?{url.query}"}]


def link_headers(links: list[dict[str, Any]]) -> dict[str, str]:
    """Return links as a `Link` header (RFC 8288)."""
    if not links:
        return {}
    return {"Link": ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)}
