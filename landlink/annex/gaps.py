"""What a plan lacks for complete annexes, and whether they can be filed without."""

from dataclasses import dataclass

from landlink.annex.inputs import fact_status
from landlink.plan import Plan
from landlink.texts import Lang, text

_CAPACITIES = ("new_capacity_m2", "stock_available_m2")


@dataclass(frozen=True, slots=True)
class Gap:
    """A thing that is missing; its text is ``annex.gap.<id>``.

    Parameters
    ----------
    id
        ``synthetic``, ``estimated``, ``new_capacity_m2``, ``stock_available_m2`` or ``sites``.
    filed
        The annexes can be filed without.
    """

    id: str
    filed: bool

    def text(self, lang: Lang | None = None) -> str:
        """Text of the gap, and whether it hinders filing."""
        filed = text("annex.filed.yes" if self.filed else "annex.filed.no", lang)
        return text("annex.filed.said", lang, gap=text(f"annex.gap.{self.id}", lang), filed=filed)


def gaps(plan: Plan) -> list[Gap]:
    """Return what is missing, what hinders filing first.

    Synthetic figures are no basis of a plan; estimated ones are, where the annexes say so, as they do.
    """
    statuses = set(fact_status(plan).values())
    found = [Gap(status, status != "synthetic") for status in ("synthetic", "estimated") if status in statuses]
    if (
        plan.siting is not None
        and plan.siting.data_status == "synthetic"
        and Gap("synthetic", filed=False) not in found
    ):
        found.insert(0, Gap("synthetic", filed=False))
    found += [Gap(name, filed=True) for name in _CAPACITIES if plan.base.table[name].isna().any()]
    return found + ([Gap("sites", filed=True)] if plan.siting is None else [])
