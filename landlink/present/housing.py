"""Housing of settled people in words: in kind and by subsidy, and in dwellings (clause 10)."""

from landlink.needs import housing
from landlink.needs.housing import FACILITY, SIZES
from landlink.plan.plan import Plan
from landlink.texts import Lang, text

# Message of the dwellings of each size.
_MESSAGES = {"dwellings": "usual", "least_dwellings": "largest"}


def housing_text(plan: Plan, lang: Lang, district: str | None = None) -> str:
    """Sentences on the housing of a district's settled people, or of the city's; empty without affordable housing.

    Examples
    --------
    >>> import landlink
    >>> plan = landlink.make_plan(landlink.load_city("guangzhou"), landlink.load_policy("guangzhou-2018"), 2020)
    >>> print(housing_text(plan, "en", "440112").partition(": ")[2].partition(".")[0])
    3,819 persons in kind, 15,275 persons by subsidy
    """
    table = housing(plan.quota, plan.rules)
    rows = table if district is None else table[table["code"] == district]
    if rows.empty:
        return ""
    persons = {name: f"{rows[name].sum():,}" for name in ("in_kind", "by_subsidy")}
    sentences = [text("model.housing.persons", lang, **persons)]
    standard = plan.rules.standard(FACILITY)
    for name, field in SIZES.items():
        if rows[name].notna().all():
            values = {"dwellings": f"{rows[name].sum():,}", "size": standard.fields[field].display()}
            sentences.append(text(f"model.housing.{_MESSAGES[name]}", lang, **values))
    return ("" if lang == "zh" else " ").join(sentences)
