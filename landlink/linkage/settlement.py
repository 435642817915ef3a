"""The settlement plan (落户计划, plan clauses 3 and 5): the city's persons by year and channel, by district.

It stands in this room because it makes the first term of the linkage, the settled population S of a district and year,
by the method that shares land out (:mod:`landlink.apportion`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

import pandas as pd

from landlink.apportion import apportion
from landlink.errors import DataError, Fault
from landlink.policy import Rules
from landlink.schema import CHANNELS

RULES = ("priority.districts", "settlement.talent_weight")
# The channel that priority districts are supported in (clause 5: 引进人才落户指标).
SUPPORTED = "talent"
WHOLE = CHANNELS[0]
PLAN = ("code", "year", "channel", "persons", "claim", "weight", "divisor")
COMPARISON = ("year", "code", "channel", "planned", "actual", "difference", "share_pct")
# Digits behind the point that a divisor is sought with, from hundreds of millions downwards.
_COARSEST, _FINEST = -9, 400
# The code of a row of the whole city.
CITY = ""


def settlement_plan(totals: pd.DataFrame, claims: pd.DataFrame, rules: Mapping[int, Rules]) -> pd.DataFrame:
    """Whole persons of each district, year and channel, by the divisor method that shares land out.

    Persons of a year and channel go to districts in proportion to claim × weight; the weight is that of the policy for
    its priority districts on :data:`SUPPORTED`, and 1 for all else. The districts' persons of a year and channel sum to
    the city's exactly. A greater figure of the city lowers no district's persons, and a greater weight none of a
    priority district's.

    Parameters
    ----------
    totals
        The city's figures: ``year``, ``channel``, ``persons``; one row a year and channel.
    claims
        ``code`` and ``claim`` (persons, whole): what a district's share goes by, such as its settled people of the last
        year known, or its residents.
    rules
        Rules in force by year, of which those of :data:`RULES` are read; without a weight it is 1.

    Returns
    -------
    :data:`PLAN`, by code, year and channel in the order of :data:`landlink.schema.CHANNELS`: ``persons`` (int64),
    ``claim``, ``weight``, and ``divisor``, by which a district finds its own persons: claim × weight ÷ divisor, rounded
    half up. A divisor that is marked ``≈`` lies on a tie: two districts have an equal right to the last person, who
    went to the one with more claim × weight, then to the smaller code.

    Raises
    ------
    DataError
        The city has persons to settle, and no district has a claim.

    Examples
    --------
    100 persons between claims of 53, 24 and 23, the second weighted by 1.2: 53, 28.8 and 23, each divided by 1.049.

    >>> from landlink.policy import load_policy
    >>> rules = load_policy("guangzhou-2018").on("2020-12-31")
    >>> totals = pd.DataFrame({"year": [2020], "channel": ["talent"], "persons": [100]})
    >>> claims = pd.DataFrame({"code": ["440103", "440112", "440113"], "claim": [53, 24, 23]})
    >>> settlement_plan(totals, claims, {2020: rules})[["persons", "weight", "divisor"]].values.tolist()
    [[51, 1.0, '1.049'], [27, 1.2, '1.049'], [22, 1.0, '1.049']]
    """
    claims = claims.sort_values("code", ignore_index=True)
    codes, base = list(claims["code"]), [int(claim) for claim in claims["claim"]]
    frames = []
    for year, channel, persons in zip(totals["year"], totals["channel"], totals["persons"], strict=True):
        weights = _weights(codes, rules[int(year)], channel)
        given, divisor = share_out(base, weights, int(persons))
        frame = pd.DataFrame({"code": codes, "persons": given, "claim": base, "weight": [float(w) for w in weights]})
        frames.append(frame.assign(year=int(year), channel=channel, divisor=divisor))
    if not frames:
        return pd.DataFrame(columns=list(PLAN))
    plan = pd.concat(frames)[list(PLAN)]
    order = plan["channel"].map(CHANNELS.index)
    return plan.assign(order=order).sort_values(["code", "year", "order"], ignore_index=True).drop(columns="order")


def share_out(claims: Sequence[int], weights: Sequence[Fraction], persons: int) -> tuple[list[int], str]:
    """Persons of each claim, whole, and the divisor that gives them.

    Raises
    ------
    DataError
        There are persons, and nobody has a claim.
    """
    if persons and not any(claims):
        raise DataError(Fault("data.no_claims", {"persons": persons}))
    # The method gives no claim more than it claims, and only ratios matter: each claims all, weighted by its claim.
    values = [claim * weight for claim, weight in zip(claims, weights, strict=True)]
    units = [persons if value else 0 for value in values]
    given = [int(share) for share in apportion(units, persons, weights=[value or Fraction(1) for value in values])]
    return given, _divisor(values, given)


def over_years(persons: int, years: Sequence[int], shares: Mapping[str, Fraction]) -> pd.DataFrame:
    """The city's figure for a period by year and channel: equal years, and channels by their shares, in whole persons.

    Parameters
    ----------
    shares
        Share of each channel; only their ratios matter. Without any the figure is not split by channel.

    Returns
    -------
    ``year``, ``channel``, ``persons``, whose sum is the figure.

    Examples
    --------
    >>> over_years(1_001, [2019, 2020], {"talent": Fraction(60), "points": Fraction(40)})["persons"].tolist()
    [301, 200, 300, 200]
    """
    channels = {channel: shares[channel] for channel in CHANNELS if channel in shares} or {WHOLE: Fraction(1)}
    by_year, _ = share_out([1] * len(years), [Fraction(1)] * len(years), persons)
    rows = [
        (year, channel, part)
        for year, whole in zip(years, by_year, strict=True)
        for channel, part in zip(
            channels, share_out([1] * len(channels), list(channels.values()), whole)[0], strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["year", "channel", "persons"])


def compare(plan: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Planned against actual persons of the city and each district, by year and channel.

    Parameters
    ----------
    plan
        As :func:`settlement_plan` returns it.
    actual
        ``code``, ``year``, ``channel``, ``persons`` of the channels that are known; ``all`` where only the whole is.

    Returns
    -------
    :data:`COMPARISON`; the city's rows have the code :data:`CITY` and come first, and each year's whole (``all``)
    stands before its channels. ``share_pct`` is actual ÷ planned in percent. ``actual`` and what rests on it is missing
    where no actual is known: nothing is split by assumption. The city's is known where every district's is.

    Examples
    --------
    >>> plan = pd.DataFrame({"code": ["440112"], "year": [2019], "channel": ["talent"], "persons": [40]})
    >>> actual = pd.DataFrame({"code": ["440112"], "year": [2019], "channel": ["all"], "persons": [50]})
    >>> compare(plan, actual).iloc[2:].astype(object).fillna("").values.tolist()
    [[2019, '440112', 'all', 40, 50, 10, 125.0], [2019, '440112', 'talent', 40, '', '', '']]
    """
    keys = ["year", "code", "channel"]
    planned = _with_whole(plan)
    known = _with_whole(actual).set_index(keys)["persons"].astype("Int64")
    planned["actual"] = known.reindex(pd.MultiIndex.from_frame(planned[keys])).array
    city = planned.groupby(["year", "channel"], sort=False)[["persons", "actual"]]
    whole = city.agg(lambda persons: persons.sum(skipna=False)).reset_index().assign(code=CITY)
    table = pd.concat([whole, planned], ignore_index=True).rename(columns={"persons": "planned"})
    table["actual"] = table["actual"].astype("Int64")
    table["planned"] = table["planned"].astype("int64")
    table["difference"] = table["actual"] - table["planned"]
    shares = [
        None if pd.isna(actual) or not planned else float(Fraction(100 * int(actual), int(planned)))
        for actual, planned in zip(table["actual"], table["planned"], strict=True)
    ]
    table["share_pct"] = pd.Series(shares, index=table.index, dtype="float64")
    order = table["channel"].map(CHANNELS.index)
    table = table.assign(order=order).sort_values(["code", "year", "order"], ignore_index=True)
    return table[list(COMPARISON)]


