"""Outlines of derivations: in full, to a depth, and without the addends of long sums."""

from landlink.plan.derivation import Node


def node(name: str, *inputs: Node) -> Node:
    return Node(name, name, 1, "1", inputs=inputs)


def test_what_has_been_derived_above_is_left_out() -> None:
    shared = node("shared", node("leaf"))
    tree = node("root", shared, node("other", shared))
    assert [(depth, part.id, again) for depth, part, again in tree.outline()] == [
        (0, "root", False),
        (1, "shared", False),
        (2, "leaf", False),
        (1, "other", False),
        (2, "shared", True),
    ]


def test_an_outline_ends_at_a_depth_and_leaves_out_long_sums() -> None:
    tree = node(
        "root", node("sum", *(node(f"addend {number}") for number in range(30))), node("a", node("b", node("c")))
    )
    assert [part.id for _, part, _ in tree.outline(deepest=2, most=20)] == ["root", "sum", "a", "b"]
    assert len(list(tree.outline())) == 35
