"""What annexes are of, and how they are filed."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import pandas as pd

from landlink.annex.material import Material
from landlink.errors import DataError, Fault
from landlink.plan.derivation import Explainer
from landlink.plan.plan import Plan
from landlink.texts import Lang, text

Frame = TypeVar("Frame", bound=pd.DataFrame)


@dataclass(frozen=True, eq=False)
class Edition:
    """A plan in one language, for the whole city or for one of its districts.

    Parameters
    ----------
    lang
        Language of all texts.
    district
        Code of the district; the whole city where None.
    material
        Figures of the city that go with the plan's own; None where there are none.

    Raises
    ------
    DataError
        The district is not in the plan.
    """

    plan: Plan
    lang: Lang = "zh"
    district: str | None = None
    material: Material | None = None

    def __post_init__(self) -> None:
        """Refuse a district that is not in the plan."""
        if self.district is not None and self.district not in self.names:
            raise DataError(Fault("annex.district_unknown", {"code": self.district, "have": ", ".join(self.names)}))

    def text(self, message_id: str, **values: object) -> str:
        """Text in the edition's language; see :func:`landlink.texts.text`."""
        return text(message_id, self.lang, **values)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the districts by code."""
        return self.plan.names(self.lang)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Titles of the facilities by id, in the order in which land is granted."""
        return self.plan.titles(self.lang)

    @cached_property
    def explainer(self) -> Explainer:
        """Derivations of the plan's figures."""
        return Explainer(self.plan, self.lang)

    @property
    def city(self) -> str:
        """Name of the city."""
        return self.plan.city_title[self.lang]

    @property
    def territory(self) -> str:
        """Name of the city, or of the district with the city's."""
        if self.district is None:
            return self.city
        return text("maps.place", self.lang, city=self.city, district=self.names[self.district])

    def rows(self, table: Frame) -> Frame:
        """Rows of a table with a column ``code`` that are of the edition's district; all where it is the city's."""
        if self.district is None:
            return table
        rows: Frame = table[table["code"] == self.district]
        return rows


@dataclass(frozen=True, slots=True)
class Filing:
    """How annexes are filed.

    Parameters
    ----------
    compiler
        Who compiles the plan (编制单位), as document and map sheets name it; in one line, as the date is. Left blank
        to be filled in where empty.
    date
        When it is compiled (编制日期), as they show it.
    template
        Name and content of the user's own template of the document.
    paper
        Paper of the map sheets, ``A4`` to ``A1``, in landscape.
    pictures
        Map sheets are filed as PNG too.
    """

    compiler: str = ""
    date: str = ""
    template: tuple[str, bytes] | None = None
    paper: str = "A3"
    pictures: bool = False

    def __post_init__(self) -> None:
        """Write compiler and date in one line, without characters that cannot be printed."""
        for name in ("compiler", "date"):
            line = "".join(character if character.isprintable() else " " for character in getattr(self, name))
            object.__setattr__(self, name, " ".join(line.split()))
