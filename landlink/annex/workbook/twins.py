"""Excel twins: the live formula of each computed column, which gives the plan's own integers from the inputs.

A twin is registered under the name that its column has in :data:`landlink.plan.formulas.FORMULAS`, or, of a district
fact, in its inputs. A column without a twin is written as the plan's value, and the workbook says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.formulas import blank_or, half_up, m2, quoted, step_value, whole_above
from landlink.annex.workbook.layout import BALANCE, NEEDS, QUOTA, SITES, SOURCES, USES, Column, Inputs, Layout, letter
from landlink.needs.uses import JOB_CLASSES, class_of
from landlink.plan.formulas import FORMULAS
from landlink.present.labels import figure_label
from landlink.schema import FACTS, KNOWN_BY, NEW_SOURCE, STOCK_SOURCES
from landlink.texts import Lang, listed, text

# What the solver decides or measures along roads; no formula can follow it.
SOLVED = frozenset(
    {
        *("sites.units", "sites.served", "sites.mean_m", "sites.instead_unserved", "sites.instead_m"),
        *("provision.persons", "provision.served_existing", "provision.served_new"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet, and the cells that its formulas refer to.

    Parameters
    ----------
    contents
        What the sheet is written from.
    columns, number
        Columns of the sheet, and number of the row.
    code, facility, source, use_class
        District and, where the sheet has them, facility, source of land or class of use of the row.
    sites
        First and last row of the sites, for formulas that sum them.
    """

    contents: Contents
    columns: tuple[Column, ...]
    number: int
    code: str
    facility: str = ""
    source: str = ""
    use_class: str = ""
    sites: tuple[int, int] = (0, 0)

    @property
    def layout(self) -> Layout:
        """Rows and addresses of the figures."""
        return self.contents.layout

    @property
    def inputs(self) -> Inputs:
        """Cells of what can be changed."""
        return self.contents.inputs

    def __getitem__(self, name: str) -> str:
        """Cell of the same row."""
        return f"{letter(self.columns, name)}{self.number}"

    def entered(self, name: str) -> str:
        """Cell of the district in the first annex."""
        return self.layout.address("quota", letter(QUOTA, name), self.layout.quota_row(self.code))

    def calculated(self, name: str) -> str:
        """Cell of the district in the calculation."""
        return self.layout.address("calculation", letter(QUOTA, name), self.layout.quota_row(self.code))

    def balanced(self, name: str) -> str:
        """Cell of the district on the sheet of the balancing."""
        return self.layout.address("balance", letter(BALANCE, name), self.layout.balance_row(self.code))

    def needed(self, name: str) -> str:
        """Sum over the district's facilities in the second annex."""
        return self.layout.address("needs", letter(NEEDS, name), self.layout.needs_block(self.code)[1] + 1)

    def of_source(self, source: str, name: str) -> str:
        """Cell of a source of the district in the table of sources."""
        return self.layout.address("sources", letter(SOURCES, name), self.layout.sources_row(self.code, source))

    def of_stock(self, name: str) -> str:
        """Sum over the district's sources of stock land in the table of sources."""
        last = self.layout.sources_row(self.code, STOCK_SOURCES[-1])
        return f"SUM({self.of_source(STOCK_SOURCES[0], name)}:${letter(SOURCES, name)}${last})"

    def granted_to(self, facility: str) -> str:
        """Land granted to a facility of the district in the second annex."""
        return self.layout.address("needs", letter(NEEDS, "granted_m2"), self.layout.needs_row(self.code, facility))

    def minus(self, name: str, *, before: bool = False) -> str:
        """Term that takes off a column's sum over the district's sources of stock land, or those before the row."""
        first, last = (self.layout.sources_row(self.code, source) for source in (STOCK_SOURCES[0], STOCK_SOURCES[-1]))
        last = self.number - 1 if before else last
        column = letter(self.columns, name)
        return f"-SUM({column}{first}:{column}{last})" if last >= first else ""

    def standard(self, field: str, default: str) -> str:
        """Cell of a field of the facility's standard, or a default where the policy does not set it."""
        return self.inputs.number(f"facility.{self.facility}.{field}", default)

    @property
    def yes(self) -> str:
        """The word by which a cell says that a district lies in the central area."""
        return quoted(text("annex.print.yes", self.layout.lang))


