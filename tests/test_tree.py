"""The tree: rewriting, attributes, text."""

from __future__ import annotations

from nzpub import pandoc
from nzpub.tree import Attr, Node, attr, rewrite, text, walk, with_attr


def parse(markdown: str) -> tuple[Node, ...]:
    return pandoc.parse(markdown).blocks


def test_rewrite_without_change_returns_an_equal_tree() -> None:
    """A visitor that keeps every node gives back what it was given, whatever the shapes."""
    blocks = parse("# A *b*\n\n1. x\n2. “y” [z](#a)\n\n| a | b |\n|---|---|\n| c | d |\n\nterm\n:   def^[note]\n")
    assert list(rewrite(blocks, lambda node: (node,))) == list(blocks)


def test_rewrite_splices_and_drops() -> None:
    """A visitor may put several nodes, or none, in a node's place."""
    def visit(node: Node) -> tuple[Node, ...]:
        if node["t"] == "Emph":
            return tuple(node["c"])
        return () if node["t"] == "Code" else (node,)
    assert text(rewrite(parse("a *b c* `d` e"), visit)) == "a b c e"


def test_rewrite_leaves_its_input_alone() -> None:
    """Nothing is changed in place."""
    blocks = parse("a *b* c")
    before = repr(blocks)
    rewrite(blocks, lambda node: () if node["t"] == "Emph" else (node,))
    assert repr(blocks) == before


def test_walk_yields_parents_first() -> None:
    """Nodes come in document order, a parent before its children."""
    assert [node["t"] for node in walk(parse("> *a*"))] == ["BlockQuote", "Para", "Emph", "Str"]


def test_attributes_round_trip() -> None:
    """Attributes read from a node and set on it again are the same."""
    node = parse("[x]{#i .c k=v}")[0]["c"][0]
    assert attr(node) == Attr("i", ("c",), (("k", "v"),))
    assert attr(with_attr(node, attr(node).plus(k="w").without(classes=("c",)))) == Attr("i", (), (("k", "w"),))


def test_text_leaves_notes_out() -> None:
    """The words of a paragraph are those on the line, not those at its foot."""
    assert text(parse("One^[two] 'three'\nfour")) == "One ‘three’ four"
