"""Arguments that several subcommands share, each declared once."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from landlink.errors import DataError, Fault

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument: its name or flag, the text id of its help (below ``cli``), and options of ``add_argument``."""

    flag: str
    help: str
    options: dict[str, Any]


SHARED = (
    Argument("city", "city", {}),
    Argument("plan", "plan_folder", {}),
    Argument("--out", "out", {"required": True}),
    Argument("--accept-questions", "accept_questions", {"action": "store_true"}),
    Argument("--layer", "layer", {}),
    Argument("--crs", "crs", {"default": ""}),
    Argument("--plan", "plan_folder", {"required": True}),
    Argument("--supply", "supply_folder", {"metavar": "FOLDER"}),
    Argument("--facility", "access.facility", {"action": "append"}),
    Argument("--cell", "access.cell", {"type": float, "metavar": "M"}),
    Argument("--housing-share", "access.housing_share", {"type": float, "default": 0}),
    Argument("--jobs-share", "access.jobs_share", {"type": float, "default": 0}),
)


def add_shared(parser: argparse.ArgumentParser, say: Say, *flags: str) -> None:
    """Add the shared arguments of these names or flags."""
    known = {argument.flag: argument for argument in SHARED}
    for flag in flags:
        parser.add_argument(flag, help=say(known[flag].help), **known[flag].options)


def choices(say: Say, help_id: str, names: Iterable[str]) -> str:
    """Help text followed by the values to choose from."""
    return f"{say(help_id)} {' | '.join(names)}"


def decimal(option: str, value: str | None) -> Decimal | None:
    """Number given for an option, exactly as written; None if the option is absent.

    Raises
    ------
    DataError
        The value is not a number.

    Examples
    --------
    >>> decimal("--cap", "830.41")
    Decimal('830.41')
    """
    return None if value is None else _parsed(option, value, value)


def share(option: str, value: str | None) -> Decimal | None:
    """Share given for an option, as a fraction or in percent; None if the option is absent.

    Raises
    ------
    DataError
        The value is not a number.

    Examples
    --------
    >>> share("--offset-share", "20%"), share("--offset-share", "0.2")
    (Decimal('0.2'), Decimal('0.2'))
    """
    if value is None or not value.endswith("%"):
        return decimal(option, value)
    return _parsed(option, value, value.removesuffix("%")) / 100


def _parsed(option: str, value: str, digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise DataError(Fault("option.number", {"option": option, "value": value})) from None