Twin = Callable[[Row], str]
TWINS: dict[str, Twin] = {}


def formula(tables: tuple[str, ...], column: str, row: Row) -> str | None:
    """Formula of a column, which is of the first of some tables that has a twin of it; None where none has.

    Parameters
    ----------
    tables
        Such as ``quota``, or ``base`` for district facts.
    """
    twin = next((TWINS[f"{table}.{column}"] for table in tables if f"{table}.{column}" in TWINS), None)
    if twin is not None:
        return twin(row)
    if "base" in tables and column in FACTS:
        return _fact(column, row)
    return None


def without_twin(table: str) -> list[str]:
    """Computed columns of a table that are written as values although a formula could follow the inputs."""
    names = [name for name, declared in FORMULAS.items() if name.startswith(f"{table}.") and declared.clause]
    return [name.partition(".")[2] for name in names if name not in TWINS and name not in SOLVED]


def value_notes(tables: tuple[str, ...], lang: Lang) -> list[str]:
    """Note that names the columns of tables that are written as values; none where there are none."""
    labels = [figure_label(name, lang) for table in tables for name in without_twin(table)]
    return [text("annex.note.values", lang, columns=listed(labels, lang))] if labels else []


def _twin(name: str) -> Callable[[Twin], Twin]:
    """Register the twin of a column."""

    def register(twin: Twin) -> Twin:
        TWINS[name] = twin
        return twin

    return register


def _fact(item: str, row: Row) -> str:
    """A district fact, which is entered in the first annex: areas in ha, blank where it is unknown."""
    cell, fact = row.layout.fact(item, row.code), FACTS[item]
    value = m2(cell) if fact.unit == "m2" else cell
    return value if fact.required else blank_or(cell, value)


@_twin("base.code")
def code(row: Row) -> str:
    """Code of the district."""
    return row.entered("code")


@_twin("base.district")
def district(row: Row) -> str:
    """Name of the district."""
    return row.entered("district")


@_twin("base.central")
def central(row: Row) -> str:
    """True if the district lies in the central area: by the layer, or by the policy's list."""
    if row.contents.plan.central_layer:
        return row.yes if row.code in row.contents.plan.central else '""'
    return f'IF(ISNUMBER(SEARCH({row["code"]},central_districts)),{row.yes},"")'


@_twin("base.central_settled")
def central_settled(row: Row) -> str:
    """Persons who settle inside the central area."""
    if row.contents.plan.central_layer:
        return f"MIN({row['settled']},{row.entered('central_settled')})"
    return f"IF({row['central']}={row.yes},{row['settled']},0)"


@_twin("quota.urban_residents")
def urban_residents(row: Row) -> str:
    """Residents × urban share."""
    return half_up(f"{row['residents']}*{row['urban_share_pct']}/100")


@_twin("quota.per_capita_stock_m2")
def per_capita_stock(row: Row) -> str:
    """Urban construction land ÷ urban residents."""
    return f"{row['urban_land_m2']}/{row['urban_residents']}"


@_twin("quota.standard_m2")
def standard(row: Row) -> str:
    """Value of the step that holds the per-capita stock, adjusted."""
    steps = row.inputs.steps.get("linkage.standard")
    if steps:
        value = step_value(row["urban_land_m2"], steps, row["urban_residents"])
    else:
        value = row.inputs.values["linkage.standard"]
    return f"({value})*(100+standard_adjustment_pct)/100"


@_twin("quota.entitlement_m2")
def entitlement(row: Row) -> str:
    """Settled population × standard; the standard's own quotient, so that nothing is rounded twice."""
    return half_up(f"{row['settled']}*{standard(row)}")


@_twin("quota.stock_need_m2")
def stock_need(row: Row) -> str:
    """Part of the central area, and the offset."""
    return f"{_central_part(row)}+{row['stock_offset_m2']}"


@_twin("quota.stock_offset_m2")
def stock_offset(row: Row) -> str:
    """Share of the rest that is laid on stock land."""
    return half_up(f"({row['entitlement_m2']}-({_central_part(row)}))*stock_offset_share")


