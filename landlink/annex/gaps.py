"""What a plan lacks for complete annexes, and whether they can be filed without it."""

from dataclasses import dataclass

from landlink.annex.material import Material
from landlink.plan.plan import Plan
from landlink.present.tables import fact_status
from landlink.schema import FACTS, STOCK_FACTS
from landlink.texts import Lang, text

# District facts that may be unknown, those of stock land apart, which the ledger accounts for.
_CAPACITIES = tuple(fact.name for fact in FACTS.values() if not fact.required and fact.name not in STOCK_FACTS)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing; its text is ``annex.gap.<id>``.

    Parameters
    ----------
    id
        ``synthetic``, ``estimated``, ``new_capacity_m2``, ``stock``, ``channels``, ``targets``, ``land``,
        ``services`` or ``sites``.
    filed
        The annexes can be filed without.
    """

    id: str
    filed: bool

    def text(self, lang: Lang | None = None) -> str:
        """Text of the gap, and whether it hinders filing."""
        filed = text("annex.filed.yes" if self.filed else "annex.filed.no", lang)
        return text("annex.filed.said", lang, gap=text(f"annex.gap.{self.id}", lang), filed=filed)


def gaps(plan: Plan, material: Material | None = None) -> list[Gap]:
    """What is missing, what hinders filing first.

    Synthetic figures are no basis of a plan; estimated ones are, where the annexes say so, as they do.

    Parameters
    ----------
    material
        Figures of the city that go with the plan's own.
    """
    statuses = set(fact_status(plan).values()) | _land_statuses(plan, material)
    doubts = [Gap(status, status != "synthetic") for status in ("synthetic", "estimated") if status in statuses]
    missing = [name for name in _CAPACITIES if plan.base.table[name].isna().any()]
    if plan.ledger["stock_unverified_m2"].any():
        missing.append("stock")
    if material is None or (material.settlement["channel"] == "all").all():
        missing.append("channels")
    if material is None or material.targets.empty:
        missing.append("targets")
    if material is None or material.parcels is None:
        missing.append("land")
    if material is None or {service.facility for service in material.services} != set(plan.rules.with_radius):
        missing.append("services")
    if plan.siting is None:
        missing.append("sites")
    return doubts + [Gap(name, filed=True) for name in missing]


def _land_statuses(plan: Plan, material: Material | None) -> set[str]:
    """Statuses of what sites, supply and service rest on."""
    statuses = set() if plan.siting is None else {plan.siting.data_status}
    if material is not None:
        statuses |= {material.land_status, *(service.status for service in material.services)}
    return statuses
