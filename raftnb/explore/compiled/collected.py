"""What the tree alone says of a collection, and of what is in it."""

from __future__ import annotations

from raftnb.explore.compiled.words import NotCompiled
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Const, Expr, MapOf, Range, Type

FEW = 4
"""What is one of so few constants is compared with each."""


def is_constant(e: nodes.Collect) -> bool:
    """Whether a sequence or set is written out, of constants alone."""
    return not isinstance(e.type, MapOf) and all(isinstance(i, Const) for i in e.items)


def is_node(type_: Type) -> bool:
    """Whether all values of a type are nodes, which are in no mask."""
    return isinstance(type_, nodes.RecordOf | nodes.SeqOf | nodes.TupleOf | MapOf)


def maker(type_: Type) -> str:
    """The function that makes a collection of a type of what stands on the stack."""
    if isinstance(type_, nodes.SeqOf | nodes.TupleOf):
        return "as_tuple"
    return "as_set" if isinstance(type_, nodes.SetOf) else "as_map"


def maker_of(e: nodes.EachOf) -> str:
    """The same for a comprehension: what it takes out of a set as it is, is in order there."""
    is_of_set = e.kind == "set" and isinstance(e.domain.type, nodes.SetOf)
    is_as_it_is = isinstance(e.body, nodes.Var) and e.body.name == e.name
    return "set_in_order" if is_of_set and is_as_it_is else maker(e.type)


def refuse_ranges(e: Apply) -> None:
    """A range is no value here, but what is counted through."""
    if e.op != "range" and any(isinstance(a.type, Range) for a in e.args):
        raise NotCompiled(f"`{e.op}` of a range")


def cut_out(e: Apply) -> tuple[Expr, ...] | None:
    """The sequence, and from where on and up to where some of it is left out: `x[:i] + x[j:]`."""
    match e.args:
        case (
            Apply(op="slice", args=(nodes.Read() | nodes.Var() as items, Const(value=0), start)),
            Apply(op="slice", args=(same, end, Apply(op="len", args=(measured,)))),
        ) if items == same == measured:
            return items, start, end
    return None
