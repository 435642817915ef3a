"""From YAML files to a policy; whatever is wrong in a file is refused with the reason and the line."""

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import cast

from landlink.errors import Fault, PolicyError
from landlink.policy.model import Policy
from landlink.policy.parameters import FACILITY_FIELDS, GROUPS, KINDS, PARAMETERS, Spec
from landlink.policy.strict import Node, read_yaml
from landlink.policy.values import Confidence, Dated, Document, Facility, Parameter, Step, Steps
from landlink.schema import CODE, CONFIDENCES
from landlink.texts import LANGS, Lang

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISSUED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SHAPES = ("value", "steps", "districts", "choice")
_BOUNDS = {"at_least": True, "more_than": False, "at_most": True, "less_than": False}


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
    return _Loader().load(str(name))


class _Loader:
    """One loading run: the chain of files and the faults found in the present one."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.file = ""
        self.chain: list[str] = []

    def load(self, name: str) -> Policy:
        content, self.file = self._read(name)
        root = read_yaml(content, self.file)
        file = self.file
        self._keys(root, {"id", "title"}, {"extends", "documents", "parameters", "facilities"})
        self._stop()
        parent = self._parent(root)
        self.file = file
        titles = self._titles(root)
        documents = self._documents(root)
        parameters = self._parameters(root, documents)
        facilities, fields = self._facilities(root, documents, {f.id: f for f in parent.facilities} if parent else {})
        parameters.update(fields)
        self._stop()
        merged = dict(parent.parameters) if parent else {}
        for parameter in parameters.values():
            merged[parameter.id] = _inherit(merged.get(parameter.id), parameter)
        order = {facility.id: facility for facility in parent.facilities} if parent else {}
        order.update({facility.id: facility for facility in facilities})
        policy = Policy(self._text(root, "id"), titles, merged, tuple(order.values()))
        self._check_facilities(policy, root)
        self._stop()
        return policy

    def _read(self, name: str) -> tuple[str, str]:
        if name in self.chain:
            raise PolicyError(Fault("policy.extends_circle", {"chain": " → ".join([*self.chain, name])}, self.file))
        self.chain.append(name)
        path = Path(name)
        if name in shipped():
            return files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml"
        try:
            return path.read_text(encoding="utf-8"), path.name
        except UnicodeDecodeError:
            raise PolicyError(Fault("file.encoding", file=path.name)) from None
        except OSError:
            raise PolicyError(Fault("policy.unknown", {"name": name, "have": ", ".join(shipped())})) from None

    def _parent(self, root: Node) -> Policy | None:
        entries = dict(root.items())
        return self.load(self._text(root, "extends")) if "extends" in entries else None

    # -- small readers ------------------------------------------------------------------------------------------

    def _add(self, id_: str, line: int, **values: object) -> None:
        self.faults.append(Fault(f"policy.{id_}", values, self.file, row=line))

    def _stop(self) -> None:
        if self.faults:
            raise PolicyError(self.faults)

    def _keys(self, node: Node, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Node]:
        """Entries of a mapping, having complained of missing and unknown keys."""
        if not isinstance(node.value, dict):
            self._add("not_mapping", node.line)
            return {}
        allowed = [*required, *optional]
        for key, child in node.value.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                self._add(
                    "key_unknown",
                    child.line,
                    key=key,
                    allowed=", ".join(sorted(allowed)),
                    near=(near or ["—"])[0],
                )
        for key in required:
            if key not in node.value:
                self._add("key_missing", node.line, key=key)
        return node.value

    def _text(self, node: Node, key: str, default: str = "") -> str:
        child = dict(node.items()).get(key)
        if child is None:
            return default
        if not isinstance(child.value, str):
            if isinstance(child.value, Decimal):
                return str(child.value)
            self._add("not_text", child.line, key=key)
            return default
        return child.value

    def _titles(self, node: Node, key: str = "title") -> Mapping[Lang, str]:
        child = dict(node.items()).get(key)
        if child is None:
            return {}
        self._keys(child, LANGS)
        return {lang: self._text(child, lang) for lang in LANGS}

    # -- sections -----------------------------------------------------------------------------------------------

    def _documents(self, root: Node) -> dict[str, Document]:
        found = {}
        for id_, node in dict(root.items()).get("documents", Node({}, root.line)).items():
            entries = self._keys(node, ("title", "number", "issued"), ("kind",))
            kind = self._text(node, "kind", KINDS[0])
            if kind not in KINDS:
                self._add("choice", entries["kind"].line, value=kind, choices=", ".join(KINDS))
            issued = self._text(node, "issued")
            if not _ISSUED.fullmatch(issued):
                self._add("not_date", node.line, value=issued)
            found[id_] = Document(id_, self._text(node, "title"), self._text(node, "number"), issued, kind)
        return found

    def _parameters(self, root: Node, documents: Mapping[str, Document]) -> dict[str, Parameter]:
        found = {}
        for id_, node in dict(root.items()).get("parameters", Node({}, root.line)).items():
            if id_ not in PARAMETERS:
                near = difflib.get_close_matches(id_, PARAMETERS, 1)
                self._add("key_unknown", node.line, key=id_, allowed=", ".join(PARAMETERS), near=(near or ["—"])[0])
                continue
            entries = self._keys(node, ("title", "values"))
            if "values" in entries:
                dated = self._dated(id_, entries["values"], PARAMETERS[id_], documents)
                found[id_] = Parameter(id_, self._titles(node), dated)
        return found

    def _facilities(
        self, root: Node, documents: Mapping[str, Document], inherited: Mapping[str, Facility]
    ) -> tuple[list[Facility], dict[str, Parameter]]:
        facilities, parameters = [], {}
        for id_, node in dict(root.items()).get("facilities", Node({}, root.line)).items():
            own = ("title", "group", "unit")
            required, optional = (("fields",), own) if id_ in inherited else ((*own, "fields"), ())
            entries = self._keys(node, required, optional)
            if "group" in entries and self._text(node, "group") not in GROUPS:
                self._add(
                    "choice",
                    entries["group"].line,
                    value=self._text(node, "group"),
                    choices=", ".join(GROUPS),
                )
            parent = inherited.get(id_)
            title = self._titles(node) or (parent.title if parent else {})
            facilities.append(
                Facility(
                    id_,
                    title,
                    self._text(node, "group", parent.group if parent else ""),
                    self._titles(node, "unit") or (parent.unit if parent else {}),
                )
            )
            for field, values in entries.get("fields", Node({}, node.line)).items():
                if field not in FACILITY_FIELDS:
                    near = difflib.get_close_matches(field, FACILITY_FIELDS, 1)
                    self._add(
                        "key_unknown",
                        values.line,
                        key=field,
                        allowed=", ".join(FACILITY_FIELDS),
                        near=(near or ["—"])[0],
                    )
                    continue
                name = f"facility.{id_}.{field}"
                dated = self._dated(name, values, FACILITY_FIELDS[field], documents)
                parameters[name] = Parameter(name, title, dated)
        return facilities, parameters

    def _dated(self, parameter: str, node: Node, spec: Spec, documents: Mapping[str, Document]) -> tuple[Dated, ...]:
        found = []
        if not list(node.items()):
            self._add("no_value", node.line, parameter=parameter)
        for since, entry in node.items():
            if not _DAY.fullmatch(since):
                self._add("not_date", entry.line, value=since)
            entries = self._keys(entry, ("source", "clause", "confidence"), ("note", *_SHAPES))
            shapes = [shape for shape in _SHAPES if shape in entries]
            if len(shapes) != 1 or shapes[0] not in spec.shapes:
                self._add("shape", entry.line, found=", ".join(shapes) or "—", allowed=" / ".join(spec.shapes))
                continue
            confidence = self._text(entry, "confidence")
            if "confidence" in entries and confidence not in CONFIDENCES:
                self._add("choice", entries["confidence"].line, value=confidence, choices=", ".join(CONFIDENCES))
            for key in ("source", "clause"):
                if key in entries and not self._text(entry, key).strip():
                    self._add("empty", entries[key].line, key=key)
            source = self._text(entry, "source")
            document = documents.get(source)
            if document is None:
                if source:
                    self._add(
                        "source_unknown",
                        entries["source"].line,
                        source=source,
                        have=", ".join(documents) or "—",
                    )
                continue
            if since[: len(document.issued)] < document.issued:
                self._add("before_document", entry.line, since=since, document=document.name(), issued=document.issued)
            found.append(
                Dated(
                    parameter,
                    since,
                    self._content(shapes[0], entries[shapes[0]], spec),
                    spec.unit,
                    document,
                    self._text(entry, "clause"),
                    cast("Confidence", confidence),
                    self._text(entry, "note"),
                    self.file,
                    entries[shapes[0]].line,
                )
            )
        return tuple(sorted(found, key=lambda value: value.since))

    def _content(self, shape: str, node: Node, spec: Spec) -> Decimal | Steps | tuple[str, ...] | str:
        if shape == "steps":
            return self._steps(node)
        if shape == "districts":
            return self._districts(node)
        if shape == "choice":
            if str(node.value) not in spec.choices:
                self._add("choice", node.line, value=node.value, choices=", ".join(spec.choices))
            return str(node.value)
        return self._number(node, spec.minimum, spec.maximum)

    def _number(self, node: Node, minimum: Decimal | None, maximum: Decimal | None) -> Decimal:
        if not isinstance(node.value, Decimal):
            self._add("not_number", node.line, value=node.value)
            return Decimal(0)
        if (minimum is not None and node.value < minimum) or (maximum is not None and node.value > maximum):
            bounds = f"{minimum} – {maximum if maximum is not None else '∞'}"
            self._add("out_of_range", node.line, value=node.value, bounds=bounds)
        return node.value

    def _districts(self, node: Node) -> tuple[str, ...]:
        codes: list[str] = []
        if not isinstance(node.value, list):
            self._add("not_list", node.line)
            return ()
        for item in node.value:
            code = str(item.value)
            if not re.fullmatch(CODE, code) or not isinstance(item.value, str):
                self._add("not_code", item.line, value=code)
            elif code in codes:
                self._add("district_twice", item.line, code=code)
            codes.append(code)
        return tuple(codes)

    def _steps(self, node: Node) -> Steps:
        if not isinstance(node.value, list) or not node.value:
            self._add("not_list", node.line)
            return Steps(())
        steps: list[Step] = []
        for position, item in enumerate(node.value):
            last = position == len(node.value) - 1
            entries = self._keys(item, ("value",), _BOUNDS)
            lower = [key for key in ("at_least", "more_than") if key in entries]
            upper = [key for key in ("at_most", "less_than") if key in entries]
            if len(lower) != 1 or len(upper) != (0 if last else 1) or "value" not in entries:
                self._add("step_bounds", item.line)
                continue
            step = Step(
                self._number(entries[lower[0]], Decimal(0), None),
                _BOUNDS[lower[0]],
                None if last else self._number(entries[upper[0]], Decimal(0), None),
                not last and _BOUNDS[upper[0]],
                self._number(entries["value"], Decimal(0), None),
            )
            if step.upper is not None and step.upper <= step.lower:
                self._add("step_empty", item.line, lower=step.lower, upper=step.upper)
            if position == 0 and (step.lower != 0 or not step.lower_closed):
                self._add("step_start", item.line, lower=step.lower)
            elif steps:
                self._join(steps[-1], step, item.line)
            steps.append(step)
        return Steps(tuple(steps))

    def _join(self, before: Step, step: Step, line: int) -> None:
        """Complain where two neighbouring steps leave a gap or overlap."""
        upper = before.upper if before.upper is not None else Decimal(0)
        if step.lower > upper or (step.lower == upper and not (before.upper_closed or step.lower_closed)):
            self._add("step_gap", line, upper=upper, lower=step.lower)
        elif step.lower < upper or (before.upper_closed and step.lower_closed):
            self._add("step_overlap", line, upper=upper, lower=step.lower)

    def _check_facilities(self, policy: Policy, root: Node) -> None:
        for facility in policy.facilities:
            have = {name.rsplit(".", 1)[1] for name in policy.parameters if name.startswith(f"facility.{facility.id}.")}
            if "per_1000" not in have:
                self._add("facility_field", root.line, facility=facility.id, field="per_1000")
            if "land_per_unit" not in have and not {"floor_per_unit", "far"} <= have:
                self._add("facility_field", root.line, facility=facility.id, field="land_per_unit")


def _inherit(parent: Parameter | None, own: Parameter) -> Parameter:
    """Own values from their first day on; before it the parent's."""
    if parent is None or not own.values:
        return own
    earlier = tuple(value for value in parent.values if value.since < own.values[0].since)
    return Parameter(own.id, own.title, earlier + own.values)
