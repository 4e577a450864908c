"""What is wrong with a model that a client has read.

The clients themselves forgive nearly everything: a required property that is missing is None, and
a date that is none stays a text. This holds what they have read against what they declare.
"""

import datetime
import enum
import sys
import typing


def objections(model, path=""):
    """One line for each thing that is not as the model's class declares it."""
    return list(_objections(model, path or type(model).__name__))


def _objections(value, path):
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _objections(one, f"{path}[{index}]")
    elif hasattr(value, "_attr_to_rest_field"):
        yield from _of_declared(value, path)
    elif hasattr(value, "_attribute_map"):
        yield from _of_mapped(value, path)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _objections(one, f"{path}.{key}")


def _of_declared(model, path):
    """Of the newer clients: types are annotations, and what is not optional is required."""
    models = _models(model)
    annotations = {}
    for kind in reversed(type(model).__mro__):
        annotations.update(vars(kind).get("__annotations__", {}))
    for name in model._attr_to_rest_field:
        declared = annotations.get(name)
        value = getattr(model, name)
        here = f"{path}.{name}"
        if value is None:
            if declared is not None and type(None) not in typing.get_args(declared):
                yield f"{here}: required, and not there"
            continue
        if _mentions(declared, datetime.datetime) and not isinstance(value, datetime.datetime):
            yield f"{here}: {value!r} is no time"
        if _mentions(declared, datetime.timedelta) and not isinstance(value, datetime.timedelta):
            yield f"{here}: {value!r} is no duration"
        yield from _of_enum(_enum(declared, models), value, here)
        yield from _objections(value, here)


def _of_mapped(model, path):
    """Of the older clients: types are words, and what is required is validated."""
    models = _models(model)
    for name, declared in model._attribute_map.items():
        value = getattr(model, name)
        here = f"{path}.{name}"
        if value is None:
            if model._validation.get(name, {}).get("required"):
                yield f"{here}: required, and not there"
            continue
        if declared["type"] == "iso-8601" and not isinstance(value, datetime.datetime):
            yield f"{here}: {value!r} is no time"
        yield from _of_enum(getattr(models, declared["type"], None), value, here)
        yield from _objections(value, here)


def _models(model):
    """The package of models that the class of a model belongs to."""
    return sys.modules[type(model).__module__.rpartition(".")[0]]


def _arguments(declared):
    yield declared
    for one in typing.get_args(declared):
        yield from _arguments(one)


def _mentions(declared, kind):
    return any(one is kind for one in _arguments(declared))


def _enum(declared, models):
    for one in _arguments(declared):
        text = getattr(one, "__forward_arg__", one)
        if isinstance(text, str) and text.startswith("_models."):
            kind = getattr(models, text.removeprefix("_models."), None)
            if isinstance(kind, type) and issubclass(kind, enum.Enum):
                return kind
    return None


def _of_enum(kind, value, path):
    if isinstance(kind, type) and issubclass(kind, enum.Enum) and isinstance(value, str):
        known = {one.value.lower() for one in kind}
        if value.lower() not in known:
            yield f"{path}: {value!r} is not one of {kind.__name__}"
