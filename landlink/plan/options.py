"""Options of a plan: what the user chose for it, and the rules in force with these choices in the policy's place."""

from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import TypedDict

from landlink.errors import DataError, Fault, Faults
from landlink.policy import PARAMETERS, Dated, Document, Policy, Rules, Spec

Number = float | str | Decimal
USER = Document("user", "用户设定 || set by the user", "", "", "assumption")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose for one plan; None leaves the policy's own value in force.

    A number may be a Decimal or text, which are exact, or a float, which stands for the digits it is shown with.

    Parameters
    ----------
    year
        Plan year.
    basis
        ``previous-actual`` or ``planned``.
    cap_ha
        Most new land the city gives out, in ha.
    rule
        ``proportional``, ``weighted`` or ``floor``.
    adjust_pct
        Adjustment of the standard in percent, within ±10.
    offset_share
        Share of the entitlement that stock land takes over, 0 to 1.
    base_year
        Year at whose end existing land and urban residents are taken; None takes each district's latest base pair until
        the year before the plan year, see :func:`landlink.city.base.base_pairs`.
    """

    year: int
    basis: str = "previous-actual"
    cap_ha: Number | None = field(default=None, metadata={"rule": "balance.city_cap"})
    rule: str | None = field(default=None, metadata={"rule": "balance.rule"})
    adjust_pct: Number | None = field(default=None, metadata={"rule": "linkage.adjustment"})
    offset_share: Number | None = field(default=None, metadata={"rule": "stock.offset_share"})
    base_year: int | None = None

    def overrides(self) -> dict[str, Number]:
        """Chosen values by option, those left to the policy not among them."""
        return {option: value for option in OVERRIDES if (value := getattr(self, option)) is not None}


class Choices(TypedDict, total=False):
    """Fields of :class:`Options` but for the year, as keywords of a call."""

    basis: str
    cap_ha: Number | None
    rule: str | None
    adjust_pct: Number | None
    offset_share: Number | None
    base_year: int | None


# The rule that each option replaces.
OVERRIDES: dict[str, str] = {
    option.name: option.metadata["rule"] for option in fields(Options) if "rule" in option.metadata
}


def rules_in_force(policy: Policy, options: Options) -> Rules:
    """Rules in force at the end of the plan year, with the user's choices in place of the policy's values.

    Raises
    ------
    DataError
        A choice is out of the bounds that its rule has.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> rules = rules_in_force(load_policy("guangzhou-2018"), Options(2020, adjust_pct="2.5"))
    >>> rules["linkage.adjustment"].content, rules["linkage.adjustment"].document is USER
    (Decimal('2.5'), True)
    """
    rules = policy.on(f"{options.year}-12-31")
    faults = Faults()
    for option, value in options.overrides().items():
        name = OVERRIDES[option]
        with faults.collect():
            content = _content(option, value, PARAMETERS[name])
            current = rules.get(name)
            if current is None or current.content != content:
                rules = rules.replace(Dated(name, "", content, PARAMETERS[name].unit, USER, "", "default", "", "", 0))
    faults.raise_if_any()
    return rules


def _content(option: str, value: Number, spec: Spec) -> Decimal | str:
    if spec.choices:
        if value not in spec.choices:
            choices = " | ".join(spec.choices)
            raise DataError(Fault("option.choice", {"option": option, "value": value, "choices": choices}))
        return str(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not spec.allows(number):
        raise DataError(Fault("option.range", {"option": option, "value": value, "bounds": spec.bounds}))
    return number
