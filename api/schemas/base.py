"""The base classes of request and response models."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """Base of request bodies: a field that the route does not use is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class FromAttributes(BaseModel):
    """Base of models that are read from the attributes of a row or dataclass."""

    model_config = ConfigDict(from_attributes=True)
