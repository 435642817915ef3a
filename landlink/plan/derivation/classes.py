"""Land by class of use in derivations: shares of the city, grants counted in a class, and what classes lack."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from landlink.needs.uses import JOB_CLASSES, class_of
from landlink.plan.derivation.node import Node, shown
from landlink.plan.derivation.rows import Key
from landlink.plan.plan import Plan
from landlink.texts import Lang, text


class Classes:
    """Nodes of one plan's classes of use.

    Parameters
    ----------
    plan, lang
        The plan, and the language of labels.
    column
        Derivation of a figure by table, column and key.
    """

    def __init__(self, plan: Plan, lang: Lang, column: Callable[[str, str, Key], Node]) -> None:
        self.plan, self.lang, self._column = plan, lang, column
        self._shares: dict[str, dict[str, Any]] = {row["use_class"]: row for row in plan.structure.to_dict("records")}
        self._gaps: dict[str, Node] = {}

    def node(self, name: str, code: str, use: str) -> Node | None:
        """Something of a district's class.

        Parameters
        ----------
        name
            ``share`` (None where the class has none), ``shares`` of all classes, ``granted`` in the class, ``jobs``:
            the shares by which land for jobs is divided (None for other classes), ``gaps`` of all classes to their
            targets, or ``other`` uses of all classes.
        """
        node: Node | None
        match name:
            case "share":
                node = self._share(use) if use in self._shares else None
            case "shares":
                node = self._all_shares
            case "jobs":
                node = self._of_jobs if use in JOB_CLASSES else None
            case "granted":
                node = self._granted(code, use)
            case "gaps":
                node = self._gaps[code] if code in self._gaps else self._gaps.setdefault(code, self._of_gaps(code))
            case _:
                parts = tuple(
                    self._column("uses", "other_m2", (code, use, "")).leaf(title) for use, title in self._titles
                )
                node = self._sum("other", text("model.column.other_m2", self.lang), parts)
        return node

    @cached_property
    def _titles(self) -> tuple[tuple[str, str], ...]:
        """Classes of the plan with their names."""
        return tuple(
            (use, text(f"model.use_class.{use}", self.lang)) for use in dict.fromkeys(self.plan.uses["use_class"])
        )

    def _share(self, use: str, *, own: bool = True) -> Node:
        row = self._shares[use]
        label = text("model.column.share_pct" if own else f"model.use_class.{use}", self.lang)
        origin = {name: str(row[name]) for name in ("source", "date", "status", "confidence")}
        value, unit = float(row["share_pct"]), text("model.unit.pct", self.lang)
        id_ = "class.share" if own else f"class.share.{use}"
        return Node.input(id_, label, value, shown(value), unit=unit, origin=origin, lang=self.lang)

    @cached_property
    def _all_shares(self) -> Node:
        parts = tuple(self._share(use, own=False) for use, _ in self._titles if use in self._shares)
        return self._sum("shares", text("model.explain.shares", self.lang), parts, unit="pct")

    @cached_property
    def _of_jobs(self) -> Node:
        parts = tuple(self._share(use, own=False) for use in JOB_CLASSES if use in self._shares)
        return self._sum("jobs", text("model.explain.job_shares", self.lang), parts, unit="pct")

    def _granted(self, code: str, use: str) -> Node:
        """Grants of the facilities counted in a class; of those for jobs, all that the classes for jobs share."""
        counted = "M" if use in JOB_CLASSES else use
        parts = tuple(
            self._column("needs", "granted_m2", (code, facility.id, "")).leaf(facility.title[self.lang])
            for facility in self.plan.facilities
            if class_of(facility) == counted
        )
        return self._sum("granted", text("model.column.granted_m2", self.lang), parts)

    def _of_gaps(self, code: str) -> Node:
        """What each class lacks to its target beside its facilities."""
        formula, unit = text("model.explain.gap_formula", self.lang), text("model.unit.m2", self.lang)
        parts = []
        for use, title in self._titles:
            target, livelihood = (
                self._column("uses", f"{name}_m2", (code, use, "")) for name in ("target", "livelihood")
            )
            gap = max(0, target.whole - livelihood.whole)
            node = Node.computed(
                f"class.gap.{use}", title, gap, shown(gap), unit=unit, formula=formula, inputs=(target, livelihood)
            )
            parts.append(node.leaf(title))
        return self._sum("gaps", text("model.explain.gaps", self.lang), tuple(parts))

    def _sum(self, name: str, label: str, parts: tuple[Node, ...], unit: str = "m2") -> Node:
        total = sum(part.value for part in parts if not isinstance(part.value, str | None))
        shown_unit = text(f"model.unit.{unit}", self.lang)
        return Node.computed(f"class.{name}", label, total, shown(total), unit=shown_unit, formula="Σ", inputs=parts)
