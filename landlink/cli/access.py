"""``landlink access``: measure access, coverage and equity of facilities, before and after a plan's sites."""

import argparse
from pathlib import Path

from landlink.access import METHODS
from landlink.access.cells import CELL_M
from landlink.access.save import save_services
from landlink.access.service import DECAYS, TRAVEL, How, Service
from landlink.cli.arguments import Say, add_shared, choices
from landlink.cli.inputs import people_on_cells, read_plan_and_land
from landlink.cli.terminal import print_table
from landlink.plan.chain import measure_service
from landlink.plan.plan import Plan
from landlink.present.access import city_table
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    default = How()
    shared = ("city", "--plan", "--out", "--facility", "--cell", "--housing-share", "--jobs-share")
    add_shared(parser, say, *shared, "--accept-questions")
    parser.add_argument("--method", default=default.method, help=" | ".join(METHODS))
    parser.add_argument("--decay", default=default.decay, help=choices(say, "access.decay", DECAYS))
    parser.add_argument("--travel", default=default.travel, help=choices(say, "access.travel", TRAVEL))
    parser.add_argument("--circuity", type=float, default=default.circuity, help=say("access.circuity"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    plan, land = read_plan_and_land(options)
    how = How(options.method, options.decay, options.travel, options.circuity)
    cells = people_on_cells(options, plan, land)
    services = [
        measure_service(plan, land, cells, facility, how) for facility in options.facility or plan.rules.with_radius
    ]
    paths = save_services(services, land, options.cell or CELL_M, Path(options.out))
    _print_services(plan, services, lang)
    print(text("cli.written", lang, files="  ".join(map(str, paths))))


def _print_services(plan: Plan, services: list[Service], lang: Lang) -> None:
    """Print the service of the whole city by facility and group."""
    table = city_table(services, plan.titles(lang), lang)
    print_table([list(table.columns), *table.itertuples(index=False)])
    print(text("cli.access.units", lang, status=text(f"model.status.{services[0].status}", lang)))
