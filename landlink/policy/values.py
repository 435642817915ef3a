"""Values of a policy, each with its document, clause and day, and the facilities that land is granted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from landlink.errors import Fault, PolicyError
from landlink.schema import worst
from landlink.texts import Lang, pick

Confidence = Literal["seen", "known", "default"]


def status_of(confidence: Confidence) -> str:
    """Status of a figure by the confidence of its source: ``estimated`` for a planning assumption, else ``official``.

    Examples
    --------
    >>> status_of("known"), status_of("default")
    ('official', 'estimated')
    """
    return "estimated" if confidence == "default" else "official"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that values come from.

    Parameters
    ----------
    title
        Title, in one language or as ``中文 || English``.
    number
        Number of the document (文号), empty if it has none.
    issued
        Year, month or day of issue, such as ``2018-02``; empty where it is not known.
    kind
        ``document``, or ``assumption`` where no document stands behind the values.
    """

    id: str
    title: str
    number: str
    issued: str
    kind: str = "document"

    def name(self, lang: Lang | None = None) -> str:
        """Title, with the number where there is one."""
        title = pick(self.title, lang)
        return f"{title}（{self.number}）" if self.number else title


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a table of steps: its interval and its value; a bound belongs to the step in which it is closed.

    Parameters
    ----------
    confidence
        Confidence of a step that the document of its table does not state; None for one that it does.
    """

    lower: Decimal
    lower_closed: bool
    upper: Decimal | None
    upper_closed: bool
    value: Decimal
    confidence: Confidence | None = None

    def holds(self, by: Fraction) -> bool:
        """True if a value lies in the interval, decided exactly."""
        above = by >= self.lower if self.lower_closed else by > self.lower
        below = self.upper is None or (by <= self.upper if self.upper_closed else by < self.upper)
        return above and below

    def label(self, symbol: str) -> str:
        """Step as an interval, such as ``100 < l ≤ 150``."""
        lower = f"{self.lower} {'≤' if self.lower_closed else '<'} {symbol}"
        if self.upper is None:
            return f"{symbol} {'≥' if self.lower_closed else '>'} {self.lower}"
        return f"{lower} {'≤' if self.upper_closed else '<'} {self.upper}"


@dataclass(frozen=True, slots=True)
class Steps:
    """A table of steps without gap or overlap from its first bound upwards."""

    steps: tuple[Step, ...]

    def at(self, by: Fraction) -> Step:
        """Step whose interval a value lies in; a bound belongs to the step in which it is closed.

        Examples
        --------
        >>> edge = Decimal(100)
        >>> table = Steps((Step(Decimal(0), True, edge, True, edge), Step(edge, False, None, False, Decimal(80))))
        >>> [str(table.at(Fraction(x, 10)).value) for x in (999, 1000, 1001)]
        ['100', '100', '80']
        """
        return next(step for step in self.steps if step.holds(by))


Content = Decimal | Steps | tuple[str, ...] | str


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter's value from a day on, and where it comes from.

    Parameters
    ----------
    parameter
        Id, such as ``linkage.standard`` or ``facility.hospital.per_1000``.
    since
        ISO date from which the value is in force; empty for a value that the user has chosen.
    content, unit
        Number, table of steps, district codes, choice or choices, and the unit of the number or of the steps' values.
    document, clause
        Where the value is stated.
    confidence
        ``seen``: the figure itself stands in the quotation; ``known`` from elsewhere; or ``default``: a planning
        assumption.
    note
        Why the value is not ``seen``, or how it was read from the quotation.
    file, line
        Where the policy file holds the value.
    quote
        Words of the document, in its language, as they were seen; empty where they were not.
    """

    parameter: str
    since: str
    content: Content
    unit: str
    document: Document
    clause: str
    confidence: Confidence
    note: str
    file: str
    line: int
    quote: str = ""

    @property
    def status(self) -> str:
        """``official`` where a document says so, ``estimated`` where it is a planning assumption."""
        return status_of(self.confidence)

    def status_at(self, by: Fraction) -> str:
        """Status of the value that holds at a number: the worst of the table's and its step's.

        Examples
        --------
        The table of land per bed begins at 200 beds; below, a planning assumption stands in it:

        >>> from landlink.policy import load_policy
        >>> table = load_policy("national-2016").on("2020-12-31")["facility.hospital.land_per_unit"]
        >>> [table.status_at(Fraction(beds)) for beds in (199, 200)]
        ['estimated', 'official']
        """
        own = self.steps.at(by).confidence
        return self.status if own is None else worst((self.status, status_of(own)))

    @property
    def number(self) -> Fraction:
        """Value as an exact number.

        Raises
        ------
        TypeError
            The value is a table of steps, a list or a choice.
        """
        if not isinstance(self.content, Decimal):
            raise TypeError(f"{self.parameter} is not a number")
        return Fraction(self.content)

    @property
    def steps(self) -> Steps:
        """Value as a table of steps; a plain number is one step."""
        if isinstance(self.content, Steps):
            return self.content
        if isinstance(self.content, Decimal):
            return Steps((Step(Decimal(0), True, None, False, self.content),))
        raise TypeError(f"{self.parameter} is not a table of steps")

    @property
    def codes(self) -> tuple[str, ...]:
        """Value as district codes."""
        if not isinstance(self.content, tuple):
            raise TypeError(f"{self.parameter} is not a list of districts")
        return self.content

    @property
    def choices(self) -> tuple[str, ...]:
        """Value as several of a parameter's choices."""
        if not isinstance(self.content, tuple):
            raise TypeError(f"{self.parameter} is not a list of choices")
        return self.content

    @property
    def choice(self) -> str:
        """Value as one of a parameter's choices."""
        if not isinstance(self.content, str):
            raise TypeError(f"{self.parameter} is not a choice")
        return self.content

    def display(self) -> str:
        """Value as text, without its unit."""
        if isinstance(self.content, Steps):
            symbol = "l" if self.parameter == "linkage.standard" else "n"
            return "；".join(f"{step.label(symbol)} → {step.value}" for step in self.content.steps)
        if isinstance(self.content, tuple):
            return "、".join(self.content) or "—"
        return str(self.content)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter and its dated values, the latest last."""

    id: str
    title: Mapping[Lang, str]
    values: tuple[Dated, ...]

    def at(self, day: str) -> Dated:
        """Value in force on a day.

        Raises
        ------
        PolicyError
            No value is in force yet on that day.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> ratio = load_policy("guangzhou-2018").parameters["facility.hospital.per_1000"]
        >>> [ratio.at(day).document.id for day in ("2018-12-31", "2019-12-31")]
        ['landlink', 'health-2019']
        """
        in_force = [value for value in self.values if value.since <= day]
        if not in_force:
            first = self.values[0]
            raise PolicyError(
                Fault(
                    "policy.not_in_force",
                    {"parameter": self.id, "day": day, "since": first.since},
                    first.file,
                    row=first.line,
                )
            )
        return in_force[-1]


@dataclass(frozen=True, slots=True)
class Facility:
    """A kind of facility that land is needed for; its fields are parameters ``facility.<id>.<field>``."""

    id: str
    title: Mapping[Lang, str]
    group: str
    unit: Mapping[Lang, str]
