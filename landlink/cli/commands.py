"""The register of subcommands, and the parser of their arguments.

To add a subcommand, add a row to :data:`COMMANDS` and write its module with two functions: ``arguments(parser, say)``
declares its arguments, ``run(options, lang)`` runs it and returns the exit code (None is 0). A module is imported only
when its subcommand is asked for, so that ``landlink --help`` waits for no library.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from landlink.texts import LANGS, Lang, default_lang, text


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its name, the text id of its help (below ``cli``), and its module."""

    name: str
    help: str
    module: str


COMMANDS = (
    Command("plan", "plan.help", "landlink.cli.plan"),
    Command("settlement", "settlement.help", "landlink.cli.settlement"),
    Command("explain", "explain.help", "landlink.cli.explain"),
    Command("validate", "validate.help", "landlink.cli.validate"),
    Command("annex", "annex.help", "landlink.cli.annex"),
    Command("template", "template.help", "landlink.cli.template"),
    Command("verify", "verify.help", "landlink.cli.verify"),
    Command("check", "check.help", "landlink.cli.check"),
    Command("convert", "convert.help", "landlink.cli.convert"),
    Command("supply", "supply.help", "landlink.cli.supply"),
    Command("example", "example.help", "landlink.cli.example"),
    Command("access", "access.help", "landlink.cli.access"),
    Command("site", "site.help", "landlink.cli.site"),
    Command("app", "app.help", "landlink.cli.app"),
)


def language(arguments: Sequence[str]) -> Lang:
    """Language that ``--lang`` names, read ahead because the parser's own texts need it."""
    ahead = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    ahead.add_argument("--lang", choices=LANGS, default=default_lang())
    lang: Lang = ahead.parse_known_args(arguments)[0].lang
    return lang


def parser(arguments: Sequence[str], lang: Lang) -> argparse.ArgumentParser:
    """Parser that lists every subcommand, and knows the arguments of the one that the command line names."""
    name = next((argument for argument in arguments if not argument.startswith("-")), None)

    def say(key: str) -> str:
        return text("cli." + key, lang)

    root = argparse.ArgumentParser("landlink", description=say("description"), allow_abbrev=False)
    subparsers = root.add_subparsers(required=True, metavar=say("command"))
    for command in COMMANDS:
        sub = subparsers.add_parser(command.name, help=say(command.help), allow_abbrev=False)
        if command.name == name:
            module = import_module(command.module)
            module.arguments(sub, say)
            sub.add_argument("--lang", choices=LANGS, default=lang, help=say("lang"))
            sub.set_defaults(run=module.run)
    return root
