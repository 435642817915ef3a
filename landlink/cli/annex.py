"""``landlink annex``: write a plan's annexes, one package per edition."""

import argparse
import sys
from pathlib import Path

from landlink.annex import Filing, gaps, read_template, survey, write_annex
from landlink.city import load_city
from landlink.cli.arguments import Say, add_shared
from landlink.plan.archive import load_plan
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "plan", "--out", "--accept-questions")
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
    accept = {"accept_questions": options.accept_questions}
    material = survey(plan, load_city(options.city, **accept), **accept) if options.city else None
    template = read_template(options.template) if options.template else None
    whole_city = [None] if options.districts or not options.district else []
    editions = [*whole_city, *(plan.districts["code"] if options.districts else options.district)]

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
        filing=Filing(options.compiler, options.date, template, options.paper, options.png),
        progress=report,
    )
    for path in paths:
        print(path)
    for gap in gaps(plan, material):
        print(f"* {gap.text(lang)}")
