"""The commands on service: ``access`` and ``site``."""

import argparse
import math
import sys
import tempfile
from pathlib import Path

from landlink.access import METHODS
from landlink.access.cells import CELL_M
from landlink.access.people import people
from landlink.access.save import save_services
from landlink.access.service import DECAYS, TRAVEL, How, Service, service
from landlink.city import load_city
from landlink.city.land import Land, load_land
from landlink.cli.shown import Adder, Say, print_table
from landlink.errors import DataError, Fault
from landlink.plan.archive import load_plan
from landlink.plan.plan import Plan
from landlink.plan.site_files import save_sites
from landlink.present.tables import proof
from landlink.schema import LAND_SOURCES, PEOPLE
from landlink.siting.choose import Chosen, Wish, site_facilities
from landlink.siting.models import Progress, Watch, Weights
from landlink.siting.request import CANDIDATES
from landlink.supply.find import find_supply
from landlink.texts import Lang, text
from landlink.units import ha


def add(command: Adder, say: Say) -> None:
    """Add the commands."""
    own = How()
    access = command("access", _access)
    _common(access, say)
    access.add_argument("--method", default=own.method, help=" | ".join(METHODS))
    access.add_argument("--decay", default=own.decay, help=say("access.decay") + " " + " | ".join(DECAYS))
    access.add_argument("--travel", default=own.travel, help=say("access.travel") + " " + " | ".join(TRAVEL))
    access.add_argument("--circuity", type=float, default=own.circuity, help=say("access.circuity"))

    site = command("site", _site)
    _common(site, say)
    site.add_argument("--group", default=PEOPLE[1], help=say("site.group") + " " + " | ".join(PEOPLE))
    site.add_argument("--source", action="append", help=say("site.source") + " " + " | ".join(LAND_SOURCES[:-1]))
    site.add_argument("--weight", action="append", default=[], metavar="TERM=WEIGHT", help=say("site.weight"))
    site.add_argument("--split", action="store_true", help=say("site.split"))
    site.add_argument("--no-existing", action="store_true", help=say("site.no_existing"))
    site.add_argument("--candidates", type=int, default=CANDIDATES, help=say("site.candidates"))
    site.add_argument("--fix", action="append", default=[], metavar="PARCEL=FACILITY", help=say("site.fix"))
    site.add_argument("--bar", action="append", default=[], metavar="PARCEL=FACILITY", help=say("site.bar"))
    site.add_argument("--time-limit", type=float, default=60, metavar="S", help=say("site.time_limit"))
    site.add_argument("--gap", type=float, default=0.01, help=say("site.gap"))
    site.add_argument("--seed", type=int, default=0, help=say("site.seed"))


