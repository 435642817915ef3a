"""``landlink explain``: print the derivation of one figure of a saved plan."""

import argparse
import json

from landlink.cli.arguments import Say, add_shared
from landlink.plan.archive import load_plan
from landlink.plan.derivation import explain
from landlink.plan.formulas import HEADLINE
from landlink.schema import USABLE_SOURCES, USE_CLASSES
from landlink.texts import Lang


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "plan")
    parser.add_argument("table", help=" | ".join(HEADLINE))
    parser.add_argument("code", help=say("code"))
    parser.add_argument("column", nargs="?", help=say("column"))
    parser.add_argument("--facility", help=say("facility"))
    parser.add_argument("--source", choices=USABLE_SOURCES, help=say("of_source"))
    parser.add_argument("--use-class", choices=USE_CLASSES, help=say("of_class"))
    parser.add_argument("--site", help=say("site.of_site"))
    parser.add_argument("--json", action="store_true", help=say("json"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    plan = load_plan(options.plan)
    node = explain(
        plan,
        options.table,
        options.code,
        options.column,
        facility=options.facility,
        site=options.site,
        source=options.source,
        use_class=options.use_class,
        lang=lang,
    )
    print(json.dumps(node.to_dict(), ensure_ascii=False, indent=1) if options.json else node.render(lang))
