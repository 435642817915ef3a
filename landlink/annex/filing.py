"""How annexes are filed: their names, what they are told of who compiles them, and what would keep them from it."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from landlink.annex.document import check_template
from landlink.annex.fonts import check_signs
from landlink.annex.maps.canvas import check_paper
from landlink.annex.material import Material
from landlink.errors import DataError, Fault, Faults, OutputError
from landlink.files import check_writable
from landlink.plan.plan import Plan
from landlink.texts import Lang, pick, text

# Bytes that making an edition may need on the way.
_ROOM = 100_000_000
# What file systems do not take in a name.
_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Filing:
    """How annexes are filed.

    Parameters
    ----------
    compiler
        Who compiles the plan (编制单位), as document and map sheets name it; in one line, as the date is.
    date
        When it is compiled (编制日期), as they show it.
    template
        Name and content of the user's own template of the document.
    paper
        Paper of the map sheets, see :func:`landlink.annex.maps.sheets`.
    pictures
        Map sheets are filed as PNG too.
    """

    compiler: str = ""
    date: str = ""
    template: tuple[str, bytes] | None = None
    paper: str = "A3"
    pictures: bool = False

    def __post_init__(self) -> None:
        """Write compiler and date in one line, without signs that cannot be printed."""
        for name in ("compiler", "date"):
            line = "".join(sign if sign.isprintable() else " " for sign in getattr(self, name))
            object.__setattr__(self, name, " ".join(line.split()))


def check_annex(
    plan: Plan,
    lang: Lang = "zh",
    *,
    editions: Sequence[str | None] = (None,),
    material: Material | None = None,
    filing: Filing | None = None,
    folder: str | Path | None = None,
) -> None:
    """Refuse annexes that could not be written, before anything is computed for them.

    Parameters
    ----------
    editions, material, filing
        As :func:`landlink.annex.write_annex` takes them; material as far as it is known.
    folder
        Target folder, if there is one yet; nothing is left in it.

    Raises
    ------
    LandlinkError
        All that is known to be wrong: a district or a paper that there is none of, a template that cannot be filled in,
        a sign that no font has, no room for temporary files, a folder or a file that cannot be written.
    """
    filing = filing or Filing()
    names = [
        *(plan.city_title[lang], plan.policy_title[lang], filing.compiler, filing.date),
        *plan.names(lang).values(),
        *plan.titles(lang).values(),
        *(() if material is None else (pick(title, lang) for title in material.constraints.get("title", ()))),
    ]
    faults = Faults()
    files = []
    for edition in editions:
        with faults.collect():
            files.append(file_name(plan, lang, edition))
    with faults.collect():
        check_paper(filing.paper)
    for name in names:
        with faults.collect():
            check_signs(name, lang)
    if filing.template is not None:
        with faults.collect():
            check_template(plan, filing.template, lang)
    with faults.collect():
        check_room()
    if folder is not None:
        with faults.collect():
            check_writable(Path(folder), files)
    faults.raise_if_any()


def file_name(plan: Plan, lang: Lang, district: str | None) -> str:
    """Name of an edition's archive.

    Raises
    ------
    DataError
        The district is not in the plan.
    """
    title = text("annex.package.title", lang, city=plan.city_title[lang], year=plan.options.year)
    if district is not None:
        names = plan.names(lang)
        if district not in names:
            raise DataError(Fault("annex.district_unknown", {"code": district, "have": ", ".join(names)}))
        title = f"{title}_{district}{names[district]}"
    return usable(title) + ".zip"


def usable(title: str) -> str:
    """Title as the name of a file."""
    return _REFUSED.sub("_", title)


def check_room() -> None:
    """Refuse to make anything without room on the way.

    Raises
    ------
    OutputError
        The folder for temporary files is full.
    """
    folder = tempfile.gettempdir()
    if (free := shutil.disk_usage(folder).free) < _ROOM:
        raise OutputError(Fault("output.temporary", {"path": folder, "free": f"{free / 1e6:.1f}"}))
