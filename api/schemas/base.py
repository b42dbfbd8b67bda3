"""The base class of response models."""

from pydantic import BaseModel, ConfigDict


class FromAttributes(BaseModel):
    """Base of models that are read from the attributes of a row or dataclass."""

    model_config = ConfigDict(from_attributes=True)
