"""The annex tables of a plan as a workbook whose cells are formulas: change an input and everything follows."""

import io

import openpyxl
from openpyxl.workbook.properties import CalcProperties

from landlink.annex.material import Material
from landlink.annex.undated import undated
from landlink.annex.workbook.balance_sheet import is_plans, write_balance
from landlink.annex.workbook.basis_sheet import write_basis
from landlink.annex.workbook.calculation_sheet import write_calculation
from landlink.annex.workbook.derivations_sheet import write_derivations
from landlink.annex.workbook.formulas import quoted
from landlink.annex.workbook.layout import SHEETS, Layout
from landlink.annex.workbook.needs_sheet import write_needs
from landlink.annex.workbook.page import numbered
from landlink.annex.workbook.quota_sheet import write_quota
from landlink.annex.workbook.settlement_sheet import write_settlement
from landlink.annex.workbook.sites_sheet import siting_notes, write_sites
from landlink.annex.workbook.supply_sheet import write_supply
from landlink.annex.workbook.targets_sheet import write_targets
from landlink.annex.workbook.twins import value_notes
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.present.labels import MARK, groups_label
from landlink.present.tables import column_status, fact_status
from landlink.schema import FACTS
from landlink.texts import Lang, text

# Sheets of the material that goes with a plan.
_OF_MATERIAL = {"settlement": write_settlement, "supply": write_supply, "targets": write_targets}
# Signs of a fingerprint that tell plans apart.
_SHORT = 16


def workbook(plan: Plan, lang: Lang = "zh", material: Material | None = None) -> bytes:
    """Annex tables as an xlsx file.

    Sheets: the first annex (quota and land ledger in ha, with the district facts as inputs), the second (needs by
    facility), the third (sites) where the plan has any, those that the material has figures for (settlement by
    channel, supply by source, targets), the calculation in m², the balancing, the parameters with their sources, and
    the derivation of every figure. What a program that recalculates shows are the plan's own integers.

    Parameters
    ----------
    lang
        Language of all texts.
    material
        What goes with the plan's own figures.

    Returns
    -------
    The file; the same plan and language give the same bytes.
    """
    layout = Layout.of(plan, lang)
    book = openpyxl.Workbook()
    book.remove(book.active)
    absent = _absent(plan, material)
    sheets = {name: book.create_sheet(layout.sheet(name)) for name in SHEETS if name not in absent}
    basis = text(f"model.basis.{plan.options.basis}", lang)
    names = {"city": plan.city_title[lang], "policy": plan.policy_title[lang]}
    head = text("annex.print.head", lang, **names, year=plan.options.year, basis=basis)
    marked = _marked(plan, lang)
    inputs = write_basis(sheets["basis"], plan, layout, head=head)
    notes = _quota_notes(plan, layout)
    write_quota(sheets["quota"], plan, layout, inputs, marked["quota"], head=head, notes=notes)
    notes = _needs_notes(plan, layout)
    write_needs(sheets["needs"], plan, layout, inputs, marked["needs"], head=head, notes=notes)
    if plan.siting is not None:
        notes = siting_notes(plan, plan.siting, layout)
        write_sites(sheets["sites"], plan, layout, inputs, plan.siting, head=head, notes=notes)
    for name, write in _OF_MATERIAL.items():
        if material is not None and name in sheets:
            write(sheets[name], plan, layout, material, head=head)
    write_derivations(sheets["derivations"], plan, layout, head=head)
    write_calculation(sheets["calculation"], plan, layout, inputs, head=head)
    write_balance(sheets["balance"], plan, layout, head=head)
    book.properties.title, book.properties.creator = head, f"landlink {plan.version}"
    book.properties.description = plan.fingerprint
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    file = io.BytesIO()
    book.save(file)
    return undated(file.getvalue(), plan.options.year)


def _absent(plan: Plan, material: Material | None) -> set[str]:
    """Sheets that there is nothing for."""
    absent = {"sites"} if plan.siting is None else set()
    if material is None:
        return absent | set(_OF_MATERIAL)
    if material.parcels is None:
        absent.add("supply")
    return absent | ({"targets"} if material.targets.empty else set())


def _marked(plan: Plan, lang: Lang) -> dict[str, frozenset[str]]:
    """Columns of the first two annexes that rest on figures that are not official."""
    explainer = Explainer(plan, lang)
    status = {name: column_status(explainer, name) for name in ("quota", "ledger", "needs")}
    facts = {item for (_, item), value in fact_status(plan).items() if value != "official"} & set(FACTS)
    computed = {name for table in ("quota", "ledger") for name, value in status[table].items() if value != "official"}
    return {
        "quota": frozenset(facts | computed),
        "needs": frozenset(name for name, value in status["needs"].items() if value != "official"),
    }


def _quota_notes(plan: Plan, layout: Layout) -> list[str]:
    """Notes below the first annex; the last says whether the quotas shown are the plan's."""
    lang = layout.lang
    rounding = text("annex.note.rounding", lang, sheet=layout.sheet("calculation"))
    notes = numbered([*_plan_notes(plan, lang), rounding, _basis_note(plan, layout)], lang)
    names = {"fingerprint": plan.fingerprint[:_SHORT], "sheet": layout.sheet("basis")}
    same, differs, changed = (
        quoted(text(f"annex.note.{name}", lang, **names)) for name in ("same", "differs", "changed")
    )
    check = f"=IF(changed_inputs>0,changed_inputs&{changed},IF({is_plans(layout)},{same},{differs}))"
    return [*notes, check]


def _needs_notes(plan: Plan, layout: Layout) -> list[str]:
    """Notes below the second annex."""
    lang = layout.lang
    order, exact = text("annex.note.order", lang, order=groups_label(plan, lang)), text("annex.note.exact", lang)
    fixed = value_notes(("needs",), lang)
    return numbered([*_plan_notes(plan, lang), order, exact, *fixed, _basis_note(plan, layout)], lang)


def _plan_notes(plan: Plan, lang: Lang) -> list[str]:
    """What the plan says of itself, and what the mark of a column means."""
    return [*(note.text(lang) for note in plan.notes), text("annex.note.mark", lang, mark=MARK)]


def _basis_note(plan: Plan, layout: Layout) -> str:
    """What the table rests on."""
    names = {"sheet": layout.sheet("basis"), "fingerprint": plan.fingerprint[:_SHORT], "version": plan.version}
    return text("annex.note.basis", layout.lang, **names)
