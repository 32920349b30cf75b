"""The JSON schema of params.yaml, for editors: `python -m tinypt.params.schema > params/schema.json`.

It is made of the types that the loader checks (`tinypt.params.loader`). Bounds and combinations, which only
`python -m stages.check` knows, are not in it.
"""

import dataclasses
import json
import sys
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tinypt.params.check import SCHEMAS

_SCALARS = {int: "integer", float: "number", bool: "boolean", str: "string", Path: "string", types.NoneType: "null"}


def params_schema() -> dict[str, Any]:
    """The schema of a whole parameter file."""
    sections = {name: _schema(type) for name, type in SCHEMAS.items()}
    top = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "params.yaml"}
    return top | _object(sections)


def _schema(type: Any) -> dict[str, Any]:
    origin, arguments = get_origin(type), get_args(type)
    if dataclasses.is_dataclass(type):
        hints = get_type_hints(type)
        described = _object({field.name: _schema(hints[field.name]) for field in dataclasses.fields(type)})
        return {"description": " ".join((type.__doc__ or "").split())} | described
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(option) for option in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    return {"type": _SCALARS[type]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """All keys are needed, and no others are known."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


if __name__ == "__main__":
    json.dump(params_schema(), sys.stdout, indent=1, ensure_ascii=False)
    print()
