"""The commands on annexes: ``annex``, ``template`` and ``verify``."""

import argparse
import sys
from pathlib import Path

from landlink.city import load_city
from landlink.cli.shown import Adder, Say
from landlink.errors import DataError, Fault
from landlink.files import write_files
from landlink.plan.archive import load_plan
from landlink.texts import Lang, text


def add(command: Adder, say: Say) -> None:
    """Add the commands."""
    annex = command("annex", _annex)
    annex.add_argument("plan", help=say("plan_folder"))
    annex.add_argument("--out", required=True, help=say("out"))
    editions = annex.add_mutually_exclusive_group()
    editions.add_argument("--district", action="append", default=[], metavar="CODE", help=say("annex.district"))
    editions.add_argument("--districts", action="store_true", help=say("annex.districts"))
    annex.add_argument("--city", help=say("annex.city"))
    annex.add_argument("--accept-questions", action="store_true", help=say("accept_questions"))
    annex.add_argument("--compiler", default="", metavar="NAME", help=say("annex.compiler"))
    annex.add_argument("--date", default="", help=say("annex.date"))
    annex.add_argument("--template", metavar="DOCX", help=say("annex.template"))
    annex.add_argument("--paper", default="A3", help=say("annex.paper"))
    annex.add_argument("--png", action="store_true", help=say("annex.png"))

    template = command("template", _template)
    template.add_argument("file", metavar="DOCX", help=say("template.file"))

    verify = command("verify", _verify)
    verify.add_argument("package", metavar="ZIP", help=say("verify.package"))


def _annex(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.annex import (  # noqa: PLC0415 - the other commands start faster without it
        Filing,
        gaps,
        read_template,
        survey,
        write_annex,
    )

    plan = load_plan(options.plan)
    accepted = {"accept_questions": options.accept_questions}
    material = survey(plan, load_city(options.city, **accepted), **accepted) if options.city else None
    own_template = read_template(options.template) if options.template else None
    own = [None] if options.districts or not options.district else []
    editions = [*own, *(plan.districts["code"] if options.districts else options.district)]

    def told(done: int, count: int, name: str) -> bool:
        if sys.stderr.isatty():
            print(text("cli.annex.progress", lang, done=done + 1, count=count, name=name), file=sys.stderr)
        return False

    written = write_annex(
        plan,
        Path(options.out),
        lang,
        editions=editions,
        material=material,
        filing=Filing(options.compiler, options.date, own_template, options.paper, options.png),
        progress=told,
    )
    for path in written:
        print(path)
    for gap in gaps(plan, material):
        print(f"* {gap.text(lang)}")


def _template(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.annex import template  # noqa: PLC0415 - the other commands start faster without it

    path = Path(options.file)
    print(*write_files(path.parent, {path.name: template(lang)}))


def _verify(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.annex.manifest import verify  # noqa: PLC0415 - the other commands start faster without it

    path = Path(options.package)
    found = verify(path)
    if found:
        raise DataError([Fault("package.differs", {"finding": finding.text(lang)}, path.name) for finding in found])
    print(text("cli.verified", lang, file=path.name))
