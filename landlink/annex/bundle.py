"""The annexes of a plan as numbered files in one archive, for the whole city or a district."""

import gc
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from landlink.annex.derivations import audit
from landlink.annex.document import document
from landlink.annex.filing import Filing, check_annex, check_room, file_name, usable
from landlink.annex.layers.esri import write_geodatabase, write_shapefiles
from landlink.annex.layers.tables import layers, write_geopackage
from landlink.annex.manifest import pack
from landlink.annex.maps import Sheet, png, sheets, write_pdf
from landlink.annex.maps.canvas import MM_PER_INCH, PAPERS
from landlink.annex.material import Material
from landlink.annex.workbook import workbook
from landlink.errors import Fault, LandlinkError, OutputError
from landlink.files import write_files
from landlink.plan.plan import Plan
from landlink.texts import Lang, text

Made = TypeVar("Made")
# Told how many editions are done, of how many, and the next one's name; stops the writing where it returns True.
Progress = Callable[[int, int, str], bool]
# Map sheets that the document shows too, and the width of pictures in pixels: 280 an inch where it shows them.
SHOWN, _WIDE = ("overview", "per_capita", "quota", "supply", "sites"), 2480


class _StoppedError(Exception):
    """The writing is to stop."""


def write_annex(
    plan: Plan,
    folder: str | Path,
    lang: Lang = "zh",
    *,
    editions: Sequence[str | None] = (None,),
    material: Material | None = None,
    filing: Filing | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the packages of a plan's annexes, all editions or none.

    Parameters
    ----------
    folder
        Target folder; made where it is missing.
    lang
        Language of the annexes.
    editions
        Codes of districts; None is the whole city.
    material
        What is told beside the plan's own figures.
    filing
        Who compiles, when, and by which template.
    progress
        Told before each edition; may stop the writing.

    Returns
    -------
    The archives; none where the writing was stopped.

    Raises
    ------
    LandlinkError
        What :func:`landlink.annex.check_annex` refuses.
    OutputError
        A file cannot be written; nothing has been changed.
    """
    check_annex(plan, lang, editions=editions, material=material, filing=filing, folder=folder)
    names = {edition: file_name(plan, lang, edition) for edition in editions}

    shared = cache(partial(_telling, partial(_shared_files, plan, lang, material)))

    def write(place: int, edition: str | None, made: Callable[[], dict[str, bytes]], path: Path) -> None:
        if progress is not None and progress(place, len(names), names[edition]):
            raise _StoppedError
        pack(dict(sorted({**shared(), **made()}.items())), plan, path, lang, edition)

    make = partial(_telling, partial(_own_files, plan, lang, material=material, filing=filing))
    with ExitStack() as stack:
        if len(names) > 1:
            # Processes begin anew, so that threads of their parent's do not matter. Plan and material go there once, in
            # a file: given as they are, each process would begin only when the one before has read them all.
            handed = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landlink-"))) / "handed.pickle"
            _telling(lambda: handed.write_bytes(pickle.dumps(make)))
            pool = ProcessPoolExecutor(
                min(len(names), os.cpu_count() or 1), get_context("spawn"), _Maker.begin, (handed,)
            )
            stack.callback(pool.shutdown, cancel_futures=True)
            made = {edition: pool.submit(_Maker.make, edition).result for edition in names}
        else:
            made = {edition: partial(make, edition) for edition in names}
        targets = {
            name: partial(write, place, edition, made[edition]) for place, (edition, name) in enumerate(names.items())
        }
        try:
            return write_files(Path(folder), targets)
        except _StoppedError:
            return []
        except BrokenProcessPool:
            raise OutputError(Fault("output.process")) from None


def files(
    plan: Plan,
    lang: Lang,
    district: str | None,
    *,
    material: Material | None = None,
    filing: Filing | None = None,
) -> dict[str, bytes]:
    """Return an edition's files by name, numbered."""
    made = _shared_files(plan, lang, material) | _own_files(plan, lang, district, material=material, filing=filing)
    return dict(sorted(made.items()))


def _telling(make: Callable[..., Made], *of: str | None) -> Made:
    """Make something; where there is no room for it on the way, say so, which many libraries do not.

    Raises
    ------
    OutputError
        The folder for temporary files is full.
    """
    try:
        return make(*of)
    except LandlinkError:
        raise
    except Exception:
        check_room()
        raise


def _names(lang: Lang) -> dict[str, str]:
    """Numbered name of each kind of file."""
    kinds = ("document", "workbook", "maps", "geopackage", "shapefiles", "geodatabase", "audit")
    return {
        kind: text("annex.file.numbered", lang, number=f"{number:02}", name=text(f"annex.file.{kind}", lang))
        for number, kind in enumerate(kinds, 1)
    }


def _shared_files(plan: Plan, lang: Lang, material: Material | None) -> dict[str, bytes]:
    """Files that all editions have: a district's quota comes from the whole city's allocation."""
    return {_names(lang)["workbook"]: workbook(plan, lang, material)}


def _own_files(
    plan: Plan, lang: Lang, district: str | None, *, material: Material | None, filing: Filing | None
) -> dict[str, bytes]:
    """Files of an edition alone."""
    filing = filing or Filing()
    tables = layers(plan, lang, district)
    drawn = map_sheets(plan, lang, district, material, filing)
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        folder = Path(name)
        names = _names(lang)
        made = {
            names["document"]: explanation(plan, lang, district, drawn, material, filing),
            names["audit"]: audit(plan, lang, district),
        }
        if filing.pictures:
            made |= _pictures(drawn, lang, filing)
        write_pdf(drawn, folder / names["maps"], lang)
        write_geopackage(plan, folder / names["geopackage"], lang, district)
        write_shapefiles(plan, tables, folder / names["shapefiles"], lang)
        write_geodatabase(tables, folder / names["geodatabase"])
        made |= {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return made


def map_sheets(plan: Plan, lang: Lang, district: str | None, material: Material | None, filing: Filing) -> list[Sheet]:
    """Return an edition's map sheets."""
    return sheets(
        plan,
        lang,
        district=district,
        paper=filing.paper,
        compiler=filing.compiler,
        date=filing.date,
        material=material,
    )


def _pictures(drawn: Sequence[Sheet], lang: Lang, filing: Filing) -> dict[str, bytes]:
    """Map sheets as PNG by name, in a folder beside their PDF."""
    folder = _names(lang)["maps"].removesuffix(".pdf") + "_png"
    return {f"{folder}/{sheet.number:02}_{usable(sheet.title)}.png": png(sheet, _dpi(filing)) for sheet in drawn}


def explanation(
    plan: Plan, lang: Lang, district: str | None, drawn: Sequence[Sheet], material: Material | None, filing: Filing
) -> bytes:
    """Return an edition's document, with the map sheets that it shows of those drawn."""
    return document(
        plan,
        lang,
        district=district,
        material=material,
        maps=[(sheet.title, png(sheet, _dpi(filing), numbered=False)) for sheet in drawn if sheet.id in SHOWN],
        own=filing.template,
        compiler=filing.compiler,
        date=filing.date,
    )


def _dpi(filing: Filing) -> int:
    """Resolution of a picture of the paper, in pixels an inch."""
    return round(_WIDE / PAPERS[filing.paper][0] * MM_PER_INCH)


class _Maker:
    """What a process makes editions with."""

    _make: Callable[[str | None], dict[str, bytes]]

    @classmethod
    def begin(cls, handed: Path) -> None:
        cls._make = staticmethod(pickle.loads(handed.read_bytes()))  # noqa: S301  # our own, in a folder of our own
        # Collecting garbage as it comes would go over plan and material again and again: a tenth of the time.
        gc.freeze()
        gc.disable()

    @classmethod
    def make(cls, edition: str | None) -> dict[str, bytes]:
        made = cls._make(edition)
        gc.collect()
        return made
