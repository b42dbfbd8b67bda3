"""Areas."""

from pydantic import Field

from api.schemas.base import FromAttributes
from geo.models import Level


class AreaOut(FromAttributes):
    """The level, code and name of an area."""

    level: Level
    code: str = Field(examples=["230403"])
    name: str = Field(examples=["工农区"])
