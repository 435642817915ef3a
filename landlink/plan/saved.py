"""A saved plan's JSON document, as pydantic models: what :mod:`landlink.plan.archive` writes and reads back."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator
from shapely.geometry import shape

from landlink.city.facts import Facts
from landlink.crs import CGCS2000
from landlink.linkage.balance import Divisor
from landlink.plan.options import Options
from landlink.plan.plan import Note, Plan
from landlink.policy import Dated, Document, Facility, Rules, Step, Steps
from landlink.policy.values import Confidence
from landlink.schema import LISTED, RESULTS
from landlink.siting.sites import Siting, Status
from landlink.texts import Lang


def _number_from(value: object) -> object:
    """Number that JSON or a plan holds; a decimal stands in JSON as ``{"decimal": "…"}``."""
    if isinstance(value, dict) and set(value) == {"decimal"}:
        return Decimal(value["decimal"])
    if value is not None and not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{value!r} is not a number")
    return value


def _number_to(value: object) -> object:
    return {"decimal": str(value)} if isinstance(value, Decimal) else value


# Number as it was entered, exact: a decimal stays a decimal, a float a float; also text and None.
Number = Annotated[Any, PlainValidator(_number_from), PlainSerializer(_number_to)]


# Exact fraction such as "233/500".
Ratio = Annotated[str, Field(pattern=r"^\d+(/[1-9]\d*)?$")]


class _Model(BaseModel):
    """Part of the document; its fields stand in the order in which they are declared, and no others are allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class SavedName(_Model):
    """Identifier and title of the city or the policy."""

    id: str
    title: dict[Lang, str]


class SavedOptions(_Model):
    """:class:`landlink.plan.options.Options`."""

    year: int
    basis: str
    cap_ha: Number
    rule: str | None
    adjust_pct: Number
    offset_share: Number
    base_year: int | None


class SavedDocument(_Model):
    """:class:`landlink.policy.Document`."""

    id: str
    title: str
    number: str
    issued: str
    kind: str


class SavedStep(_Model):
    """:class:`landlink.policy.Step`."""

    lower: Number
    lower_closed: bool
    upper: Number
    upper_closed: bool
    value: Number
    confidence: Confidence | None = None


class SavedSteps(_Model):
    """:class:`landlink.policy.Steps`."""

    steps: tuple[SavedStep, ...]


class SavedValue(_Model):
    """:class:`landlink.policy.Dated`."""

    parameter: str
    since: str
    unit: str
    clause: str
    confidence: Confidence
    note: str
    content: SavedSteps | list[str] | Number
    document: SavedDocument
    file: str
    line: int
    quote: str = ""

    def dated(self) -> Dated:
        """Value as policies hold it."""
        content = self.content
        if isinstance(content, SavedSteps):
            content = Steps(tuple(Step(**dict(step)) for step in content.steps))
        elif isinstance(content, list):
            content = tuple(content)
        return Dated(**{**dict(self), "content": content, "document": Document(**dict(self.document))})


class SavedFacility(_Model):
    """:class:`landlink.policy.Facility`."""

    id: str
    title: dict[Lang, str]
    group: str
    unit: dict[Lang, str]


class SavedNote(_Model):
    """:class:`landlink.plan.plan.Note`."""

    id: str
    values: dict[str, Any]


class SavedFrame(_Model):
    """A table: types by column, and rows; a missing value is null."""

    columns: dict[str, str]
    rows: list[list[Any]]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Table as the document holds it."""
        rows = json.loads(frame.to_json(orient="values", double_precision=15))
        return cls(columns={name: str(dtype) for name, dtype in frame.dtypes.items()}, rows=rows)

    @classmethod
    def of_result(cls, frame: pd.DataFrame, table: str) -> Self:
        """Result table as the document holds it."""
        return cls.of(written(frame, table))

    def frame(self) -> pd.DataFrame:
        """Table with its types."""
        return pd.DataFrame(self.rows, columns=list(self.columns), dtype=object).astype(self.columns)

    def result(self, table: str) -> pd.DataFrame:
        """Result table with its types; the reverse of :func:`written`."""
        frame = self.frame()
        split = {name: [tuple(text.split(LISTED)) if text else () for text in frame[name]] for name in _names(table)}
        return frame.assign(**split)


class SavedTables(_Model):
    """Result tables of every plan."""

    quota: SavedFrame
    sources: SavedFrame
    needs: SavedFrame
    ledger: SavedFrame
    uses: SavedFrame


class SavedTerms(_Model):
    """Terms of one district's claim in a balancing; weights and λ are exact fractions such as "233/500"."""

    claim: int
    weight: Ratio
    lower: int
    upper: int


class SavedDivisor(_Model):
    """:class:`landlink.linkage.Divisor`."""

    value: Ratio
    weighted: Ratio
    code: str
    terms: dict[str, SavedTerms]

    @classmethod
    def of(cls, divisor: Divisor) -> Self:
        """Divisor as the document holds it."""
        terms = {
            code: SavedTerms(claim=claim, weight=str(weight), lower=lower, upper=upper)
            for code, (claim, weight, lower, upper) in divisor.terms.items()
        }
        return cls(value=str(divisor.value), weighted=str(divisor.weighted), code=divisor.code, terms=terms)

    def divisor(self) -> Divisor:
        """Divisor as plans hold it."""
        terms = {
            code: (saved.claim, Fraction(saved.weight), saved.lower, saved.upper) for code, saved in self.terms.items()
        }
        return Divisor(Fraction(self.value), Fraction(self.weighted), self.code, terms)


