"""``landlink example``: make a city folder with synthetic parcels, constraints, facilities and rasters."""

import argparse
from pathlib import Path

from landlink.city import load_city
from landlink.city.shipped import GUANGZHOU, example_folder
from landlink.cli.arguments import Say
from landlink.example import make_example
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("--city", default=GUANGZHOU, help=say("city"))
    parser.add_argument("--out", help=say("example.out"))
    parser.add_argument("--parcels", type=int, default=60_000, help=say("example.parcels"))
    parser.add_argument("--seed", type=int, default=1, help=say("example.seed"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    city = load_city(options.city)
    folder = Path(options.out) if options.out else example_folder(city.folder)
    paths = make_example(city, folder, parcels=options.parcels, seed=options.seed)
    print(text("cli.example.written", lang, folder=folder, files=len(paths)))
