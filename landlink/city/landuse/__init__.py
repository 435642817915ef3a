"""Land-use codes (地类编码): 国土空间用地用海分类 (2023) and the third land survey's working classes (三调工作分类).

A code always comes with its system: 0803 is culture in one and education in another. Names and codes are as generally
known, not checked against the official text; colours are those of 市级国土空间总体规划制图规范（试行）附录 B, from a
transcription.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from landlink.texts import Lang


@dataclass(frozen=True, slots=True)
class LandUse:
    """One class: its code, names and colour (``#rrggbb``)."""

    code: str
    name: str
    name_en: str
    color: str

    def title(self, lang: Lang) -> str:
        """Name in a language."""
        return self.name if lang == "zh" else self.name_en


@cache
def classes(code_system: str) -> dict[str, LandUse]:
    """Classes of a system by code.

    Examples
    --------
    >>> classes("ydyh")["0801"].name_en
    'government and organisations'
    """
    with files(__name__).joinpath("codes.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str)
    rows = table[table["code_system"] == code_system].drop(columns="code_system")
    return {row["code"]: LandUse(**row) for row in rows.to_dict("records")}


def land_use(code_system: str, code: str) -> LandUse | None:
    """Class of a code, or the class above it where the code is finer than the table (0701 for 070102).

    Examples
    --------
    >>> land_use("ydyh", "0804").name, land_use("sandiao", "070102").name
    ('教育用地', '城镇住宅用地')
    """
    known = classes(code_system)
    return next((known[code[:length]] for length in (4, 2) if code[:length] in known), None)


def unknown(code_system: "pd.Series[str]", codes: "pd.Series[str]") -> Iterable[tuple[str, str]]:
    """Distinct pairs of system and code that have no class."""
    pairs = pd.DataFrame({"system": code_system, "code": codes}).drop_duplicates()
    return [(system, code) for system, code in pairs.itertuples(index=False) if land_use(system, code) is None]
