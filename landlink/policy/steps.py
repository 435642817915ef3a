"""Tables of steps of a policy file: steps that touch, without gap or overlap."""

from decimal import Decimal

from landlink.errors import Fault, Faults, PolicyError
from landlink.policy.entries import StepEntry, read_entry
from landlink.policy.parameters import Spec
from landlink.policy.strict import Node
from landlink.policy.values import Step, Steps


def read_steps(node: Node, spec: Spec, file: str) -> Steps:
    """Read a table of steps.

    Raises
    ------
    PolicyError
        Everything that is wrong with the table: no steps, bounds missing or doubled, a gap or an overlap.

    Examples
    --------
    >>> from landlink.policy.strict import read_yaml
    >>> table = read_yaml("[{at_least: 0, at_most: 100, value: 9}, {more_than: 100, value: 7}]", "policy.yaml")
    >>> [step.label("l") for step in read_steps(table, Spec(("steps",)), "policy.yaml").steps]
    ['0 ≤ l ≤ 100', 'l > 100']
    """
    items = node.value if isinstance(node.value, list) else []
    if not items:
        raise PolicyError(Fault("policy.not_list", {}, file, row=node.line))
    faults = Faults()
    steps: list[Step] = []
    for position, item in enumerate(items):
        with faults.collect():
            step = _step(item, spec, file, last=position == len(items) - 1)
            steps.append(step)
            if step.upper is not None and step.upper <= step.lower:
                faults.add(_fault("empty", item, file, lower=step.lower, upper=step.upper))
            if position == 0 and (step.lower != 0 or not step.lower_closed):
                faults.add(_fault("start", item, file, lower=step.lower))
            elif len(steps) > 1:
                faults.add(*_join(steps[-2], step, item, file))
    faults.raise_if_any(PolicyError)
    return Steps(tuple(steps))


def _step(item: Node, spec: Spec, file: str, *, last: bool) -> Step:
    """Step with one lower bound and, but for the last, one upper bound."""
    entry = read_entry(StepEntry, item, file, spec)
    lower = [key for key in ("at_least", "more_than") if key in entry.model_fields_set]
    upper = [key for key in ("at_most", "less_than") if key in entry.model_fields_set]
    if len(lower) != 1 or len(upper) != (0 if last else 1):
        raise PolicyError(_fault("bounds", item, file))
    return Step(
        getattr(entry, lower[0]),
        lower == ["at_least"],
        getattr(entry, upper[0]) if upper else None,
        upper == ["at_most"],
        entry.value,
        entry.confidence,
    )


def _join(before: Step, step: Step, item: Node, file: str) -> list[Fault]:
    """Faults where two neighbouring steps leave a gap or overlap."""
    upper = before.upper if before.upper is not None else Decimal(0)
    if step.lower > upper or (step.lower == upper and not (before.upper_closed or step.lower_closed)):
        return [_fault("gap", item, file, upper=upper, lower=step.lower)]
    if step.lower < upper or (before.upper_closed and step.lower_closed):
        return [_fault("overlap", item, file, upper=upper, lower=step.lower)]
    return []


def _fault(kind: str, item: Node, file: str, **values: object) -> Fault:
    return Fault(f"policy.step_{kind}", values, file, row=item.line)
