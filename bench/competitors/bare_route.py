"""A bare typed route with the response model of a lookup: the cost of FastAPI alone."""

from fastapi import FastAPI

from api.deps import Lat, Lon
from api.schemas.lookup import LookupOut

app = FastAPI()


@app.get("/v1/lookup")
async def look_up(lon: Lon, lat: Lat) -> LookupOut:
    """Return a constant response."""
    areas = [
        {"level": "city", "code": "2304", "name": "鹤岗市"},
        {"level": "district", "code": "230407", "name": "兴山区"},
        {"level": "subdistrict", "code": "230407003", "name": "金山街道"},
        {"level": "community", "code": "230407003002", "name": "为民社区"},
    ]
    return LookupOut.model_validate(
        {
            "lon": lon,
            "lat": lat,
            "grid": {"code": "230407003002002", "name": None},
            "areas": areas,
            "method": "inside",
            "revision": 1,
        }
    )
