"""A plan's layers as a GeoPackage that says what its fields mean."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.annex.edition import Edition
from landlink.annex.layers.tables import fields, layers

# OGC 12-128r17, annex F.9: the schema extension.
_EXTENSION = "http://www.geopackage.org/spec130/#extension_schema"
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


def write_geopackage(edition: Edition, path: str | Path) -> None:
    """Write the layers and tables of an edition; an existing file is replaced.

    Field names are the package's own; what people read (alias, with unit) and how a figure is computed stand in the
    GeoPackage's schema extension, which GIS programs show. Areas are in m², unrounded.

    Parameters
    ----------
    path
        File that ends in ``.gpkg``.
    """
    path = Path(path)
    path.unlink(missing_ok=True)
    plan, lang = edition.plan, edition.lang
    tables = layers(edition)
    description = edition.text(
        "annex.layer.description",
        city=edition.city,
        year=plan.options.year,
        policy=plan.policy_title[lang],
        fingerprint=plan.fingerprint,
        version=plan.version,
    )
    for name, table in tables.items():
        spatial = {"geometry_type": "MultiPolygon", "promote_to_multi": True}
        pyogrio.write_dataframe(
            table,
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            layer_options={"IDENTIFIER": edition.text(f"annex.layer.{name}"), "DESCRIPTION": description},
            **(spatial if isinstance(table, gpd.GeoDataFrame) else {}),
        )
    with closing(sqlite3.connect(path)) as database:
        with database:
            _describe_fields(database, edition, tables)
            # The moment of writing is no part of the plan: the same plan gives the same content.
            database.execute("UPDATE gpkg_contents SET last_change = ?", (f"{plan.options.year}-01-01T00:00:00.000Z",))
        database.execute("VACUUM")


def _describe_fields(database: sqlite3.Connection, edition: Edition, tables: Mapping[str, pd.DataFrame]) -> None:
    """Fill the schema extension: alias and description of every field."""
    database.executescript(_SCHEMA)
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')", (name, _EXTENSION)
        )
    described = fields(edition.plan, tables, edition.lang)
    for layer, name, alias, description in described.itertuples(index=False):
        database.execute(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            (layer, name, alias, alias, description or None),
        )
