"""The balancing as one district sees it: its own claim and bounds, the common divisor λ, and all others as one sum."""

from collections.abc import Callable
from functools import cached_property
from operator import itemgetter

from landlink.linkage.balance import Divisor
from landlink.plan.derivation.node import Node, shown
from landlink.plan.derivation.rows import Key
from landlink.schema import worst
from landlink.texts import Lang, text

# Position of a district's own terms among those of :class:`landlink.linkage.Divisor`.
_OWN = {"claim": 0, "weight": 1, "lower": 2, "upper": 3}
_UPPER = itemgetter(_OWN["upper"])


class Balancing:
    """Nodes of one plan's balancing; those that all districts have in common are built once.

    Parameters
    ----------
    divisor
        Common divisor of the plan.
    lang
        Language of labels.
    column
        Derivation of a figure by table, column and key.
    """

    def __init__(self, divisor: Divisor, lang: Lang, column: Callable[[str, str, Key], Node]) -> None:
        self._divisor, self._lang, self._column = divisor, lang, column
        self._total = sum(map(_UPPER, divisor.terms.values()))
        self._texts: dict[str, tuple[str, str]] = {}

    def node(self, name: str, code: str) -> Node | None:
        """A term by which a district's quota follows from the common divisor, see :func:`landlink.linkage.own_quota`.

        Parameters
        ----------
        name
            ``claim``, ``weight``, ``lower`` or ``upper`` of the district, ``value`` (λ) or ``last``, which is None
            where nothing is cut.
        """
        if name == "value":
            return self._value
        if name == "last":
            return self._last
        term = self._divisor.terms[code][_OWN[name]]
        return self._node(name, term if isinstance(term, int) else str(term), self._claim(code).status)

    def others(self, code: str) -> Node:
        """Claims of all other districts within their bounds, as one sum."""
        area = self._total - _UPPER(self._divisor.terms[code])
        label, formula = (text(f"model.explain.{name}", self._lang) for name in ("others", "others_formula"))
        return Node("sum.others", label, area, shown(area), unit=self._m2, formula=formula, status=self._status)

    def _claim(self, code: str) -> Node:
        return self._column("quota", "demand_m2", (code, "", ""))

    @cached_property
    def _status(self) -> str:
        """Status of what all districts' claims, and so the divisor, rest on."""
        return worst(self._claim(code).status for code in self._divisor.terms)

    @cached_property
    def _value(self) -> Node:
        return self._node("value", str(self._divisor.value), self._status)

    @cached_property
    def _last(self) -> Node | None:
        if not self._divisor.code:
            return None
        return self._node("last", f"{self._divisor.weighted} · {self._divisor.code}", self._status)

    @cached_property
    def _m2(self) -> str:
        return text("model.unit.m2", self._lang)

    def _node(self, name: str, value: int | str, status: str) -> Node:
        if name not in self._texts:
            kinds = ("divisor", "divisor_formula")
            label, formula = (text(f"model.{kind}.{name}", self._lang) for kind in kinds)
            self._texts[name] = label, formula
        label, formula = self._texts[name]
        unit = self._m2 if isinstance(value, int) else ""
        return Node(f"divisor.{name}", label, value, shown(value), unit=unit, formula=formula, status=status)
