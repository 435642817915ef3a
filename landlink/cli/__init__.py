"""The ``landlink`` command."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation

import pandas as pd

from landlink.city import load_city
from landlink.city.facts import BASES
from landlink.cli import annex, check, land, launch, service
from landlink.cli.shown import print_table
from landlink.errors import DataError, Fault, LandlinkError
from landlink.plan.archive import load_plan, save_plan
from landlink.plan.formulas import HEADLINE
from landlink.plan.plan import Plan, make_plan
from landlink.policy import RULES, load_policy, shipped
from landlink.present.tables import QUOTA_SHOWN
from landlink.texts import LANGS, Lang, default_lang, text
from landlink.units import shown_ha


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when it is done, 1 when a check has found something, 2 when input, options or output fail."""
    _use_utf8()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    lang = _lang(arguments)
    options = _parser(lang).parse_args(arguments)
    command: Callable[[argparse.Namespace, Lang], int | None] = options.command
    done: int | None = 0
    try:
        done = command(options, lang)
        sys.stdout.flush()
    except LandlinkError as error:
        print(text("cli.failed", lang, count=len(error.faults)), file=sys.stderr)
        for fault in error.faults:
            print(f"  - {fault.text(lang)}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return done or 0


def _use_utf8() -> None:
    """Write UTF-8 where a terminal's own encoding cannot hold Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _lang(arguments: Sequence[str]) -> Lang:
    """Language of ``--lang``, which the parser's own texts need first."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    early.add_argument("--lang", choices=LANGS, default=default_lang())
    lang: Lang = early.parse_known_args(arguments)[0].lang
    return lang


def _parser(lang: Lang) -> argparse.ArgumentParser:
    def say(key: str) -> str:
        return text(f"cli.{key}", lang)

    parser = argparse.ArgumentParser("landlink", description=say("description"), allow_abbrev=False)
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--lang", choices=LANGS, default=lang, help=say("lang"))
    commands = parser.add_subparsers(required=True, metavar=say("command"))

    def command(name: str, run: Callable[[argparse.Namespace, Lang], int | None]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=say(f"{name}.help"), parents=[common], allow_abbrev=False)
        added.set_defaults(command=run)
        return added

    plan = command("plan", _plan)
    plan.add_argument("city", help=say("city"))
    plan.add_argument("--policy", required=True, help=say("policy") + " " + " | ".join(shipped()))
    plan.add_argument("--year", type=int, required=True, help=say("year"))
    plan.add_argument("--out", required=True, help=say("out"))
    plan.add_argument("--basis", default=BASES[0], help=say("basis") + " " + " | ".join(BASES))
    plan.add_argument("--cap", metavar="HA", help=say("cap"))
    plan.add_argument("--rule", help=say("rule") + " " + " | ".join(RULES))
    plan.add_argument("--adjust", metavar="PCT", help=say("adjust"))
    plan.add_argument("--offset-share", metavar="SHARE", help=say("offset_share"))
    plan.add_argument("--accept-questions", action="store_true", help=say("accept_questions"))

    explain = command("explain", _explain)
    explain.add_argument("plan", help=say("plan_folder"))
    explain.add_argument("table", help=" | ".join(HEADLINE))
    explain.add_argument("code", help=say("code"))
    explain.add_argument("column", nargs="?", help=say("column"))
    explain.add_argument("--facility", help=say("facility"))
    explain.add_argument("--site", help=say("site.of_site"))
    explain.add_argument("--json", action="store_true", help=say("json"))

    validate = command("validate", _validate)
    validate.add_argument("city", help=say("city"))
    validate.add_argument("--policy", help=say("policy") + " " + " | ".join(shipped()))
    validate.add_argument("--accept-questions", action="store_true", help=say("accept_questions"))

    annex.add(command, say)
    check.add(command, say)
    land.add(command, say)
    service.add(command, say)

    app = command("app", _app)
    app.add_argument("--city", help=say("app.city"))
    app.add_argument("--host", default="localhost", help=say("app.host"))
    app.add_argument("--port", type=int, default=8501, help=say("port"))
    app.add_argument("--headless", action="store_true", help=say("app.headless"))
    return parser


def _plan(options: argparse.Namespace, lang: Lang) -> None:
    city = load_city(options.city, accept_questions=options.accept_questions)
    plan = make_plan(
        city,
        load_policy(options.policy),
        options.year,
        basis=options.basis,
        cap_ha=_number("--cap", options.cap),
        rule=options.rule,
        adjust_pct=_number("--adjust", options.adjust),
        offset_share=_number("--offset-share", options.offset_share),
    )
    written = save_plan(plan, options.out)
    _print_plan(plan, lang)
    print(text("cli.written", lang, files="  ".join(str(path) for path in written)))


def _print_plan(plan: Plan, lang: Lang) -> None:
    """Quota table in ha, totals and notes."""
    columns = QUOTA_SHOWN
    title = {"city": plan.city_title[lang], "year": plan.options.year, "policy": plan.policy_title[lang]}
    print(text("cli.title", lang, **title))
    headers = [text("model.column.district", lang), *(text(f"model.column.{name}", lang) for name in columns)]
    rows = [headers]
    names = plan.names(lang)
    cells = [_cells(name, plan.quota[name]) for name in columns]
    rows.extend([names[code], *own] for code, *own in zip(plan.quota["code"], *cells, strict=True))
    unsummed = ("per_capita_stock_m2", "standard_m2")
    total = ["" if name in unsummed else _cells(name, [plan.quota[name].sum()])[0] for name in columns]
    rows.append([text("cli.total", lang), *total])
    print_table(rows)
    print(text("cli.units", lang))
    for note in plan.notes:
        print(f"* {note.text(lang)}")
    print(text("cli.fingerprint", lang, fingerprint=plan.fingerprint[:16], version=plan.version))


def _cells(column: str, values: Iterable[float]) -> list[str]:
    if column in ("per_capita_stock_m2", "standard_m2"):
        return [f"{value:.2f}" for value in values]
    if column.endswith("_m2"):
        return [f"{area:,}" for area in shown_ha(map(int, values))]
    return [f"{int(value):,}" for value in values]


def _explain(options: argparse.Namespace, lang: Lang) -> None:
    plan = load_plan(options.plan)
    node = plan.explain(
        options.table, options.code, options.column, facility=options.facility, site=options.site, lang=lang
    )
    print(json.dumps(node.to_dict(), ensure_ascii=False, indent=1) if options.json else node.render(lang))


def _validate(options: argparse.Namespace, lang: Lang) -> None:
    faults: list[Fault] = []
    city = policy = None
    layers = 0
    try:
        city = load_city(options.city, accept_questions=options.accept_questions)
        layers = land.validate(city, accept_questions=options.accept_questions)
    except LandlinkError as error:
        faults.extend(error.faults)
    try:
        policy = load_policy(options.policy) if options.policy else None
        if policy and city:
            policy.check_districts(city.codes)
    except LandlinkError as error:
        faults.extend(error.faults)
    if faults or city is None:
        raise DataError(faults)
    counts = pd.Series({name: len(table) for name, table in city.tables.items()})
    print(
        text(
            "cli.valid",
            lang,
            city=city.title[lang],
            districts=len(city.codes),
            tables=len(counts),
            rows=counts.sum(),
            layers=layers,
        )
    )


def _app(options: argparse.Namespace, lang: Lang) -> None:
    print(text("cli.app.opening", lang, port=options.port))
    launch.run(options.port, lang, city=options.city, host=options.host, headless=options.headless)


def _number(option: str, value: str | None) -> Decimal | None:
    """Value of a numeric option; ``20%`` is 0.2."""
    if value is None:
        return None
    percent = value.endswith("%") and option == "--offset-share"
    try:
        number = Decimal(value.removesuffix("%") if percent else value)
    except InvalidOperation:
        raise DataError(Fault("option.number", {"option": option, "value": value})) from None
    return number / 100 if percent else number
