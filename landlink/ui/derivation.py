"""Derivations as HTML, for the pages and the popups of the map."""

from collections.abc import Iterable
from html import escape

from landlink.plan.derivation import Node
from landlink.present.labels import status_label
from landlink.present.needs import Line
from landlink.texts import Lang, text

# Depth of inputs that a popup has room for.
_DEEPEST = 4
# Inputs of a figure that a popup has room for; the claims of a larger city are cut off.
_MOST_INPUTS = 40


def derivation(node: Node, lang: Lang, *, depth: int = 0, open_to: int = 2, seen: set[str] | None = None) -> str:
    """Derivation as a tree that can be unfolded.

    Parameters
    ----------
    depth
        Depth of this node.
    open_to
        Depth to which the tree is unfolded at first.
    seen
        Ids of the nodes above, whose inputs are not shown again.
    """
    seen = set() if seen is None else seen
    again = bool(node.inputs) and node.id in seen
    seen.add(node.id)
    head = _head(node, lang)
    if again or not node.inputs:
        above = f" <span class='origin'>{escape(text('model.explain.above', lang))}</span>" if again else ""
        return f"<div class='derivation-leaf'>{head}{above}{'' if again else _origin(node, lang)}</div>"
    inner = "".join(derivation(child, lang, depth=depth + 1, open_to=open_to, seen=seen) for child in node.inputs)
    state = " open" if depth < open_to else ""
    return f"<details class='derivation'{state}><summary>{head}</summary>{_origin(node, lang)}{inner}</details>"


def popup(title: str, node: Node, lang: Lang) -> str:
    """Derivation of one figure for a map's popup: the figure, what it is computed from, and the clause."""
    rows = "".join(
        f"<tr><td style='padding-left:{depth * 12}px'>{escape(child.label)}</td>"
        f"<td class='value'>{escape(child.shown)} {escape(child.unit)}</td>"
        f"<td>{_status(child, lang)}</td></tr>"
        for depth, child in _few(node)
    )
    return (
        f"<b>{escape(title)}</b><div>{escape(node.label)} = <b>{escape(node.shown)} {escape(node.unit)}</b> "
        f"{_status(node, lang)}</div><div style='color:#6b6f76'>{escape(node.formula)}</div>"
        f"<table>{rows}</table>"
        f"<div style='color:#6b6f76'>{escape(text('model.explain.clause', lang))}：{escape(node.clause)}</div>"
    )


def popup_with_account(figure: str, title: str, lines: Iterable[Line]) -> str:
    """A figure's popup with the account of its district beside it.

    Parameters
    ----------
    figure
        See :func:`popup`.
    title, lines
        Of the account.
    """
    rows = "".join(
        f"<tr><td>{escape(line.label)}</td><td class='value'>{line.area}</td><td>{_bracketed(line.status)}</td></tr>"
        for line in lines
    )
    account = f"<div><b>{escape(title)}</b><table>{rows}</table></div>"
    return f"<div class='ll-beside'><div>{figure}</div>{account}</div>"


def _few(node: Node) -> list[tuple[int, Node]]:
    """Inputs with their depths, as many as a popup has room for, each derived once."""
    outline = node.outline(deepest=_DEEPEST, most=_MOST_INPUTS)
    return [(depth - 1, child) for depth, child, again in outline if depth and not again]


def _head(node: Node, lang: Lang) -> str:
    unit = f" {escape(node.unit)}" if node.unit else ""
    return f"{escape(node.label)} = <b>{escape(node.shown)}</b>{unit} {_status(node, lang)}"


def _origin(node: Node, lang: Lang) -> str:
    plain = {text("model.formula.input", lang), text("model.formula.rule", lang)}
    parts = [] if node.formula in plain else [node.formula]
    parts += [part for part in (node.source, node.date, node.clause) if part]
    if node.confidence:
        parts.append(text(f"model.confidence.{node.confidence}", lang))
    return f"<div class='origin' style='margin-left:1rem'>{escape(' · '.join(parts))}</div>"


def _status(node: Node, lang: Lang) -> str:
    """Mark of a figure that is not official."""
    return "" if node.status == "official" else _bracketed(status_label(node.status, lang), node.status)


def _bracketed(status: str, kind: str = "estimated") -> str:
    return status and f"<span class='{kind}' style='color:#9a5b00'>〔{escape(status)}〕</span>"
