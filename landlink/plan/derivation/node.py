"""A derivation as a tree: each value with its formula, inputs, source, clause and status."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pandas import isna

from landlink.schema import STATUSES, worst
from landlink.texts import Lang, default_lang, pick, text

Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a derivation.

    Parameters
    ----------
    id
        What it is: ``quota.entitlement_m2``, ``base.residents`` or a parameter such as ``linkage.standard``.
    label, unit, formula, clause
        As people read them, in the language asked for.
    value
        The value as the table holds it; None where it is unknown.
    shown
        The value as people read it, without its unit.
    source, date, confidence
        Where an input or a parameter comes from; empty for a computed value.
    status
        ``official``, ``estimated`` or ``synthetic``: the least official of what the value rests on.
    inputs
        Values that it is computed from.
    """

    id: str
    label: str
    value: Value
    shown: str
    unit: str = ""
    formula: str = ""
    clause: str = ""
    source: str = ""
    date: str = ""
    status: str = STATUSES[0]
    confidence: str = ""
    inputs: "tuple[Node, ...]" = ()

    @classmethod
    def input(
        cls,
        id: str,  # noqa: A002 - the field's name
        label: str,
        value: Value,
        shown: str,
        *,
        unit: str = "",
        origin: Mapping[str, str],
        lang: Lang,
        formula: str = "",
    ) -> "Node":
        """Value that data give.

        Parameters
        ----------
        origin
            ``source``, ``date``, ``status`` and ``confidence``, and ``clause`` where a text demands it.
        formula
            How the value takes effect, where it is not simply read.
        """
        return cls(
            id,
            label,
            value,
            shown,
            unit=unit,
            formula=formula or text("model.formula.input", lang),
            clause=pick(origin.get("clause", ""), lang),
            source=pick(origin["source"], lang),
            date=origin["date"],
            status=origin["status"],
            confidence=origin["confidence"],
        )

    @classmethod
    def computed(
        cls,
        id: str,  # noqa: A002 - the field's name
        label: str,
        value: Value,
        shown: str,
        *,
        unit: str = "",
        formula: str,
        clause: str = "",
        inputs: "tuple[Node, ...]",
        rests_on: tuple[str, ...] = (),
    ) -> "Node":
        """Value computed from others; its status is the least official of theirs.

        Parameters
        ----------
        rests_on
            Statuses of what the value rests on beside its inputs.
        """
        status = worst((*(node.status for node in inputs), *rests_on))
        return cls(id, label, value, shown, unit=unit, formula=formula, clause=clause, status=status, inputs=inputs)

    @property
    def whole(self) -> int:
        """Value as a whole number, such as an area in m².

        Raises
        ------
        TypeError
            The value is text, unknown or not whole.
        """
        if not isinstance(self.value, int):
            raise TypeError(f"{self.id} is not a whole number")
        return self.value

    def leaf(self, label: str) -> "Node":
        """The same value under another label, its own derivation left out."""
        origin = (self.unit, self.formula, self.clause, self.source, self.date, self.status, self.confidence)
        return Node(self.id, label, self.value, self.shown, *origin)

    def to_dict(self) -> dict[str, object]:
        """Tree as plain data, for JSON."""
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "inputs"}
        return {**fields, "inputs": [node.to_dict() for node in self.inputs]}

    def outline(
        self, depth: int = 0, seen: "set[str] | None" = None, *, deepest: int | None = None, most: int | None = None
    ) -> "Iterator[tuple[int, Node, bool]]":
        """Every node with its depth, and whether its own derivation has been given above and is left out here.

        Parameters
        ----------
        deepest
            Depth below which nothing is given; all where it is not given.
        most
            Number of inputs above which a node's inputs are left out, such as the addends of a sum over all districts.
        """
        seen = set() if seen is None else seen
        again = bool(self.inputs) and self.id in seen
        yield depth, self, again
        if again or depth == deepest or (most is not None and len(self.inputs) > most):
            return
        seen.add(self.id)
        for node in self.inputs:
            yield from node.outline(depth + 1, seen, deepest=deepest, most=most)

    def render(self, lang: Lang | None = None) -> str:
        """Tree as indented text, one value a line; what has been derived above is not derived again."""
        lang = lang or default_lang()
        return "\n".join(f"{'  ' * depth}{node.line(lang, again=again)}" for depth, node, again in self.outline())

    def line(self, lang: Lang, *, again: bool = False) -> str:
        """Value on one line: label, value, unit, formula, then source, clause and status."""
        unit = f" {self.unit}" if self.unit else ""
        start = f"{self.label} = {self.shown}{unit}"
        if again:
            return f"{start}  {text('model.explain.above', lang)}"
        origin = [part for part in (self.source, self.date, self.clause) if part]
        origin.append(text(f"model.status.{self.status}", lang))
        if self.confidence:
            origin.append(text(f"model.confidence.{self.confidence}", lang))
        return f"{start}  ← {self.formula}  [{'; '.join(origin)}]"


def shown(value: float | str) -> str:
    """Value as people read it: thousands separated, four decimals at most.

    Examples
    --------
    >>> shown(12345.5), shown(80.0), shown(float("nan"))
    ('12,345.5', '80', '—')
    """
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return value
    if isna(value):
        return "—"
    return f"{value:,.4f}".rstrip("0").rstrip(".")
