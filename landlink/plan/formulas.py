"""The register of formulas: what each computed column comes from, and the clause behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

# The column that stands for a table where none is named.
HEADLINE = {
    "quota": "quota_m2",
    "sources": "met_m2",
    "needs": "land_m2",
    "ledger": "budget_m2",
    "uses": "target_m2",
    "sites": "site_m2",
    "provision": "unserved",
}


@dataclass(frozen=True, slots=True)
class Formula:
    """What a column is computed from, and the clause behind it; a column without clause is its one input's copy."""

    inputs: tuple[str, ...]
    clause: str = ""


# An input is a column of the same row, a district fact (`base.`), a column of the district's
# row in another table (`quota.`, `ledger.`), a field of the facility's standard (`standard.`), a sum over other rows
# (`sum.`), what is known of the land of a row's source (`land.`), a term of the balancing (`divisor.`), something of
# the classes of use (`class.`), or a rule.
# `layer:` and `list:` stand before inputs that count only where the central area is a layer or the policy's list of
# districts, `new:` and `stock:` before those that count only in rows of new land or of stock land, and
# `shares:` and `rest:` before those that count only where the city gives shares of classes of use, or gives none.
FORMULAS: Mapping[str, Formula] = {
    "quota.settled": Formula(("base.settled",)),
    "quota.urban_residents": Formula(("base.residents", "base.urban_share_pct"), "population"),
    "quota.urban_land_m2": Formula(("base.urban_land_m2",)),
    "quota.per_capita_stock_m2": Formula(("urban_land_m2", "urban_residents"), "linkage"),
    "quota.standard_m2": Formula(("per_capita_stock_m2", "linkage.standard", "linkage.adjustment"), "linkage"),
    "quota.entitlement_m2": Formula(("settled", "standard_m2"), "linkage"),
    "quota.stock_need_m2": Formula(
        (
            "entitlement_m2",
            "layer:settled",
            "layer:base.central_settled",
            "stock_offset_m2",
            "list:central.districts",
        ),
        "central",
    ),
    "quota.stock_offset_m2": Formula(
        (
            "entitlement_m2",
            "layer:settled",
            "layer:base.central_settled",
            "stock.offset_share",
            "list:central.districts",
        ),
        "stock",
    ),
    "quota.demand_m2": Formula(("entitlement_m2", "stock_need_m2"), "stock"),
    "quota.quota_m2": Formula(
        (
            "demand_m2",
            "base.new_capacity_m2",
            "supply_m2",
            "divisor.claim",
            "divisor.weight",
            "divisor.lower",
            "divisor.upper",
            "divisor.value",
            "divisor.last",
            "sum.others",
            "balance.city_cap",
            "balance.rule",
            "balance.floor_share",
            "priority.districts",
            "priority.weight",
        ),
        "balance",
    ),
    "quota.cut_m2": Formula(("demand_m2", "quota_m2"), "balance"),
    "quota.cut_by": Formula(("cut_m2", "base.new_capacity_m2", "supply_m2", "balance.city_cap"), "balance"),
    "quota.supply_m2": Formula(("land.new",)),
    "sources.available_m2": Formula(("new:quota.supply_m2", "stock:land.gross", "land.share", "land.stated"), "stock"),
    "sources.need_m2": Formula(("met_m2", "short_m2", "unverified_m2"), "stock"),
    "sources.met_m2": Formula(
        ("new:quota.quota_m2", "stock:quota.stock_need_m2", "stock:sum.met_before", "stock:available_m2"), "stock"
    ),
    "sources.short_m2": Formula(
        ("new:quota.cut_m2", "stock:quota.stock_need_m2", "stock:sum.met_m2", "stock:sum.unverified_m2"), "stock"
    ),
    "sources.unverified_m2": Formula(
        (
            "new:quota.demand_m2",
            "stock:quota.stock_need_m2",
            "stock:sum.met_m2",
            "stock:sum.unverified_before",
            "stock:available_m2",
            "stock:land.most",
        ),
        "stock",
    ),
    "needs.persons": Formula(("quota.settled", "standard.share_pct"), "needs"),
    "needs.units": Formula(
        (
            "persons",
            "standard.per_1000",
            "base.surplus",
            "standard.module_units",
            "standard.min_units",
            "standard.max_units",
        ),
        "needs",
    ),
    "needs.land_m2": Formula(("units", "standard.land"), "needs"),
    "needs.granted_m2": Formula(("land_m2", "ledger.budget_m2", "sum.before"), "order"),
    "needs.unverified_m2": Formula(
        ("granted_m2", "land_m2", "ledger.budget_m2", "ledger.stock_unverified_m2", "sum.before"), "order"
    ),
    "needs.deficit_m2": Formula(("land_m2", "granted_m2"), "order"),
    "sites.units": Formula(
        ("needs.granted_m2", "standard.module_units", "standard.min_units", "standard.max_units"), "siting"
    ),
    "sites.capacity_persons": Formula(("units", "standard.per_1000"), "siting"),
    "sites.served": Formula(("capacity_persons", "standard.radius_m"), "siting"),
    "sites.mean_m": Formula(("served", "standard.radius_m"), "siting"),
    "sites.site_m2": Formula(("units", "standard.land"), "siting"),
    "sites.instead_unserved": Formula(("served", "standard.radius_m"), "siting"),
    "sites.instead_m": Formula(("mean_m", "standard.radius_m"), "siting"),
    "provision.persons": Formula(("needs.persons",)),
    "provision.served_existing": Formula(("persons", "standard.radius_m"), "siting"),
    "provision.served_new": Formula(("persons", "standard.radius_m"), "siting"),
    "provision.unserved": Formula(("persons", "served_existing", "served_new"), "siting"),
    "provision.granted_m2": Formula(("needs.granted_m2",)),
    "provision.sited_m2": Formula(("sum.site_m2",), "siting"),
    "provision.unsited_m2": Formula(("granted_m2", "sited_m2"), "siting"),
    "ledger.entitlement_m2": Formula(("quota.entitlement_m2",)),
    "ledger.quota_m2": Formula(("quota.quota_m2",)),
    "ledger.cut_m2": Formula(("quota.cut_m2",)),
    "ledger.stock_met_m2": Formula(("sum.met_m2",), "stock"),
    "ledger.stock_short_m2": Formula(("sum.short_m2",), "stock"),
    "ledger.stock_unverified_m2": Formula(("sum.unverified_m2",), "stock"),
    "ledger.budget_m2": Formula(("quota_m2", "stock_met_m2", "stock_unverified_m2"), "stock"),
    "ledger.need_m2": Formula(("sum.land_m2",), "needs"),
    "ledger.granted_m2": Formula(("sum.granted_m2",), "order"),
    "ledger.deficit_m2": Formula(("sum.deficit_m2",), "order"),
    "ledger.other_m2": Formula(("rest:budget_m2", "rest:granted_m2", "shares:class.other"), "other"),
    "ledger.unassigned_m2": Formula(("budget_m2", "granted_m2", "other_m2"), "other"),
    "uses.target_m2": Formula(("ledger.entitlement_m2", "class.share", "class.shares"), "structure"),
    "uses.livelihood_m2": Formula(("class.granted", "class.jobs"), "structure"),
    "uses.other_m2": Formula(
        ("target_m2", "livelihood_m2", "ledger.budget_m2", "ledger.granted_m2", "class.gaps"), "structure"
    ),
}


def columns_of(table: str) -> list[str]:
    """Columns of a table that have a formula, in order.

    Examples
    --------
    >>> columns_of("needs")
    ['persons', 'units', 'land_m2', 'granted_m2', 'unverified_m2', 'deficit_m2']
    """
    return [name.partition(".")[2] for name in FORMULAS if name.startswith(f"{table}.")]
