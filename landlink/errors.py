"""Faults of inputs, options and outputs: where they are, what was found, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from landlink.texts import Lang, default_lang, text


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input, an option or an output.

    Parameters
    ----------
    id
        Message id below ``errors`` in the catalogues, such as ``table.column_missing``. The entry holds the
        templates ``found``, ``expected`` and ``mend``.
    values
        What fills the templates' placeholders.
    file, layer, row, column
        Where the fault is; a row is the line of the file, the header being line 1.
    question
        The value may be right: it is questioned, and can be accepted.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    layer: str = ""
    row: int | None = None
    column: str = ""
    question: bool = False

    def text(self, lang: Lang | None = None) -> str:
        """Text of the fault: where it is, what was found, what was expected, how to mend it."""
        lang = lang or default_lang()
        location = [
            text(f"errors.location.{part}", lang, value=value)
            for part in ("file", "layer", "row", "column")
            if (value := getattr(self, part)) not in ("", None)
        ]
        places: dict[str, object] = {"file": self.file, "layer": self.layer, "row": self.row, "column": self.column}
        known = {**places, **self.values, **{part: value for part, value in places.items() if value not in ("", None)}}
        if unit := self.values.get("unit"):
            known["unit"] = text(f"model.unit.{unit}", lang)
        parts = {part: text(f"errors.{self.id}.{part}", lang, **known) for part in ("found", "expected", "mend")}
        body = text(f"errors.layout.{'question' if self.question else 'fault'}", lang, **parts)
        return text("errors.layout.located", lang, location=" ".join(location), body=body) if location else body


class LandlinkError(Exception):
    """Root of landlink's errors; ``faults`` holds all faults of an input, to be shown together."""

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self.faults)

    def text(self, lang: Lang | None = None) -> str:
        """Texts of all faults, one a line."""
        return "\n".join(fault.text(lang) for fault in self.faults)

    def __str__(self) -> str:
        """Text in the environment's language."""
        return self.text()


class DataError(LandlinkError, ValueError):
    """An input table, layer or option breaks what is declared of it."""


class CrsError(DataError):
    """A layer has no coordinate reference system, or another one than is needed."""


class PolicyError(LandlinkError, ValueError):
    """A policy file is wrong, or a value is not in force on the day asked for."""


class OutputError(LandlinkError, OSError):
    """A result cannot be written."""


# Error raised for faults of one subject, by the first part of their ids; otherwise a :class:`DataError`.
_KINDS: dict[str, type[LandlinkError]] = {"policy": PolicyError, "output": OutputError}


class Faults:
    """Faults of one input, collected to be shown together and raised once.

    Examples
    --------
    >>> faults = Faults()
    >>> with faults.collect():
    ...     raise DataError(Fault("data.no_urban_land", {"code": "440103"}))
    >>> faults.add(Fault("data.no_urban_land", {"code": "440104"}))
    >>> [fault.values["code"] for fault in faults]
    ['440103', '440104']
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        """Faults in the order in which they were collected."""
        return iter(self._faults)

    def __len__(self) -> int:
        """Number of faults."""
        return len(self._faults)

    def add(self, *faults: Fault) -> None:
        """Add faults."""
        self._faults.extend(faults)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Collect the faults of an error raised in the block, which ends there; what follows the block goes on."""
        try:
            yield
        except LandlinkError as error:
            self.add(*error.faults)

    def raise_if_any(self, kind: type[LandlinkError] | None = None, *, accept_questions: bool = False) -> None:
        """Raise all faults together.

        Parameters
        ----------
        kind
            Error to raise; without it a :class:`PolicyError` if all faults are a policy's, an :class:`OutputError` if
            all are of outputs, else a :class:`DataError`.
        accept_questions
            Do not raise if there are only questions, which are accepted.

        Raises
        ------
        LandlinkError
            There are faults.
        """
        if all(fault.question and accept_questions for fault in self):
            return
        if kind is None:
            about = {fault.id.partition(".")[0] for fault in self}
            kind = _KINDS.get(about.pop(), DataError) if len(about) == 1 else DataError
        raise kind(self)
