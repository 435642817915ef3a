"""Documents as the pages that their readers see: what is on them, and whether it can be read."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.office import poppler, soffice

_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_DPI = 40


@dataclass(frozen=True)
class Page:
    """A page: its text, share of it that is not white, and words that stick out of it."""

    text: str
    ink: float
    outside: tuple[str, ...]


def to_pdf(files: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    """Convert office documents by their names, whose suffix tells the kind."""
    made = folder / "pdf"
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = [
        soffice(),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(made),
        *(str(folder / name) for name in files),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: made / f"{Path(name).stem}.pdf" for name in files}


def pages(pdf: Path) -> list[Page]:
    """Pages of a PDF."""
    boxes = subprocess.run([poppler("pdftotext"), "-bbox", pdf, "-"], check=True, capture_output=True, text=True).stdout
    found = _PAGE.findall(boxes)
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(
            [poppler("pdftoppm"), "-r", str(_DPI), "-gray", pdf, Path(name) / "page"], check=True, capture_output=True
        )
        pictures = [np.asarray(Image.open(path)) for path in sorted(Path(name).iterdir())]
    assert len(pictures) == len(found)
    return [_page(page, picture) for page, picture in zip(found, pictures, strict=True)]


def _page(page: tuple[str, str, str], picture: NDArray[np.uint8]) -> Page:
    width, height, body = float(page[0]), float(page[1]), page[2]
    words = [(*map(float, word[:4]), unescape(word[4])) for word in _WORD.findall(body)]
    outside = tuple(
        text for left, top, right, bottom, text in words if min(left, top) < 0 or right > width or bottom > height
    )
    return Page(" ".join(word[4] for word in words), float((picture < 250).mean()), outside)


def fonts(pdf: Path) -> list[tuple[str, bool]]:
    """Fonts of a PDF, and whether each is embedded."""
    told = subprocess.run([poppler("pdffonts"), pdf], check=True, capture_output=True, text=True).stdout.splitlines()[
        2:
    ]
    return [(line.split()[0], line.split()[-5] == "yes") for line in told]
