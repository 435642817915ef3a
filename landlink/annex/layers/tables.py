"""A plan's results as layers and tables, with the alias, unit and computation of every field."""

from collections.abc import Iterator, Mapping

import geopandas as gpd
import pandas as pd

from landlink.annex.edition import Edition
from landlink.plan.formulas import FORMULAS
from landlink.plan.plan import Plan
from landlink.present.labels import (
    confidence_label,
    cuts_label,
    fact_label,
    parameter_label,
    status_label,
    symbol,
    with_unit,
)
from landlink.present.tables import fact_status
from landlink.schema import FACTS, LISTED, RESULTS, STATUSES
from landlink.siting.sites import Siting
from landlink.texts import Lang, has_text, pick, text

# Unit of each field: of result columns and district facts, and of the published area.
_UNITS = {
    **{column.name: column.unit for table in RESULTS.values() for column in table.columns},
    **{fact.name: fact.unit for fact in FACTS.values()},
    "official_area_ha": "ha",
}
_STATUS = "_status"


def layers(edition: Edition) -> dict[str, pd.DataFrame]:
    """All layers and tables of an edition by name.

    Returns
    -------
    ``districts`` (EPSG:4490), ``sources``, ``needs``, ``parameters``; where the city gives shares of classes of use
    ``uses``; of a plan with sites also ``sites`` (the parcels' developable shapes, EPSG:4490) and ``provision``. Areas
    are in m², unrounded.
    """
    plan, lang = edition.plan, edition.lang
    tables = {
        "districts": _districts(plan, lang),
        "sources": _sources(plan, lang),
        "needs": _needs(plan, lang),
        "parameters": _parameters(plan, lang),
    }
    if not plan.uses.empty:
        classes = plan.uses["use_class"].map(lambda use: text(f"model.use_class.{use}", lang))
        tables["uses"] = plan.uses.assign(use_class=classes)
    if plan.siting is not None:
        provision = _with_facility(plan, plan.siting.provision, lang)
        tables |= {"sites": _sites(plan, plan.siting, lang), "provision": provision}
    if edition.district is None:
        return tables
    return {
        name: edition.rows(table).reset_index(drop=True) if "code" in table else table for name, table in tables.items()
    }


def fields(plan: Plan, tables: Mapping[str, pd.DataFrame], lang: Lang) -> pd.DataFrame:
    """What people read of each field: ``layer``, ``field``, ``alias`` with its unit, and ``description``.

    Parameters
    ----------
    tables
        Of :func:`layers`.
    """
    facts = {item for _, item in fact_status(plan)}
    rows = [(layer, *row) for layer, table in tables.items() for row in _fields(layer, table, facts, lang)]
    return pd.DataFrame(rows, columns=["layer", "field", "alias", "description"])


def _fields(layer: str, table: pd.DataFrame, facts: set[str], lang: Lang) -> Iterator[tuple[str, str, str]]:
    """Name, alias and description of each field; a computed field is described by its formula.

    Parameters
    ----------
    facts
        District facts that have a source.
    """
    sources = ("quota", "ledger") if layer == "districts" else (layer,)
    for name in table.columns.drop("geometry", errors="ignore"):
        item = name.removesuffix(_STATUS)
        if item != name and item in FACTS:
            yield name, text("annex.field.status", lang, item=fact_label(item, lang)), ""
            continue
        formulas = [f"model.formula.{source}.{name}" for source in sources if f"{source}.{name}" in FORMULAS]
        described = [text(formula, lang) for formula in formulas if has_text(formula)]
        entered = text("model.formula.input", lang) if name in facts else ""
        alias = with_unit(text(_label_id(name), lang), _UNITS.get(name, ""), lang)
        yield name, alias, described[0] if described else entered


def _label_id(name: str) -> str:
    """Message id of a field's label."""
    ids = (f"annex.field.{name}", f"model.column.{name}", f"model.item.{name}")
    return next(key for key in ids if has_text(key))


