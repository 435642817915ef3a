"""A plan's results as a GeoPackage: districts with all figures, needs and parameters, with aliases people read."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.plan.formulas import FORMULAS
from landlink.plan.plan import Plan
from landlink.present.labels import confidence_label, cuts_label, parameter_label, status_label, symbol, with_unit
from landlink.present.tables import fact_status
from landlink.schema import FACTS, RESULTS, STATUSES
from landlink.siting.sites import Siting
from landlink.texts import Lang, has_text, pick, text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  name TEXT,
  title TEXT,
  description TEXT,
  mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL,
  constraint_type TEXT NOT NULL,
  value TEXT,
  min NUMERIC,
  min_is_inclusive BOOLEAN,
  max NUMERIC,
  max_is_inclusive BOOLEAN,
  description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
"""
_EXTENSION = "http://www.geopackage.org/spec130/#extension_schema"


def layers(plan: Plan, lang: Lang, district: str | None = None) -> dict[str, pd.DataFrame]:
    """Return all layers and tables of a plan, or of one of its districts, by name.

    Returns
    -------
    ``districts`` (EPSG:4490), ``needs`` and ``parameters``; of a plan with sites also ``sites`` (the parcels'
    developable shapes, EPSG:4490) and ``provision``. Areas are in m², unrounded.
    """
    tables = {"districts": _districts(plan, lang), "needs": _needs(plan, lang), "parameters": _parameters(plan, lang)}
    if plan.siting is not None:
        tables |= {"sites": _sites(plan, plan.siting, lang), "provision": _named(plan, plan.siting.provision, lang)}
    if district is None:
        return tables
    return {
        name: table[table["code"] == district].reset_index(drop=True) if "code" in table else table
        for name, table in tables.items()
    }


def fields(plan: Plan, tables: Mapping[str, pd.DataFrame], lang: Lang) -> pd.DataFrame:
    """Return what people read of each field: ``layer``, ``field``, ``alias`` with its unit, and ``description``."""
    rows = [(layer, *row) for layer, table in tables.items() for row in _aliases(layer, table, plan, lang)]
    return pd.DataFrame(rows, columns=["layer", "field", "alias", "description"])


def write_geopackage(plan: Plan, path: str | Path, lang: Lang = "zh", district: str | None = None) -> None:
    """Write the layers and tables of :func:`layers`; an existing file is replaced.

    Field names are the package's own; what people read (alias, with unit) and how a figure is computed stand in the
    GeoPackage's schema extension, which GIS programs show. Areas are in m², unrounded.

    Parameters
    ----------
    path
        File that ends in ``.gpkg``.
    lang
        Language of aliases, layer titles and descriptions.
    district
        Code of the district whose rows alone are written.
    """
    path = Path(path)
    path.unlink(missing_ok=True)
    tables = layers(plan, lang, district)
    described = text(
        "annex.layer.description",
        lang,
        city=plan.city_title[lang],
        year=plan.options.year,
        policy=plan.policy_title[lang],
        fingerprint=plan.fingerprint,
        version=plan.version,
    )
    for name, table in tables.items():
        shapes = isinstance(table, gpd.GeoDataFrame)
        spatial = {"geometry_type": "MultiPolygon", "promote_to_multi": True} if shapes else {}
        pyogrio.write_dataframe(
            table,
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            layer_options={"IDENTIFIER": text(f"annex.layer.{name}", lang), "DESCRIPTION": described},
            **spatial,
        )
    with closing(sqlite3.connect(path)) as database:
        with database:
            _describe_columns(database, tables, plan, lang)
            # The moment of writing is no part of the plan: the same plan gives the same content.
            database.execute("UPDATE gpkg_contents SET last_change = ?", (f"{plan.options.year}-01-01T00:00:00.000Z",))
        database.execute("VACUUM")