def _central_part(row: Row) -> str:
    """Entitlement of those who settle inside the central area."""
    settled = row["settled"]
    part = half_up(f"{row['entitlement_m2']}*{row['central_settled']}/MAX(1,{settled})")
    return f"IF({settled}=0,0,{part})"


@_twin("quota.demand_m2")
def demand(row: Row) -> str:
    """Claim on new land: what of the entitlement stock land does not take over."""
    return f"{row['entitlement_m2']}-{row['stock_need_m2']}"


@_twin("quota.quota_m2")
def quota(row: Row) -> str:
    """What the balancing gives."""
    return row.balanced("quota_m2")


@_twin("quota.cut_m2")
def cut(row: Row) -> str:
    """Claim less quota."""
    return f"{row['demand_m2']}-{row['quota_m2']}"


@_twin("quota.cut_by")
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


@_twin("quota.supply_m2")
def supply(row: Row) -> str:
    """Measured new land of a district whose layer of parcels is complete."""
    complete, measured = (row.of_source(NEW_SOURCE, name) for name in ("complete", "measured_m2"))
    return f'IF({complete}={row.yes},{measured},"")'


@_twin("sources.available_m2")
def source_available(row: Row) -> str:
    """Land of the source that can be had; blank where it is not known."""
    measured, share, stated = row["measured_m2"], row["release_share"], row["stated_ha"]
    as_stated = blank_or(stated, m2(stated))
    if row.source == NEW_SOURCE:
        return f'IF({row["complete"]}={row.yes},IF({stated}="",{measured},MIN({measured},{m2(stated)})),{as_stated})'
    return f'IF(AND({_is_measured(row)},{share}<>""),{half_up(f"N({measured})*N({share})")},{as_stated})'


@_twin("sources.most_m2")
def source_most(row: Row) -> str:
    """Most that can be had; blank where nothing bounds it."""
    if row.source == NEW_SOURCE:
        return blank_or(row["available_m2"], row["available_m2"])
    complete, share, available = f"{row['complete']}={row.yes}", row["release_share"], row["available_m2"]
    by_share = f'IF({complete},{available},"")'
    by_gross = f'IF({row["stated_ha"]}="",IF({complete},{row["measured_m2"]},""),{available})'
    return f'IF({_is_measured(row)},IF({share}<>"",{by_share},{by_gross}),{available})'


def _is_measured(row: Row) -> str:
    """Condition that land of the source has been measured, or that there is none in a complete layer."""
    measured = row["measured_m2"]
    return f'AND({measured}<>"",OR(N({measured})>0,{row["complete"]}={row.yes}))'


@_twin("sources.known_by")
def known_by(row: Row) -> str:
    """How the land that can be had is known."""
    lang = row.layout.lang
    measured, in_part, stated, gross, nothing = (quoted(text(f"model.known_by.{name}", lang)) for name in KNOWN_BY)
    is_stated, complete = f'{row["stated_ha"]}<>""', f"{row['complete']}={row.yes}"
    otherwise = f"IF({is_stated},{stated},{nothing})"
    if row.source == NEW_SOURCE:
        return f"IF({complete},{measured},IF({is_stated},{stated},IF(N({row['measured_m2']})>0,{in_part},{nothing})))"
    by_share = f"IF({complete},{measured},{in_part})"
    with_gross = f'IF({row["release_share"]}<>"",{by_share},IF({is_stated},{stated},{gross}))'
    return f"IF({_is_measured(row)},{with_gross},{otherwise})"


@_twin("sources.met_m2")
def source_met(row: Row) -> str:
    """Quota, or what the source meets of the need that those before it leave."""
    if row.source == NEW_SOURCE:
        return row.calculated("quota_m2")
    left = f"{row.calculated('stock_need_m2')}{row.minus('met_m2', before=True)}"
    return f"MIN({left},N({row['available_m2']}))"


@_twin("sources.unverified_m2")
def source_unverified(row: Row) -> str:
    """Of the need that all sources leave, what this one may have and nobody has verified."""
    if row.source == NEW_SOURCE:
        return "0"
    left = f"{row.calculated('stock_need_m2')}{row.minus('met_m2')}{row.minus('unverified_m2', before=True)}"
    most = row["most_m2"]
    return f'IF({most}="",{left},MIN({left},N({most})-N({row["available_m2"]})))'


