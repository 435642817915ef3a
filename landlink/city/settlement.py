"""Who settles where (plan clauses 3–5): the table ``settlement`` checked, and its persons who count, each once.

A district's persons of a year may stand as a whole (channel ``all``, origin ``all`` or empty) and beside it by channel,
by origin or by both. Persons registered in one district (a collective hukou, 集体户口) who live in another count where
they live; where only registration is known they count where they are registered.
"""

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from landlink.errors import Fault
from landlink.schema import CHANNELS, ORIGINS

WHOLE = CHANNELS[0]
UNKNOWN = "unknown"
_GROUP = ["code", "year", "basis"]
_PLACES = ("registered_in", "lives_in")


def settlement_faults(settlement: pd.DataFrame, codes: Collection[str], boundaries: str) -> list[Fault]:
    """Everything in the table ``settlement`` that contradicts itself.

    Parameters
    ----------
    settlement
        As :data:`landlink.schema.INPUTS` declares it; the index is the line of the file, ``attrs["file"]`` its name.
    codes
        The city's districts.
    boundaries
        File of their boundaries.

    Returns
    -------
    Faults of rows whose district is not the one that counts, whose districts of registration or residence the city does
    not have, and of channels and origins that do not add up.
    """
    file = settlement.attrs["file"]
    return [*_places(settlement, set(codes), boundaries, file), *sum_faults(settlement, file)]


def target_faults(targets: pd.DataFrame) -> list[Fault]:
    """Faults of the city's planned persons of a year whose channels do not add up to the total.

    Parameters
    ----------
    targets
        The table ``settlement_targets`` as :data:`landlink.schema.INPUTS` declares it.
    """
    faults = []
    for year, rows in targets.groupby("year"):
        whole, parts = rows[rows["channel"] == WHOLE], rows[rows["channel"] != WHOLE]
        if len(whole) and len(parts) and whole["persons"].sum() != parts["persons"].sum():
            values = {"code": year, **_sums(whole, parts)}
            faults.append(Fault("data.channels_disagree", values, targets.attrs["file"], row=whole.index[0]))
    return faults


def sum_faults(rows: pd.DataFrame, file: str) -> list[Fault]:
    """Faults of channels and origins that do not add up to the row that stands for all of them.

    Parameters
    ----------
    rows
        Rows of the table ``settlement``; persons.
    """
    faults = []
    several = rows[rows.duplicated(_GROUP, keep=False)]
    for (code, *_), group in _filled(several).groupby(_GROUP, sort=True):
        of_row = list(_row_faults(str(code), group, file))
        faults += of_row or list(_column_faults(str(code), group, file))
    return faults


def persons_once(rows: pd.DataFrame, origins: Collection[str] = ORIGINS) -> pd.DataFrame:
    """Rows in which every settled person of an origin that counts stands exactly once.

    Channels where a district has no total for all; within a channel its origins where these are stated. Persons whose
    origin is not stated are of unknown origin.

    Parameters
    ----------
    rows
        Rows of the table ``settlement``, free of the faults of :func:`sum_faults`.
    origins
        Those of :data:`landlink.schema.ORIGINS` who count.

    Returns
    -------
    The rows, in their order, ``origin`` filled in; rows of an origin that does not count have 0 persons.

    Examples
    --------
    30 + 50 who were rural and of unknown origin count of 100:

    >>> columns = ["channel", "origin", "persons", "central_persons"]
    >>> cells = [("all", "", 100, None), ("all", "rural", 30, None), ("all", "other_urban", 20, None)]
    >>> rows = pd.DataFrame([*cells, ("all", "unknown", 50, None)], columns=columns)
    >>> rows = rows.assign(code="440112", year=2019, basis="actual")
    >>> persons_once(rows, ["rural", "unknown"])[["origin", "persons"]].values.tolist()
    [['rural', 30], ['other_urban', 0], ['unknown', 50]]
    """
    rows = _filled(rows)
    alone = ~rows.duplicated(_GROUP, keep=False)
    several = rows[~alone].groupby(_GROUP, sort=False)
    once = pd.concat([rows[alone], *(_finest(group) for _, group in several)]).sort_index()
    once = once.assign(origin=once["origin"].replace(WHOLE, UNKNOWN))
    counts = once["origin"].isin(list(origins))
    return once.assign(
        persons=once["persons"].where(counts, 0), central_persons=once["central_persons"].where(counts, 0)
    )


def channels_once(rows: pd.DataFrame, origins: Collection[str] = ORIGINS) -> pd.DataFrame:
    """Rows of :func:`persons_once` by channel where a district's channels are known, else as a whole.

    Where origins are stated for all channels together only, and one of them does not count, the channels of those who
    count are not known.
    """
    rows = _filled(rows)
    chosen = []
    for _, group in rows.groupby(_GROUP, sort=False):
        once, parts = persons_once(group, origins), group[group["channel"] != WHOLE]
        split = persons_once(parts, origins)
        chosen.append(split if len(parts) and split["persons"].sum() == once["persons"].sum() else once)
    return pd.concat(chosen or [persons_once(rows, origins)]).sort_index()


