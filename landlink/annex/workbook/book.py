"""The annex tables of a plan as a workbook whose cells are formulas: change an input and everything follows."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.worksheet import Worksheet

from landlink.annex.edition import Edition
from landlink.annex.material import Material
from landlink.annex.undated import undated
from landlink.annex.workbook.balance_sheet import write_balance
from landlink.annex.workbook.basis_sheet import write_basis
from landlink.annex.workbook.calculation_sheet import write_calculation
from landlink.annex.workbook.contents import Contents
from landlink.annex.workbook.derivations_sheet import write_derivations
from landlink.annex.workbook.layout import Inputs, Layout
from landlink.annex.workbook.needs_sheet import write_needs
from landlink.annex.workbook.quota_sheet import write_quota
from landlink.annex.workbook.settlement_sheet import write_settlement
from landlink.annex.workbook.sites_sheet import write_sites
from landlink.annex.workbook.sources_sheet import write_sources
from landlink.annex.workbook.steps_sheet import write_steps
from landlink.annex.workbook.supply_sheet import write_supply
from landlink.annex.workbook.targets_sheet import write_targets
from landlink.annex.workbook.uses_sheet import write_uses
from landlink.plan.plan import Plan
from landlink.texts import Lang


def _always(_: Edition) -> bool:
    return True


def _has_sites(edition: Edition) -> bool:
    return edition.plan.siting is not None


def _has_material(edition: Edition) -> bool:
    return edition.material is not None


def _has_parcels(edition: Edition) -> bool:
    return edition.material is not None and edition.material.parcels is not None


def _has_targets(edition: Edition) -> bool:
    return edition.material is not None and not edition.material.targets.empty


def _has_uses(edition: Edition) -> bool:
    return not edition.plan.uses.empty


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A sheet: its name in ``annex.sheet.<name>``, how it is written, and whether an edition has it."""

    name: str
    write: Callable[[Worksheet, Contents], None]
    applies: Callable[[Edition], bool] = _always


# In the order of their tabs.
SHEETS = (
    SheetKind("quota", write_quota),
    SheetKind("needs", write_needs),
    SheetKind("sites", write_sites, _has_sites),
    SheetKind("settlement", write_settlement, _has_material),
    SheetKind("supply", write_supply, _has_parcels),
    SheetKind("targets", write_targets, _has_targets),
    SheetKind("sources", write_sources),
    SheetKind("uses", write_uses, _has_uses),
    SheetKind("steps", write_steps),
    SheetKind("calculation", write_calculation),
    SheetKind("balance", write_balance),
    SheetKind("basis", write_basis),
    SheetKind("derivations", write_derivations),
)


def workbook(plan: Plan, lang: Lang = "zh", material: Material | None = None) -> bytes:
    """Annex tables as an xlsx file.

    Sheets: the first annex (quota and land ledger in ha, with the district facts as inputs), the second (needs by
    facility), the third (sites) where the plan has any, those that the material has figures for (settlement by
    channel, supply by source, targets), the seventh (entitlement by source of land), the eighth (land by class of use)
    where the city gives shares, the ninth (distance to the next step), the calculation in m², the balancing, the
    parameters with their sources, and the derivation of every figure. What a program that recalculates shows are the
    plan's own integers.

    Parameters
    ----------
    lang
        Language of all texts.
    material
        Figures of the city that go with the plan's own.

    Returns
    -------
    The file; the same plan and language give the same bytes.
    """
    edition = Edition(plan, lang, None, material)
    contents = Contents(edition, Layout.of(plan, lang), Inputs())
    book = openpyxl.Workbook()
    book.remove(book.active)
    kinds = {kind.name: kind for kind in SHEETS if kind.applies(edition)}
    sheets = {name: book.create_sheet(contents.layout.sheet(name)) for name in kinds}
    # The others refer to the cells of the parameters.
    for name in sorted(kinds, key=lambda name: name != "basis"):
        kinds[name].write(sheets[name], contents)
    book.properties.title, book.properties.creator = contents.head, f"landlink {plan.version}"
    book.properties.description = plan.fingerprint
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    file = io.BytesIO()
    book.save(file)
    return undated(file.getvalue(), plan.options.year)
