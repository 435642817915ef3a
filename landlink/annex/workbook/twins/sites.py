"""Twins of the sites and of how provision comes of them."""

from landlink.annex.workbook.layout import SITES, letter
from landlink.annex.workbook.twins.needs import land_per_unit
from landlink.annex.workbook.twins.register import Row, twin


@twin("sites.capacity_persons")
def capacity_persons(row: Row) -> str:
    """Persons that the site's units serve, rounded down."""
    return f"ROUNDDOWN(ROUND({row['units']}*1000/{row.standard('per_1000', '0')},6),0)"


@twin("sites.site_m2")
def site(row: Row) -> str:
    """Units × land of a unit."""
    return f"ROUND(ROUND({row['units']}*{land_per_unit(row)},6),0)"


@twin("provision.unserved")
def unserved(row: Row) -> str:
    """Persons whom neither existing capacity nor a site serves."""
    return f"{row['persons']}-{row['served_existing']}-{row['served_new']}"


@twin("provision.granted_m2")
def provision_granted(row: Row) -> str:
    """Land granted in the second annex."""
    return row.granted_to(row.facility)


@twin("provision.sited_m2")
def sited(row: Row) -> str:
    """Land of the facility's sites in the district."""
    land, districts, facilities = (_of_sites(row, name) for name in ("site_m2", "district", "facility"))
    return f"SUMIFS({land},{districts},{row['district']},{facilities},{row['facility']})"


def _of_sites(row: Row, name: str) -> str:
    column = letter(SITES, name)
    return f"${column}${row.sites[0]}:${column}${row.sites[1]}"


@twin("provision.unsited_m2")
def unsited(row: Row) -> str:
    """Land that is granted and for which no site is found."""
    return f"{row['granted_m2']}-{row['sited_m2']}"
