"""The derivation of every figure of a plan, for whoever audits it."""

import json
from collections.abc import Iterator

from landlink.annex.edition import Edition
from landlink.plan.derivation import Node
from landlink.plan.formulas import columns_of
from landlink.schema import RESULTS


def derivations(edition: Edition) -> bytes:
    """Every figure of an edition with its derivation, as JSON in UTF-8.

    ``figures`` lists table, column, district code and, where the table has them, facility, source of land, class of use
    and site of each figure, its value, and the index of its derivation in ``nodes``. A node has the fields of
    :class:`landlink.plan.derivation.Node`; its ``inputs`` are indices in ``nodes``. A node that several figures rest
    on is listed once.

    Returns
    -------
    The file; the same edition gives the same bytes.
    """
    plan = edition.plan
    nodes = _Nodes()
    listed = [{**key, "value": _plain(node.value), "derivation": nodes.index(node)} for key, node in figures(edition)]
    content = {
        "plan": plan.fingerprint,
        "version": plan.version,
        "policy": plan.policy_title[edition.lang],
        "year": plan.options.year,
        "figures": listed,
        "nodes": nodes.records,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def figures(edition: Edition) -> Iterator[tuple[dict[str, str], Node]]:
    """Every computed figure of an edition: table, column, code, facility, source, class, site, and its derivation."""
    for table in RESULTS:
        columns = columns_of(table)
        for row in edition.rows(edition.plan.table(table)).to_dict("records"):
            key = {name: str(row[name]) for name in ("code", "facility", "site") if name in row}
            if "land_source" in RESULTS[table].key:
                key["source"] = str(row["land_source"])
            if "use_class" in row:
                key["use_class"] = str(row["use_class"])
            for column in columns:
                node = edition.explainer.explain(table, column=column, **key)
                yield {"table": table, "column": column, **key}, node


class _Nodes:
    """Nodes as records, each once, behind its inputs."""

    def __init__(self) -> None:
        self.records: list[dict[str, object]] = []
        self._indices: dict[int, int] = {}
        self._nodes: list[Node] = []  # an id is unique only as long as its node lives

    def index(self, node: Node) -> int:
        """Index of a node's record, which is added where there is none yet."""
        if id(node) not in self._indices:
            inputs = [self.index(part) for part in node.inputs]
            fields = {name: getattr(node, name) for name in Node.__slots__ if name != "inputs"}
            self.records.append({**fields, "value": _plain(node.value), "inputs": inputs})
            self._indices[id(node)] = len(self.records) - 1
            self._nodes.append(node)
        return self._indices[id(node)]


def _plain(value: float | str | None) -> float | int | str | None:
    """Value as JSON holds it."""
    if value is None or isinstance(value, str | bool):
        return value
    number = float(value)
    if number != number:  # noqa: PLR0124 - not a number: unknown
        return None
    return int(number) if number.is_integer() else number
