"""``landlink site``: choose parcels for the facilities that a plan grants land for, and write the plan with sites."""

import argparse
import math
import sys
from pathlib import Path

from landlink.cli.arguments import Say, add_shared, choices
from landlink.cli.inputs import people_on_cells, read_plan_and_land, read_supply
from landlink.cli.terminal import print_table
from landlink.errors import DataError, Fault
from landlink.plan.chain import site_facilities
from landlink.plan.plan import Plan
from landlink.plan.site_files import save_sites
from landlink.present.tables import proof
from landlink.schema import PEOPLE, USABLE_SOURCES
from landlink.siting.limits import Progress, Watch
from landlink.siting.request import CANDIDATES, Chosen, Wish
from landlink.siting.solver import Weights
from landlink.texts import Lang, text
from landlink.units import ha

# Seconds of a solve where neither time nor iterations are limited.
TIME_LIMIT_S = 60.0
# Columns of the table of sites that a terminal has room for.
PRINTED = (
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


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    shared = ("city", "--plan", "--supply", "--out", "--facility", "--cell", "--housing-share", "--jobs-share")
    add_shared(parser, say, *shared, "--accept-questions")
    parser.add_argument("--group", default=PEOPLE[1], help=choices(say, "site.group", PEOPLE))
    parser.add_argument("--source", action="append", help=choices(say, "site.source", USABLE_SOURCES))
    parser.add_argument("--weight", action="append", default=[], metavar="TERM=WEIGHT", help=say("site.weight"))
    parser.add_argument("--split", action="store_true", help=say("site.split"))
    parser.add_argument("--no-existing", action="store_true", help=say("site.no_existing"))
    parser.add_argument("--candidates", type=int, default=CANDIDATES, help=say("site.candidates"))
    parser.add_argument("--fix", action="append", default=[], metavar="PARCEL=FACILITY", help=say("site.fix"))
    parser.add_argument("--bar", action="append", default=[], metavar="PARCEL=FACILITY", help=say("site.bar"))
    parser.add_argument("--time-limit", type=float, metavar="S", help=say("site.time_limit"))
    parser.add_argument("--iterations", type=int, metavar="N", help=say("site.iterations"))
    parser.add_argument("--gap", type=float, default=0.01, help=say("site.gap"))
    parser.add_argument("--seed", type=int, default=0, help=say("site.seed"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    wish = Wish(
        facilities=tuple(options.facility or ()),
        group=options.group,
        weights=_weights(options.weight),
        sources=tuple(options.source or USABLE_SOURCES),
        split=options.split,
        existing=not options.no_existing,
        candidates=options.candidates,
        fixed=tuple(_pair("--fix", value) for value in options.fix),
        barred=tuple(_pair("--bar", value) for value in options.bar),
    )
    plan, land = read_plan_and_land(options)
    cells = people_on_cells(options, plan, land)
    supply = read_supply(options, land)
    if supply.suitability is None:
        raise DataError(Fault("supply.unscored", {"folder": options.supply}))
    chosen = site_facilities(
        plan,
        supply,
        cells,
        wish,
        time_limit=_time_limit(options),
        iterations=options.iterations,
        gap=options.gap,
        seed=options.seed,
        watch=_watch(lang) if sys.stderr.isatty() else None,
    )
    paths = save_sites(plan, chosen, Path(options.out))
    _print_sites(plan, chosen, lang)
    print(text("cli.written", lang, files="  ".join(map(str, paths))))


def _time_limit(options: argparse.Namespace) -> float | None:
    """Seconds; a minute by default, no clock where iterations are limited instead."""
    if options.time_limit is None and options.iterations is None:
        return TIME_LIMIT_S
    return float(options.time_limit) if options.time_limit is not None else None


def _watch(lang: Lang) -> Watch:
    """Callback that prints the solver's progress on one line of the terminal."""

    def report(progress: Progress) -> bool:
        gap = f"{100 * progress.gap:.2f} %" if math.isfinite(progress.gap) else "—"
        line = text("cli.site.progress", lang, seconds=f"{progress.seconds:.0f}", gap=gap)
        print(f"\r{line}", end="", file=sys.stderr, flush=True)
        return False

    return report


def _print_sites(plan: Plan, chosen: Chosen, lang: Lang) -> None:
    """Print the sites, and what they provide in the whole city."""
    siting = chosen.siting
    names, titles = plan.names(lang), plan.titles(lang)
    units = {facility.id: facility.unit[lang] for facility in plan.facilities}
    rows = [[text(f"model.column.{name}", lang) for name in PRINTED]]
    rows += [
        [
            row["site"],
            names[row["code"]],
            titles[row["facility"]],
            row["parcel"],
            f"{row['units']:,} {units[row['facility']]}",
            f"{row['served']:,}",
            "—" if math.isnan(row["mean_m"]) else f"{row['mean_m']:,.0f}",
            f"{row['site_m2']:,}",
            text(f"model.land_source.{row['land_source']}", lang),
            row["instead"] or "—",
        ]
        for row in siting.sites.to_dict("records")
    ]
    print_table(rows)
    sums = siting.provision[["persons", "served_existing", "served_new", "unserved"]].sum()
    print(text("cli.site.provision", lang, **{name: f"{value:,}" for name, value in sums.items()}))
    print(text("cli.site.proof", lang, **proof(siting, lang), candidates=siting.candidates, parcels=siting.parcels))
    area = ha(int(siting.sites["site_m2"].sum()))
    status = text(f"model.status.{siting.data_status}", lang)
    print(text("cli.site.units", lang, area=f"{area:,}", status=status))


def _weights(pairs: list[str]) -> Weights:
    """Weights of the objective's terms; a term that is not named keeps its default."""
    terms = Weights.__slots__
    weights = {}
    for pair in pairs:
        term, _, number = pair.partition("=")
        if term not in terms:
            raise DataError(Fault("option.choice", {"option": "--weight", "value": term, "choices": " | ".join(terms)}))
        try:
            weights[term] = float(number)
        except ValueError:
            raise DataError(Fault("option.number", {"option": "--weight", "value": pair})) from None
    return Weights(**weights)


def _pair(option: str, value: str) -> tuple[str, str]:
    """Parcel and facility, written ``parcel=facility``."""
    parcel, sign, facility = value.rpartition("=")
    if not sign:
        raise DataError(Fault("option.pair", {"option": option, "value": value}))
    return parcel, facility
