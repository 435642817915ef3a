"""Entries of a policy file, as pydantic models; what is wrong with one is a fault on the line where it stands."""

import difflib
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from landlink.errors import Fault, PolicyError
from landlink.policy.parameters import GROUPS, KINDS, STEP_LIMIT, Spec
from landlink.policy.strict import Node
from landlink.policy.values import Confidence
from landlink.schema import CODE, CONFIDENCES
from landlink.texts import Lang

# What a step goes by.
_STEP_BOUND = Spec(("value",), maximum=STEP_LIMIT)
# Empty where the day of issue is not known.
_ISSUED = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, str):
        raise PydanticCustomError("not_text", "not text")
    return value


def _filled(value: object) -> str:
    text = _text(value)
    if not text.strip():
        raise PydanticCustomError("empty", "empty")
    return text


def _within(value: object, spec: Spec) -> Decimal:
    if not isinstance(value, Decimal):
        raise PydanticCustomError("not_number", "not a number", {"value": value})
    if not spec.allows(value):
        raise PydanticCustomError("out_of_range", "out of range", {"value": value, "bounds": spec.bounds})
    if spec.whole and value != value.to_integral_value():
        raise PydanticCustomError("not_whole", "not whole", {"value": value})
    return value


def _number(value: object, info: ValidationInfo) -> Decimal:
    """Number within the bounds of the parameter that is read."""
    return _within(value, _spec(info))


def _bound(value: object) -> Decimal:
    """Bound between two steps."""
    return _within(value, _STEP_BOUND)


def _choice(value: object, info: ValidationInfo) -> str:
    """One of the choices of the parameter that is read; of another shape's it is refused as a whole."""
    text, choices = _text(value), _spec(info).choices
    if choices and text not in choices:
        raise PydanticCustomError("choice", "not a choice", {"value": text, "choices": ", ".join(choices)})
    return text


def _spec(info: ValidationInfo) -> Spec:
    spec = info.context
    if not isinstance(spec, Spec):
        raise TypeError("a value is read with the specification of its parameter")
    return spec


def _code(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(CODE, value):
        raise PydanticCustomError("not_code", "not a district code", {"value": value})
    return value


def _issued(value: object) -> str:
    text = _text(value)
    if not _ISSUED.fullmatch(text):
        raise PydanticCustomError("not_date", "not a date", {"value": text})
    return text


def _one_of(choices: Sequence[str]) -> BeforeValidator:
    def check(value: object) -> str:
        text = _text(value)
        if text not in choices:
            raise PydanticCustomError("choice", "not a choice", {"value": text, "choices": ", ".join(choices)})
        return text

    return BeforeValidator(check)


Text = Annotated[str, BeforeValidator(_text)]
Filled = Annotated[str, BeforeValidator(_filled)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Bound = Annotated[Decimal, BeforeValidator(_bound)]
Choice = Annotated[str, BeforeValidator(_choice)]
Code = Annotated[str, BeforeValidator(_code)]
Group = Annotated[str, _one_of(GROUPS)]
# Entries are read one by one, those within an entry apart from it, so that all faults are collected.
Section = dict[str, Any]
Within = Any


class Entry(BaseModel):
    """An entry of a policy file; keys that are not declared are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileEntry(Entry):
    """The file as a whole."""

    id: Text
    title: Within
    extends: Text | None = None
    documents: Section = Field(default_factory=dict)
    parameters: Section = Field(default_factory=dict)
    facilities: Section = Field(default_factory=dict)


class TitleEntry(Entry):
    """A title or a unit in both languages."""

    zh: Text
    en: Text


class DocumentEntry(Entry):
    """A document that values come from."""

    title: Text
    number: Text
    issued: Annotated[str, BeforeValidator(_issued)]
    kind: Annotated[str, _one_of(KINDS)] = KINDS[0]


class ParameterEntry(Entry):
    """A parameter, its values by date of effect."""

    title: Within
    values: Within


class ValueEntry(Entry):
    """A value from a day on, in one of the shapes that :data:`landlink.policy.parameters.SHAPES` names."""

    source: Filled
    clause: Filled
    confidence: Annotated[Confidence, _one_of(CONFIDENCES)]
    note: Text = ""
    quote: Text = ""
    value: Number | None = None
    steps: list[Within] | None = None
    districts: list[Code] | None = None
    choice: Choice | None = None
    choices: list[Choice] | None = None


class StepEntry(Entry):
    """A step of a table of steps."""

    value: Number
    at_least: Bound | None = None
    more_than: Bound | None = None
    at_most: Bound | None = None
    less_than: Bound | None = None
    confidence: Annotated[Confidence | None, _one_of(CONFIDENCES)] = None


class FacilityEntry(Entry):
    """What changes of a kind of facility that a parent has."""

    title: Within = None
    group: Group | None = None
    unit: Within = None
    fields: Section


class NewFacilityEntry(FacilityEntry):
    """A kind of facility that no parent has."""

    title: Within
    group: Group
    unit: Within


E = TypeVar("E", bound=Entry)


def read_entry(entry: type[E], node: Node, file: str, spec: Spec | None = None) -> E:
    """Read an entry.

    Parameters
    ----------
    spec
        What the parameter may be whose value or step it is.

    Raises
    ------
    PolicyError
        Everything that is wrong with the entry, with lines.

    Examples
    --------
    >>> from landlink.policy.strict import read_yaml
    >>> node = read_yaml("{zh: 标准, en: Standard}", "policy.yaml")
    >>> read_entry(TitleEntry, node, "policy.yaml").en
    'Standard'
    """
    try:
        return entry.model_validate(node.plain(), context=spec)
    except ValidationError as error:
        faults = [_fault(details, entry, node, file) for details in error.errors(include_url=False)]
        raise PolicyError(faults) from None


def read_titles(node: Node, file: str) -> dict[Lang, str]:
    """Read a title or a unit in both languages."""
    entry = read_entry(TitleEntry, node, file)
    return {"zh": entry.zh, "en": entry.en}


def unknown_key(key: str, allowed: Iterable[str], file: str, line: int) -> Fault:
    """Fault of a key that nothing declares, with the nearest of those that are declared."""
    allowed = list(allowed)
    near = difflib.get_close_matches(key, allowed, 1)
    values = {"key": key, "allowed": ", ".join(allowed), "near": (near or ["—"])[0]}
    return Fault("policy.key_unknown", values, file, row=line)


def _fault(details: ErrorDetails, entry: type[Entry], node: Node, file: str) -> Fault:
    """Fault of an error that pydantic reports; a missing key is on the line of the entry."""
    path = details["loc"]
    key = str(path[-1]) if path else ""
    line = node.nearest(path).line
    match details["type"]:
        case "extra_forbidden":
            return unknown_key(key, sorted(entry.model_fields), file, line)
        case "missing":
            return Fault("policy.key_missing", {"key": key}, file, row=line)
        case "list_type":
            return Fault("policy.not_list", {}, file, row=line)
        case "dict_type" | "model_type":
            return Fault("policy.not_mapping", {}, file, row=line)
        case kind:
            return Fault(f"policy.{kind}", {"key": key, **details.get("ctx", {})}, file, row=line)