def _with_whole(persons: pd.DataFrame) -> pd.DataFrame:
    """Persons by year, code and channel, and their whole where only channels are stated."""
    keys = ["year", "code"]
    rows = persons.groupby([*keys, "channel"], as_index=False)["persons"].sum()
    parts = rows[rows["channel"] != WHOLE].groupby(keys, as_index=False)["persons"].sum().assign(channel=WHOLE)
    return pd.concat([rows, parts]).drop_duplicates([*keys, "channel"], ignore_index=True)


def _weights(codes: Sequence[str], rules: Rules, channel: str) -> list[Fraction]:
    """Weight of each district: the policy's for its priority districts on the supported channel, else 1."""
    rules = rules.only(*RULES)
    weight, priority = rules.get("settlement.talent_weight"), rules.get("priority.districts")
    if channel != SUPPORTED or weight is None or priority is None:
        return [Fraction(1)] * len(codes)
    return [weight.number if code in priority.codes else Fraction(1) for code in codes]


def _divisor(values: Sequence[Fraction], given: Sequence[int]) -> str:
    """Divisor by which each value, rounded half up, gives its persons: the shortest decimal that does.

    On a tie no divisor rounds both values as they were granted: the tie itself, marked ``≈``. Empty if nobody is given.
    """
    least = max((2 * value / (2 * q + 1) for value, q in zip(values, given, strict=True)), default=Fraction(0))
    most = min((2 * value / (2 * q - 1) for value, q in zip(values, given, strict=True) if q), default=Fraction(0))
    if not most:
        return ""
    if least >= most:
        return f"≈ {float(most):.12g}"
    # The greatest decimal of as few digits as lie above the lower bound, where a value would be rounded up once more.
    digits = next(
        digits for digits in range(_COARSEST, _FINEST) if _scaled(most, digits) > least * Fraction(10) ** digits
    )
    return f"{Decimal(_scaled(most, digits)).scaleb(-digits):f}"


def _scaled(number: Fraction, digits: int) -> int:
    """A number in units of its last digit, rounded down."""
    return floor(number * Fraction(10) ** digits)
