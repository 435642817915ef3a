"""Names of filed annexes, and what would keep them from being written."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from landlink.annex.document import check_template
from landlink.annex.edition import Edition, Filing
from landlink.annex.fonts import check_signs
from landlink.annex.maps.canvas import check_paper
from landlink.annex.material import Material
from landlink.errors import Fault, Faults, OutputError
from landlink.files import check_writable
from landlink.plan.plan import Plan
from landlink.texts import Lang, pick

# Bytes that making an edition may need on the way.
_ROOM = 100_000_000
# What file systems do not take in a name.
_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


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
        All that is known to be wrong: an unknown district or paper, a template that cannot be filled in,
        a character that no font has, no room for temporary files, a folder or a file that cannot be written.
    """
    filing = filing or Filing()
    texts = [
        *(plan.city_title[lang], plan.policy_title[lang], filing.compiler, filing.date),
        *plan.names(lang).values(),
        *plan.titles(lang).values(),
        *(() if material is None else (pick(title, lang) for title in material.constraints.get("title", ()))),
    ]
    faults = Faults()
    files = []
    for district in editions:
        with faults.collect():
            files.append(file_name(Edition(plan, lang, district)))
    with faults.collect():
        check_paper(filing.paper)
    for string in texts:
        with faults.collect():
            check_signs(string, lang)
    if filing.template is not None:
        with faults.collect():
            check_template(Edition(plan, lang), filing.template)
    with faults.collect():
        check_room()
    if folder is not None:
        with faults.collect():
            check_writable(Path(folder), files)
    faults.raise_if_any()


def file_name(edition: Edition) -> str:
    """Name of an edition's archive."""
    title = edition.text("annex.package.title", city=edition.city, year=edition.plan.options.year)
    if edition.district is not None:
        title = f"{title}_{edition.district}{edition.names[edition.district]}"
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
