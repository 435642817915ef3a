"""Office documents without the moment they were written at."""

import io
import re
import zipfile

_ZIP_DAY = (1980, 1, 1, 0, 0, 0)  # the first day that a zip archive knows


def undated(content: bytes, year: int = 1980) -> bytes:
    """Return an xlsx or docx file as written at the beginning of a year: the same content gives the same bytes."""
    stamp = f"{year}-01-01T00:00:00Z".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            part = given.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            made.writestr(zipfile.ZipInfo(name, _ZIP_DAY), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