@_twin("sources.short_m2")
def source_short(row: Row) -> str:
    """What is cut of the claim on new land, or on the last source the need that all leave."""
    if row.source == NEW_SOURCE:
        return row.calculated("cut_m2")
    if row.source != STOCK_SOURCES[-1]:
        return "0"
    return f"{row.calculated('stock_need_m2')}{row.minus('met_m2')}{row.minus('unverified_m2')}"


@_twin("sources.need_m2")
def source_need(row: Row) -> str:
    """Met, short and not verified."""
    return f"{row['met_m2']}+{row['short_m2']}+{row['unverified_m2']}"


@_twin("ledger.stock_met_m2")
def stock_met(row: Row) -> str:
    """Need from stock that its sources meet."""
    return row.of_stock("met_m2")


@_twin("ledger.stock_short_m2")
def stock_short(row: Row) -> str:
    """Need from stock that is short."""
    return row.of_stock("short_m2")


@_twin("ledger.stock_unverified_m2")
def stock_unverified(row: Row) -> str:
    """Need from stock that is not verified."""
    return row.of_stock("unverified_m2")


@_twin("ledger.budget_m2")
def budget(row: Row) -> str:
    """Quota, stock land that is met and that is not verified."""
    return f"{row['quota_m2']}+{row['stock_met_m2']}+{row['stock_unverified_m2']}"


@_twin("ledger.need_m2")
def ledger_need(row: Row) -> str:
    """Land that the district's facilities need."""
    return row.needed("land_m2")


@_twin("ledger.granted_m2")
def ledger_granted(row: Row) -> str:
    """Land that the district's facilities are granted."""
    return row.needed("granted_m2")


@_twin("ledger.deficit_m2")
def ledger_deficit(row: Row) -> str:
    """Land that the district's facilities lack."""
    return row.needed("deficit_m2")


@_twin("ledger.other_m2")
def other(row: Row) -> str:
    """Land that is left for other uses; by class what all classes get, which is never more than is left."""
    left, layout = f"{row['budget_m2']}-{row['granted_m2']}", row.layout
    if not layout.classes:
        return left
    column, last = letter(USES, "other_m2"), layout.uses_row(row.code, layout.classes[-1])
    first = layout.address("uses", column, layout.uses_row(row.code, layout.classes[0]))
    return f"MIN({left},SUM({first}:${column}${last}))"


@_twin("ledger.unassigned_m2")
def unassigned(row: Row) -> str:
    """Land that neither facilities nor other uses take."""
    return f"{row['budget_m2']}-{row['granted_m2']}-{row['other_m2']}"


@_twin("uses.livelihood_m2")
def livelihood(row: Row) -> str:
    """Grants of the facilities that are counted in the class; land for jobs by the shares of B and M, or all M."""
    use, layout = row.use_class, row.layout
    counted = "M" if use in JOB_CLASSES else use
    granted = [
        row.granted_to(facility.id) for facility in row.contents.plan.facilities if class_of(facility) == counted
    ]
    total = "+".join(granted) or "0"
    if use not in JOB_CLASSES:
        return total
    structure = row.contents.plan.structure
    shares = structure[structure["share_pct"] > 0].set_index("use_class")["share_pct"]
    stated = [name for name in JOB_CLASSES if name in shares]
    if use not in stated:
        return "0" if stated or use != "M" else total
    if len(stated) == 1:
        return total
    column = letter(USES, "share_pct")
    cell = {name: f"{column}{layout.uses_row(row.code, name)}" for name in stated}
    # A half goes to the greater share, of equal ones to the class that comes first.
    first = max(stated, key=lambda name: shares[name])
    part = half_up(f"({total})*{cell[first]}/({'+'.join(cell.values())})")
    return part if use == first else f"{total}-{part}"


@_twin("needs.persons")
def persons(row: Row) -> str:
    """Settled population, or the share of it that counts for the facility."""
    settled, share = row.calculated("settled"), row.standard("share_pct", "")
    return half_up(f"{settled}*{share}/100") if share else settled