def _districts(plan: Plan, lang: Lang) -> gpd.GeoDataFrame:
    """Boundaries with quota, ledger and facts; each fact with its status."""
    facts = plan.base.table[["code", *(item for item in FACTS if item not in plan.quota)]]
    ledger = plan.ledger.drop(columns=[name for name in plan.ledger if name in plan.quota and name != "code"])
    table = plan.districts.merge(facts, on="code").merge(plan.quota.drop(columns="district"), on="code")
    table = table.merge(ledger, on="code")
    table["central"] = table["code"].isin(plan.central)
    names = {status: status_label(status, lang) for status in STATUSES}
    status = {fact: names[value] for fact, value in fact_status(plan).items()}
    for item in FACTS:
        table[f"{item}{_STATUS}"] = [status.get((code, item)) for code in table["code"]]
    for column in (*RESULTS["quota"].columns, *RESULTS["ledger"].columns):
        if column.kind == "names":
            is_cut = column.name == "cut_by"
            table[column.name] = [
                cuts_label(value, lang) if is_cut else LISTED.join(value) for value in table[column.name]
            ]
    return gpd.GeoDataFrame(table, geometry="geometry", crs=plan.districts.crs).sort_values("code", ignore_index=True)


def _sources(plan: Plan, lang: Lang) -> pd.DataFrame:
    """Land by source, sources and what is known of them in words."""
    table = plan.sources.copy()
    for name in ("land_source", "known_by"):
        words = {value: text(f"model.{name}.{value}", lang) for value in table[name].unique()}
        table[name] = table[name].map(words)
    table["complete"] = table["complete"].map(lambda value: text(f"annex.print.{value}", lang))
    return table


def _needs(plan: Plan, lang: Lang) -> pd.DataFrame:
    """Needs with the facilities' names, groups and units."""
    return _with_unit(plan, _with_facility(plan, plan.needs, lang), lang)


def _sites(plan: Plan, siting: Siting, lang: Lang) -> gpd.GeoDataFrame:
    """Sites with the facilities' names, groups and units, statuses and sources of land in words."""
    table = _with_unit(plan, _with_facility(plan, siting.sites, lang), lang)
    table["land_source"] = table["land_source"].map(lambda source: text(f"model.land_source.{source}", lang))
    table["status"] = table["status"].map(lambda status: status_label(status, lang))
    table = table.rename(columns={"status": "data_status"})
    return gpd.GeoDataFrame(table, geometry="geometry", crs=siting.sites.crs)


def _with_facility(plan: Plan, rows: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Copy of a table with the facilities' names and groups."""
    groups = {facility.id: text(f"model.group.{facility.group}", lang) for facility in plan.facilities}
    table = rows.copy()
    index = table.columns.get_loc("facility") + 1
    table.insert(index, "facility_name", table["facility"].map(plan.titles(lang)))
    table.insert(index + 1, "group", table["facility"].map(groups))
    return table


def _with_unit(plan: Plan, table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """The table with what each facility is counted in."""
    units = {facility.id: facility.unit[lang] for facility in plan.facilities}
    table.insert(int(table.columns.get_loc("units")) + 1, "unit", table["facility"].map(units))
    return table


def _parameters(plan: Plan, lang: Lang) -> pd.DataFrame:
    """Values in force, with where they come from."""
    titles = plan.titles(lang)
    return pd.DataFrame(
        {
            "parameter": dated.parameter,
            "label": parameter_label(dated.parameter, titles, lang),
            "value": dated.display(),
            "unit": symbol(dated.unit, lang),
            "source": dated.document.name(lang),
            "clause": pick(dated.clause, lang),
            "confidence": confidence_label(dated.confidence, lang),
            "since": dated.since,
            "parameter_status": status_label(dated.status, lang),
            "note": pick(dated.note, lang),
        }
        for dated in plan.rules.values()
    )
