"""Facilities of a policy together: the order in which land is granted, and standards that agree with each other."""

from collections.abc import Iterable, Iterator

from landlink.errors import Fault
from landlink.policy.model import Policy
from landlink.policy.parameters import GROUPS
from landlink.policy.values import Dated, Facility

# Fields that say how large a facility or a dwelling is; a facility is made of whole modules, a school of whole classes.
_SIZES = ("module_units", "min_units", "max_units", "dwelling_m2", "dwelling_max_m2")
# Sizes of which the first may not be above the second.
_ORDERS = (("module_units", "max_units"), ("min_units", "max_units"), ("dwelling_m2", "dwelling_max_m2"))


def in_order(facilities: Iterable[Facility]) -> tuple[Facility, ...]:
    """Facilities in the order of their groups in clause 7, within a group as they are declared.

    Examples
    --------
    >>> title = {"zh": "", "en": ""}
    >>> declared = [("jobs", "employment"), ("school", "education"), ("homes", "housing"), ("nursery", "education")]
    >>> [facility.id for facility in in_order(Facility(id_, title, group, title) for id_, group in declared)]
    ['homes', 'school', 'nursery', 'jobs']
    """
    return tuple(sorted(facilities, key=lambda facility: GROUPS.index(facility.group)))


def facility_faults(policy: Policy, file: str, line: int) -> list[Fault]:
    """Faults of facilities whose fields are not complete or contradict each other.

    Parameters
    ----------
    file, line
        File of the policy and the line where it begins; a contradiction is on the line of the value in this file.

    Examples
    --------
    >>> from landlink.policy.load import load_policy
    >>> facility_faults(load_policy("national-2016"), "national-2016.yaml", 1)
    []
    """
    faults: list[Fault] = []
    for facility in policy.facilities:
        faults += _incomplete(policy, facility, file, line)
        contradictions = {
            (fault.file, fault.row, fault.id): fault
            for sizes in _sizes_by_day(policy, facility)
            for fault in _contradictions(sizes, facility, file)
        }
        faults += contradictions.values()
    return faults


def _field(policy: Policy, facility: Facility, field: str) -> tuple[Dated, ...]:
    """Values of a field, the latest last; none if the policy does not set it."""
    name = f"facility.{facility.id}.{field}"
    return policy.parameters[name].values if name in policy.parameters else ()


def _incomplete(policy: Policy, facility: Facility, file: str, line: int) -> Iterator[Fault]:
    """Faults of fields that are missing, or in force only later than the ratio that needs them."""
    ratio = _field(policy, facility, "per_1000")
    if not ratio:
        yield Fault("policy.facility_field", {"facility": facility.id, "field": "per_1000"}, file, row=line)
    land, floor, far = (_field(policy, facility, field) for field in ("land_per_unit", "floor_per_unit", "far"))
    if not land and not (floor and far):
        yield Fault("policy.facility_field", {"facility": facility.id, "field": "land_per_unit"}, file, row=line)
        return
    since = [land[0].since] if land else []
    since += [max(floor[0].since, far[0].since)] if floor and far else []
    if ratio and min(since) > ratio[0].since:
        values = {"facility": facility.id, "since": min(since), "ratio_since": ratio[0].since}
        yield Fault("policy.facility_since", values, ratio[0].file, row=ratio[0].line)


def _sizes_by_day(policy: Policy, facility: Facility) -> Iterator[dict[str, Dated]]:
    """Sizes in force on each day on which one of them changes."""
    values = {field: _field(policy, facility, field) for field in _SIZES}
    for day in sorted({value.since for dated in values.values() for value in dated}):
        in_force = {field: [value for value in dated if value.since <= day] for field, dated in values.items()}
        yield {field: dated[-1] for field, dated in in_force.items() if dated}


def _contradictions(sizes: dict[str, Dated], facility: Facility, file: str) -> Iterator[Fault]:
    """Faults of sizes that are out of order, or no multiple of the module."""
    for smaller, larger in _ORDERS:
        if smaller in sizes and larger in sizes and sizes[smaller].number > sizes[larger].number:
            values = {
                "facility": facility.id,
                "smaller": smaller,
                "smaller_units": sizes[smaller].content,
                "larger": larger,
                "larger_units": sizes[larger].content,
            }
            yield _located(Fault("policy.sizes_order", values), (sizes[smaller], sizes[larger]), file)
            return
    for field in ("min_units", "max_units"):
        if field in sizes and "module_units" in sizes and sizes[field].number % sizes["module_units"].number:
            values = {
                "facility": facility.id,
                "field": field,
                "units": sizes[field].content,
                "module_units": sizes["module_units"].content,
            }
            yield _located(Fault("policy.sizes_module", values), (sizes[field], sizes["module_units"]), file)


def _located(fault: Fault, values: tuple[Dated, Dated], file: str) -> Fault:
    """Fault on the line of the first of the values that is in the file."""
    dated = next((value for value in values if value.file == file), values[0])
    return Fault(fault.id, fault.values, dated.file, row=dated.line)