def remarks(rows: pd.DataFrame, origins: Collection[str] = ORIGINS) -> Iterator[tuple[str, dict[str, int]]]:
    """What a reader must know of the persons who count: id of the note, and its values.

    ``origin_unknown`` and ``origin_left_out`` with the persons of unknown origin who count and of those whose origin
    does not, ``lives_elsewhere`` with those who are registered in another district than they live in, and
    ``registered_only`` with those of whom only registration is known.

    Parameters
    ----------
    rows
        Rows of the table ``settlement`` of one year and basis.
    """
    every, counted = persons_once(rows), persons_once(rows, origins)
    registered, lives = counted["registered_in"], counted["lives_in"]
    groups = {
        "origin_unknown": counted.loc[counted["origin"] == UNKNOWN, "persons"],
        "origin_left_out": every.loc[~every["origin"].isin(list(origins)), "persons"],
        "lives_elsewhere": counted.loc[(registered != "") & (lives != "") & (registered != lives), "persons"],
        "registered_only": counted.loc[(registered != "") & (lives == ""), "persons"],
    }
    for name, persons in groups.items():
        if total := int(persons.sum()):
            yield name, {"count": total}


def _filled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with ``all`` where no origin is stated, and texts where no district is."""
    places = {name: rows[name].fillna("") if name in rows else "" for name in _PLACES}
    return rows.assign(origin=rows["origin"].fillna("").replace("", WHOLE), **places)


def _finest(group: pd.DataFrame) -> pd.DataFrame:
    """Rows of one district, year and basis that hold every person once, by origin where that is known."""
    whole, parts = group[group["channel"] == WHOLE], group[group["channel"] != WHOLE]
    chosen = parts if whole.empty or (len(parts) and _stated(parts) > _stated(whole)) else whole
    stated = set(chosen.loc[chosen["origin"] != WHOLE, "channel"])
    return chosen[~((chosen["origin"] == WHOLE) & chosen["channel"].isin(stated))]


def _stated(rows: pd.DataFrame) -> tuple[bool, bool]:
    """True for each of origins and districts of registration that some row states."""
    return bool((rows["origin"] != WHOLE).any()), bool((rows["registered_in"] != "").any())


def _places(settlement: pd.DataFrame, codes: set[str], boundaries: str, file: str) -> Iterator[Fault]:
    """Faults of districts of registration and residence."""
    columns = (settlement["code"], *(settlement[name].fillna("") for name in _PLACES))
    for row, code, registered, lives in zip(settlement.index, *columns, strict=True):
        for name, place in zip(_PLACES, (registered, lives), strict=True):
            if place and place not in codes:
                values = {"code": place, "boundaries": boundaries}
                yield Fault("table.district_unknown", values, file, row=row, column=name)
        if lives and lives != code:
            yield Fault("data.settles_where_lives", {"code": code, "lives_in": lives}, file, row=row, column="code")
        elif registered and not lives and registered != code:
            values = {"code": code, "registered_in": registered}
            yield Fault("data.settles_where_registered", values, file, row=row, column="code")


def _row_faults(code: str, group: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Faults of a channel's origins that do not add up to the channel."""
    for channel, rows in group.groupby("channel", sort=False):
        whole, parts = rows[rows["origin"] == WHOLE], rows[rows["origin"] != WHOLE]
        if len(whole) and len(parts) and whole["persons"].sum() != parts["persons"].sum():
            values = {"code": code, "channel": channel, **_sums(whole, parts)}
            yield Fault("data.origins_disagree", values, file, row=whole.index[0], column="persons")


def _column_faults(code: str, group: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Faults of channels that do not add up to the total of all, or an origin's channels to the origin."""
    whole, parts = group[group["channel"] == WHOLE], group[group["channel"] != WHOLE]
    if whole.empty or parts.empty:
        return
    all_rows, part_rows = _unsplit(whole), _unsplit(parts)
    if all_rows["persons"].sum() != part_rows["persons"].sum():
        values = {"code": code, **_sums(all_rows, part_rows)}
        yield Fault("data.channels_disagree", values, file, row=all_rows.index[0])
        return
    unsplit = (part_rows["origin"] == WHOLE) & ~part_rows["channel"].isin(
        parts.loc[parts["origin"] != WHOLE, "channel"]
    )
    for origin in ORIGINS:
        total, shares = whole[whole["origin"] == origin], parts[parts["origin"] == origin]
        if total.empty or (shares.empty and unsplit.any()):
            continue
        missing = int(total["persons"].sum() - shares["persons"].sum())
        if missing < 0 or (missing > 0 and not unsplit.any()):
            values = {"code": code, "origin": origin, **_sums(total, shares)}
            yield Fault("data.origin_disagrees", values, file, row=total.index[0], column="persons")


def _unsplit(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of each channel's total; its origins where it has no total."""
    totals = set(rows.loc[rows["origin"] == WHOLE, "channel"])
    return rows[(rows["origin"] == WHOLE) | ~rows["channel"].isin(totals)]


def _sums(whole: pd.DataFrame, parts: pd.DataFrame) -> dict[str, Any]:
    return {"all": int(whole["persons"].sum()), "sum": int(parts["persons"].sum())}
