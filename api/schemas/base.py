"""The base classes of request and response models."""

from typing import Annotated, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class RequestBody(BaseModel):
    """Base of request bodies: a field that the route does not use is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _require_json_type(cls, value: object, info: ValidationInfo) -> object:
        """Reject `true` or `"1"` for a number, and `1` or `"yes"` for a boolean.

        Pydantic would convert them, against the OpenAPI document.
        """
        annotation = cls.model_fields[info.field_name or ""].annotation
        types = set(get_args(annotation)) or {annotation}
        types = {get_args(each)[0] if get_origin(each) is Annotated else each for each in types}
        if bool in types and isinstance(value, int | float | str) and not isinstance(value, bool):
            raise ValueError("should be true or false")
        if types & {int, float} and isinstance(value, bool | str):
            raise ValueError("should be a number, without quotes")
        return value


class FromAttributes(BaseModel):
    """Base of models that are read from the attributes of a row or dataclass."""

    model_config = ConfigDict(from_attributes=True)
