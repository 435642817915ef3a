"""``landlink supply``: find where land can be had, by parcel and district, and write it."""

import argparse
import tempfile
from pathlib import Path

from landlink.city import load_city, load_land
from landlink.cli.arguments import Say, add_shared
from landlink.cli.terminal import print_table
from landlink.plan.derivation.parcels import explain_parcel
from landlink.present.supply import district_supply
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import save_supply
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "city", "--out", "--accept-questions")
    parser.add_argument("--no-suitability", action="store_true", help=say("supply.no_suitability"))
    parser.add_argument("--cell", type=float, metavar="M", help=say("supply.cell"))
    parser.add_argument("--explain", metavar="PARCEL", help=say("supply.explain"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    city = load_city(options.city, accept_questions=options.accept_questions)
    land = load_land(city, accept_questions=options.accept_questions)
    with tempfile.TemporaryDirectory(prefix="landlink-") as folder:
        rasters = None if options.no_suitability else Path(folder)
        supply = find_supply(land, rasters, cell_m=options.cell)
        paths = save_supply(supply, Path(options.out), rasters)
    _print_districts(supply, lang)
    if options.explain:
        print(explain_parcel(supply, options.explain, lang).render(lang))
    print(text("cli.written", lang, files="  ".join(map(str, paths))))


def _print_districts(supply: Supply, lang: Lang) -> None:
    """Print developable area by district and source of land, in ha."""
    table = district_supply(supply, lang, supply.land.city.names(lang))
    cells = [[row[0], *(f"{area:,.2f}" for area in row[1:])] for row in table.itertuples(index=False)]
    print_table([list(table.columns), *cells])
    status = text(f"model.status.{supply.status}", lang)
    print(text("cli.supply.units", lang, parcels=f"{len(supply.land.parcels):,}", status=status))
