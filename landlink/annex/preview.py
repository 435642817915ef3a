"""Pages of a document as pictures, by LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2

from landlink.errors import Fault, OutputError

# Where LibreOffice is on Windows and macOS, which do not put it on the path.
_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_SECONDS = 180
_POINTS = 72


def office() -> str | None:
    """Path of LibreOffice; None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def pages(content: bytes, suffix: str = ".docx", dpi: int = 80) -> list[bytes]:
    """Return a document's pages as PNG.

    Parameters
    ----------
    content
        The document.
    suffix
        Suffix of files of its kind, such as ``.docx``.
    dpi
        Pixels an inch.

    Raises
    ------
    OutputError
        LibreOffice is not installed, or does not convert the document.
    """
    program = office()
    if program is None:
        raise OutputError(Fault("output.no_office"))
    with tempfile.TemporaryDirectory(prefix="landlink-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        given = folder / f"given{suffix}"
        given.write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(given)]
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens a console otherwise
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, creationflags=hidden)  # noqa: S603
            made = (folder / "given.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise OutputError(Fault("output.not_converted", {"reason": error})) from None
    with pypdfium2.PdfDocument(made) as document:
        return [_png(page, dpi) for page in document]


def _png(page: pypdfium2.PdfPage, dpi: int) -> bytes:
    held = BytesIO()
    page.render(scale=dpi / _POINTS).to_pil().save(held, "PNG")
    return held.getvalue()
