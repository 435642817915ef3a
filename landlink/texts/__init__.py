"""Texts that people read, by message id, in Chinese and in English."""

import os
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal, TypeGuard

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


def is_lang(name: str) -> TypeGuard[Lang]:
    """True if a name is one of the languages that have a catalogue."""
    return name in LANGS


def default_lang() -> Lang:
    """Language of the environment variable ``LANDLINK_LANG``, Chinese where it names none."""
    name = os.environ.get("LANDLINK_LANG", "zh")
    return name if is_lang(name) else "zh"


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """All texts of a language by message id.

    The id is the file's name and the keys within it, joined by dots: ``[quota] title`` in ``ui.toml`` is
    ``ui.quota.title``.
    """
    texts: dict[str, str] = {}

    def collect(prefix: str, branch: dict[str, object]) -> None:
        for key, value in branch.items():
            name = f"{prefix}.{key}"
            if isinstance(value, dict):
                collect(name, value)
            else:
                texts[name] = str(value)

    for file in sorted(files(__package__).joinpath(lang).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            collect(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
    return texts


def text(message_id: str, lang: Lang | None = None, **values: object) -> str:
    """Text of a message id with its placeholders filled in.

    Raises
    ------
    KeyError
        No catalogue entry has this id, or a placeholder has no value.

    Examples
    --------
    >>> text("model.table.quota", "en")
    'Quota'
    """
    return catalogue(lang or default_lang())[message_id].format(**values)


def listed(parts: Iterable[str], lang: Lang | None = None) -> str:
    """Parts of a list in one line, separated as the language does.

    Examples
    --------
    >>> listed(["Liwan", "Yuexiu"], "en"), listed(["荔湾区", "越秀区"], "zh")
    ('Liwan, Yuexiu', '荔湾区、越秀区')
    """
    return (", " if (lang or default_lang()) == "en" else "、").join(parts)


def pick(bilingual: str, lang: Lang | None = None) -> str:
    """A language's part of a text that data or policy give as ``中文 || English``; any other text as it is.

    Examples
    --------
    >>> pick("规划假定 || assumption", "en"), pick("第七条", "en")
    ('assumption', '第七条')
    """
    chinese, _, english = bilingual.partition(" || ")
    return english if english and (lang or default_lang()) == "en" else chinese


def has_text(message_id: str) -> bool:
    """True if the catalogues have a message id."""
    return message_id in catalogue("zh")


def name_column(lang: Lang) -> str:
    """Column of the districts that has their names in a language.

    Examples
    --------
    >>> name_column("en")
    'name_en'
    """
    return "name" if lang == "zh" else "name_en"
