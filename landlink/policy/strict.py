"""Reading YAML strictly: every repeated key and every value that YAML would reinterpret is refused, with its line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from landlink.errors import Fault, Faults, PolicyError

_WHOLE_OR_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_AMBIGUOUS = re.compile(
    r"(?i)y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan|0\d+|0[xo][\da-f]+|[-+]?\d[\d_]*(:\d+)+|\+.*|\d.*e[-+]?\d+"
    r"|\d{4}-\d{1,2}-\d{1,2}.*"
)

Scalar = str | Decimal
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file with the line it stands on."""

    value: "Scalar | list[Node] | dict[str, Node]"
    line: int

    def items(self) -> "Iterator[tuple[str, Node]]":
        """Entries of a mapping; of anything else none."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def get(self, key: str) -> "Node | None":
        """Value of a key of a mapping, None if there is no such key."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def entries(self, key: str) -> "Iterator[tuple[str, Node]]":
        """Entries of the mapping below a key; none if there is no such key."""
        below = self.get(key)
        if below is not None:
            yield from below.items()

    def nearest(self, path: "Iterable[str | int]") -> "Node":
        r"""Node at a path of keys and list positions, or the last on the way to it.

        Examples
        --------
        >>> root = read_yaml("steps:\n- {value: 1}\n- {value: 2}", "policy.yaml")
        >>> root.nearest(["steps", 1, "value"]).line, root.nearest(["steps", 2]).line
        (3, 2)
        """
        node = self
        for key in path:
            if isinstance(node.value, dict) and key in node.value:
                node = node.value[str(key)]
            elif isinstance(node.value, list) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
            else:
                break
        return node

    def plain(self) -> Plain:
        """Value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class _WithoutAliases(yaml.composer.Composer):
    """Composer without anchors and aliases, which could make a value hold itself."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node, refusing an alias."""
        if self.check_event(yaml.AliasEvent):  # type: ignore[attr-defined]
            mark = self.peek_event().start_mark  # type: ignore[attr-defined]
            raise yaml.composer.ComposerError(None, None, "an alias (*)", mark)
        return super().compose_node(parent, index)


class _Loader(_WithoutAliases, yaml.SafeLoader):
    """Loader in Python, whose words for what is wrong the messages use."""


class _FastLoader(_WithoutAliases, CParser, yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """Loader that scans with libyaml, several times as fast."""

    def __init__(self, stream: str) -> None:
        CParser.__init__(self, stream)
        yaml.composer.Composer.__init__(self)
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)


def _composed(content: str) -> yaml.Node | None:
    try:
        return yaml.compose(content, Loader=_FastLoader)  # type: ignore[arg-type]
    except yaml.YAMLError:
        return yaml.compose(content, Loader=_Loader)


def read_yaml(content: str, file: str) -> Node:
    r"""Read a YAML document made of mappings, lists, numbers and text.

    Raises
    ------
    PolicyError
        The text is not YAML; a key is repeated; an unquoted value is one that YAML reads as something other than
        it looks (``no``, ``0440106``, ``12:30``, a date).

    Examples
    --------
    >>> read_yaml("id: x\nyear: 2020", "policy.yaml").plain()
    {'id': 'x', 'year': Decimal('2020')}
    """
    try:
        root = _composed(content)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise PolicyError(
            Fault("policy.not_yaml", {"reason": reason}, file, row=mark.line + 1 if mark else None)
        ) from None
    if root is None:
        raise PolicyError(Fault("file.empty", file=file))
    faults = Faults()
    node = _convert(root, file, faults)
    faults.raise_if_any(PolicyError)
    return node


def _convert(node: yaml.Node, file: str, faults: Faults) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in entries:
                faults.add(Fault("policy.key_duplicate", {"key": key, "first": entries[key].line}, file, row=key_line))
            if not key_node.style and (_AMBIGUOUS.fullmatch(key) or key == ""):
                faults.add(Fault("policy.unquoted", {"value": key}, file, row=key_line))
            entries[key] = _convert(value_node, file, faults)
        return Node(entries, line)
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(item, file, faults) for item in node.value], line)
    if not isinstance(node, yaml.ScalarNode):
        raise TypeError(f"YAML has no node {node!r}")
    text = str(node.value)
    if node.style:
        return Node(text, line)
    if _WHOLE_OR_DECIMAL.fullmatch(text):
        return Node(Decimal(text), line)
    if text == "" or _AMBIGUOUS.fullmatch(text):
        faults.add(Fault("policy.unquoted", {"value": text}, file, row=line))
    return Node(text, line)
