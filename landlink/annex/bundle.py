"""The annexes of a plan as numbered files in one archive, for the whole city or a district."""

import gc
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from landlink.annex.derivations import derivations
from landlink.annex.document import document
from landlink.annex.edition import Edition, Filing
from landlink.annex.filing import check_annex, check_room, file_name, usable
from landlink.annex.layers import layers, write_geodatabase, write_geopackage, write_shapefiles
from landlink.annex.manifest import pack
from landlink.annex.maps import Sheet, png, sheets, write_pdf
from landlink.annex.maps.canvas import MM_PER_INCH, PAPERS
from landlink.annex.material import Material
from landlink.annex.workbook import workbook
from landlink.errors import Fault, LandlinkError, OutputError
from landlink.files import write_files
from landlink.plan.plan import Plan
from landlink.texts import Lang

Made = TypeVar("Made")
# Called with the number of editions done, their number in all, and the next one's file; stops the writing if True.
Progress = Callable[[int, int, str], bool]
# Kinds of files in the order of their numbers.
_KINDS = ("document", "workbook", "maps", "geopackage", "shapefiles", "geodatabase", "audit")
# Width of pictures of map sheets, pixels: 280 an inch where the document shows them.
_PICTURE_WIDTH = 2480


class _StoppedError(Exception):
    """The writing is to stop."""


@dataclass(frozen=True)
class _Job:
    """Makes the files of each edition of a plan."""

    plan: Plan
    lang: Lang
    material: Material | None
    filing: Filing

    def shared(self) -> dict[str, bytes]:
        """Files that all editions have."""
        return _checking_room(partial(_shared_files, Edition(self.plan, self.lang, None, self.material)))

    def edition_files(self, district: str | None) -> dict[str, bytes]:
        """Files of one edition alone."""
        edition = Edition(self.plan, self.lang, district, self.material)
        return _checking_room(partial(_own_files, edition, self.filing))


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
        Figures of the city that go with the plan's own.
    filing
        Who compiles, when, and by which template.
    progress
        Called before each edition with the number of those done, their number in all, and the file's name; stops the
        writing where it returns True.

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
    job = _Job(plan, lang, material, filing or Filing())
    shared = cache(job.shared)
    names = {district: file_name(Edition(plan, lang, district)) for district in editions}

    def write(number: int, district: str | None, own_files: Callable[[], dict[str, bytes]], path: Path) -> None:
        if progress is not None and progress(number, len(names), names[district]):
            raise _StoppedError
        pack(dict(sorted({**shared(), **own_files()}.items())), Edition(plan, lang, district), path)

    with ExitStack() as stack:
        if len(names) > 1:
            makers = _in_processes(job, list(names), stack)
        else:
            makers = {district: partial(job.edition_files, district) for district in names}
        targets = {
            name: partial(write, number, district, makers[district])
            for number, (district, name) in enumerate(names.items())
        }
        try:
            return write_files(Path(folder), targets)
        except _StoppedError:
            return []
        except BrokenProcessPool:
            raise OutputError(Fault("output.process")) from None


def files(edition: Edition, filing: Filing | None = None) -> dict[str, bytes]:
    """Files of an edition by name, numbered."""
    return dict(sorted((_shared_files(edition) | _own_files(edition, filing or Filing())).items()))


def explanation(edition: Edition, filing: Filing, map_sheets: Sequence[Sheet]) -> bytes:
    """Document of an edition, with those of its map sheets that a document shows."""
    shown = [sheet for sheet in map_sheets if sheet.in_document]
    pictures = [(sheet.title, png(sheet, _dpi(filing), numbered=False)) for sheet in shown]
    return document(edition, filing, pictures)


def _names(edition: Edition) -> dict[str, str]:
    """Numbered name of each kind of file."""
    return {
        kind: edition.text("annex.file.numbered", number=f"{number:02}", name=edition.text(f"annex.file.{kind}"))
        for number, kind in enumerate(_KINDS, 1)
    }


def _shared_files(edition: Edition) -> dict[str, bytes]:
    """Files that all editions have: a district's quota comes from the whole city's allocation."""
    return {_names(edition)["workbook"]: workbook(edition.plan, edition.lang, edition.material)}


def _own_files(edition: Edition, filing: Filing) -> dict[str, bytes]:
    """Files of an edition alone."""
    names, tables, map_sheets = _names(edition), layers(edition), sheets(edition, filing)
    content = {
        names["document"]: explanation(edition, filing, map_sheets),
        names["audit"]: derivations(edition),
    }
    if filing.pictures:
        content |= _pictures(map_sheets, names["maps"], filing)
    with tempfile.TemporaryDirectory(prefix="landlink-") as name:
        folder = Path(name)
        write_pdf(map_sheets, folder / names["maps"], edition.lang)
        write_geopackage(edition, folder / names["geopackage"])
        write_shapefiles(edition, tables, folder / names["shapefiles"])
        write_geodatabase(tables, folder / names["geodatabase"])
        written = [path for path in folder.rglob("*") if path.is_file()]
        return content | {path.relative_to(folder).as_posix(): path.read_bytes() for path in written}


def _pictures(map_sheets: Sequence[Sheet], pdf: str, filing: Filing) -> dict[str, bytes]:
    """Map sheets as PNG by name, in a folder beside their PDF."""
    folder, dpi = pdf.removesuffix(".pdf") + "_png", _dpi(filing)
    return {f"{folder}/{sheet.number:02}_{usable(sheet.title)}.png": png(sheet, dpi) for sheet in map_sheets}


def _dpi(filing: Filing) -> int:
    """Resolution of a picture of the paper, pixels an inch."""
    return round(_PICTURE_WIDTH / PAPERS[filing.paper][0] * MM_PER_INCH)


def _checking_room(make: Callable[[], Made]) -> Made:
    """Make something; where it fails for want of room on the way, say so, which many libraries do not.

    Raises
    ------
    OutputError
        The folder for temporary files is full.
    """
    try:
        return make()
    except LandlinkError:
        raise
    except Exception:
        check_room()
        raise


def _in_processes(
    job: _Job, districts: Sequence[str | None], stack: ExitStack
) -> dict[str | None, Callable[[], dict[str, bytes]]]:
    """Begin to make editions in processes; by district, a function that waits for its files.

    Processes begin anew, so that threads of their parent's do not matter. The job goes there once, in a file: given as
    it is, each process would begin only when the one before has read it.

    Parameters
    ----------
    stack
        Ends the processes.
    """
    file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landlink-"))) / "job.pickle"
    _checking_room(lambda: file.write_bytes(pickle.dumps(job)))
    count = min(len(districts), os.cpu_count() or 1)
    pool = ProcessPoolExecutor(count, get_context("spawn"), _Worker.begin, (file,))
    stack.callback(pool.shutdown, cancel_futures=True)
    return {district: pool.submit(_Worker.make, district).result for district in districts}


class _Worker:
    """What a process makes editions with."""

    _job: _Job

    @classmethod
    def begin(cls, file: Path) -> None:
        """Read the job."""
        cls._job = pickle.loads(file.read_bytes())  # noqa: S301  # written by this package, in a folder of its own
        # Collecting garbage as it comes would go over plan and material again and again: a tenth of the time.
        gc.freeze()
        gc.disable()

    @classmethod
    def make(cls, district: str | None) -> dict[str, bytes]:
        """Files of one edition."""
        content = cls._job.edition_files(district)
        gc.collect()
        return content
