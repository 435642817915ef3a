"""Why a siting problem has no answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from landlink.texts import Lang, text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer; its text is ``model.unsolved.<id>`` in the catalogues.

    Parameters
    ----------
    id
        Such as ``unreached``.
    values
        What fills the text's placeholders.
    demand
        Places of the demand concerned.
    """

    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    demand: tuple[int, ...] = ()

    def text(self, lang: Lang | None = None) -> str:
        """Text of the reason."""
        return text(f"model.unsolved.{self.id}", lang, **self.values)
