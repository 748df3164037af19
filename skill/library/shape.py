"""Holds a page against the shape of its kind, and says in plain words what does not fit."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from skill.library.complaints import complaint
from skill.library.faults import Fault, Rule, Where, closest, meant
from skill.library.pages import Page

S = TypeVar("S", bound=BaseModel)


def fit(page: Page[S], model: type[S]) -> tuple[S | None, list[Fault]]:
    """The page's values in the shape of its kind, or None and what is wrong.

    For a parent whose children fail pydantic reports a phantom error, so an error whose place leads to
    another's is dropped. A key that is misspelt is one fault, not an unknown and a missing one.
    """
    if page.document.value is None:
        return None, [page.fault(Rule.NO_VALUE, (), "the file is empty")]
    try:
        shape, errors = model.model_validate(page.document.value), dict[Where, ErrorDetails]()
    except ValidationError as invalid:
        shape = None
        errors = {_where(error["loc"]): error for error in invalid.errors(include_url=False)}
    errors = {where: error for where, error in errors.items() if not _leads(where, errors)}
    blank = {where for where, value in page.document.leaves if value is None and not _spoken_for(where, errors)}
    faults = [page.fault(Rule.NO_VALUE, where, "there is no value", "write one, or remove the key") for where in blank]
    faults += _tell(page, model, {where: error for where, error in errors.items() if where not in blank})
    return (None if faults else shape), faults


def _spoken_for(blank: Where, errors: Mapping[Where, ErrorDetails]) -> bool:
    """Whether a place without a value is inside something that is wrong anyway, or is a key that should not be."""
    inside = any(blank[: len(where)] == where for where in errors if len(where) < len(blank))
    return inside or (blank in errors and errors[blank]["type"] == "extra_forbidden")


def _tell(page: Page[Any], model: type[BaseModel], errors: Mapping[Where, ErrorDetails]) -> Iterator[Fault]:
    intended = set()
    for where, error in errors.items():
        if error["type"] == "extra_forbidden":
            known = _keys(model, where[:-1])
            intended.add((*where[:-1], closest(str(where[-1]), known)))
            hint = meant(str(where[-1]), known)
            yield page.fault(Rule.KEY_UNKNOWN, where[:-1], f"unknown key '{where[-1]}'", hint, line_of=where)
    for where, error in errors.items():
        if error["type"] == "missing" and where not in intended:
            hint = _description(model, where)
            yield page.fault(Rule.KEY_MISSING, where[:-1], f"missing key '{where[-1]}'", f"add it: {hint}")
        elif error["type"] not in ("missing", "extra_forbidden"):
            rule, what, hint = complaint(error, where)
            yield page.fault(rule, _there(page, where), what, hint)


def _where(location: tuple[int | str, ...]) -> Where:
    """A location from pydantic, without the mark that it puts behind a key that is itself wrong."""
    return tuple(part for part in location if part != "[key]")


def _leads(where: Where, others: Iterable[Where]) -> bool:
    return any(len(other) > len(where) and other[: len(where)] == where for other in others)


def _there(page: Page[Any], where: Where) -> Where:
    """The place as the file has it: a text that may stand for a list of one has no first item."""
    while where and where not in page.document.lines:
        where = where[:-1]
    return where


def _keys(model: type[BaseModel], where: Where) -> list[str]:
    inside = _inside(model, where)
    return list(inside.model_fields) if isinstance(inside, type) and issubclass(inside, BaseModel) else []


def _description(model: type[BaseModel], where: Where) -> str:
    inside = _inside(model, where[:-1])
    return str(inside.model_fields[str(where[-1])].description)


def _inside(annotation: Any, where: Where) -> Any:
    """The type of what is at a place inside a value of some type."""
    for part in where:
        annotation = _plain(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields["root" if issubclass(annotation, RootModel) else str(part)].annotation
        else:
            annotation = get_args(annotation)[1 if get_origin(annotation) is dict else 0]
    return _plain(annotation)


def _plain(annotation: Any) -> Any:
    """A type without what pydantic is told about it, and without the None of an optional key."""
    while get_origin(annotation) is Annotated or type(None) in get_args(annotation):
        annotation = get_args(annotation)[0]
    return annotation
