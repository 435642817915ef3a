"""Policy as data: parameters with dated values, each with its document, clause and confidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from landlink.errors import Fault, PolicyError
from landlink.texts import Lang, pick

Confidence = Literal["seen", "known", "default"]
Shape = Literal["value", "steps", "districts", "choice"]
RULES = ("proportional", "weighted", "floor")


@dataclass(frozen=True, slots=True)
class Spec:
    """What a parameter may be: its shapes, unit and bounds."""

    shapes: tuple[Shape, ...]
    unit: str = ""
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    by: str = ""


PARAMETERS: dict[str, Spec] = {
    "linkage.standard": Spec(("steps",), "m2/person", by="m2/person"),
    # 国土资发〔2016〕123号: a province may adjust the standard within 10 %
    "linkage.adjustment": Spec(("value",), "pct", Decimal(-10), Decimal(10)),
    "central.districts": Spec(("districts",)),
    "priority.districts": Spec(("districts",)),
    "priority.weight": Spec(("value",), "", Decimal(1), Decimal(100)),
    "balance.rule": Spec(("choice",), choices=RULES),
    "balance.city_cap": Spec(("value",), "ha"),
    "balance.floor_share": Spec(("value",), "share", maximum=Decimal(1)),
    "stock.offset_share": Spec(("value",), "share", maximum=Decimal(1)),
    "target.year": Spec(("value",), "year", Decimal(2000), Decimal(2100)),
    "target.hukou_population": Spec(("value",), "person"),
    "target.hukou_urban_share": Spec(("value",), "pct", maximum=Decimal(100)),
    "target.gap_narrowing": Spec(("value",), "pct_point", maximum=Decimal(100)),
}
FACILITY_FIELDS: dict[str, Spec] = {
    "share_pct": Spec(("value",), "pct", maximum=Decimal(100)),
    "per_1000": Spec(("value",), "per_1000"),
    "land_per_unit": Spec(("value", "steps"), "m2/unit", by="unit"),
    "land_per_unit_central": Spec(("value", "steps"), "m2/unit", by="unit"),
    "floor_per_unit": Spec(("value",), "m2/unit"),
    "far": Spec(("value",), "", Decimal("0.1"), Decimal(50)),
    "module_units": Spec(("value",), "unit", Decimal(1)),
    "min_units": Spec(("value",), "unit", Decimal(1)),
    "max_units": Spec(("value",), "unit", Decimal(1)),
    "radius_m": Spec(("value",), "m"),
}
KINDS = ("document", "assumption")
GROUPS = ("housing", "education", "health", "elder_care", "employment", "other")


@dataclass(frozen=True, slots=True)
class Document:
    """A text that a value comes from, or what stands for it: ``kind`` is one of :data:`KINDS`."""

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
    """One step of a table; a bound belongs to the step where it is closed."""

    lower: Decimal
    lower_closed: bool
    upper: Decimal | None
    upper_closed: bool
    value: Decimal

    def holds(self, by: Fraction) -> bool:
        """Tell whether a value falls on this step; a bound on the edge is decided exactly."""
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
        """Step that holds a value; an edge belongs where its bound is closed.

        Examples
        --------
        >>> edge = Decimal(100)
        >>> table = Steps((Step(Decimal(0), True, edge, True, edge), Step(edge, False, None, False, Decimal(80))))
        >>> [str(table.at(Fraction(x, 10)).value) for x in (999, 1000, 1001)]
        ['100', '100', '80']
        """
        return next(step for step in self.steps if step.holds(by))


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter's value from a day on, and where it comes from."""

    parameter: str
    since: str
    content: Decimal | Steps | tuple[str, ...] | str
    unit: str
    document: Document
    clause: str
    confidence: Confidence
    note: str
    file: str
    line: int

    @property
    def status(self) -> str:
        """``official`` where a document says so, ``estimated`` where it is a planning assumption."""
        return "estimated" if self.confidence == "default" else "official"

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

    def display(self) -> str:
        """Value as a person reads it, without its unit."""
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


class Rules:
    """The values in force on one day, restricted to those a stage declares."""

    def __init__(self, values: Mapping[str, Dated], facilities: Iterable[Facility] = ()) -> None:
        self._values = dict(values)
        self.facilities = tuple(facilities)

    def only(self, *ids: str) -> "Rules":
        """Rules of these ids (an id ending in ``.`` stands for all that begin with it) and no others."""
        chosen = {
            name: value
            for name, value in self._values.items()
            if any(name == wanted or (wanted.endswith(".") and name.startswith(wanted)) for wanted in ids)
        }
        return Rules(chosen, self.facilities)

    def __getitem__(self, name: str) -> Dated:
        """Value of a rule.

        Raises
        ------
        PolicyError
            The policy does not set the rule, or the stage has not declared it.
        """
        if name not in self._values:
            raise PolicyError(Fault("policy.missing", {"parameter": name, "have": ", ".join(self._values)}))
        return self._values[name]

    def get(self, name: str) -> Dated | None:
        """Value of a rule, None where the policy does not set it."""
        return self._values.get(name)

    def replace(self, value: Dated) -> "Rules":
        """Rules with one value in another's place."""
        return Rules({**self._values, value.parameter: value}, self.facilities)

    def values(self) -> tuple[Dated, ...]:
        """All values."""
        return tuple(self._values.values())


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its parameters by id and its facilities in the order in which land is granted."""

    id: str
    title: Mapping[Lang, str]
    parameters: Mapping[str, Parameter]
    facilities: tuple[Facility, ...]

    def on(self, day: str) -> Rules:
        """Rules in force on a day; a parameter that is not yet in force is left out.

        Parameters
        ----------
        day
            ISO date.
        """
        values = {
            name: parameter.at(day) for name, parameter in self.parameters.items() if parameter.values[0].since <= day
        }
        return Rules(values, self.facilities)

    def check_districts(self, codes: Iterable[str]) -> None:
        """Check that every district the policy names is one of the city's.

        Raises
        ------
        PolicyError
            Each unknown code, with the line where it stands.
        """
        known = set(codes)
        faults = [
            Fault(
                "policy.district_unknown",
                {"code": code, "parameter": parameter.id, "have": ", ".join(sorted(known))},
                dated.file,
                row=dated.line,
            )
            for parameter in self.parameters.values()
            for dated in parameter.values
            if isinstance(dated.content, tuple)
            for code in dated.content
            if code not in known
        ]
        if faults:
            raise PolicyError(faults)
