"""From YAML files to a policy; whatever is wrong in a file is refused with the reason and the line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from landlink.errors import Fault, Faults, PolicyError
from landlink.policy.entries import (
    DocumentEntry,
    FacilityEntry,
    FileEntry,
    NewFacilityEntry,
    ParameterEntry,
    ValueEntry,
    read_entry,
    read_titles,
    unknown_key,
)
from landlink.policy.facilities import facility_faults, in_order
from landlink.policy.model import Policy
from landlink.policy.parameters import FACILITY_FIELDS, PARAMETERS, SHAPES, Shape, Spec
from landlink.policy.steps import read_steps
from landlink.policy.strict import Node, read_yaml
from landlink.policy.values import Content, Dated, Document, Facility, Parameter
from landlink.texts import Lang

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def shipped() -> list[str]:
    """Names of the policies that come with landlink."""
    return sorted(
        entry.name.removesuffix(".yaml") for entry in files(__package__).iterdir() if entry.name.endswith(".yaml")
    )


def load_policy(name: str | Path) -> Policy:
    """Load a policy.

    Parameters
    ----------
    name
        A policy that comes with landlink, such as ``guangzhou-2018``, or the path of a YAML file.

    Raises
    ------
    PolicyError
        There is no such policy, or everything that is wrong in its file, with lines.

    Examples
    --------
    >>> load_policy("guangzhou-2018").on("2020-12-31")["linkage.standard"].display()
    '0 ≤ l ≤ 100 → 100；100 < l ≤ 150 → 80；l > 150 → 50'
    """
    return _load(str(name), (), "")


@dataclass(frozen=True, slots=True)
class _Context:
    """File that is read, and its documents by id; None for one that is itself at fault."""

    file: str
    documents: Mapping[str, Document | None]


def _load(name: str, chain: tuple[str, ...], child: str) -> Policy:
    """Load a policy that the files of a chain extend, the last of them being ``child``."""
    if name in chain:
        raise PolicyError(Fault("policy.extends_circle", {"chain": " → ".join([*chain, name])}, child))
    content, file = _read(name)
    root = read_yaml(content, file)
    entry = read_entry(FileEntry, root, file)
    parent = None if entry.extends is None else _load(entry.extends, (*chain, name), file)
    faults = Faults()
    with faults.collect():
        titles = read_titles(root.nearest(["title"]), file)
    context = _Context(file, _documents(root, file, faults))
    merged = dict(parent.parameters) if parent else {}
    facilities = {facility.id: facility for facility in parent.facilities} if parent else {}
    parameters = _parameters(root, context, faults)
    for id_, node in root.entries("facilities"):
        with faults.collect():
            facilities[id_], fields = _facility(id_, node, facilities.get(id_), context)
            parameters.update(fields)
    faults.raise_if_any(PolicyError)
    for id_, parameter in parameters.items():
        merged[id_] = _inherit(merged.get(id_), parameter)
    policy = Policy(entry.id, titles, merged, in_order(facilities.values()))
    faults.add(*facility_faults(policy, file, root.line))
    faults.raise_if_any(PolicyError)
    return policy


def _read(name: str) -> tuple[str, str]:
    """Contents and name of a policy's file."""
    path = Path(name)
    if name in shipped():
        return files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml"
    try:
        return path.read_text(encoding="utf-8"), path.name
    except UnicodeDecodeError:
        raise PolicyError(Fault("file.encoding", file=path.name)) from None
    except (OSError, ValueError):
        raise PolicyError(Fault("policy.unknown", {"name": name, "have": ", ".join(shipped())})) from None


def _documents(root: Node, file: str, faults: Faults) -> dict[str, Document | None]:
    documents: dict[str, Document | None] = {}
    for id_, node in root.entries("documents"):
        documents[id_] = None
        with faults.collect():
            entry = read_entry(DocumentEntry, node, file)
            documents[id_] = Document(id_, entry.title, entry.number, entry.issued, entry.kind)
    return documents


def _parameters(root: Node, context: _Context, faults: Faults) -> dict[str, Parameter]:
    parameters = {}
    for id_, node in root.entries("parameters"):
        if id_ not in PARAMETERS:
            faults.add(unknown_key(id_, PARAMETERS, context.file, node.line))
            continue
        dated: tuple[Dated, ...] = ()
        titles: Mapping[Lang, str] = {}
        with faults.collect():
            read_entry(ParameterEntry, node, context.file)
        with faults.collect():
            titles = _titles(node, "title", {}, context.file)
        if (values := node.get("values")) is not None:
            with faults.collect():
                dated = _dated(id_, values, PARAMETERS[id_], context)
        parameters[id_] = Parameter(id_, titles, dated)
    return parameters


