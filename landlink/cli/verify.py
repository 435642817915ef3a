"""``landlink verify``: compare a package of annexes with its manifest."""

import argparse
from pathlib import Path

from landlink.annex.manifest import verify
from landlink.cli.arguments import Say
from landlink.errors import DataError, Fault
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("package", metavar="ZIP", help=say("verify.package"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    path = Path(options.package)
    if findings := verify(path):
        raise DataError([Fault("package.differs", {"finding": finding.text(lang)}, path.name) for finding in findings])
    print(text("cli.verified", lang, file=path.name))
