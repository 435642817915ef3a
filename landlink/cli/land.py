"""The commands on land: ``supply`` and ``example``."""

import argparse
import tempfile
from pathlib import Path

from landlink.city import City, load_city
from landlink.city.land import has_land, load_land
from landlink.city.shipped import GUANGZHOU, example_folder
from landlink.cli.shown import Adder, Say, print_table
from landlink.present.supply import district_supply
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import save_supply
from landlink.texts import Lang, text


def add(command: Adder, say: Say) -> None:
    """Add the commands."""
    supply = command("supply", _supply)
    supply.add_argument("city", help=say("city"))
    supply.add_argument("--out", required=True, help=say("out"))
    supply.add_argument("--no-suitability", action="store_true", help=say("supply.no_suitability"))
    supply.add_argument("--cell", type=float, metavar="M", help=say("supply.cell"))
    supply.add_argument("--explain", metavar="PARCEL", help=say("supply.explain"))
    supply.add_argument("--accept-questions", action="store_true", help=say("accept_questions"))

    example = command("example", _example)
    example.add_argument("--city", default=GUANGZHOU, help=say("city"))
    example.add_argument("--out", help=say("example.out"))
    example.add_argument("--parcels", type=int, default=60_000, help=say("example.parcels"))
    example.add_argument("--seed", type=int, default=1, help=say("example.seed"))


def _supply(options: argparse.Namespace, lang: Lang) -> None:
    city = load_city(options.city, accept_questions=options.accept_questions)
    land = load_land(city, accept_questions=options.accept_questions)
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        rasters = None if options.no_suitability else Path(name)
        found = find_supply(land, rasters, cell_m=options.cell)
        written = save_supply(found, Path(options.out), rasters)
    _print_districts(found, lang)
    if options.explain:
        print(found.explain(options.explain, lang).render(lang))
    print(text("cli.written", lang, files="  ".join(map(str, written))))


def _print_districts(found: Supply, lang: Lang) -> None:
    """Developable area by district and source of land, in ha."""
    city = found.land.city
    names = city.names(lang)
    table = district_supply(found, lang, names)
    cells = [[row[0], *(f"{area:,.2f}" for area in row[1:])] for row in table.itertuples(index=False)]
    rows = [list(table.columns), *cells]
    print_table(rows)
    status = text(f"model.status.{found.status}", lang)
    print(text("cli.supply.units", lang, parcels=f"{len(found.land.parcels):,}", status=status))


def _example(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.example import make_example  # noqa: PLC0415

    city = load_city(options.city)
    out = Path(options.out) if options.out else example_folder(city.folder)
    written = make_example(city, out, parcels=options.parcels, seed=options.seed)
    print(text("cli.example.written", lang, folder=out, files=len(written)))


def validate(city: City, *, accept_questions: bool) -> int:
    """Check the layers of a city's land and return how many there are; without parcels there are none to check."""
    if has_land(city):
        load_land(city, accept_questions=accept_questions)
    return len(city.land)
