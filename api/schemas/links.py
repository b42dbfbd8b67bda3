"""Links from one page of a list to the next."""

from typing import Literal

from pydantic import BaseModel


class LinkOut(BaseModel):
    """A link to the next page of a list."""

    rel: Literal["next"]
    href: str
