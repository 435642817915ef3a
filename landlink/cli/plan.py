"""``landlink plan``: compute a plan, write its files and print its quota table."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from landlink.city import City, load_city
from landlink.city.facts import BASES
from landlink.city.land import has_land
from landlink.cli.arguments import Say, add_shared, choices, decimal, share
from landlink.cli.terminal import print_table
from landlink.plan.archive import save_plan
from landlink.plan.make import make_plan
from landlink.plan.plan import Plan
from landlink.policy import BALANCING_RULES, load_policy, shipped
from landlink.present.tables import QUOTA_SHOWN
from landlink.schema import RESULTS
from landlink.supply.saved import read_measured
from landlink.texts import Lang, text
from landlink.units import shown_ha


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "city", "--out", "--supply", "--accept-questions")
    parser.add_argument("--policy", required=True, help=choices(say, "policy", shipped()))
    parser.add_argument("--year", type=int, required=True, help=say("year"))
    parser.add_argument("--basis", default=BASES[0], help=choices(say, "basis", BASES))
    parser.add_argument("--cap", metavar="HA", help=say("cap"))
    parser.add_argument("--rule", help=choices(say, "rule", BALANCING_RULES))
    parser.add_argument("--adjust", metavar="PCT", help=say("adjust"))
    parser.add_argument("--offset-share", metavar="SHARE", help=say("offset_share"))
    parser.add_argument("--base-year", type=int, metavar="YEAR", help=say("base_year"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    city = load_city(options.city, accept_questions=options.accept_questions)
    plan = make_plan(
        city,
        load_policy(options.policy),
        options.year,
        basis=options.basis,
        cap_ha=decimal("--cap", options.cap),
        rule=options.rule,
        adjust_pct=decimal("--adjust", options.adjust),
        offset_share=share("--offset-share", options.offset_share),
        base_year=options.base_year,
        measured=_measured(city, options, lang),
    )
    paths = save_plan(plan, options.out)
    _print_plan(plan, lang)
    print(text("cli.written", lang, files="  ".join(map(str, paths))))


def _measured(city: City, options: argparse.Namespace, lang: Lang) -> pd.DataFrame | None:
    """Measured supply: of ``--supply``, else of the city's layers; None where it has none."""
    if options.supply:
        return read_measured(Path(options.supply), city.codes)
    if not has_land(city):
        return None
    from landlink.supply.measured import measured_of  # noqa: PLC0415 - a plan without layers begins sooner

    print(text("cli.plan.measuring", lang), file=sys.stderr, flush=True)
    return measured_of(city, accept_questions=options.accept_questions)


def _print_plan(plan: Plan, lang: Lang) -> None:
    """Print the quota table in ha with its totals, and the notes."""
    title = {"city": plan.city_title[lang], "year": plan.options.year, "policy": plan.policy_title[lang]}
    print(text("cli.title", lang, **title))
    names = plan.names(lang)
    columns = [_cells(plan.quota[name]) for name in QUOTA_SHOWN]
    totals = [_total(plan.quota[name]) for name in QUOTA_SHOWN]
    headers = [text(f"model.column.{name}", lang) for name in ("district", *QUOTA_SHOWN)]
    rows = [[names[code], *cells] for code, *cells in zip(plan.quota["code"], *columns, strict=True)]
    print_table([headers, *rows, [text("cli.total", lang), *totals]])
    print(text("cli.units", lang))
    for note in plan.notes:
        print(f"* {note.text(lang)}")
    print(text("cli.fingerprint", lang, fingerprint=plan.fingerprint[:16], version=plan.version))


def _cells(column: "pd.Series[float]") -> list[str]:
    """Cells of a column of the quota table: areas in ha, ratios in m² per person, persons."""
    unit = RESULTS["quota"][str(column.name)].unit
    if unit == "m2/person":
        return [f"{value:.2f}" for value in column]
    if unit == "m2":
        return [f"{area:,}" for area in shown_ha(map(int, column))]
    return [f"{int(value):,}" for value in column]


def _total(column: "pd.Series[float]") -> str:
    """Total of a column; empty for ratios, which have none."""
    if RESULTS["quota"][str(column.name)].unit == "m2/person":
        return ""
    return _cells(pd.Series([column.sum()], name=column.name))[0]
