"""The explanatory document (方案说明) of a plan, made from a Word template that users may edit."""

from collections.abc import Iterable
from pathlib import Path

from landlink.annex.document.charts import CHARTS, SIZE, charts
from landlink.annex.document.rendering import Template
from landlink.annex.document.styles import LYING_WIDTH
from landlink.annex.document.template import template
from landlink.annex.document.values import values
from landlink.annex.material import Material
from landlink.annex.undated import undated
from landlink.errors import DataError, Fault
from landlink.plan.plan import Plan
from landlink.texts import Lang

__all__ = ["check_template", "document", "read_template", "template"]


def document(
    plan: Plan,
    lang: Lang = "zh",
    *,
    district: str | None = None,
    material: Material | None = None,
    maps: Iterable[tuple[str, bytes]] = (),
    own: tuple[str, bytes] | None = None,
    compiler: str = "",
    date: str = "",
) -> bytes:
    """Return the explanatory document of a plan, or of one of its districts, as a docx file.

    Parameters
    ----------
    district
        Code of the district whose edition it is; the whole city where None.
    material
        What is told beside the plan's own figures.
    maps
        Title and picture, as PNG, of map sheets to be shown at the end.
    own
        Name and content of the user's own template, in place of :func:`template`.
    compiler, date
        Who compiles the plan (编制单位) and when, as text.

    Returns
    -------
    The file; the same arguments give the same bytes.

    Raises
    ------
    DataError
        The template is no Word document, or something is wrong with its placeholders.
    """
    name, content = own or (f"{lang}.docx", template(lang))
    made = Template(content, name)
    told = values(plan, lang, district, material)
    told |= {"compiler": compiler, "date": date}
    told["charts"] = {key: made.image(image, SIZE[0]) for key, image in charts(plan, lang, district).items()}
    told["maps"] = [{"title": title, "image": made.image(image, LYING_WIDTH)} for title, image in maps]
    return undated(made.fill(told), plan.options.year)


def check_template(plan: Plan, own: tuple[str, bytes], lang: Lang = "zh") -> None:
    """Refuse a user's own template that cannot be filled in, trying it with the plan and without its images.

    Raises
    ------
    DataError
        The template is no Word document, or something is wrong with its placeholders.
    """
    name, content = own
    trial = {"compiler": "", "date": "", "charts": dict.fromkeys(CHARTS, ""), "maps": [{"title": "", "image": ""}]}
    Template(content, name).fill(values(plan, lang) | trial)


def read_template(path: str | Path) -> tuple[str, bytes]:
    """Read a user's own template: its name and content.

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