def _common(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("city", help=say("city"))
    parser.add_argument("--plan", required=True, help=say("plan_folder"))
    parser.add_argument("--out", required=True, help=say("out"))
    parser.add_argument("--facility", action="append", help=say("access.facility"))
    parser.add_argument("--cell", type=float, default=CELL_M, metavar="M", help=say("access.cell"))
    parser.add_argument("--housing-share", type=float, default=0, help=say("access.housing_share"))
    parser.add_argument("--jobs-share", type=float, default=0, help=say("access.jobs_share"))
    parser.add_argument("--accept-questions", action="store_true", help=say("accept_questions"))


def _read(options: argparse.Namespace) -> tuple[Plan, Land]:
    plan = load_plan(options.plan)
    city = load_city(options.city, accept_questions=options.accept_questions)
    return plan, load_land(city, accept_questions=options.accept_questions)


def _access(options: argparse.Namespace, lang: Lang) -> None:
    plan, land = _read(options)
    how = How(options.method, options.decay, options.travel, options.circuity)
    there = people(plan, land, cell_m=options.cell, housing_share=options.housing_share, jobs_share=options.jobs_share)
    found = [service(plan, land, there, name, how) for name in options.facility or plan.rules.with_radius]
    written = save_services(found, land, options.cell, Path(options.out))
    _print_services(plan, found, lang)
    print(text("cli.written", lang, files="  ".join(map(str, written))))


def _print_services(plan: Plan, found: list[Service], lang: Lang) -> None:
    """Service of the whole city by facility and group."""
    titles = plan.titles(lang)
    names = ("group", "when", "covered", "access", "standard", "gini", "short_persons")
    rows = [[text("model.column.facility", lang), *(text(f"cli.access.{name}", lang) for name in names)]]
    for one in found:
        table = one.table(None)
        shown = table if one.sites else table[table["when"] == "before"]
        rows += [
            [
                titles[one.facility],
                text(f"model.people.{row['group']}", lang),
                text(f"model.when.{row['when']}", lang),
                f"{100 * row['covered']:.1f} %",
                f"{row['access']:.4g}",
                f"{one.standard:g}",
                f"{row['gini']:.3f}",
                f"{row['short_persons']:,.0f}",
            ]
            for row in shown.to_dict("records")
        ]
    print_table(rows)
    status = text(f"model.status.{found[0].status}", lang)
    print(text("cli.access.units", lang, status=status))


def _site(options: argparse.Namespace, lang: Lang) -> None:
    pairs = {name: tuple(_pair(f"--{name}", value) for value in getattr(options, name)) for name in ("fix", "bar")}
    wish = Wish(
        facilities=tuple(options.facility or ()),
        group=options.group,
        weights=_weights(options.weight),
        sources=tuple(options.source or LAND_SOURCES[:-1]),
        split=options.split,
        existing=not options.no_existing,
        candidates=options.candidates,
        fixed=pairs["fix"],
        barred=pairs["bar"],
    )
    plan, land = _read(options)
    there = people(plan, land, cell_m=options.cell, housing_share=options.housing_share, jobs_share=options.jobs_share)
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        found = find_supply(land, Path(name))
    chosen = site_facilities(
        plan,
        found,
        there,
        wish,
        time_limit=options.time_limit,
        gap=options.gap,
        seed=options.seed,
        watch=_watch(lang) if sys.stderr.isatty() else None,
    )
    written = save_sites(plan, chosen, Path(options.out))
    _print_sites(plan, chosen, lang)
    print(text("cli.written", lang, files="  ".join(map(str, written))))


def _watch(lang: Lang) -> Watch:
    """Tell of progress on one line of the terminal."""

    def told(progress: Progress) -> bool:
        gap = f"{100 * progress.gap:.2f} %" if math.isfinite(progress.gap) else "—"
        line = text("cli.site.progress", lang, seconds=f"{progress.seconds:.0f}", gap=gap)
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        return False

    return told


def _print_sites(plan: Plan, chosen: Chosen, lang: Lang) -> None:
    """Sites, and what they mean for the whole city."""
    siting = chosen.siting
    facilities = {facility.id: facility for facility in plan.facilities}
    names = plan.names(lang)
    columns = (
        "site",
        "district",
        "facility",
        "parcel",
        "units",
        "served",
        "mean_m",
        "site_m2",
        "land_source",
        "instead",
    )
    rows = [[text(f"model.column.{name}", lang) for name in columns]]
    for row in siting.sites.to_dict("records"):
        far = "—" if math.isnan(row["mean_m"]) else f"{row['mean_m']:,.0f}"
        source = text(f"model.land_source.{row['land_source']}", lang)
        units = f"{row['units']:,} {facilities[row['facility']].unit[lang]}"
        rows.append(
            [
                row["site"],
                names[row["code"]],
                facilities[row["facility"]].title[lang],
                row["parcel"],
                units,
                f"{row['served']:,}",
                far,
                f"{row['site_m2']:,}",
                source,
                row["instead"] or "—",
            ]
        )
    print_table(rows)
    sums = siting.provision[["persons", "served_existing", "served_new", "unserved"]].sum()
    print(text("cli.site.provision", lang, **{name: f"{value:,}" for name, value in sums.items()}))
    print(text("cli.site.proof", lang, **proof(siting, lang), candidates=siting.candidates, parcels=siting.parcels))
    area = ha(int(siting.sites["site_m2"].sum()))
    status = text(f"model.status.{siting.data_status}", lang)
    print(text("cli.site.units", lang, area=f"{area:,}", status=status))


def _weights(given: list[str]) -> Weights:
    """Weights of the terms, those that are not given as they are by default."""
    known = Weights.__slots__
    found = {}
    for value in given:
        name, _, number = value.partition("=")
        if name not in known:
            raise DataError(Fault("option.choice", {"option": "--weight", "value": name, "choices": " | ".join(known)}))
        try:
            found[name] = float(number)
        except ValueError:
            raise DataError(Fault("option.number", {"option": "--weight", "value": value})) from None
    return Weights(**found)


def _pair(option: str, value: str) -> tuple[str, str]:
    parcel, sign, facility = value.rpartition("=")
    if not sign:
        raise DataError(Fault("option.pair", {"option": option, "value": value}))
    return parcel, facility
