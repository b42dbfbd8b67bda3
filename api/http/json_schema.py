"""JSON schemas of models without references, for `openapi_extra`.

Pydantic's references point to `#/$defs`, which an OpenAPI document does not have.
"""

from typing import Any

from pydantic import BaseModel


def inlined_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a model, with each definition in place of its `$ref`."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inline_refs(schema, definitions)
    return inlined


def _inline_refs(schema: Any, definitions: dict[str, Any]) -> Any:
    match schema:
        case list():
            return [_inline_refs(item, definitions) for item in schema]
        case {"$ref": str(ref), **rest}:
            return _inline_refs({**definitions[ref.rpartition("/")[2]], **rest}, definitions)
        case dict():
            return {key: _inline_refs(value, definitions) for key, value in schema.items()}
        case _:
            return schema
