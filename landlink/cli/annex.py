"""``landlink annex``: write a plan's annexes, one package per edition."""

import argparse
import sys
from pathlib import Path

from landlink.annex import Filing, Material, check_annex, gaps, read_template, survey, write_annex
from landlink.city import load_city
from landlink.cli.arguments import Say, add_shared
from landlink.errors import DataError, Fault
from landlink.plan.archive import load_plan
from landlink.plan.plan import Plan
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "plan", "--out", "--supply", "--accept-questions")
    editions = parser.add_mutually_exclusive_group()
    editions.add_argument("--district", action="append", default=[], metavar="CODE", help=say("annex.district"))
    editions.add_argument("--districts", action="store_true", help=say("annex.districts"))
    parser.add_argument("--city", help=say("annex.city"))
    parser.add_argument("--compiler", default="", metavar="NAME", help=say("annex.compiler"))
    parser.add_argument("--date", default="", help=say("annex.date"))
    parser.add_argument("--template", metavar="DOCX", help=say("annex.template"))
    parser.add_argument("--paper", default="A3", help=say("annex.paper"))
    parser.add_argument("--png", action="store_true", help=say("annex.png"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    plan = load_plan(options.plan)
    template = read_template(options.template) if options.template else None
    filing = Filing(options.compiler, options.date, template, options.paper, options.png)
    whole_city = [None] if options.districts or not options.district else []
    editions = [*whole_city, *(plan.districts["code"] if options.districts else options.district)]
    check_annex(plan, lang, editions=editions, filing=filing, folder=options.out)
    material = _material(options, plan)

    def report(done: int, count: int, name: str) -> bool:
        if sys.stderr.isatty():
            print(text("cli.annex.progress", lang, done=done + 1, count=count, name=name), file=sys.stderr)
        return False

    paths = write_annex(
        plan,
        Path(options.out),
        lang,
        editions=editions,
        material=material,
        filing=filing,
        progress=report,
    )
    for path in paths:
        print(path)
    for gap in gaps(plan, material):
        print(f"* {gap.text(lang)}")


def _material(options: argparse.Namespace, plan: Plan) -> Material | None:
    """What the city of ``--city`` adds to the annexes; None if there is none."""
    if options.city is None:
        if options.supply:
            raise DataError(Fault("option.together", {"options": "--supply --city"}))
        return None
    city = load_city(options.city, accept_questions=options.accept_questions)
    folder = Path(options.supply) if options.supply else None
    return survey(plan, city, supply_folder=folder, accept_questions=options.accept_questions)
