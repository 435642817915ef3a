"""Office documents without the moment at which they were written."""

import io
import re
import zipfile

# The first day that a zip archive knows.
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def undated(content: bytes, year: int = 1980) -> bytes:
    """An xlsx or docx file as written at the beginning of a year: the same content gives the same bytes."""
    stamp = f"{year}-01-01T00:00:00Z".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as dated, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in dated.namelist():
            part = dated.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            archive.writestr(zipfile.ZipInfo(name, ZIP_DAY), part, zipfile.ZIP_DEFLATED)
    return target.getvalue()
