"""A plan's layers as shapefiles and as a file geodatabase, for programs that read no GeoPackage."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from landlink.annex.edition import Edition
from landlink.annex.layers.tables import fields
from landlink.files import csv_bytes, shapefile_names

# Words of SQL, which a geodatabase does not take as a field's name.
_RESERVED = {"group": "group_"}
# Most bytes of a text in a dBase table.
_MOST_BYTES = 254


def write_shapefiles(edition: Edition, tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write layers as shapefiles and tables as dBase tables in UTF-8, and a list of what the short field names mean.

    Parameters
    ----------
    tables
        Of :func:`landlink.annex.layers.layers`.
    folder
        Made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {layer: shapefile_names(_columns(table)) for layer, table in tables.items()}
    for layer, table in tables.items():
        short = _texts_cut(table.rename(columns=names[layer]))
        _write(short, folder / f"{layer}.shp", "ESRI Shapefile", encoding="UTF-8")
    listed = fields(edition.plan, tables, edition.lang)
    listed.insert(2, "short", [names[row.layer][row.field] for row in listed.itertuples()])
    listed.columns = [edition.text(f"annex.list.{name}") for name in listed]
    (folder / edition.text("annex.file.fields")).write_bytes(csv_bytes(listed))


def write_geodatabase(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write layers and tables as a file geodatabase that ArcGIS 10 reads, which holds whole numbers as doubles."""
    for layer, table in tables.items():
        renamed = table.rename(columns=_RESERVED)
        whole = [name for name in _columns(renamed) if pd.api.types.is_integer_dtype(renamed[name])]
        doubles = renamed.astype(dict.fromkeys(whole, "Float64"))
        _write(doubles, path, "OpenFileGDB", layer=layer, append=path.exists())


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
    """Text within the bytes of a field, without a character cut in two."""
    return value.encode()[:_MOST_BYTES].decode(errors="ignore")
