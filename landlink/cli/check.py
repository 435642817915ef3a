"""The commands on files: ``check`` and ``convert``."""

import argparse
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.city import load_city
from landlink.city.inspection import Inspection, inspect, likely_resource, mapping
from landlink.city.shipped import GUANGZHOU
from landlink.cli.shown import Adder, Say
from landlink.crs import declare
from landlink.errors import DataError, Fault
from landlink.files import csv_bytes, read_layer, save_layer, write_files
from landlink.files.health import REPAIRS, repair
from landlink.texts import Lang, text

# Findings of one kind that are shown; all of them go into the file of --list.
SHOWN = 5


def add(command: Adder, say: Say) -> None:
    """Add the commands."""
    check = command("check", _check)
    check.add_argument("files", nargs="+", metavar="FILE", help=say("check.files"))
    check.add_argument("--city", default=os.environ.get("LANDLINK_CITY", GUANGZHOU), help=say("check.city"))
    check.add_argument("--layer", help=say("layer"))
    check.add_argument("--crs", default="", help=say("crs"))
    check.add_argument("--id", help=say("check.id"))
    check.add_argument("--list", metavar="CSV", help=say("check.list"))
    check.add_argument("--repair", nargs="*", metavar="KIND", help=say("check.repair"))
    check.add_argument("--out", metavar="FILE", help=say("check.out"))

    convert = command("convert", _convert)
    convert.add_argument("file", metavar="FILE", help=say("convert.file"))
    convert.add_argument("--to", required=True, metavar="FILE", help=say("convert.to"))
    convert.add_argument("--layer", help=say("layer"))
    convert.add_argument("--crs", default="", help=say("crs"))
    convert.add_argument("--to-crs", help=say("convert.to_crs"))
    convert.add_argument("--encoding", default="UTF-8", help=say("convert.encoding"))


def _check(options: argparse.Namespace, lang: Lang) -> int:
    if (options.repair is not None or options.out or options.list) and len(options.files) > 1:
        raise DataError(Fault("option.one_file", {"options": "--repair --out --list"}))
    if (options.repair is None) != (options.out is None):
        raise DataError(Fault("option.together", {"options": "--repair --out"}))
    if wrong := set(options.repair or ()) - set(REPAIRS):
        values = {"option": "--repair", "value": " ".join(sorted(wrong)), "choices": " | ".join(REPAIRS)}
        raise DataError(Fault("option.choice", values))
    city = load_city(options.city)
    faults: list[Fault] = []
    looked: list[Inspection] = []
    for name in options.files:
        try:
            looked.append(inspect(Path(name), city, layer=options.layer, crs=options.crs, id_column=options.id))
        except DataError as error:
            faults.extend(error.faults)
    for inspection in looked:
        _tell(inspection, lang)
    if looked and options.list and looked[0].health is not None:
        path = Path(options.list)
        print(text("cli.written", lang, files=write_files(path.parent, {path.name: csv_bytes(looked[0].health)})[0]))
    if looked and options.repair is not None:
        _repair(looked[0], options, lang)
    if faults:
        raise DataError(faults)
    return 0 if all(inspection.sound for inspection in looked) else 1


def _tell(inspection: Inspection, lang: Lang) -> None:
    frame = inspection.frame
    own = [str(name) for name in frame.columns if name != "geometry"]
    values = {"file": inspection.path.name, "layer": inspection.layer, "rows": len(frame)}
    if isinstance(frame, gpd.GeoDataFrame):
        kinds = ", ".join(sorted(set(frame.geom_type.dropna())))
        crs = text("cli.check.none", lang) if frame.crs is None else frame.crs.name
        print(text("cli.check.layer", lang, **values, kinds=kinds, crs=crs))
    else:
        print(text("cli.check.table", lang, **values))
    print("  " + text("cli.check.columns", lang, columns=", ".join(own)))
    if resource := likely_resource(inspection):
        pairs = ", ".join(f"{name} → {declared}" for name, declared in mapping(own, resource).items())
        print("  " + text("cli.check.likely", lang, resource=resource, pairs=pairs))
    for fault in (*(finding.fault for finding in inspection.findings), *inspection.questions):
        print(f"  ? {fault.text(lang)}")
    if inspection.health is not None:
        for kind, rows in inspection.health.groupby("kind", sort=False):
            area = f"{rows['area_m2'].sum():,.2f}"
            named = text(f"model.health.{kind}", lang)
            print("  ! " + text("cli.check.health", lang, kind=named, count=len(rows), area=area))
            for row in rows.head(SHOWN).to_dict("records"):
                print("      " + _place(row, lang))
    if inspection.sound:
        print("  " + text("cli.check.sound", lang))


def _place(row: dict[str, object], lang: Lang) -> str:
    """One finding: which feature, where, how much."""
    parts = [] if pd.isna(row["row"]) else [text("cli.check.row", lang, row=row["row"], id=row["id"])]
    if not pd.isna(row["other_row"]):
        parts.append(text("cli.check.other", lang, row=row["other_row"]))
    if not pd.isna(row["longitude"]):
        parts.append(f"{row['longitude']:.6f}, {row['latitude']:.6f}")
    if row["area_m2"]:
        parts.append(f"{row['area_m2']:,.2f} m²")
    if row["detail"]:
        parts.append(str(row["detail"]))
    return "  ".join(parts)


def _repair(inspection: Inspection, options: argparse.Namespace, lang: Lang) -> None:
    if inspection.plane is None:
        raise DataError(Fault("layer.crs_missing", file=inspection.path.name))
    mended, changes = repair(inspection.plane, options.repair or REPAIRS)
    written = save_layer(mended, Path(options.out))
    for kind, rows in changes.groupby("kind", sort=False):
        before, after = rows["before_m2"].sum(), rows["after_m2"].sum()
        values = {"kind": text(f"model.health.{kind}", lang), "count": len(rows)}
        print("  " + text("cli.check.repaired", lang, **values, before=f"{before:,.2f}", after=f"{after:,.2f}"))
    print(text("cli.written", lang, files="  ".join(map(str, written))))


def _convert(options: argparse.Namespace, lang: Lang) -> None:
    path = Path(options.file)
    layer = read_layer(path, options.layer, crs_needed=False)
    if options.crs:
        layer = declare(layer, options.crs, path.name)
    if options.to_crs:
        if layer.crs is None:
            raise DataError(Fault("layer.crs_missing", file=path.name))
        layer = layer.to_crs(declare(layer.iloc[:0], options.to_crs).crs)
    written = save_layer(layer, Path(options.to), encoding=options.encoding)
    print(text("cli.written", lang, files="  ".join(map(str, written))))
