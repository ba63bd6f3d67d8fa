"""The JSON Schema of a YAML file for editors, generated from the model that reads it."""

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

if TYPE_CHECKING:
    from pydantic_core import core_schema

_BOUNDS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum",
}  # fmt: skip
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _FileSchema(GenerateJsonSchema):
    """YAML writes a decimal as a number, and never as a text."""

    def decimal_schema(self, schema: "core_schema.DecimalSchema") -> JsonSchemaValue:
        number: JsonSchemaValue = super().decimal_schema(schema)["anyOf"][0]
        return number


def schema_of(model: type[Any], title: str) -> dict[str, Any]:
    """The schema of a file that is read as `model`.

    It knows keys, types, bounds and words; what must fit together is told when the file is read.
    """
    schema = TypeAdapter(model).json_schema(schema_generator=_FileSchema)
    return {"$schema": DRAFT, **_bounded(schema), "title": title}


def _bounded(schema: Any) -> Any:
    """The same with the bounds that pydantic leaves under its own names, where a type is read."""
    if isinstance(schema, list):
        return [_bounded(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    number = schema.get("type") in {"number", "integer"}
    return {_BOUNDS.get(key, key) if number else key: _bounded(one) for key, one in schema.items()}
