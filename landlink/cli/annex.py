"""The commands on annexes: ``annex`` and ``verify``."""

import argparse
import sys
from pathlib import Path

from landlink.archive import load_plan
from landlink.cli.shown import Adder, Say
from landlink.errors import DataError, Fault
from landlink.texts import Lang, text


def add(command: Adder, say: Say) -> None:
    """Add the commands."""
    annex = command("annex", _annex)
    annex.add_argument("plan", help=say("plan_folder"))
    annex.add_argument("--out", required=True, help=say("out"))
    annex.add_argument("--district", action="append", default=[], metavar="CODE", help=say("annex.district"))
    annex.add_argument("--districts", action="store_true", help=say("annex.districts"))
    annex.add_argument("--compiler", default="", metavar="NAME", help=say("annex.compiler"))

    verify = command("verify", _verify)
    verify.add_argument("package", metavar="ZIP", help=say("verify.package"))


def _annex(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.annex import gaps, write_annex  # noqa: PLC0415 - the other commands start faster without it

    plan = load_plan(options.plan)
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
        compiler=options.compiler,
        progress=told,
    )
    for path in written:
        print(path)
    for gap in gaps(plan):
        print(f"* {gap.text(lang)}")


def _verify(options: argparse.Namespace, lang: Lang) -> None:
    from landlink.annex.manifest import verify  # noqa: PLC0415 - the other commands start faster without it

    path = Path(options.package)
    found = verify(path)
    if found:
        raise DataError([Fault("package.differs", {"finding": finding.text(lang)}, path.name) for finding in found])
    print(text("cli.verified", lang, file=path.name))
