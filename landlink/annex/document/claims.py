"""What a document's sentences say of the plan, compared with its ledger: no figure or claim may contradict it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import pandas as pd

from landlink.annex.edition import Edition
from landlink.schema import RESULTS
from landlink.texts import Lang, text
from landlink.units import exact_ha, ha, shown_ha

# Columns that sentences speak of, with the tables that hold them; the words for each are in document.words.
_COLUMNS = {
    "settled": ("quota",),
    "entitlement_m2": ("quota",),
    "stock_need_m2": ("quota",),
    "demand_m2": ("quota",),
    "quota_m2": ("quota",),
    "cut_m2": ("quota",),
    "stock_met_m2": ("ledger",),
    "stock_short_m2": ("ledger",),
    "stock_unverified_m2": ("ledger", "needs"),
    "budget_m2": ("ledger",),
    "land_m2": ("needs",),
    "granted_m2": ("needs",),
    "deficit_m2": ("needs",),
    "other_m2": ("ledger",),
    "unassigned_m2": ("ledger",),
}
# The needs table's own name of a column.
_OF_NEEDS = {"stock_unverified_m2": "unverified_m2"}
# Claims without a figure: message id of their words, and what the ledger must hold for them, by columns that are 0.
_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "no_deficit": ("deficit_m2",),
    "all_met": ("stock_short_m2", "stock_unverified_m2"),
    "all_verified": ("stock_unverified_m2",),
    "none_short": ("stock_short_m2",),
    "not_cut": ("cut_m2",),
}
# A clause ends here; a comma within a number does not end one.
_CLAUSE = {
    "zh": re.compile(r"[，。；（）()]|[,;.](?!\d)"),
    "en": re.compile(r"[()]|[,;.](?!\d)| and | against "),
}
# A figure with a sign is a change of another, which the ledger does not hold.
_FIGURE = re.compile(r"(?<![+\-−\d.,])(\d[\d,]*(?:\.\d+)?)\s*(公顷|平方米|人|ha|m²|persons?|people)(?!/|\s*per|均)")
_PERSONS = ("人", "person", "persons", "people")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|\b)")


# Figures of a column as documents show them, by district code and facility; empty ones stand for the city and for all.
Shown = Mapping[tuple[str, str], set[str]]


def contradictions(sentences: Iterable[str], edition: Edition) -> pd.DataFrame:
    """Statements on the plan's land and people that its ledger does not hold.

    A figure with its unit is compared with the column that its clause names: in Chinese nearest before it, else behind
    it; in English nearest to it; where it names none, with the one named before. It is that of the district that was
    named last, else of the city, and of a facility where the clause names one; in a district's edition it may be the
    district's too. A clause on another year than the plan's is left alone, and so are figures of what the ledger does
    not know, and changes, which have a sign.

    Parameters
    ----------
    sentences
        Paragraphs of a document.

    Returns
    -------
    ``sentence``, ``stated`` (the figure or the claim), ``label`` (its column's), ``held`` (what the ledger holds); one
    row a contradiction, none where all agrees.
    """
    reader = _Reader(edition)
    rows = [row for sentence in sentences for row in reader.read(sentence)]
    return pd.DataFrame(rows, columns=["sentence", "stated", "label", "held"])


class _Reader:
    """Reads sentences of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.lang = edition, edition.lang
        self.year = str(edition.plan.options.year)
        self.words = [
            (word, column) for column in _COLUMNS for word in _words(f"document.words.{column}", edition.lang)
        ]
        self.words.sort(key=lambda pair: -len(pair[0]))
        self.claims = {claim: _words(f"document.claims.{claim}", edition.lang) for claim in _CLAIMS}
        self.city = _words("document.words.city", edition.lang)

    def read(self, sentence: str) -> Iterator[tuple[str, str, str, str]]:
        """Contradictions of a sentence."""
        scopes: tuple[str, ...] = ("",) if self.edition.district is None else ("", self.edition.district)
        before: list[tuple[int, int, str]] = []
        for clause in _CLAUSE[self.lang].split(sentence):
            years = _YEAR.findall(clause)
            if years and self.year not in years:
                continue
            scopes = self._scopes(clause) or scopes
            named = list(self._named(clause))
            yield from self._figures(sentence, clause, scopes, named or before)
            before = [(0, 0, column) for *_, column in named[-1:]] or before
            yield from self._claims(sentence, clause, scopes)

    def _scopes(self, clause: str) -> tuple[str, ...]:
        """The last district or city that a clause names; nothing where it names none."""
        places = [(clause.rfind(name), code) for code, name in self.edition.names.items() if name in clause]
        places += [(clause.rfind(word), "") for word in self.city if word in clause]
        return (max(places)[1],) if places else ()

    def _figures(
        self, sentence: str, clause: str, scopes: tuple[str, ...], named: Sequence[tuple[int, int, str]]
    ) -> Iterator[tuple[str, str, str, str]]:
        for match in _FIGURE.finditer(clause):
            is_persons = match[2] in _PERSONS
            column = self._column(match, [name for name in named if _is_persons(name[2]) == is_persons])
            if column is None:
                continue
            facilities = [id_ for id_, title in self.edition.titles.items() if title in clause] or [""]
            keys = [(scope, facility) for scope in scopes for facility in facilities]
            held = set[str]().union(*(self._shown[column].get(key, set()) for key in keys))
            number = match[1].replace(",", "")
            if not any(_equal(number, value) for value in held):
                yield sentence, match[0], text(f"model.column.{column}", self.lang), " | ".join(sorted(held))

    def _column(self, figure: re.Match[str], named: Sequence[tuple[int, int, str]]) -> str | None:
        """Column that a figure of a clause is of; None where the clause names none."""
        before = [(figure.start() - end, column) for _, end, column in named if end <= figure.start()]
        behind = [(start - figure.end(), column) for start, _, column in named if start >= figure.end()]
        nearest = before or behind if self.lang == "zh" else before + behind
        return min(nearest)[1] if nearest else None

    def _named(self, clause: str) -> Iterator[tuple[int, int, str]]:
        """Columns that a clause names, with start and end of each name; of words within one another the longest."""
        taken = [False] * len(clause)
        named = []
        for word, column in self.words:
            pattern = re.escape(word) if self.lang == "zh" else rf"\b{re.escape(word)}\b"
            for match in re.finditer(pattern, clause, re.IGNORECASE):
                if not any(taken[match.start() : match.end()]):
                    taken[match.start() : match.end()] = [True] * len(word)
                    named.append((*match.span(), column))
        yield from sorted(named)

    def _claims(self, sentence: str, clause: str, scopes: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
        for claim, columns in _CLAIMS.items():
            for word in self.claims[claim]:
                if word.lower() not in clause.lower():
                    continue
                for column in columns:
                    area = self._area(column, scopes[-1])
                    if area:
                        yield sentence, word, text(f"model.column.{column}", self.lang), f"{ha(area):,}"

    def _area(self, column: str, scope: str) -> int:
        table = self.edition.plan.table(_COLUMNS[column][0])
        rows = table if not scope else table[table["code"] == scope]
        return int(rows[column].sum())

    @cached_property
    def _shown(self) -> Mapping[str, Shown]:
        """Figures of each column."""
        plan = self.edition.plan
        return {column: _shown(column, plan.table, list(plan.quota["code"])) for column in _COLUMNS}


def _shown(column: str, table_of: Callable[[str], pd.DataFrame], codes: list[str]) -> Shown:
    """Figures of a column as documents show them: of districts and the city, and of facilities in them."""
    shown: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for name in _COLUMNS[column]:
        table = table_of(name)
        own = _OF_NEEDS.get(column, column) if name == "needs" else column
        sums = table.groupby("code")[own].sum().reindex(codes)
        if RESULTS[name][own].unit == "person":
            shown["", ""].add(str(sums.sum()))
            for code, persons in sums.items():
                shown[str(code), ""].add(str(persons))
            continue
        shown["", ""] |= _areas(int(sums.sum()))
        for code, area, rounded in zip(codes, sums, shown_ha(sums), strict=True):
            shown[code, ""] |= _areas(int(area)) | {str(rounded)}
        if name == "needs":
            for facility, area in table.groupby("facility")[own].sum().items():
                shown["", str(facility)] |= _areas(int(area))
            for code, facility, area in zip(table["code"], table["facility"], table[own], strict=True):
                shown[code, facility] |= _areas(int(area))
    return shown


def _is_persons(column: str) -> bool:
    """True if a column counts persons."""
    return not column.endswith("_m2")


def _areas(area_m2: int) -> set[str]:
    """An area as documents show it: m², ha with two decimals, ha with four."""
    return {str(area_m2), str(ha(area_m2)), str(exact_ha(area_m2))}


def _equal(number: str, value: str) -> bool:
    """True if both are the same number, decimals that are zero left aside."""
    return _plain(number) == _plain(value)


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _words(message_id: str, lang: Lang) -> list[str]:
    """Words of a message, longest first."""
    return sorted(text(message_id, lang).split("|"), key=len, reverse=True)
