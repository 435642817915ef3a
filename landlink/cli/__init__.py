"""The ``landlink`` command: it reads the arguments, runs the subcommand they name and reports what failed."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from landlink.cli.commands import language, parser
from landlink.errors import LandlinkError
from landlink.texts import text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Returns
    -------
    0 if it succeeded, 1 if a check has findings, 2 if input, options or output failed.
    """
    _use_utf8()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    lang = language(arguments)
    options = parser(arguments, lang).parse_args(arguments)
    try:
        if getattr(options, "out", None):
            from landlink.files.output import check_writable  # noqa: PLC0415 - "landlink --help" waits for no library

            check_writable(Path(options.out))
        exit_code: int = options.run(options, lang) or 0
        sys.stdout.flush()
    except LandlinkError as error:
        print(text("cli.failed", lang, count=len(error.faults)), file=sys.stderr)
        for fault in error.faults:
            print(f"  - {fault.text(lang)}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of the output closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return exit_code


def _use_utf8() -> None:
    """Write UTF-8 even if the terminal's encoding cannot represent Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
