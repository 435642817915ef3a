"""The derivation of every figure of a plan, for whoever audits it."""

import json
from collections.abc import Iterator

from landlink.plan.derivation import Explainer, Node
from landlink.plan.formulas import FORMULAS
from landlink.plan.plan import Plan
from landlink.schema import RESULTS
from landlink.texts import Lang


def audit(plan: Plan, lang: Lang = "zh", district: str | None = None) -> bytes:
    """Return every figure of a plan, or of one of its districts, with its derivation, as JSON in UTF-8.

    ``figures`` lists table, column, district code and, where the table has them, facility and site of each figure, its
    value, and the index of its derivation in ``nodes``. A node has the fields of
    :class:`landlink.plan.derivation.Node`; its ``inputs`` are indices in ``nodes``. What several figures
    rest on is there once.

    Returns
    -------
    The file; the same plan and language give the same bytes.
    """
    explainer = Explainer(plan, lang)
    nodes: list[dict[str, object]] = []
    places: dict[int, int] = {}
    kept: list[Node] = []

    def place(node: Node) -> int:
        if id(node) not in places:
            inputs = [place(one) for one in node.inputs]
            own = {name: getattr(node, name) for name in Node.__slots__ if name != "inputs"}
            nodes.append({**own, "value": _plain(node.value), "inputs": inputs})
            places[id(node)] = len(nodes) - 1
            kept.append(node)  # an id is its own only as long as its node lives
        return places[id(node)]

    listed = [
        {**key, "value": _plain(node.value), "derivation": place(node)}
        for key, node in figures(plan, explainer, district)
    ]
    content = {
        "plan": plan.fingerprint,
        "version": plan.version,
        "policy": plan.policy_title[lang],
        "year": plan.options.year,
        "figures": listed,
        "nodes": nodes,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def figures(plan: Plan, explainer: Explainer, district: str | None = None) -> Iterator[tuple[dict[str, str], Node]]:
    """Every computed figure and its derivation."""
    for table in RESULTS:
        rows = plan.table(table)
        rows = rows if district is None else rows[rows["code"] == district]
        columns = [name.partition(".")[2] for name in FORMULAS if name.startswith(f"{table}.")]
        for row in rows.to_dict("records"):
            key = {name: str(row[name]) for name in ("code", "facility", "site") if name in row}
            for column in columns:
                node = explainer.explain(table, key["code"], column, facility=key.get("facility"), site=key.get("site"))
                yield {"table": table, "column": column, **key}, node


def _plain(value: float | str | None) -> float | int | str | None:
    """Value as JSON holds it."""
    if value is None or isinstance(value, str | bool):
        return value
    number = float(value)
    if number != number:  # noqa: PLR0124 - not a number: unknown
        return None
    return int(number) if number.is_integer() else number