def _districts(plan: Plan, lang: Lang) -> gpd.GeoDataFrame:
    """Boundaries with quota, ledger and facts; each fact with its status."""
    facts = plan.base.table[["code", *(item for item in FACTS if item not in plan.quota)]]
    ledger = plan.ledger.drop(columns=[name for name in plan.ledger if name in plan.quota and name != "code"])
    table = plan.districts.merge(facts, on="code").merge(plan.quota.drop(columns="district"), on="code")
    table = table.merge(ledger, on="code")
    table["central"] = table["code"].isin(plan.central)
    names = {name: text(f"model.status.{name}", lang) for name in STATUSES}
    status = {fact: names[value] for fact, value in fact_status(plan).items()}
    for item in FACTS:
        table[f"{item}_status"] = [status.get((code, item)) for code in table["code"]]
    table["cut_by"] = table["cut_by"].map(lambda cuts: cuts_label(cuts, lang))
    return gpd.GeoDataFrame(table, geometry="geometry", crs=plan.districts.crs).sort_values("code", ignore_index=True)


def _needs(plan: Plan, lang: Lang) -> pd.DataFrame:
    """Needs with the facilities' names, groups and units."""
    return _with_unit(plan, _named(plan, plan.needs, lang), lang)


def _sites(plan: Plan, siting: Siting, lang: Lang) -> gpd.GeoDataFrame:
    """Sites with the facilities' names, groups and units, statuses and sources of land in words."""
    table = _with_unit(plan, _named(plan, siting.sites, lang), lang)
    table["land_source"] = table["land_source"].map(lambda name: text(f"model.land_source.{name}", lang))
    table["status"] = table["status"].map(lambda name: text(f"model.status.{name}", lang))
    table = table.rename(columns={"status": "data_status"})
    return gpd.GeoDataFrame(table, geometry="geometry", crs=siting.sites.crs)


def _named(plan: Plan, given: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Table with the facilities' names and groups."""
    known = {facility.id: facility for facility in plan.facilities}
    table = given.copy()
    place = table.columns.get_loc("facility") + 1
    table.insert(place, "facility_name", table["facility"].map(lambda name: known[name].title[lang]))
    table.insert(place + 1, "group", table["facility"].map(lambda name: text(f"model.group.{known[name].group}", lang)))
    return table


def _with_unit(plan: Plan, table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
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


def _describe_columns(database: sqlite3.Connection, tables: Mapping[str, pd.DataFrame], plan: Plan, lang: Lang) -> None:
    """Fill the schema extension: alias and description of every field."""
    database.executescript(_SCHEMA)
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')", (name, _EXTENSION)
        )
    for layer, name, alias, description in fields(plan, tables, lang).itertuples(index=False):
        database.execute(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            (layer, name, alias, alias, description or None),
        )


def _aliases(layer: str, table: pd.DataFrame, plan: Plan, lang: Lang) -> Iterator[tuple[str, str, str]]:
    """Name, alias and description of each field."""
    units = {column.name: column.unit for declared in RESULTS.values() for column in declared.columns}
    units |= {fact.name: fact.unit for fact in FACTS.values()} | {"official_area_ha": "ha"}
    status = fact_status(plan)
    for name in table.columns:
        if name == "geometry":
            continue
        item = name.removesuffix("_status")
        if item != name and item in FACTS:
            yield name, text("annex.field.status", lang, item=text(f"model.item.{item}", lang)), ""
            continue
        alias = text(_label_id(name), lang)
        alias = with_unit(alias, units.get(name, ""), lang)
        sources = ("quota", "ledger") if layer == "districts" else (layer,)
        found = [f"{source}.{name}" for source in sources if FORMULAS.get(f"{source}.{name}")]
        computed = [text(f"model.formula.{key}", lang) for key in found if has_text(f"model.formula.{key}")]
        given = any(known == name for _, known in status)
        yield name, alias, computed[0] if computed else (text("model.formula.input", lang) if given else "")


def _label_id(name: str) -> str:
    """Message id of a field's label."""
    ids = (f"annex.field.{name}", f"model.column.{name}", f"model.item.{name}")
    return next(key for key in ids if has_text(key))
