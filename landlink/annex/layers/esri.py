"""A plan's layers as shapefiles and as a file geodatabase, for programs that read no GeoPackage."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.annex.layers.tables import fields
from landlink.files import csv_bytes, shapefile_names
from landlink.plan.plan import Plan
from landlink.texts import Lang, text

# A word of SQL, which a geodatabase does not take as a field's name.
_RESERVED = {"group": "group_"}
_MOST_BYTES = 254  # of a text in a dBase table


def write_shapefiles(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path, lang: Lang) -> None:
    """Write layers as shapefiles and tables as dBase tables in UTF-8, and a list of what the short field names mean.

    Parameters
    ----------
    tables
        Of :func:`landlink.annex.layers.tables.layers`.
    folder
        Made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = fields(plan, tables, lang)
    names = {layer: shapefile_names(_columns(table)) for layer, table in tables.items()}
    for layer, table in tables.items():
        short = _texts_cut(table.rename(columns=names[layer]))
        _write(short, folder / f"{layer}.shp", "ESRI Shapefile", encoding="UTF-8")
    known.insert(2, "short", [names[row.layer][row.field] for row in known.itertuples()])
    known.columns = [text(f"annex.list.{name}", lang) for name in known]
    (folder / text("annex.file.fields", lang)).write_bytes(csv_bytes(known))


def write_geodatabase(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write layers and tables as a file geodatabase that ArcGIS 10 reads, which holds whole numbers as doubles."""
    for layer, table in tables.items():
        given = table.rename(columns=_RESERVED)
        whole = [name for name in _columns(given) if pd.api.types.is_integer_dtype(given[name])]
        given = given.astype(dict.fromkeys(whole, "Float64"))
        _write(given, path, "OpenFileGDB", layer=layer, append=path.exists())


def _columns(table: pd.DataFrame) -> "pd.Index[str]":
    return table.columns.drop("geometry", errors="ignore")


def _write(table: pd.DataFrame, path: Path, driver: str, **options: object) -> None:
    if isinstance(table, gpd.GeoDataFrame):
        options |= {"geometry_type": "MultiPolygon", "promote_to_multi": True}
    pyogrio.write_dataframe(table, path, driver=driver, **options)


def _texts_cut(table: pd.DataFrame) -> pd.DataFrame:
    """Table whose texts fit a dBase field; the other formats hold them whole."""
    texts = [name for name in _columns(table) if pd.api.types.is_string_dtype(table[name])]
    cut = {name: table[name].map(_cut, na_action="ignore") for name in texts}
    return table.assign(**cut)


def _cut(value: str) -> str:
    return value.encode()[:_MOST_BYTES].decode(errors="ignore")
