"""A city: a folder of tables and layers that a Frictionless ``datapackage.json`` names, read and checked whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.city.manifest import CENTRAL_AREA, COMPLETE, MANIFEST, Resource, read_manifest, resources
from landlink.city.settlement import settlement_faults, target_faults
from landlink.city.shipped import city_folder
from landlink.crs import to_cgcs2000
from landlink.errors import DataError, Fault, Faults
from landlink.files.check import check
from landlink.schema import CONSTRAINT_LAYER, INPUTS, LAND_LAYERS, LAND_RASTERS
from landlink.texts import Lang, name_column

# Most that the shares of all classes of use may be together, in %.
_ALL_PCT = 100


@dataclass(frozen=True, slots=True)
class City:
    """A city's data, checked.

    Parameters
    ----------
    districts
        Boundaries in EPSG:4490 with the attributes that :data:`landlink.schema.INPUTS` declares, by code.
    tables
        Tables by name; the index is the line of the file, ``attrs["file"]`` its name.
    central_area
        Polygons of the central urban area in EPSG:4490, where the city has them.
    questions
        Values that look wrong and have been accepted.
    land
        Layers and rasters of the land by name, not read yet: :func:`landlink.load_land` does.
    """

    id: str
    title: Mapping[Lang, str]
    folder: Path
    districts: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    central_area: gpd.GeoDataFrame | None
    questions: tuple[Fault, ...]
    land: Mapping[str, Resource]

    @property
    def codes(self) -> list[str]:
        """District codes, in order."""
        return list(self.districts["code"])

    @property
    def complete(self) -> frozenset[str]:
        """Codes of the districts whose parcels the manifest declares complete."""
        declared = self.land["parcels"].complete if "parcels" in self.land else False
        return frozenset(self.codes if declared is True else declared or ())

    def names(self, lang: Lang) -> dict[str, str]:
        """Names of the districts in a language, by code."""
        return dict(zip(self.districts["code"], self.districts[name_column(lang)], strict=True))


def load_city(city: str | Path, *, accept_questions: bool = False) -> City:
    """Read a city's folder and check all of it.

    Parameters
    ----------
    city
        Folder that holds ``datapackage.json``, or the name of a city that comes with landlink, such as ``guangzhou``.
    accept_questions
        Take values that are questioned (a thousand times off their neighbours) as right.

    Raises
    ------
    DataError
        Everything that is wrong in the folder, at once.

    Examples
    --------
    >>> city = load_city("guangzhou")
    >>> len(city.codes), sorted(city.tables)[:3]
    (11, ['city_series', 'constraints', 'land'])
    """
    folder = city_folder(city)
    manifest = read_manifest(folder)
    named = resources(manifest, folder)
    land = {name: resource for name, resource in named.items() if _is_land(name)}
    faults = Faults()
    tables: dict[str, pd.DataFrame] = {}
    layers: dict[str, gpd.GeoDataFrame] = {}
    for name, resource in named.items():
        if name in land:
            continue
        with faults.collect():
            if name in ("districts", CENTRAL_AREA):
                layers[name] = to_cgcs2000(resource.checked_shapes(polygons=True), resource.file)
                faults.add(*layers[name].attrs.get("questions", ()))
            else:
                tables[name] = check(resource.table(), INPUTS[name], resource.file)
                tables[name].attrs["file"] = resource.file
                faults.add(*tables[name].attrs.get("questions", ()))
    if "settlement" in tables:
        faults.add(*_central_above(tables["settlement"]))
    if "land_structure" in tables:
        faults.add(*_shares_above(tables["land_structure"]))
    if "districts" in layers:
        codes = set(layers["districts"]["code"])
        for table in tables.values():
            faults.add(*_unknown_codes(table, codes, named["districts"].file))
        if "settlement" in tables:
            faults.add(*settlement_faults(tables["settlement"], codes, named["districts"].file))
        faults.add(*_unknown_complete(land, codes))
    if "settlement_targets" in tables:
        faults.add(*target_faults(tables["settlement_targets"]))
    faults.raise_if_any(DataError, accept_questions=accept_questions)
    title = manifest["landlink"].get("title", {})
    titles: dict[Lang, str] = {"zh": title.get("zh", manifest["title"]), "en": title.get("en", manifest["title"])}
    districts = layers["districts"].sort_values("code", ignore_index=True)
    return City(manifest["name"], titles, folder, districts, tables, layers.get(CENTRAL_AREA), tuple(faults), land)


def _unknown_complete(land: Mapping[str, Resource], codes: set[str]) -> list[Fault]:
    """Faults of districts that are declared complete and that the city does not have."""
    declared = land["parcels"].complete if "parcels" in land else False
    unknown = [] if isinstance(declared, bool) else [code for code in declared if code not in codes]
    values = {"key": COMPLETE, "known": ", ".join(sorted(codes))}
    return [Fault("package.complete_unknown", {"code": code, **values}, MANIFEST) for code in unknown]


def _is_land(name: str) -> bool:
    return name in (*LAND_LAYERS, *LAND_RASTERS) or name.startswith(CONSTRAINT_LAYER)


def _central_above(settlement: pd.DataFrame) -> list[Fault]:
    """Faults of rows where more persons settle inside the central area than in all."""
    above = settlement[(settlement["central_persons"] > settlement["persons"]).fillna(value=False)]
    return [
        Fault(
            "table.cell_above",
            {"value": central, "unit": "person", "bound": persons},
            settlement.attrs["file"],
            row=row,
            column="central_persons",
        )
        for row, central, persons in zip(above.index, above["central_persons"], above["persons"], strict=True)
    ]


def _shares_above(structure: pd.DataFrame) -> list[Fault]:
    """Fault of the row from which on the shares of classes of use are more than 100 % together."""
    shares = [Decimal(str(share)) for share in structure["share_pct"]]
    above = [row for row, upto in zip(structure.index, accumulate(shares), strict=True) if upto > _ALL_PCT]
    values = {"sum": f"{sum(shares):f}", "bound": _ALL_PCT}
    return [
        Fault("table.shares_above", values, structure.attrs["file"], row=row, column="share_pct") for row in above[:1]
    ]


def _unknown_codes(table: pd.DataFrame, codes: set[str], boundaries: str) -> list[Fault]:
    if "code" not in table:
        return []
    unknown = table.loc[~table["code"].isin(codes), "code"]
    return [
        Fault(
            "table.district_unknown",
            {"code": code, "boundaries": boundaries},
            table.attrs["file"],
            row=row,
            column="code",
        )
        for row, code in zip(unknown.index, unknown, strict=True)
    ]
