"""Labels (名称) of figures, parameters, units and statuses in the reader's language, one for screen and paper."""

from collections.abc import Iterable, Mapping

from landlink.columns import Column
from landlink.plan.plan import Plan
from landlink.policy import Dated
from landlink.schema import FACTS, RESULTS
from landlink.texts import Lang, has_text, listed, pick, text

# What stands behind the label of a figure that is estimated or synthetic, or rests on such figures.
MARK = "*"
# Columns of the sources of a fact: see :attr:`landlink.city.facts.Facts.sources`.
Origin = Mapping[str, str]


def label(table: str, name: str, lang: Lang, *, unit: bool = False, status: str = "official") -> str:
    """Label of a result column, with its unit where asked for, marked where its figures are not official.

    Examples
    --------
    >>> label("quota", "cut_m2", "en", unit=True, status="estimated")
    'Cut* (ha)'
    """
    named = text(f"model.column.{name}", lang) + ("" if status == "official" else MARK)
    return with_unit(named, shown_unit(RESULTS[table][name]), lang) if unit else named


def figure_label(name: str, lang: Lang) -> str:
    """Label of a result column or of a district fact.

    Examples
    --------
    >>> figure_label("quota_m2", "en"), figure_label("residents", "en")
    ('Quota', 'Residents')
    """
    ids = (f"model.column.{name}", f"model.item.{name}")
    return text(next(key for key in ids if has_text(key)), lang)


def fact_label(item: str, lang: Lang) -> str:
    """Label of a district fact."""
    return text(f"model.item.{item}", lang)


def parameter_label(parameter: str, titles: Mapping[str, str], lang: Lang) -> str:
    """Label of a parameter; of a facility's, its title and what the field sets.

    Parameters
    ----------
    parameter
        Id, such as ``stock.offset_share`` or ``facility.hospital.per_1000``.
    titles
        Titles of the facilities by id.
    """
    if not parameter.startswith("facility."):
        return text(f"model.parameter.{parameter}", lang)
    _, facility, field = parameter.split(".")
    named = text(f"model.parameter.{field}", lang)
    return text("model.of_facility", lang, facility=titles[facility], field=named)


def parameter_value(dated: Dated, names: Mapping[str, str], lang: Lang) -> str:
    """Value of a parameter in words: the balancing rule and origins by their names, districts by theirs.

    Parameters
    ----------
    names
        Names of the districts by code.
    """
    if dated.parameter == "balance.rule":
        return text(f"model.rule.{dated.choice}", lang)
    if dated.parameter == "settled.origins":
        return origins_label(dated.choices, lang)
    if isinstance(dated.content, tuple):
        return listed((names[code] for code in dated.content), lang)
    return dated.display()


def origins_label(origins: Iterable[str], lang: Lang) -> str:
    """Origins of settled people in words.

    Examples
    --------
    >>> origins_label(("rural", "unknown"), "en")
    'formerly rural, not known'
    """
    return listed((text(f"model.origin.{origin}", lang) for origin in origins), lang)


def source_label(dated: Dated, lang: Lang) -> str:
    """Document and clause that a parameter's value comes from."""
    return " ".join(part for part in (dated.document.name(lang), pick(dated.clause, lang)) if part)


def cuts_label(cuts: Iterable[str], lang: Lang) -> str:
    """What a claim is cut by, such as ``capacity`` and ``city cap``; empty where nothing cuts it."""
    return listed((text(f"model.cut.{cut}", lang) for cut in cuts), lang)


def groups_label(plan: Plan, lang: Lang) -> str:
    """Groups of facilities in the order in which land is granted."""
    groups = dict.fromkeys(facility.group for facility in plan.facilities)
    return listed((text(f"model.group.{group}", lang) for group in groups), lang)


def status_label(status: str, lang: Lang) -> str:
    """Status of a figure in words."""
    return text(f"model.status.{status}", lang)


def marked_unit(unit: str, status: str, lang: Lang) -> str:
    """Symbol of a unit, with the status of the figure where it is not official.

    Examples
    --------
    >>> marked_unit("ha", "synthetic", "en"), marked_unit("ha", "official", "en")
    ('ha synthetic', 'ha')
    """
    shown = symbol(unit, lang)
    return shown if status == "official" else f"{shown} {status_label(status, lang)}"


def rests_on(status: str, lang: Lang) -> str:
    """Note that figures rest on data of a status; empty where they are official."""
    return "" if status == "official" else text("ui.quota.rests_on", lang, status=status_label(status, lang))


def confidence_label(confidence: str, lang: Lang) -> str:
    """Confidence of a source in words."""
    return text(f"model.confidence.{confidence}", lang)


def shown_unit(column: Column) -> str:
    """Unit that a column is shown in: areas in ha, all else as it is."""
    return "ha" if column.unit == "m2" else column.unit


def fact_unit(item: str) -> str:
    """Unit that a district fact is entered and shown in: areas in ha."""
    return "ha" if FACTS[item].unit == "m2" else FACTS[item].unit


def symbol(unit: str, lang: Lang) -> str:
    """Symbol of a unit; empty where there is none.

    Examples
    --------
    >>> symbol("m2/person", "en"), symbol("", "en")
    ('m²/person', '')
    """
    return text(f"model.unit.{unit or 'none'}", lang)


def with_unit(name: str, unit: str, lang: Lang) -> str:
    """Label with the symbol of its unit beside it."""
    unit_symbol = symbol(unit, lang)
    return text("model.unit.beside", lang, name=name, unit=unit_symbol) if unit_symbol else name