class SavedSiting(_Model):
    """:class:`landlink.siting.sites.Siting`, the sites' shapes apart from their table."""

    plan: str
    sites: SavedFrame
    provision: SavedFrame
    status: Status
    objective: int | float
    bound: int | float
    without: int | float
    terms: dict[str, int | float]
    weights: dict[str, int | float]
    options: dict[str, Any]
    data_status: str
    candidates: int
    parcels: int
    shapes: dict[str, Any]

    @classmethod
    def of(cls, siting: Siting) -> Self:
        """Sites as the document holds them."""
        parts = {name: getattr(siting, name) for name in Siting.__slots__}
        parts["sites"] = SavedFrame.of(pd.DataFrame(siting.sites.drop(columns="geometry")))
        parts["provision"] = SavedFrame.of(siting.provision)
        return cls(**parts, shapes=json.loads(siting.sites[["site", "geometry"]].to_json(drop_id=True)))

    def siting(self) -> Siting:
        """Sites as plans hold them."""
        parts = dict(self)
        shapes = [shape(feature["geometry"]) for feature in parts.pop("shapes")["features"]]
        parts["sites"] = gpd.GeoDataFrame(self.sites.frame(), geometry=shapes, crs=CGCS2000)
        parts["provision"] = self.provision.frame()
        return Siting(**parts)


class SavedPlan(_Model):
    """:class:`landlink.plan.plan.Plan`."""

    city: SavedName
    policy: SavedName
    options: SavedOptions
    rules: tuple[SavedValue, ...]
    facilities: tuple[SavedFacility, ...]
    central: tuple[str, ...]
    central_layer: bool
    facts: SavedFrame
    sources: SavedFrame
    pairs: SavedFrame
    built_up: SavedFrame
    surplus: SavedFrame
    structure: SavedFrame
    tables: SavedTables
    divisor: SavedDivisor
    districts: dict[str, Any]
    notes: tuple[SavedNote, ...]
    version: str
    fingerprint: str
    siting: SavedSiting | None = None
    # By code; the document has no such key for a city without a central area's layer.
    central_ratio: dict[str, Ratio] | None = None

    def content(self) -> dict[str, Any]:
        """Document as JSON holds it."""
        return self.model_dump(exclude={"central_ratio"} if self.central_ratio is None else None)

    def _central_ratio(self) -> pd.Series | None:
        if self.central_ratio is None:
            return None
        return pd.Series({code: Fraction(part) for code, part in self.central_ratio.items()}, dtype=object)

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Plan as the document holds it."""
        ratio = plan.base.central_ratio
        return cls(
            city=SavedName(id=plan.city_id, title=dict(plan.city_title)),
            policy=SavedName(id=plan.policy_id, title=dict(plan.policy_title)),
            options=SavedOptions.model_validate(plan.options),
            rules=tuple(SavedValue.model_validate(value) for value in plan.rules.values()),
            facilities=tuple(SavedFacility.model_validate(facility) for facility in plan.facilities),
            central=plan.central,
            central_layer=plan.central_layer,
            facts=SavedFrame.of(plan.base.table),
            sources=SavedFrame.of(plan.base.sources),
            pairs=SavedFrame.of(plan.base.pairs),
            built_up=SavedFrame.of(plan.base.built_up),
            surplus=SavedFrame.of(plan.surplus),
            structure=SavedFrame.of(plan.structure),
            tables=SavedTables(
                **{name: SavedFrame.of_result(plan.table(name), name) for name in SavedTables.model_fields}
            ),
            divisor=SavedDivisor.of(plan.divisor),
            districts=json.loads(plan.districts.to_json(drop_id=True)),
            notes=tuple(SavedNote.model_validate(note) for note in plan.notes),
            version=plan.version,
            fingerprint=plan.fingerprint,
            siting=None if plan.siting is None else SavedSiting.of(plan.siting),
            central_ratio=None if ratio is None else {code: str(part) for code, part in ratio.items()},
        )

    def plan(self) -> Plan:
        """Plan that was saved."""
        facilities = tuple(Facility(**dict(facility)) for facility in self.facilities)
        districts = gpd.GeoDataFrame.from_features(self.districts, crs=CGCS2000)
        return Plan(
            city_id=self.city.id,
            city_title=self.city.title,
            policy_id=self.policy.id,
            policy_title=self.policy.title,
            options=Options(**dict(self.options)),
            rules=Rules({value.parameter: value.dated() for value in self.rules}, facilities),
            facilities=facilities,
            central=self.central,
            central_layer=self.central_layer,
            base=Facts(
                self.facts.frame(),
                self.sources.frame(),
                self.pairs.frame(),
                self.built_up.frame(),
                central_ratio=self._central_ratio(),
            ),
            surplus=self.surplus.frame(),
            structure=self.structure.frame(),
            quota=self.tables.quota.result("quota"),
            sources=self.tables.sources.result("sources"),
            needs=self.tables.needs.result("needs"),
            ledger=self.tables.ledger.result("ledger"),
            uses=self.tables.uses.result("uses"),
            divisor=self.divisor.divisor(),
            districts=districts[["code", "name", "name_en", "official_area_ha", "geometry"]],
            notes=tuple(Note(note.id, note.values) for note in self.notes),
            version=self.version,
            fingerprint=self.fingerprint,
            siting=None if self.siting is None else self.siting.siting(),
        )


def written(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Result table as files hold it: tuples of names as one text.

    Examples
    --------
    >>> cuts = pd.DataFrame({"cut_by": [("capacity", "city cap"), ()]})
    >>> written(cuts, "quota")["cut_by"].tolist()
    ['capacity; city cap', '']
    """
    return frame.assign(**{name: frame[name].map(LISTED.join) for name in _names(table)})


def _names(table: str) -> list[str]:
    """Columns of a result table that hold tuples of names."""
    return [column.name for column in RESULTS[table].columns if column.kind == "names"]
