"""``landlink template``: write the Word template of the explanatory document, to be edited."""

import argparse
from pathlib import Path

from landlink.annex import template
from landlink.cli.arguments import Say
from landlink.files import write_files
from landlink.texts import Lang


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="DOCX", help=say("template.file"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    path = Path(options.file)
    print(*write_files(path.parent, {path.name: template(lang)}))
