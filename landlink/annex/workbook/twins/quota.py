"""Twins of district facts, of the quota table and of the ledger."""

from landlink.annex.workbook.formulas import half_up, quoted, step_value
from landlink.annex.workbook.layout import USES, letter
from landlink.annex.workbook.twins.register import Row, twin
from landlink.schema import NEW_SOURCE
from landlink.texts import listed, text


@twin("base.code")
def code(row: Row) -> str:
    """Code of the district."""
    return row.entered("code")


@twin("base.district")
def district(row: Row) -> str:
    """Name of the district."""
    return row.entered("district")


@twin("base.central")
def central(row: Row) -> str:
    """True if the district lies in the central area: by the layer, or by the policy's list."""
    if row.contents.plan.central_layer:
        return row.yes if row.code in row.contents.plan.central else '""'
    return f'IF(ISNUMBER(SEARCH({row["code"]},central_districts)),{row.yes},"")'


@twin("base.central_settled")
def central_settled(row: Row) -> str:
    """Persons who settle inside the central area."""
    if row.contents.plan.central_layer:
        return f"MIN({row['settled']},{row.entered('central_settled')})"
    return f"IF({row['central']}={row.yes},{row['settled']},0)"


@twin("quota.urban_residents")
def urban_residents(row: Row) -> str:
    """Residents × urban share."""
    return half_up(f"{row['residents']}*{row['urban_share_pct']}/100")


@twin("quota.per_capita_stock_m2")
def per_capita_stock(row: Row) -> str:
    """Urban construction land ÷ urban residents."""
    return f"{row['urban_land_m2']}/{row['urban_residents']}"


@twin("quota.standard_m2")
def standard(row: Row) -> str:
    """Value of the step that holds the per-capita stock, adjusted."""
    steps = row.inputs.steps.get("linkage.standard")
    if steps:
        value = step_value(row["urban_land_m2"], steps, row["urban_residents"])
    else:
        value = row.inputs.values["linkage.standard"]
    return f"({value})*(100+standard_adjustment_pct)/100"


@twin("quota.entitlement_m2")
def entitlement(row: Row) -> str:
    """Settled population × standard; the standard's own quotient, so that nothing is rounded twice."""
    return half_up(f"{row['settled']}*{standard(row)}")


@twin("quota.stock_need_m2")
def stock_need(row: Row) -> str:
    """Part of the central area, and the offset."""
    return f"{_central_part(row)}+{row['stock_offset_m2']}"


@twin("quota.stock_offset_m2")
def stock_offset(row: Row) -> str:
    """Share of the rest that is laid on stock land."""
    return half_up(f"({row['entitlement_m2']}-({_central_part(row)}))*stock_offset_share")


def _central_part(row: Row) -> str:
    """Entitlement of those who settle inside the central area."""
    settled = row["settled"]
    part = half_up(f"{row['entitlement_m2']}*{row['central_settled']}/MAX(1,{settled})")
    return f"IF({settled}=0,0,{part})"


@twin("quota.demand_m2")
def demand(row: Row) -> str:
    """Claim on new land: what of the entitlement stock land does not take over."""
    return f"{row['entitlement_m2']}-{row['stock_need_m2']}"


@twin("quota.quota_m2")
def quota(row: Row) -> str:
    """What the balancing gives."""
    return row.balanced("quota_m2")


@twin("quota.cut_m2")
def cut(row: Row) -> str:
    """Claim less quota."""
    return f"{row['demand_m2']}-{row['quota_m2']}"


@twin("quota.cut_by")
def cut_by(row: Row) -> str:
    """Names of what cuts the claim: the district's capacity, measured supply, the city's cap, or several of them."""
    lang, claim = row.layout.lang, row["demand_m2"]
    cuts = (
        (text("model.cut.capacity", lang), f'IF({row["new_capacity_m2"]}="",FALSE,{claim}>{row["new_capacity_m2"]})'),
        (text("model.cut.measured supply", lang), f'IF({row["supply_m2"]}="",FALSE,{claim}>{row["supply_m2"]})'),
        (text("model.cut.city cap", lang), f"{row.balanced('upper')}>{row['quota_m2']}"),
    )
    names: str = ""
    for some in range(1, 2 ** len(cuts)):
        chosen = [some >> number & 1 for number in range(len(cuts))]
        holds = ",".join(cut if yes else f"NOT({cut})" for yes, (_, cut) in zip(chosen, cuts, strict=True))
        label = listed((name for yes, (name, _) in zip(chosen, cuts, strict=True) if yes), lang)
        names += f"IF(AND({holds}),{quoted(label)},"
    ends = ")" * (2 ** len(cuts) - 1)
    return f'{names}""{ends}'


@twin("quota.supply_m2")
def supply(row: Row) -> str:
    """Measured new land of a district whose layer of parcels is complete."""
    complete, measured = (row.of_source(NEW_SOURCE, name) for name in ("complete", "measured_m2"))
    return f'IF({complete}={row.yes},{measured},"")'


@twin("ledger.budget_m2")
def budget(row: Row) -> str:
    """Quota, stock land that is met and that is not verified."""
    return f"{row['quota_m2']}+{row['stock_met_m2']}+{row['stock_unverified_m2']}"


@twin("ledger.need_m2")
def ledger_need(row: Row) -> str:
    """Land that the district's facilities need."""
    return row.needed("land_m2")


@twin("ledger.granted_m2")
def ledger_granted(row: Row) -> str:
    """Land that the district's facilities are granted."""
    return row.needed("granted_m2")


@twin("ledger.deficit_m2")
def ledger_deficit(row: Row) -> str:
    """Land that the district's facilities lack."""
    return row.needed("deficit_m2")


@twin("ledger.other_m2")
def other(row: Row) -> str:
    """Land that is left for other uses; by class what all classes get, which is never more than is left."""
    left, layout = f"{row['budget_m2']}-{row['granted_m2']}", row.layout
    if not layout.classes:
        return left
    column, last = letter(USES, "other_m2"), layout.uses_row(row.code, layout.classes[-1])
    first = layout.address("uses", column, layout.uses_row(row.code, layout.classes[0]))
    return f"MIN({left},SUM({first}:${column}${last}))"


@twin("ledger.unassigned_m2")
def unassigned(row: Row) -> str:
    """Land that neither facilities nor other uses take."""
    return f"{row['budget_m2']}-{row['granted_m2']}-{row['other_m2']}"
