"""The explanatory document (方案说明) of a plan, made from a Word template that users may edit."""

import io
from collections.abc import Iterable
from pathlib import Path

from docx import Document

from landlink.annex.document.charts import CHARTS, SIZE, charts
from landlink.annex.document.claims import contradictions
from landlink.annex.document.rendering import Template
from landlink.annex.document.styles import LANDSCAPE_WIDTH
from landlink.annex.document.template import template
from landlink.annex.document.values import values
from landlink.annex.edition import Edition, Filing
from landlink.annex.undated import undated
from landlink.errors import DataError, Fault

__all__ = ["check_template", "document", "read_template", "template"]


def document(edition: Edition, filing: Filing | None = None, maps: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """Explanatory document of an edition as a docx file.

    Parameters
    ----------
    filing
        Compiler, date, and the user's own template in place of :func:`template`.
    maps
        Title and picture, as PNG, of map sheets to be shown at the end.

    Returns
    -------
    The file; the same arguments give the same bytes.

    Raises
    ------
    DataError
        The template is no Word document, something is wrong with its placeholders, or a sentence contradicts the
        plan's ledger.
    """
    filing = filing or Filing()
    name, content = filing.template or (f"{edition.lang}.docx", template(edition.lang))
    filled = Template(content, name)
    context = values(edition) | {"compiler": filing.compiler, "date": filing.date}
    context["charts"] = {key: filled.image(image, SIZE[0]) for key, image in charts(edition).items()}
    context["maps"] = [{"title": title, "image": filled.image(image, LANDSCAPE_WIDTH)} for title, image in maps]
    content = filled.fill(context)
    _check_sentences(content, name, edition)
    return undated(content, edition.plan.options.year)


def check_template(edition: Edition, user_template: tuple[str, bytes]) -> None:
    """Refuse a user's own template that cannot be filled in, trying it with an edition and without its images.

    Parameters
    ----------
    user_template
        Its name and content.

    Raises
    ------
    DataError
        The template is no Word document, something is wrong with its placeholders, or a sentence contradicts the
        plan's ledger.
    """
    name, content = user_template
    trial = {"compiler": "", "date": "", "charts": dict.fromkeys(CHARTS, ""), "maps": [{"title": "", "image": ""}]}
    _check_sentences(Template(content, name).fill(values(edition) | trial), name, edition)


def _check_sentences(content: bytes, name: str, edition: Edition) -> None:
    """Refuse a document whose sentences contradict the plan's ledger."""
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    rows = contradictions(paragraphs, edition).to_dict("records")
    if rows:
        raise DataError(Fault("document.contradicts", {str(key): row[key] for key in row}, name) for row in rows)


def read_template(path: str | Path) -> tuple[str, bytes]:
    """Name and content of a user's own template.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    path = Path(path)
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise DataError(Fault("document.template_unreadable", {"reason": error.strerror or error}, path.name)) from None
