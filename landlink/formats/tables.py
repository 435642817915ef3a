"""Reading planners' files and writing results whole or not at all."""

from pathlib import Path

import pandas as pd

from landlink.errors import DataError, Fault

ENCODINGS = ("utf-8-sig", "gb18030")


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file as text cells, indexed by line of the file.

    The encoding is UTF-8 with or without BOM, or GB18030, as Excel in Chinese writes it.

    Raises
    ------
    DataError
        The file is missing, empty, of another encoding, or its lines do not have the header's number of cells.
    """
    name = path.name
    for encoding in ENCODINGS:
        try:
            frame = pd.read_csv(
                path,
                dtype=str,
                keep_default_na=False,
                encoding=encoding,
                skip_blank_lines=False,
                index_col=False,
            )
        except FileNotFoundError:
            raise DataError(Fault("file.missing", {"path": path}, name)) from None
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            raise DataError(Fault("file.empty", file=name)) from None
        except (pd.errors.ParserError, pd.errors.ParserWarning, OSError) as error:
            raise DataError(Fault("file.not_csv", {"reason": str(error).strip()}, name)) from None
        frame.columns = frame.columns.str.strip()
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        blank = (frame == "").all(axis=1)
        return frame[~blank]
    raise DataError(Fault("file.encoding", file=name))
