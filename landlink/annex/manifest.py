"""What a package of annexes holds, and whether it still holds that."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from landlink.annex.edition import Edition
from landlink.annex.undated import ZIP_DAY
from landlink.errors import DataError, Fault
from landlink.texts import Lang, text

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not as the manifest has it: ``changed``, ``missing``, or ``added`` since."""

    file: str
    kind: Literal["changed", "missing", "added"]

    def text(self, lang: Lang | None = None) -> str:
        """Text of the finding."""
        return text(f"annex.finding.{self.kind}", lang, file=self.file)


def pack(files: Mapping[str, bytes], edition: Edition, path: Path) -> None:
    """Write files and their manifest as a zip; on one day the same files give the same bytes.

    Parameters
    ----------
    files
        Content by name, in the order of the archive.
    """
    plan, lang = edition.plan, edition.lang
    listed = [
        {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    manifest = {
        "title": edition.text("annex.package.title", city=edition.city, year=plan.options.year),
        "city": edition.city,
        "district": edition.district,
        "year": plan.options.year,
        "plan": plan.fingerprint,
        "policy": plan.policy_title[lang],
        "policy_id": plan.policy_id,
        "version": plan.version,
        "made": datetime.now(UTC).astimezone().date().isoformat(),
        "files": listed,
    }
    content = {NAME: json.dumps(manifest, ensure_ascii=False, indent=2).encode(), **files}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DAY), data, zipfile.ZIP_DEFLATED)


def verify(path: str | Path) -> list[Finding]:
    """Compare a package with its manifest.

    Returns
    -------
    Files that have been changed, are missing or have been added; none where the package is as it was written.

    Raises
    ------
    DataError
        The file is no zip archive, is damaged or encrypted, or has no manifest.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
            sums = {entry["file"]: entry["sha256"] for entry in json.loads(archive.read(NAME))["files"]}
            changed = [name for name in sums if name in names and _sum(archive, name) != sums[name]]
    except OSError as error:
        raise DataError(Fault("package.unreadable", {"reason": error.strerror or error}, path.name)) from None
    except (zipfile.BadZipFile, RuntimeError) as error:  # the latter where it is encrypted
        raise DataError(Fault("package.unreadable", {"reason": error}, path.name)) from None
    except (KeyError, TypeError, ValueError):
        raise DataError(Fault("package.no_manifest", {"name": NAME}, path.name)) from None
    return [
        *(Finding(name, "changed") for name in changed),
        *(Finding(name, "missing") for name in sums if name not in names),
        *(Finding(name, "added") for name in names if name not in sums and name != NAME),
    ]


def _sum(archive: zipfile.ZipFile, name: str) -> str:
    """SHA-256 of a file in an archive; empty where it is damaged."""
    try:
        return hashlib.sha256(archive.read(name)).hexdigest()
    except zipfile.BadZipFile:
        return ""
