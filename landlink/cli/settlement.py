"""``landlink settlement``: share the city's settled persons out between its districts, against the actual ones."""

import argparse
from collections.abc import Iterable
from fractions import Fraction

import pandas as pd

from landlink.city import City, load_city
from landlink.cli.arguments import Say, add_shared, choices, decimal
from landlink.cli.terminal import print_table
from landlink.errors import DataError, Fault
from landlink.linkage.settlement import CITY
from landlink.policy import load_policy, shipped
from landlink.schema import CHANNELS
from landlink.texts import Lang, text
from landlink.years.settlement import CLAIMS, Settlement, plan_settlement, save_settlement

# Channels that a figure of the city may be split by.
_PARTS = CHANNELS[1:]


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "city", "--out", "--accept-questions")
    parser.add_argument("--policy", required=True, help=choices(say, "policy", shipped()))
    parser.add_argument("--from", dest="first", type=int, required=True, metavar="YEAR", help=say("settlement.first"))
    parser.add_argument("--to", dest="last", type=int, required=True, metavar="YEAR", help=say("settlement.last"))
    parser.add_argument("--claim", choices=CLAIMS, help=say("settlement.claim"))
    parser.add_argument("--weight", metavar="WEIGHT", help=say("settlement.weight"))
    parser.add_argument("--total", type=int, metavar="PERSONS", help=say("settlement.total"))
    parser.add_argument(
        "--share", action="append", default=[], metavar="CHANNEL=SHARE", help=choices(say, "settlement.share", _PARTS)
    )


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    city = load_city(options.city, accept_questions=options.accept_questions)
    settlement = plan_settlement(
        city,
        load_policy(options.policy),
        range(options.first, options.last + 1),
        claim=options.claim,
        weight=decimal("--weight", options.weight),
        total=options.total,
        shares=_shares(options.share),
    )
    paths = save_settlement(settlement, city, options.out)
    _print_comparison(settlement, lang)
    _print_districts(settlement, city, lang)
    if len(settlement.permit):
        _print_permit(settlement, lang)
    for note in settlement.notes:
        print(f"* {note.text(lang)}")
    print(text("cli.written", lang, files="  ".join(map(str, paths))))


def _shares(given: Iterable[str]) -> dict[str, Fraction]:
    """Shares of the channels as ``--share`` gives them, such as ``talent=60``.

    Raises
    ------
    DataError
        No such channel, or no number above 0.
    """
    shares: dict[str, Fraction] = {}
    for one in given:
        channel, _, number = one.partition("=")
        if channel not in _PARTS:
            values = {"option": "--share", "value": channel, "choices": " | ".join(_PARTS)}
            raise DataError(Fault("option.choice", values))
        share = decimal("--share", number.removesuffix("%"))
        if share is None or not share.is_finite() or share <= 0:
            raise DataError(Fault("option.range", {"option": "--share", "value": one, "bounds": "> 0"}))
        shares[channel] = Fraction(share)
    return shares


def _print_comparison(settlement: Settlement, lang: Lang) -> None:
    """Print the city's planned and actual persons by year and channel."""
    rows = settlement.comparison[settlement.comparison["code"] == CITY]
    names = ("year", "channel", "planned", "actual", "difference", "share_pct")
    cells = [
        [
            str(row.year),
            text(f"model.channel.{row.channel}", lang),
            *(_whole(value) for value in (row.planned, row.actual, row.difference)),
            "" if pd.isna(row.share_pct) else f"{row.share_pct:.2f}",
        ]
        for row in rows.itertuples(index=False)
    ]
    print_table([[text(f"cli.settlement.{name}", lang) for name in names], *cells])


def _print_districts(settlement: Settlement, city: City, lang: Lang) -> None:
    """Print each district's planned persons of all years together, by channel."""
    sums = settlement.plan.groupby(["code", "channel"])["persons"].sum()
    channels = [channel for channel in CHANNELS if channel in sums.index.get_level_values("channel")]
    names = city.names(lang)
    header = [text("model.column.district", lang), *(text(f"model.channel.{channel}", lang) for channel in channels)]
    rows = [[int(sums[code, channel]) for channel in channels] for code in city.codes]
    totals = [sum(column) for column in zip(*rows, strict=True)]
    total = text("cli.total", lang)
    table = [
        [name, *map(_whole, row), _whole(sum(row))]
        for name, row in zip([*(names[code] for code in city.codes), total], [*rows, totals], strict=True)
    ]
    print_table([[*header, total], *table])


def _print_permit(settlement: Settlement, lang: Lang) -> None:
    """Print what permit holders need beside what the settled people do, m²."""
    sums = settlement.permit.groupby("facility", sort=False)[["permit_land_m2", "settled_land_m2"]].sum()
    names = ("facility", "permit_land_m2", "settled_land_m2")
    rows = [[str(row.Index), _whole(row.permit_land_m2), _whole(row.settled_land_m2)] for row in sums.itertuples()]
    print_table([[text(f"cli.settlement.{name}", lang) for name in names], *rows])


def _whole(value: float) -> str:
    """A whole number; empty where it is not known."""
    return "" if pd.isna(value) else f"{int(value):,}"
