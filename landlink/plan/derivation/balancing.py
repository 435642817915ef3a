"""The balancing as one district sees it: its own claim and bounds, the common divisor λ, and all others as one sum."""

from landlink.linkage.balance import Divisor
from landlink.plan.derivation.node import Node, shown
from landlink.texts import Lang, text


def term(divisor: Divisor, name: str, code: str, status: str, lang: Lang) -> Node | None:
    """A term by which a district's quota follows from the common divisor, see :func:`landlink.linkage.own_quota`.

    Parameters
    ----------
    name
        ``claim``, ``weight``, ``lower``, ``upper``, ``value`` (λ) or ``last``.
    status
        Status of the district's claim; of λ and the last m², of all claims.

    Returns
    -------
    The node; None for the last m² given where nothing is cut.
    """
    claim, weight, lower, upper = divisor.terms[code]
    last = f"{divisor.weighted} · {divisor.code}" if divisor.code else None
    values: dict[str, int | str | None] = {
        "claim": claim,
        "weight": str(weight),
        "lower": lower,
        "upper": upper,
        "value": str(divisor.value),
        "last": last,
    }
    value = values[name]
    if value is None:
        return None
    unit = text("model.unit.m2", lang) if isinstance(value, int) else ""
    label, formula = (text(f"model.{kind}.{name}", lang) for kind in ("divisor", "divisor_formula"))
    return Node(f"divisor.{name}", label, value, shown(value), unit=unit, formula=formula, status=status)


def others(divisor: Divisor, code: str, status: str, lang: Lang) -> Node:
    """Claims of all other districts within their bounds, as one sum."""
    area = sum(upper for *_, upper in divisor.terms.values()) - divisor.terms[code][-1]
    unit, formula = text("model.unit.m2", lang), text("model.explain.others_formula", lang)
    label = text("model.explain.others", lang)
    return Node("sum.others", label, area, shown(area), unit=unit, formula=formula, status=status)
