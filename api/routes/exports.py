"""Exports: whole lists and figures as files, with the parameters of the routes that page them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import RequireRecorded
from api.exports import subjects
from api.exports.files import EXPORT_RESPONSES, ExporterDep
from api.http.list_params import (
    AreaListDep,
    BuildingListDep,
    CoverageQueryDep,
    GridListDep,
    IssueListDep,
)
from geo.input_types import Date

router = APIRouter(
    prefix="/v1/exports",
    tags=["exports"],
    responses=EXPORT_RESPONSES,
    default_response_class=Response,
)


@router.get("/buildings")
def export_buildings(exporter: ExporterDep, listed: BuildingListDep) -> Response:
    """All buildings of `/v1/buildings`, with former managers and locations; no page limit."""
    return exporter.respond(subjects.of_buildings(listed, exporter.language))


@router.get("/issues")
def export_issues(exporter: ExporterDep, listed: IssueListDep) -> Response:
    """All issues of `/v1/issues`, with areas and locations; no page limit."""
    return exporter.respond(subjects.of_issues(listed, exporter.language))


@router.get("/grids")
def export_grids(exporter: ExporterDep, listed: GridListDep) -> Response:
    """All grids of `/v1/grids`, with areas and locations; no page limit."""
    return exporter.respond(subjects.of_grids(listed, exporter.language))


@router.get("/areas")
def export_areas(exporter: ExporterDep, listed: AreaListDep) -> Response:
    """All areas of `/v1/areas`, with locations; no page limit."""
    return exporter.respond(subjects.of_areas(listed, exporter.language))


@router.get("/property-coverage")
def export_coverage(
    exporter: ExporterDep,
    query: CoverageQueryDep,
    require_recorded: RequireRecorded,
    since: Annotated[
        Date | None,
        Query(description="An earlier day: adds the buildings gained and lost since then."),
    ] = None,
) -> Response:
    """The figures of `/v1/property-coverage`, and with `since` those of its `/changes`."""
    earlier = None if since is None else require_recorded(since)
    return exporter.respond(subjects.of_coverage(query, earlier, exporter.language))
