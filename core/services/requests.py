"""Requests as JSON values and back: the arguments of a job come from another process and are checked one by one."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.errors import InputError

RequestT = TypeVar("RequestT")


def from_arguments(kind: type[RequestT], arguments: Mapping[str, object]) -> RequestT:
    """A `kind` (frozen dataclass of str, int, bool, Path, JSON objects, tuples of str, and optionals of these).

    InputError job.arguments for a missing, unknown or ill-typed argument; paths become absolute.
    """
    if not is_dataclass(kind):
        raise TypeError("a request is a dataclass")
    hints = typing.get_type_hints(kind)
    declared = {field.name: field for field in fields(kind)}
    unknown = sorted(set(arguments) - set(declared))
    if unknown:
        raise InputError("job.arguments", f"The job has arguments that this verb does not know: {', '.join(unknown)}.")
    values: dict[str, Any] = {}
    for name, field in declared.items():
        if name in arguments:
            values[name] = _value(arguments[name], hints[name], name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError("job.arguments", f"The job lacks the argument {name}.")
    return kind(**values)


def to_arguments(request: object) -> dict[str, object]:
    """Inverse of `from_arguments`: JSON values by name."""
    if not is_dataclass(request) or isinstance(request, type):
        raise TypeError("a request is a dataclass")
    return {field.name: _plain(getattr(request, field.name)) for field in fields(request)}


def _value(value: object, hint: Any, name: str) -> object:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        options = typing.get_args(hint)
        if value is None and type(None) in options:
            return None
        (hint,) = (option for option in options if option is not type(None))
    origin = typing.get_origin(hint) or hint
    if origin is Path and isinstance(value, str | Path) and str(value) and "\0" not in str(value):
        return Path(value).absolute()
    if origin in (str, bool, int) and type(value) is origin:
        return value
    if origin is tuple and isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return dict(value)
    raise InputError("job.arguments", f"The argument {name} of the job has the wrong type.")


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
