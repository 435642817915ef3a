"""Twins of the needs, and of the livelihood land of each class of use."""

from landlink.annex.workbook.formulas import half_up, step_value, whole_above
from landlink.annex.workbook.layout import NEEDS, USES, letter
from landlink.annex.workbook.twins.register import Row, twin
from landlink.needs.uses import JOB_CLASSES, class_of


@twin("uses.livelihood_m2")
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


@twin("needs.persons")
def persons(row: Row) -> str:
    """Settled population, or the share of it that counts for the facility."""
    settled, share = row.calculated("settled"), row.standard("share_pct", "")
    return half_up(f"{settled}*{share}/100") if share else settled


@twin("needs.units")
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


@twin("needs.land_per_unit")
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


@twin("needs.land_m2")
def land(row: Row) -> str:
    """Units × land of a unit."""
    return half_up(f"{row['units']}*{row['land_per_unit']}")


@twin("needs.granted_m2")
def granted(row: Row) -> str:
    """Land that the budget has left after the facilities before, whether these were granted theirs or not."""
    return _within(row, row.calculated("budget_m2"))


@twin("needs.unverified_m2")
def unverified(row: Row) -> str:
    """What of the grant lies beyond quota and stock land that is met."""
    verified = f"{row.calculated('budget_m2')}-{row.calculated('stock_unverified_m2')}"
    return f"{row['granted_m2']}-{_within(row, verified)}"


def _within(row: Row, available: str) -> str:
    """Land of the facility that is within some land of the district, the facilities before coming first."""
    first, _ = row.layout.needs_block(row.code)
    column = letter(NEEDS, "land_m2")
    before = f"-SUM({column}${first}:{column}{row.number - 1})" if row.number > first else ""
    return f"MAX(0,MIN({row['land_m2']},{available}{before}))"


@twin("needs.deficit_m2")
def deficit(row: Row) -> str:
    """Land that is needed and not granted."""
    return f"{row['land_m2']}-{row['granted_m2']}"
