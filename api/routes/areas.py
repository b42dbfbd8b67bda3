"""The hierarchy of areas."""

from fastapi import APIRouter, Request, Response

from api.deps import AreaCode, Code, PagingDep, SessionDep
from api.http.content_negotiation import LIST, MEDIA, Format, FormatDep, listing
from api.http.etag import tagged
from api.schemas.resources import Feature, FeatureCollection
from geo import areas, feature_query
from geo.models import Level

router = APIRouter(prefix="/v1/areas", tags=["areas"])


@router.get("", response_model=FeatureCollection, responses=LIST)
def list_areas(
    request: Request,
    session: SessionDep,
    form: FormatDep,
    paging: PagingDep,
    level: Level | None = None,
    area: AreaCode = None,
) -> Response:
    """The areas, or those of one level or inside one area."""
    asked = areas.facts(level=level, area_code=area)
    return listing(request, session, asked, form, paging)


@router.get("/{code}", response_model=Feature)
def area(request: Request, session: SessionDep, code: Code) -> Response:
    """One area with its outline."""
    written = feature_query.one(session, areas.get(session, code))
    return tagged(request, written.encode(), MEDIA[Format.GEOJSON])
