"""Errors as RFC 9457 problem documents."""

from pydantic import BaseModel, Field


class InputErrorOut(BaseModel):
    """One error in the input, and its location."""

    location: str = Field(examples=["query.lon"])
    message: str = Field(examples=["Input should be less than or equal to 180"])


class ProblemOut(BaseModel):
    """An RFC 9457 problem document; `code` is stable, so programs can compare it."""

    type: str = Field(examples=["/docs/errors#grid_unknown"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["grid_unknown"])
    detail: str = Field(examples=["There is no grid '230403001002999'."])
    hint: str | None = Field(None, examples=["GET /v1/grids lists the grids."])
    errors: list[InputErrorOut] | None = None
