"""Which grid a location is in."""

import numpy as np
from fastapi import APIRouter

from api.deps import DatumName, Details, Lat, Lon, Moment, SessionDep, SettingsDep
from api.errors import TooLarge
from api.schemas import CodesOut, LookupOut, PointsIn
from geo import datums, grids, moments, places
from geo.datums import Datum

router = APIRouter(prefix="/v1/lookup", tags=["lookup"])


@router.get("", response_model=LookupOut, response_model_exclude_unset=True)
def look_up(
    session: SessionDep,
    lon: Lon,
    lat: Lat,
    at: Moment,
    details: Details,
    datum: DatumName = Datum.WGS84,
) -> LookupOut:
    """The grid of one location, now or at a past moment; lon and lat come back in WGS 84."""
    place = places.look_up(session, *datums.one_to_wgs84(lon, lat, datum), at)
    more = places.details(session, place, details, at)
    return LookupOut.model_validate({**vars(place), **more})


@router.post("", response_model=CodesOut)
def look_up_many(session: SessionDep, settings: SettingsDep, body: PointsIn) -> CodesOut:
    """The grids of many locations at once."""
    if len(body.points) > settings.batch_limit:
        raise TooLarge(
            f"{len(body.points):,} points are more than the {settings.batch_limit:,} allowed.",
            hint="Send them in several requests, or as CSV or Arrow, which stream.",
        )
    at = body.at or moments.now()
    coords = np.array(body.points, dtype=np.float64).reshape(-1, 2)
    codes = grids.locate(session, datums.to_wgs84(coords, body.datum), at)
    return CodesOut(revision=grids.revision_at(session, at), codes=codes)
