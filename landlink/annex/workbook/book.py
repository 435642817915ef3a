"""The annex tables of a plan as a workbook whose cells are formulas: change an input and everything follows."""

import io

import openpyxl
from openpyxl.workbook.properties import CalcProperties

from landlink.annex.material import Material
from landlink.annex.undated import undated
from landlink.annex.workbook.balance_sheet import check, write_balance
from landlink.annex.workbook.basis_sheet import write_basis
from landlink.annex.workbook.derivations_sheet import write_derivations
from landlink.annex.workbook.formulas import quoted
from landlink.annex.workbook.layout import SHEETS, Layout
from landlink.annex.workbook.material_sheets import write_settlement, write_supply, write_targets
from landlink.annex.workbook.needs_sheet import write_needs
from landlink.annex.workbook.quota_sheets import write_annex_1, write_calculation
from landlink.annex.workbook.sites_sheet import siting_notes, write_sites
from landlink.city.facts import UNITS
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.present.labels import MARK, groups_label
from landlink.present.tables import column_status, fact_status
from landlink.texts import Lang, text

_MATERIAL = {"settlement": write_settlement, "supply": write_supply, "targets": write_targets}


def workbook(plan: Plan, lang: Lang = "zh", material: Material | None = None) -> bytes:
    """Annex tables as an xlsx file.

    Sheets: the first annex (quota and land ledger in ha, with the district facts as inputs), the second (needs by
    facility), the third (sites) where the plan has any, those that the material has figures for (settlement by
    channel, supply by source, targets), the calculation in m², the balancing, the parameters with their sources, and
    the derivation of every figure. Whatever a program that recalculates shows are the plan's own integers.

    Parameters
    ----------
    lang
        Language of all texts.
    material
        What is told beside the plan's own figures.

    Returns
    -------
    The file; the same plan and language give the same bytes.
    """
    layout = Layout.of(plan, lang)
    book = openpyxl.Workbook()
    book.remove(book.active)
    absent = _absent(plan, material)
    sheets = {name: book.create_sheet(layout.sheet(name)) for name in SHEETS if name not in absent}
    head = text(
        "annex.print.head",
        lang,
        city=plan.city_title[lang],
        year=plan.options.year,
        policy=plan.policy_title[lang],
        basis=text(f"model.basis.{plan.options.basis}", lang),
    )
    marked = _marked(plan, lang)
    notes = _notes(plan, layout)
    inputs = write_basis(sheets["basis"], plan, layout, head=head)
    write_annex_1(sheets["quota"], plan, layout, inputs, marked["quota"], head=head, notes=notes["quota"])
    write_needs(sheets["needs"], plan, layout, inputs, marked["needs"], head=head, notes=notes["needs"])
    if plan.siting is not None:
        write_sites(
            sheets["sites"], plan, layout, inputs, plan.siting, head=head, notes=siting_notes(plan, plan.siting, layout)
        )
    if material is not None:
        for name, write in _MATERIAL.items():
            if name in sheets:
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
    """Sheets that nothing is known for."""
    absent = {"sites"} if plan.siting is None else set()
    if material is None:
        return absent | set(_MATERIAL)
    if material.parcels is None:
        absent.add("supply")
    return absent | ({"targets"} if material.targets.empty else set())


def _marked(plan: Plan, lang: Lang) -> dict[str, frozenset[str]]:
    """Columns of the annexes that rest on figures that are not official."""
    explainer = Explainer(plan, lang)
    status = {name: column_status(explainer, name) for name in ("quota", "ledger", "needs")}
    doubted = {item for (_, item), value in fact_status(plan).items() if value != "official"} & set(UNITS)
    computed = {name for table in ("quota", "ledger") for name, value in status[table].items() if value != "official"}
    return {
        "quota": frozenset(doubted | computed),
        "needs": frozenset(name for name, value in status["needs"].items() if value != "official"),
    }


def _notes(plan: Plan, layout: Layout) -> dict[str, list[str]]:
    """Notes below the annexes: what the plan says of itself, how to read the table, and what it rests on."""
    lang = layout.lang
    own = [note.text(lang) for note in plan.notes]
    marks = text("annex.note.mark", lang, mark=MARK)
    basis = text(
        "annex.note.basis",
        lang,
        sheet=layout.sheet("basis"),
        fingerprint=plan.fingerprint[:16],
        version=plan.version,
    )
    same, differs, changed = (
        quoted(text(f"annex.note.{name}", lang, fingerprint=plan.fingerprint[:16], sheet=layout.sheet("basis")))
        for name in ("same", "differs", "changed")
    )
    order = groups_label(plan, lang)
    texts = {
        "quota": [*own, marks, text("annex.note.rounding", lang, sheet=layout.sheet("calculation")), basis],
        "needs": [*own, marks, text("annex.note.order", lang, order=order), text("annex.note.exact", lang), basis],
    }
    numbered = {
        name: [text("annex.note.numbered", lang, place=place, note=note) for place, note in enumerate(listed, 1)]
        for name, listed in texts.items()
    }
    numbered["quota"].append(f"=IF(changed_inputs>0,changed_inputs&{changed},IF({check(layout)},{same},{differs}))")
    return numbered
