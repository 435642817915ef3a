"""``landlink validate``: check a city folder, and a policy against it, and report every fault at once."""

import argparse

from landlink.city import City, has_land, load_city, load_land
from landlink.city.inspection import boundary_questions
from landlink.cli.arguments import Say, add_shared, choices
from landlink.errors import DataError, Fault, LandlinkError
from landlink.policy import load_policy, shipped
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    add_shared(parser, say, "city", "--accept-questions")
    parser.add_argument("--policy", help=choices(say, "policy", shipped()))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    faults: list[Fault] = []
    city: City | None = None
    try:
        city = load_city(options.city, accept_questions=options.accept_questions)
        if has_land(city):
            load_land(city, accept_questions=options.accept_questions)
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
    counts = {
        "districts": len(city.codes),
        "tables": len(city.tables),
        "rows": sum(len(table) for table in city.tables.values()),
        "layers": len(city.land),
    }
    for question in boundary_questions(city.districts):
        print(question.text(lang))
    print(text("cli.valid", lang, city=city.title[lang], **counts))