def _facility(
    id_: str, node: Node, inherited: Facility | None, context: _Context
) -> tuple[Facility, dict[str, Parameter]]:
    """Read a kind of facility, new or with changes to one that a parent has, and the values of its fields."""
    faults = Faults()
    with faults.collect():
        entry = read_entry(FacilityEntry if inherited else NewFacilityEntry, node, context.file)
    with faults.collect():
        title = _titles(node, "title", inherited.title if inherited else {}, context.file)
    with faults.collect():
        unit = _titles(node, "unit", inherited.unit if inherited else {}, context.file)
    dated: dict[str, tuple[Dated, ...]] = {}
    for field, values in node.entries("fields"):
        if field not in FACILITY_FIELDS:
            faults.add(unknown_key(field, FACILITY_FIELDS, context.file, values.line))
            continue
        with faults.collect():
            name = f"facility.{id_}.{field}"
            dated[name] = _dated(name, values, FACILITY_FIELDS[field], context)
    faults.raise_if_any(PolicyError)
    group = entry.group or (inherited.group if inherited else "")
    return Facility(id_, title, group, unit), {name: Parameter(name, title, values) for name, values in dated.items()}


def _titles(node: Node, key: str, default: Mapping[Lang, str], file: str) -> Mapping[Lang, str]:
    """Title or unit below a key; a default if there is no such key."""
    titles = node.get(key)
    return default if titles is None else read_titles(titles, file)


def _dated(parameter: str, node: Node, spec: Spec, context: _Context) -> tuple[Dated, ...]:
    """Values of a parameter, the latest last."""
    faults = Faults()
    values = []
    if not list(node.items()):
        faults.add(Fault("policy.no_value", {"parameter": parameter}, context.file, row=node.line))
    for since, entry in node.items():
        if not _is_day(since):
            faults.add(Fault("policy.not_date", {"value": since}, context.file, row=entry.line))
        with faults.collect():
            values.append(_value(parameter, since, entry, spec, context))
    faults.raise_if_any(PolicyError)
    return tuple(sorted(values, key=lambda value: value.since))


def _is_day(text: str) -> bool:
    """True if a text is a date of the calendar, such as ``2018-02-01``."""
    try:
        return _DAY.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _value(parameter: str, since: str, node: Node, spec: Spec, context: _Context) -> Dated:
    """Value of a parameter from a day on."""
    file = context.file
    entry = read_entry(ValueEntry, node, file, spec)
    faults = Faults()
    shapes = [shape for shape in SHAPES if getattr(entry, shape) is not None]
    if len(shapes) != 1 or shapes[0] not in spec.shapes:
        values = {"found": ", ".join(shapes) or "—", "allowed": " / ".join(spec.shapes)}
        faults.add(Fault("policy.shape", values, file, row=node.line))
    else:
        line = node.nearest([shapes[0]]).line
        with faults.collect():
            content = _content(shapes[0], entry, node.nearest([shapes[0]]), spec, file)
    document = context.documents.get(entry.source)
    if entry.source not in context.documents:
        values = {"source": entry.source, "have": ", ".join(context.documents) or "—"}
        faults.add(Fault("policy.source_unknown", values, file, row=node.nearest(["source"]).line))
    elif document is not None and since[: len(document.issued)] < document.issued:
        values = {"since": since, "document": document.name(), "issued": document.issued}
        faults.add(Fault("policy.before_document", values, file, row=node.line))
    faults.raise_if_any(PolicyError)
    document = document or Document(entry.source, "", "", "")
    return Dated(
        parameter,
        since,
        content,
        spec.unit,
        document,
        entry.clause,
        entry.confidence,
        entry.note,
        file,
        line,
        entry.quote,
    )


def _content(shape: Shape, entry: ValueEntry, node: Node, spec: Spec, file: str) -> Content:
    if shape == "steps":
        return read_steps(node, spec, file)
    if shape == "districts":
        return _each_once(entry.districts or [], "policy.district_twice", "code", node, file)
    if shape == "choices":
        if not entry.choices:
            raise PolicyError(Fault("policy.no_choice", {"choices": ", ".join(spec.choices)}, file, row=node.line))
        return _each_once(entry.choices, "policy.choice_twice", "choice", node, file)
    if shape == "choice":
        return entry.choice or ""
    return entry.value or Decimal(0)


def _each_once(names: list[str], fault: str, key: str, node: Node, file: str) -> tuple[str, ...]:
    """Names of a list, none of which may stand twice."""
    faults = Faults()
    for index, name in enumerate(names):
        if name in names[:index]:
            faults.add(Fault(fault, {key: name}, file, row=node.nearest([index]).line))
    faults.raise_if_any(PolicyError)
    return tuple(names)


def _inherit(inherited: Parameter | None, parameter: Parameter) -> Parameter:
    """Values of a parameter from their first day on, and before it those that are inherited."""
    if inherited is None or not parameter.values:
        return parameter
    earlier = tuple(value for value in inherited.values if value.since < parameter.values[0].since)
    return Parameter(parameter.id, parameter.title, earlier + parameter.values)
