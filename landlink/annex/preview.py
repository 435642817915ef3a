"""Pages of a document as pictures, by LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2

from landlink.errors import Fault, OutputError

# Where LibreOffice is on Windows and macOS, which do not put it on the path.
_PROGRAMS = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
# Longest that LibreOffice may take, seconds.
_TIMEOUT = 180
# Points an inch, in which a PDF is measured.
_POINTS = 72


def office() -> str | None:
    """Path of LibreOffice; None where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    return program or next((path for path in _PROGRAMS if Path(path).is_file()), None)


def pages(content: bytes, suffix: str = ".docx", dpi: int = 80) -> list[bytes]:
    """Pages of a document as PNG.

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
        source = folder / f"document{suffix}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens a console otherwise
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT, creationflags=flags)  # noqa: S603
            converted = (folder / "document.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise OutputError(Fault("output.not_converted", {"reason": error})) from None
    with pypdfium2.PdfDocument(converted) as document:
        return [_png(page, dpi) for page in document]


def _png(page: pypdfium2.PdfPage, dpi: int) -> bytes:
    content = BytesIO()
    page.render(scale=dpi / _POINTS).to_pil().save(content, "PNG")
    return content.getvalue()
