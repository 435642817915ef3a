"""``landlink check``: report what is wrong with planners' files, and repair their geometry."""

import argparse
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from landlink.city import load_city
from landlink.city.inspection import Inspection, inspect, likely_resource, mapping
from landlink.city.shipped import GUANGZHOU
from landlink.cli.arguments import Say, add_shared
from landlink.errors import DataError, Fault
from landlink.files import csv_bytes, save_layer, write_files
from landlink.files.health import REPAIRS, repair
from landlink.texts import Lang, text

# Findings of one kind that are printed; --list writes all of them to a file.
_PRINTED = 5


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="+", metavar="FILE", help=say("check.files"))
    parser.add_argument("--city", default=os.environ.get("LANDLINK_CITY", GUANGZHOU), help=say("check.city"))
    add_shared(parser, say, "--layer", "--crs")
    parser.add_argument("--id", help=say("check.id"))
    parser.add_argument("--list", metavar="CSV", help=say("check.list"))
    parser.add_argument("--repair", nargs="*", metavar="KIND", help=say("check.repair"))
    parser.add_argument("--out", metavar="FILE", help=say("check.out"))


def run(options: argparse.Namespace, lang: Lang) -> int:
    """Run the command; 1 if any file has findings."""
    _refuse_contradictions(options)
    city = load_city(options.city)
    faults: list[Fault] = []
    inspections: list[Inspection] = []
    for name in options.files:
        try:
            inspections.append(inspect(Path(name), city, layer=options.layer, crs=options.crs, id_column=options.id))
        except DataError as error:
            faults.extend(error.faults)
    for inspection in inspections:
        _print_inspection(inspection, lang)
    if inspections and options.list and inspections[0].health is not None:
        path = Path(options.list)
        (written,) = write_files(path.parent, {path.name: csv_bytes(inspections[0].health)})
        print(text("cli.written", lang, files=written))
    if inspections and options.repair is not None:
        _repair(inspections[0], options, lang)
    if faults:
        raise DataError(faults)
    return 0 if all(inspection.sound for inspection in inspections) else 1


def _refuse_contradictions(options: argparse.Namespace) -> None:
    """Refuse options that contradict each other."""
    if (options.repair is not None or options.out or options.list) and len(options.files) > 1:
        raise DataError(Fault("option.one_file", {"options": "--repair --out --list"}))
    if (options.repair is None) != (options.out is None):
        raise DataError(Fault("option.together", {"options": "--repair --out"}))
    if unknown := set(options.repair or ()) - set(REPAIRS):
        values = {"option": "--repair", "value": " ".join(sorted(unknown)), "choices": " | ".join(REPAIRS)}
        raise DataError(Fault("option.choice", values))


def _print_inspection(inspection: Inspection, lang: Lang) -> None:
    frame = inspection.frame
    columns = [str(name) for name in frame.columns if name != "geometry"]
    values = {"file": inspection.path.name, "layer": inspection.layer, "rows": len(frame)}
    if isinstance(frame, gpd.GeoDataFrame):
        kinds = ", ".join(sorted(set(frame.geom_type.dropna())))
        crs = text("cli.check.none", lang) if frame.crs is None else frame.crs.name
        print(text("cli.check.layer", lang, **values, kinds=kinds, crs=crs))
    else:
        print(text("cli.check.table", lang, **values))
    print("  " + text("cli.check.columns", lang, columns=", ".join(columns)))
    if resource := likely_resource(inspection):
        pairs = ", ".join(f"{name} → {declared}" for name, declared in mapping(columns, resource).items())
        print("  " + text("cli.check.likely", lang, resource=resource, pairs=pairs))
    for fault in (*(finding.fault for finding in inspection.findings), *inspection.questions):
        print(f"  ? {fault.text(lang)}")
    if inspection.health is not None:
        for kind, rows in inspection.health.groupby("kind", sort=False):
            area = f"{rows['area_m2'].sum():,.2f}"
            title = text(f"model.health.{kind}", lang)
            print("  ! " + text("cli.check.health", lang, kind=title, count=len(rows), area=area))
            for finding in rows.head(_PRINTED).to_dict("records"):
                print("      " + _location(finding, lang))
    if inspection.sound:
        print("  " + text("cli.check.sound", lang))


def _location(finding: dict[str, object], lang: Lang) -> str:
    """Feature, coordinates and area of a finding."""
    parts = [] if pd.isna(finding["row"]) else [text("cli.check.row", lang, row=finding["row"], id=finding["id"])]
    if not pd.isna(finding["other_row"]):
        parts.append(text("cli.check.other", lang, row=finding["other_row"]))
    if not pd.isna(finding["longitude"]):
        parts.append(f"{finding['longitude']:.6f}, {finding['latitude']:.6f}")
    if finding["area_m2"]:
        parts.append(f"{finding['area_m2']:,.2f} m²")
    if finding["detail"]:
        parts.append(str(finding["detail"]))
    return "  ".join(parts)


def _repair(inspection: Inspection, options: argparse.Namespace, lang: Lang) -> None:
    if inspection.plane is None:
        raise DataError(Fault("layer.crs_missing", file=inspection.path.name))
    repaired, changes = repair(inspection.plane, options.repair or REPAIRS)
    paths = save_layer(repaired, Path(options.out))
    for kind, rows in changes.groupby("kind", sort=False):
        before, after = rows["before_m2"].sum(), rows["after_m2"].sum()
        values = {"kind": text(f"model.health.{kind}", lang), "count": len(rows)}
        print("  " + text("cli.check.repaired", lang, **values, before=f"{before:,.2f}", after=f"{after:,.2f}"))
    print(text("cli.written", lang, files="  ".join(map(str, paths))))