@_twin("needs.units")
def units(row: Row) -> str:
    """Persons × ratio less surplus capacity, in whole modules, in buildings of standard size."""
    units_needed = whole_above(f"{row['persons']}*{row.standard('per_1000', '0')}/1000")
    lacking = f"MAX(0,{units_needed}-{row['surplus_units']})"
    module, least = (_whole(row.standard(field, "1")) for field in ("module_units", "min_units"))
    most = row.standard("max_units", "")
    in_modules = lacking if module == "1" else f"{whole_above(f'{lacking}/{module}')}*{module}"
    in_buildings = f"{whole_above(f'{in_modules}/{most}')}*{least}" if most else least
    return f"IF({lacking}=0,0,MAX({in_modules},{in_buildings}))"


def _whole(cell: str) -> str:
    return cell if cell == "1" else f"INT({cell})"


@_twin("needs.land_per_unit")
def land_per_unit(row: Row) -> str:
    """Land of a unit in m², by the number of units and by where the district lies."""
    outside, inside = _land_fields(row)
    if inside == outside:
        return outside
    return f"IF({row.calculated('central')}={row.yes},{inside},{outside})"


def _land_fields(row: Row) -> tuple[str, str]:
    """Land of a unit outside and inside the central area, as the standard gives it."""

    def value(field: str) -> str:
        name = f"facility.{row.facility}.{field}"
        if name in row.inputs.steps:
            return step_value(row["units"], row.inputs.steps[name])
        return row.inputs.values.get(name, "")

    outside = value("land_per_unit") or f"{value('floor_per_unit')}/{value('far')}"
    return outside, value("land_per_unit_central") or outside


@_twin("needs.land_m2")
def land(row: Row) -> str:
    """Units × land of a unit."""
    return half_up(f"{row['units']}*{row['land_per_unit']}")


@_twin("needs.granted_m2")
def granted(row: Row) -> str:
    """Land that the budget has left after the facilities before, whether these were granted theirs or not."""
    first, _ = row.layout.needs_block(row.code)
    column = letter(NEEDS, "land_m2")
    before = f"-SUM({column}${first}:{column}{row.number - 1})" if row.number > first else ""
    return f"MAX(0,MIN({row['land_m2']},{row.calculated('budget_m2')}{before}))"


@_twin("needs.unverified_m2")
def unverified(row: Row) -> str:
    """What of the grant lies beyond quota and stock land that is met."""
    first, _ = row.layout.needs_block(row.code)
    column = letter(NEEDS, "land_m2")
    before = f"-SUM({column}${first}:{column}{row.number - 1})" if row.number > first else ""
    verified = f"{row.calculated('budget_m2')}-{row.calculated('stock_unverified_m2')}"
    return f"{row['granted_m2']}-MAX(0,MIN({row['land_m2']},{verified}{before}))"


@_twin("needs.deficit_m2")
def deficit(row: Row) -> str:
    """Land that is needed and not granted."""
    return f"{row['land_m2']}-{row['granted_m2']}"


@_twin("sites.capacity_persons")
def capacity_persons(row: Row) -> str:
    """Persons that the site's units serve, rounded down."""
    return f"ROUNDDOWN(ROUND({row['units']}*1000/{row.standard('per_1000', '0')},6),0)"


@_twin("sites.site_m2")
def site(row: Row) -> str:
    """Units × land of a unit."""
    return f"ROUND(ROUND({row['units']}*{land_per_unit(row)},6),0)"


@_twin("provision.unserved")
def unserved(row: Row) -> str:
    """Persons whom neither existing capacity nor a site serves."""
    return f"{row['persons']}-{row['served_existing']}-{row['served_new']}"


@_twin("provision.granted_m2")
def provision_granted(row: Row) -> str:
    """Land granted in the second annex."""
    return row.granted_to(row.facility)


@_twin("provision.sited_m2")
def sited(row: Row) -> str:
    """Land of the facility's sites in the district."""
    land, districts, facilities = (_of_sites(row, name) for name in ("site_m2", "district", "facility"))
    return f"SUMIFS({land},{districts},{row['district']},{facilities},{row['facility']})"


def _of_sites(row: Row, name: str) -> str:
    column = letter(SITES, name)
    return f"${column}${row.sites[0]}:${column}${row.sites[1]}"


@_twin("provision.unsited_m2")
def unsited(row: Row) -> str:
    """Land that is granted and for which no site is found."""
    return f"{row['granted_m2']}-{row['sited_m2']}"
