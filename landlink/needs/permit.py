"""Land needs of residence-permit holders (居住证持有人, plan clause 14), by standards of their own, beside the linkage.

They are no settled people: their need stands in a table of its own and is never added to an entitlement, a quota or the
settled people's need.
"""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from landlink.needs.land import needs
from landlink.policy import Dated, Rules

COLUMNS = ("code", "district", "facility", "persons", "units", "land_m2")


def permit_needs(holders: pd.DataFrame, rules: Rules, *, central: Collection[str] = ()) -> pd.DataFrame:
    """Land that residence-permit holders need of each facility that the policy opens to them.

    The policy states for a facility which share of them it is for (``permit_share_pct``, 阶梯式享有); their need is
    computed as the settled people's is, of that share. Existing capacity is left to the settled people, none is taken
    off.

    Parameters
    ----------
    holders
        ``code``, ``district``, ``persons`` (int).
    rules
        Of which those of the facilities are read.
    central
        Codes of districts in the central area.

    Returns
    -------
    :data:`COLUMNS`, m² as int64; no rows where the policy opens no facility to permit holders.

    Examples
    --------
    The shipped policies state nothing for permit holders, so nothing is computed:

    >>> from landlink.policy import load_policy
    >>> holders = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "persons": [100_000]})
    >>> len(permit_needs(holders, load_policy("guangzhou-2018").on("2020-12-31")))
    0
    """
    opened = permit_rules(rules)
    if not opened.facilities or holders.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    people = holders.sort_values("code", ignore_index=True).rename(columns={"persons": "settled"})
    return needs(people[["code", "district", "settled"]], opened, central=central)[list(COLUMNS)]


def permit_rules(rules: Rules) -> Rules:
    """Rules of the facilities that the policy opens to permit holders, for the share of them that it is for.

    Persons who count = holders × permit share × share who count, such as those aged 60 and over.
    """
    standards = [standard for standard in rules.standards if "permit_share_pct" in standard.fields]
    values: dict[str, Dated] = {}
    for standard in standards:
        fields = dict(standard.fields)
        share = fields["permit_share_pct"]
        of_all = fields["share_pct"].content if "share_pct" in fields else Decimal(100)
        if isinstance(share.content, Decimal) and isinstance(of_all, Decimal):
            fields["share_pct"] = replace(share, content=share.content * of_all / 100)
        values |= {f"facility.{standard.facility.id}.{name}": dated for name, dated in fields.items()}
    return Rules(values, [standard.facility for standard in standards])
