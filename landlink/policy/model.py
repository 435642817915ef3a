"""A policy: dated values, and the rules that are in force on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from landlink.errors import DataError, Fault, Faults, PolicyError
from landlink.policy.parameters import PARAMETERS
from landlink.policy.standards import Standard
from landlink.policy.values import Dated, Facility, Parameter
from landlink.schema import ORIGINS
from landlink.texts import Lang


class Rules:
    """The values in force on one day, restricted to those a stage declares.

    Parameters
    ----------
    values
        Value of each rule, by the rule's id.
    facilities
        Kinds of facility, in the order in which land is granted.
    """

    def __init__(self, values: Mapping[str, Dated], facilities: Iterable[Facility] = ()) -> None:
        self._values = dict(values)
        self._restricted: dict[tuple[str, ...], Rules] = {}
        self.facilities = tuple(facilities)

    def only(self, *ids: str) -> "Rules":
        """Rules of these ids (an id ending in ``.`` stands for all that begin with it) and no others.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> rules = load_policy("national-2016").on("2020-12-31").only("balance.")
        >>> [value.parameter for value in rules.values()]
        ['balance.rule', 'balance.floor_share']
        """
        if ids not in self._restricted:
            chosen = {
                name: value
                for name, value in self._values.items()
                if any(name == wanted or (wanted.endswith(".") and name.startswith(wanted)) for wanted in ids)
            }
            self._restricted[ids] = Rules(chosen, self.facilities)
        return self._restricted[ids]

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
        """Rules with a value in place of the one of its parameter."""
        return Rules({**self._values, value.parameter: value}, self.facilities)

    def values(self) -> tuple[Dated, ...]:
        """All values."""
        return tuple(self._values.values())

    @cached_property
    def standards(self) -> tuple[Standard, ...]:
        """Standards of the facilities, in the order in which land is granted."""
        fields: dict[str, dict[str, Dated]] = {facility.id: {} for facility in self.facilities}
        for name, value in self._values.items():
            kind, _, rest = name.partition(".")
            facility, _, field = rest.rpartition(".")
            if kind == "facility" and facility in fields:
                fields[facility][field] = value
        return tuple(Standard(facility, fields[facility.id]) for facility in self.facilities)

    def standard(self, facility: str) -> Standard:
        """Standard of a facility.

        Raises
        ------
        DataError
            The policy has no such facility.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> load_policy("national-2016").on("2020-12-31").standard("primary_school").units(4_000, 0)
        1080
        """
        if facility not in self._by_facility:
            raise DataError(_not_a_choice(facility, self._by_facility))
        return self._by_facility[facility]

    @property
    def with_radius(self) -> tuple[str, ...]:
        """Facilities whose standard has a service radius, in the order in which land is granted."""
        return tuple(standard.facility.id for standard in self.standards if standard.radius_m is not None)

    def radius_m(self, facility: str) -> float:
        """Service radius of a facility, m.

        Raises
        ------
        DataError
            The policy has no such facility, or its standard has no radius.
        """
        radius_m = self.standard(facility).radius_m
        if radius_m is None:
            raise DataError(_not_a_choice(facility, self.with_radius))
        return radius_m

    @cached_property
    def _by_facility(self) -> dict[str, Standard]:
        return {standard.facility.id: standard for standard in self.standards}


def origins_counted(rules: Rules) -> tuple[str, ...]:
    """Origins of settled people who count (国土资发〔2016〕123号); all where the policy does not say.

    Examples
    --------
    >>> from landlink.policy import load_policy
    >>> origins_counted(load_policy("national-2016").on("2020-12-31"))
    ('rural', 'unknown')
    """
    stated = rules.get("settled.origins")
    return ORIGINS if stated is None else stated.choices


def _not_a_choice(facility: str, choices: Iterable[str]) -> Fault:
    return Fault("option.choice", {"option": "facility", "value": facility, "choices": " | ".join(choices)})


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its parameters by id and its facilities in the order in which land is granted.

    Parameters
    ----------
    title
        Title by language.
    parameters
        Parameters by id, those of facilities as ``facility.<id>.<field>``.
    """

    id: str
    title: Mapping[Lang, str]
    parameters: Mapping[str, Parameter]
    facilities: tuple[Facility, ...]

    def on(self, day: str) -> Rules:
        """Rules in force on a day; parameters and facilities that are not yet in force are left out.

        Parameters
        ----------
        day
            ISO date.

        Examples
        --------
        >>> from landlink.policy import load_policy
        >>> policy = load_policy("guangzhou-2018")
        >>> [len(policy.on(day)["priority.districts"].codes) for day in ("2017-12-31", "2018-12-31")]
        [0, 4]
        """
        values = {
            name: parameter.at(day) for name, parameter in self.parameters.items() if parameter.values[0].since <= day
        }
        in_force = [facility for facility in self.facilities if f"facility.{facility.id}.per_1000" in values]
        return Rules(values, in_force)

    def check_districts(self, codes: Iterable[str]) -> None:
        """Check that every district the policy names is one of the city's.

        Raises
        ------
        PolicyError
            Each unknown code, with the line where it stands.
        """
        known = set(codes)
        faults = Faults()
        for id_, parameter in self.parameters.items():
            names_districts = id_ in PARAMETERS and "districts" in PARAMETERS[id_].shapes
            for dated in parameter.values if names_districts else ():
                for code in dated.codes:
                    if code not in known:
                        values = {"code": code, "parameter": parameter.id, "have": ", ".join(sorted(known))}
                        faults.add(Fault("policy.district_unknown", values, dated.file, row=dated.line))
        faults.raise_if_any()
