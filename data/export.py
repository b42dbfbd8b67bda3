"""From questions to frames: what a statement of the register answers, as geopandas has it."""

from typing import Any

import geopandas
import pandas as pd
import shapely
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from geo.features import Features
from geo.models import WGS84


def frame(
    session: Session, features: Features, *, limit: int | None = None, cursor: str | None = None
) -> geopandas.GeoDataFrame:
    """Return features as a frame in WGS 84, in the order of their key."""
    feature = features.after(cursor).limit(limit).subquery("feature")
    facts = [column for column in feature.c if column.key != "geom"]
    shape: Any = func.ST_AsBinary(feature.c.geom, type_=LargeBinary)
    statement = select(*facts, shape.label("geom")).order_by(feature.c[features.key])
    rows = session.execute(statement).all()
    names = [column.key for column in facts]
    table = pd.DataFrame([row[:-1] for row in rows], columns=pd.Index(names)).convert_dtypes(
        convert_string=False
    )
    shapes = shapely.from_wkb([row[-1] for row in rows])
    return geopandas.GeoDataFrame(table, geometry=shapes, crs=WGS84)
